"""What lies in the landing folders, as a value that changes when a file is added, replaced or grows.

Here: listing delivered files of a plant for the sensor and the doctor. Not here: reading them (``ingestion.load``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingestion.delivery import discover
from orchestration.lib.workspace import Workspace


@dataclass(frozen=True, order=True)
class DeliveredFile:
    """One file as the folder shows it; no content is read. ``modified_ns`` is its mtime."""

    system: str
    table: str
    path: Path
    size: int
    modified_ns: int


def delivered_files(workspace: Workspace) -> list[DeliveredFile]:
    """Return every file that a contract of the plant's systems matches."""
    found = []
    for contract in workspace.contracts:
        source = workspace.plant.source(contract.system)
        for file in discover(contract, source) if source.path.is_dir() else ():
            found.append(DeliveredFile(contract.system, contract.table, file.path, file.size, file.mtime_ns))
    return sorted(found)


def digest(files: list[DeliveredFile]) -> str:
    """sha256 over names, sizes and times of files."""
    lines = "\n".join(f"{file.path}\t{file.size}\t{file.modified_ns}" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def settled(files: list[DeliveredFile], now_s: float, settle_seconds: float) -> list[DeliveredFile]:
    """Return the files that nobody has written to for ``settle_seconds``; ``now_s`` is a Unix time."""
    return [file for file in files if now_s - file.modified_ns / 1e9 >= settle_seconds]
