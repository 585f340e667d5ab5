"""How files reach the landing folder: whole or not at all, with their simulated export time.

Belongs here: atomic writing. Does not belong here: any format.
"""

import os
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, write: Callable[[Path], None], mtime_ms: int | None = None) -> Path:
    """Let `write` fill a temporary neighbour of `path`, set its mtime and rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    write(part)
    if mtime_ms is not None:
        os.utime(part, ns=(mtime_ms * 1_000_000, mtime_ms * 1_000_000))
    part.replace(path)
    return path


def write_text(path: Path, text: str, mtime_ms: int | None = None, encoding: str = "utf-8") -> Path:
    """Write a text file atomically; line ends stay as they are in `text`."""
    data = text.encode(encoding)
    return write_atomically(path, lambda part: part.write_bytes(data) and None, mtime_ms)
