"""How files reach the landing folder: whole or not at all, with their simulated export time.

Belongs here: atomic writing. Does not belong here: any format.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Landing:
    """The landing folder. While not `is_open`, days pass without files: they have been delivered before."""

    root: Path
    is_open: bool = True
    files: int = 0
    bytes: int = 0

    def write(self, file: str, write: Callable[[Path], object], mtime_ms: int) -> None:
        """Write a file, named relative to the landing folder, with its export time in ms UTC."""
        if self.is_open:
            path = write_atomically(self.root / file, write, mtime_ms)
            self.files += 1
            self.bytes += path.stat().st_size


def write_atomically(path: Path, write: Callable[[Path], object], mtime_ms: int | None = None) -> Path:
    """Let `write` fill a temporary neighbour of `path`, set its mtime and rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    write(part)
    if mtime_ms is not None:
        os.utime(part, ns=(mtime_ms * 1_000_000, mtime_ms * 1_000_000))
    part.replace(path)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a UTF-8 text file atomically; line ends stay as they are in `text`."""
    return write_atomically(path, lambda part: part.write_bytes(text.encode()))
