"""File operations that survive a kill at any point.

Here: write-replace, fsync and removal of a folder as one step. Not here: what the files mean.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

READ_ONLY = 0o444
TRASH_PREFIX = ".trash-"


def write_json(path: Path, body: Any) -> None:
    """Replace `path` by `body` so that a reader sees the old or the new text, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as handle:
        json.dump(body, handle, indent=2, sort_keys=False)
        handle.write("\n")
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and new names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def seal_files(folder: Path) -> None:
    """Make every file below `folder` durable and read-only, then its folders durable."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
            continue
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
        path.chmod(READ_ONLY)
    sync_folder(folder)


def remove_folder(folder: Path) -> None:
    """Take `folder` out of sight in one step, then delete it; a kill leaves only hidden trash.

    Readers that hold its files open keep reading them.
    """
    trash = folder.with_name(f"{TRASH_PREFIX}{folder.name.lstrip('.')}")
    folder.rename(trash)
    sync_folder(trash.parent)
    shutil.rmtree(trash)
