"""Delivered files: finding them in delivery order, knowing when they rest, and what their content is.

Does not belong here: what is inside a file (formats/), whether its content is known already (load.py).
"""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from ingestion.contracts import Contract
from ingestion.errors import PlantError
from ingestion.plant import PLANT_SYSTEM, Source


@dataclass(frozen=True)
class Delivered:
    """One file at one moment. `name` is its path inside the source's folder; times in nanoseconds since 1970."""

    path: Path
    name: str
    size: int
    mtime_ns: int

    def unchanged(self) -> bool:
        """True if the file still has the size and time that it was listed with."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.mtime_ns)

    def settled(self, settle_seconds: float) -> bool:
        """True if nothing was written to the file for that long. A time in the future counts as settled."""
        age_s = time.time() - self.mtime_ns / 1e9
        return age_s < 0 or age_s >= settle_seconds


def discover(contract: Contract, source: Source) -> list[Delivered]:
    """The contract's files in delivery order: by modification time, then by name. No folder: nothing delivered."""
    if not source.path.is_dir():
        if source.how_to_get_data and source.connection is None:
            raise PlantError(source.path, f"no data of {source.system} there.", source.how_to_get_data)
        return []
    found = [_listed(path, source.path) for path in source.path.glob(contract.files) if path.is_file()]
    return sorted(found, key=lambda file: (file.mtime_ns, file.name))


def content_hash(file: Delivered) -> str:
    """sha256 of the content, hexadecimal."""
    with file.path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def needs_settling(contract: Contract, source: Source) -> bool:
    """Configuration is edited by people, not streamed, and connectors rename whole files: these need no rest."""
    return contract.system != PLANT_SYSTEM and source.connection is None


def _listed(path: Path, root: Path) -> Delivered:
    status = path.stat()
    return Delivered(path, path.relative_to(root).as_posix(), status.st_size, status.st_mtime_ns)
