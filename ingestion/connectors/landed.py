"""Landed files of fetched sources: written aside, appearing at once, replaced while nobody has committed them.

A file that was landed but not committed yet (a kill, a held file) is replaced by the next fetch, which begins at what
raw holds and so contains its rows again. That is why no row doubles and no second memory of the state is needed.
Belongs here: files only. What goes into them is the connectors' business, what becomes of them that of load.py.
"""

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contracts import Contract
from ingestion.delivery import discover
from ingestion.lake.ledger import committed_entries, read_ledger
from ingestion.lake.transactions import committed_hashes
from ingestion.plant import Source
from ingestion.settings import Settings

_ROWS = 65_536
_BYTES = 32 * 2**20
_OWN_NAME = r"\.((full|new)_[0-9a-f]{12}(_r\d+)?|\d{8}T\d{6}\.\d{6}Z)\.(parquet|jsonl?)"
_REVISION = b"tundish.revision"


def part_path(folder: Path, name: str) -> Path:
    """Where a file is written before it appears as <folder>/<name>; no contract takes it for a delivery."""
    return folder / f".{name}.part"


def publish(part: Path, target: Path) -> Path:
    """Let a finished part appear under its name, at once and surviving a power cut."""
    with part.open("rb") as handle:
        os.fsync(handle.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return target


def remove_parts(folder: Path, prefix: str) -> None:
    """Remove what a killed fetch left behind. The caller holds the table's lock."""
    for left in folder.glob(f".{prefix}*.part*"):
        left.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """sha256 of a file's content, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def uncommitted(contract: Contract, source: Source, settings: Settings) -> list[Path]:
    """Files of a table that a fetch landed and whose content is not in raw: never loaded, or held.

    Files under other names were put there by people: nobody can fetch them again.
    """
    own = re.compile(re.escape(contract.table) + _OWN_NAME)
    files = [file for file in discover(contract, source) if own.fullmatch(file.name)]
    hashes = read_ledger(settings, contract.raw_name).known_hashes(files)
    known = committed_hashes(settings.raw_path(contract.raw_name), set(hashes.values()))
    return [file.path for file in files if hashes.get(file) not in known]


def last_committed(contract: Contract, settings: Settings) -> tuple[str, str]:
    """Name, as it was delivered, and sha256 of the file that was committed last; empty if there is none."""
    entries = committed_entries(settings, contract.raw_name)
    return (str(entries[-1]["file"]), str(entries[-1]["sha256"])) if entries else ("", "")


def remove_uncommitted(contract: Contract, source: Source, settings: Settings) -> None:
    """Remove landed files of a table that are not in raw: the next fetch reads their rows again."""
    for path in uncommitted(contract, source, settings):
        path.unlink(missing_ok=True)


def replace_uncommitted(
    part: Path, target: Path, contract: Contract, source: Source, settings: Settings
) -> Path:
    """Publish a part instead of everything of its table that is not committed."""
    remove_uncommitted(contract, source, settings)
    return publish(part, target)


def make_new(part: Path, contract: Contract, settings: Settings) -> None:
    """Make the bytes of a JSON part differ from every committed content, by white space at its end.

    A list that returns to a former state is news, though its file was committed before.
    """
    known = committed_hashes(settings.raw_path(contract.raw_name))
    while digest(part) in known:
        with part.open("ab") as out:
            out.write(b"\n")


class ParquetPart:
    """A Parquet file being written; rows of equal content and order give equal bytes."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema.remove_metadata()
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        """Write inside the block; after an error nothing is left."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the rest, or remove the file."""
        if kind is None:
            self._flush()
        self._writer.close()
        if kind is not None:
            self.path.unlink(missing_ok=True)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; they are written in row groups of a fixed number of rows, fewer where rows are wide."""
        self.rows += batch.num_rows
        start = 0
        while start < batch.num_rows:
            piece = batch.slice(start, _ROWS - self._waiting_rows)
            start += piece.num_rows
            self._waiting.append(piece)
            self._waiting_rows += piece.num_rows
            self._waiting_bytes += piece.nbytes
            if self._waiting_rows >= _ROWS or self._waiting_bytes > _BYTES:
                self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting, self._schema).combine_chunks()
            self._writer.write_table(table, row_group_size=_ROWS)
        self._waiting = []
        self._waiting_rows = self._waiting_bytes = 0


def revised(part: Path, known: Iterable[str]) -> int:
    """Make the bytes of a Parquet part differ from every content of `known`; returns its revision, mostly 1.

    A table that returns to a former state is news, though its file was committed before: a note in the metadata of
    the file tells the deliveries apart.
    """
    seen = set(known)
    revision = 1
    while digest(part) in seen:
        revision += 1
        copy = part.with_name(part.name + ".copy")
        with pq.ParquetFile(part) as old:
            schema = old.schema_arrow.with_metadata({_REVISION: str(revision).encode()})
            with pq.ParquetWriter(copy, schema, compression="zstd") as writer:
                for batch in old.iter_batches(_ROWS):
                    writer.write_batch(batch.replace_schema_metadata(schema.metadata))
        copy.replace(part)
    return revision
