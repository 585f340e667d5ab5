"""Short-lived files of a load: copies and spools that go when it ends."""

import os
import tempfile
from pathlib import Path


def scratch_file(scratch: Path, suffix: str = ".txt") -> Path:
    """A new empty file in `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=scratch, suffix=suffix)
    os.close(descriptor)
    return Path(name)
