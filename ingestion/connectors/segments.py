"""Finished segments of a spool: from a log of frames to a Parquet file, and from there into the landing folder.

Each step writes beside its target and renames, so a reader never sees half a file. Does not belong here: which
segments there are and when they go (spool.py).
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.connectors.frames import read_frames


@dataclass
class Segment:
    """One finished segment; `sha256` is the content hash that load_table will see, `landed` where it was delivered."""

    path: Path
    sha256: str
    rows: int
    bytes: int
    landed: Path | None = None


def segment_of(path: Path) -> Segment:
    """What a spool must know of a finished file."""
    with path.open("rb") as handle:
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    return Segment(path, sha256, pq.read_metadata(path).num_rows, path.stat().st_size)


def read_log(log: Path) -> pa.Table | None:
    """All whole frames of a log (the first is the schema); None if it holds no row."""
    frames = read_frames(log)
    head = next(frames, None)
    if head is None:
        return None
    schema = pa.ipc.read_schema(pa.py_buffer(head))
    batches = [pa.ipc.read_record_batch(pa.py_buffer(frame), schema) for frame in frames]
    return pa.Table.from_batches(batches, schema) if batches else None


def write_parquet(table: pa.Table, target: Path) -> None:
    """Write, sync, rename."""
    fresh = target.with_suffix(".new")
    pq.write_table(table.combine_chunks(), fresh, compression="zstd")
    with fresh.open("rb") as handle:
        os.fsync(handle.fileno())
    fresh.replace(target)
    sync_folder(target.parent)


def deliver(path: Path, target: Path) -> bool:
    """Put a file at `target` at once: a hard link, or a copy between file systems; False if it is there already."""
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")  # hidden: no contract's pattern matches it
    fresh.unlink(missing_ok=True)
    try:
        os.link(path, fresh)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(path, fresh)
    fresh.replace(target)
    sync_folder(target.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
