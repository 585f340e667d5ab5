"""Staging: rows become Parquet files beside a raw table before anybody can see them.

Rows of one delivered file are kept apart until its gate has passed: in memory while they are few, in own Parquet
files when they are many. kept() lets them in, dropped() forgets them. Small kept files share Parquet files.
The commit (commit.py) makes staged files part of the table; what a killed run leaves behind is swept by the next.
"""

import shutil
import uuid
from collections import OrderedDict, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.typing.expressions import literal

_MEMORY_BYTES = 32 * 2**20
_GROUP_ROWS = 122_880  # as DuckDB's own: each row group costs the same to write, and to find rows by
_GROUP_BYTES = 16 * 2**20
_OPEN_PARTITIONS = 24
_BATCHES_BEHIND = 2
_STRETCHES = 32
Partition = tuple[str | None, ...]


@dataclass(frozen=True)
class StagedFile:
    """A Parquet file that waits for its commit. `relative` is its place in the table's folder."""

    path: Path
    relative: str
    partition: dict[str, str | None]
    metadata: pq.FileMetaData


class _OpenFile:
    """A Parquet file that is being written; rows wait until there are enough for a row group."""

    def __init__(self, relative: str, path: Path, schema: pa.Schema) -> None:
        self.relative = relative
        self.path = path
        self.bytes = 0
        self._writer = pq.ParquetWriter(path, schema, **_encodings(schema))
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def write(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._rows += rows.num_rows
        self.bytes += rows.nbytes
        if self._rows >= _GROUP_ROWS or self.bytes >= _GROUP_BYTES:
            self.write_waiting()

    def write_waiting(self) -> None:
        if self._waiting:
            rows = pa.concat_tables(
                self._waiting
            ).unify_dictionaries()  # of a second one Parquet writes plain text
            self._writer.write_table(rows, row_group_size=self._rows)
        self._waiting, self._rows, self.bytes = [], 0, 0

    def close(self) -> pq.FileMetaData:
        self.write_waiting()
        self._writer.close()
        return pq.read_metadata(self.path)


class PartitionedWriter:
    """Writes batches of one schema into Parquet files, one per partition value (and another after many partitions)."""

    def __init__(self, folder: Path, schema: pa.Schema, partition_by: tuple[str, ...]) -> None:
        self._folder = folder
        self._partition_by = partition_by
        self._schema = pa.schema([field for field in schema if field.name not in partition_by])
        self._open: OrderedDict[Partition, _OpenFile] = OrderedDict()
        self._done: list[StagedFile] = []

    def write(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Append rows."""
        for partition, rows in self._parts(batch):
            self._file(partition).write(rows)
        if sum(file.bytes for file in self._open.values()) > _MEMORY_BYTES:
            for file in self._open.values():
                file.write_waiting()

    def close(self) -> list[StagedFile]:
        """Finish all files and return them."""
        while self._open:
            self._finish_oldest()
        done, self._done = self._done, []
        return done

    def _parts(self, batch: pa.RecordBatch | pa.Table) -> Iterator[tuple[Partition, pa.Table]]:
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        if not self._partition_by:
            yield (), table
            return
        (name,) = self._partition_by
        values, rows = table.column(name), table.drop_columns([name])
        stretches = _stretches(values)
        if stretches is not None:
            for value, parts in stretches.items():
                yield (value,), pa.concat_tables(rows.slice(start, end - start) for start, end in parts)
            return
        for value in pc.unique(values):
            mask = pc.equal(values, value) if value.is_valid else pc.is_null(values)
            yield (str(value) if value.is_valid else None,), rows.filter(mask)

    def _file(self, partition: Partition) -> _OpenFile:
        if partition in self._open:
            self._open.move_to_end(partition)
        else:
            if len(self._open) >= _OPEN_PARTITIONS:
                self._finish_oldest()
            self._open[partition] = self._new(partition)
        return self._open[partition]

    def _new(self, partition: Partition) -> _OpenFile:
        named = zip(self._partition_by, partition, strict=True)
        folders = [
            f"{name}={'__HIVE_DEFAULT_PARTITION__' if value is None else value}" for name, value in named
        ]
        relative = "/".join([*folders, f"part-{uuid.uuid4().hex}.zstd.parquet"])
        path = self._folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return _OpenFile(relative, path, self._schema)

    def _finish_oldest(self) -> None:
        partition, file = self._open.popitem(last=False)
        values = dict(zip(self._partition_by, partition, strict=True))
        self._done.append(StagedFile(file.path, file.relative, values, file.close()))


def _stretches(values: pa.ChunkedArray) -> dict[str, list[tuple[int, int]]] | None:
    """Where the rows of each day stand, if they are few stretches, as of files in order of time; None if they are many.

    Slices cost nothing; looking for the rows of a day and taking them out does.
    """
    if values.null_count or not len(values) or not pa.types.is_date32(values.type):
        return None
    days = np.concatenate([np.asarray(chunk.view(pa.int32())) for chunk in values.chunks])
    borders = [0, *(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist(), len(days)]
    if len(borders) > _STRETCHES:
        return None
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end in pairwise(borders):
        found.setdefault(str(values[start].as_py()), []).append((start, end))
    return found


def _encodings(schema: pa.Schema) -> dict[str, Any]:
    """Repeating text by dictionary, whole numbers and times by their differences, the rest plain; zstd on top."""
    differences = [
        field.name for field in schema if pa.types.is_int64(field.type) or pa.types.is_timestamp(field.type)
    ]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [
            field.name
            for field in schema
            if pa.types.is_string(field.type) or pa.types.is_dictionary(field.type)
        ],
        "column_encoding": dict.fromkeys(differences, "DELTA_BINARY_PACKED"),
        "write_statistics": True,
        "write_batch_size": 1 << 16,  # as many values at once as a page holds: a tenth of the seconds
        "store_schema": False,
    }


class Stage:
    """All staged rows of one commit."""

    def __init__(self, folder: Path, schema: pa.Schema, partition_by: tuple[str, ...]) -> None:
        self._folder = folder
        self._schema = schema
        self._partition_by = partition_by
        self._shared = _Behind(self.writer())
        self._files: list[StagedFile] = []
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_bytes = 0
        sweep(folder)

    def writer(self) -> PartitionedWriter:
        """A new writer into this stage."""
        return PartitionedWriter(self._folder, self._schema, self._partition_by)

    def file(self) -> "FileStage":
        """A place for the rows of one delivered file."""
        return FileStage(self)

    def share(self, batches: list[pa.RecordBatch], size: int) -> None:
        """Take in rows that lay in memory, `size` bytes of them; many small portions are written together."""
        self._waiting.extend(batches)
        self._waiting_bytes += size
        if self._waiting_bytes > _MEMORY_BYTES:
            self._write_waiting()

    def take(self, files: list[StagedFile]) -> None:
        """Take in finished files."""
        self._files.extend(files)

    def table(self, batches: list[pa.RecordBatch]) -> pa.Table:
        """Rows in memory as one table of this stage's schema."""
        return pa.Table.from_batches(batches, self._schema)

    def read(self, files: list[StagedFile]) -> str:
        """SQL relation of the rows in Parquet files of this stage, partition columns included; there is one at least."""
        paths = ", ".join(literal(str(file.path)) for file in files)
        types = ", ".join(f"{literal(name)}: DATE" for name in self._partition_by)
        hive = f"hive_partitioning=true, hive_types={{{types}}}" if types else "hive_partitioning=false"
        return f"read_parquet([{paths}], union_by_name=true, {hive})"

    def close(self) -> list[StagedFile]:
        """Finish; the staged files of all kept rows."""
        self._write_waiting()
        self._files.extend(self._shared.close())
        return self._files

    def _write_waiting(self) -> None:
        if self._waiting:
            self._shared.write(pa.Table.from_batches(self._waiting).combine_chunks())
        self._waiting, self._waiting_bytes = [], 0


class _Behind:
    """Writes behind the reader's back, in order: while one batch is encoded the next one is read."""

    def __init__(self, writer: PartitionedWriter) -> None:
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="stage")
        self._waiting: deque[Future[None]] = deque()

    def write(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Append rows; few batches wait. What went wrong with an earlier one is raised here or in close()."""
        while len(self._waiting) >= _BATCHES_BEHIND:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(self._writer.write, batch))

    def close(self) -> list[StagedFile]:
        """Finish all files and return them."""
        self._thread.shutdown()
        for done in self._waiting:
            done.result()
        return self._writer.close()


class FileStage:
    """The rows of one delivered file until it is known whether they may become raw."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0
        self._own: _Behind | None = None
        self._finished: list[StagedFile] | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Append good rows in the raw table's schema."""
        if self._own is not None:
            self._own.write(batch)
            return
        self._batches.append(batch)
        self._bytes += batch.nbytes
        if self._bytes > _MEMORY_BYTES:
            self._own = _Behind(self._stage.writer())
            for waiting in self._batches:
                self._own.write(waiting)
            self._batches.clear()
            self._bytes = 0

    def relation(self, connection: duckdb.DuckDBPyConnection) -> str:
        """All rows as a relation of that connection; afterwards none can be written."""
        if self._own is None:
            connection.register("staged_rows", self._stage.table(self._batches))
            return "staged_rows"
        return self._stage.read(self._closed())

    def keep(self) -> None:
        """The rows may become raw."""
        if self._own is not None:
            self._stage.take(self._closed())
        self._stage.share(self._batches, self._bytes)
        self._batches = []

    def drop(self) -> None:
        """The rows must not become raw."""
        if self._own is not None:
            for file in self._closed():
                file.path.unlink()
        self._batches = []

    def _closed(self) -> list[StagedFile]:
        """The file's own Parquet files, finished."""
        if self._finished is None:
            self._finished = self._own.close() if self._own is not None else []
        return self._finished


def sweep(folder: Path) -> None:
    """Remove what a killed run staged."""
    if folder.exists():
        shutil.rmtree(folder)
