"""How the process of a command ends.

Python's own end looks through all objects once more and takes them apart, which takes seconds after Dagster's
definitions were loaded, for memory that the system frees anyway. Here: leaving without that. Not here: exit codes
(``frame``).
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
import threading
from typing import NoReturn

import typer


def run_and_leave(app: typer.Typer) -> NoReturn:
    """Run a command; leave as Python does, exit functions called and output written, but without taking objects apart.

    Where threads or children still work, and where the command ends in a defect's traceback, Python's own end follows.
    """
    try:
        app()
    except SystemExit as end:
        if (
            not isinstance(end.code, int | None)
            or threading.active_count() > 1
            or multiprocessing.active_children()
        ):
            raise
        code = end.code or 0
    else:
        code = 0
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader has gone, as with `tundish sql ... | head`
        code = code or 1
    os._exit(code)
