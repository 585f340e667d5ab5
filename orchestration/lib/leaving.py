"""How a process that built a large graph of objects ends.

Python's own end looks through all objects once more and takes them apart, which takes seconds after Dagster's
definitions or a manifest of dbt were loaded, for memory that the system frees anyway. Not here: exit codes
(``cli.frame``), when the collector looks (``garbage``).
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
import threading
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End the process as Python does, exit functions called and output written, but without taking objects apart.

    Where threads or children still work, Python's own end follows, which waits for them.
    """
    working = [thread for thread in threading.enumerate() if not thread.daemon]
    if len(working) > 1 or multiprocessing.active_children():
        sys.exit(code)
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader has gone, as with `tundish sql ... | head`
        code = code or 1
    os._exit(code)
