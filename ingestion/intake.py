"""From delivered files to staged rows: reads bundles of files, runs the typed query, has each file judged.

Belongs here: which files are read together, and what happens when a file cannot be read. The verdict on each file
stands in verdict.py, what a row goes through in rows.py, which files are new and how they are committed in load.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.batch import BatchGate
from ingestion.bundles import BUNDLE_BYTES, bundles, chained, portions
from ingestion.contracts import Contract
from ingestion.delivery import unpacked
from ingestion.errors import (
    FileError,
    UnreadableFileError,
)
from ingestion.files import Files, query_of
from ingestion.formats.base import ArrowReader, Opened, TextReader, relation_of
from ingestion.lake.stage import Stage
from ingestion.outcomes import Batch, Outcome, held
from ingestion.packed import Unpacker
from ingestion.rows import FileRows, pass_on
from ingestion.settings import Settings
from ingestion.shaping import Shape
from ingestion.typing.query import TypedQuery
from ingestion.verdict import Judge, Reading

_FILE = "__file"  # column that tells the files of a bundle apart; a number, as paths in every row cost time


class Intake:
    """Takes files of one contract into a stage; the connection is the caller's."""

    def __init__(
        self,
        contract: Contract,
        zone: str,
        settings: Settings,
        *,
        files: Files,
        stage: Stage,
        scratch: Path,
        connection: duckdb.DuckDBPyConnection,
        gate: BatchGate | None,
        on_bytes: Callable[[int], None],
    ) -> None:
        self._contract = contract
        self._zone = zone
        self._settings = settings
        self._stage = stage
        self._scratch = scratch
        self._files = files
        self._reader = files.reader(contract)
        self._duckdb = connection
        self._judge = Judge(
            contract,
            self._reader,
            settings,
            scratch=scratch,
            connection=connection,
            gate=gate,
            on_bytes=on_bytes,
        )
        self._unpacker = Unpacker(settings.max_unpack_ratio)

    def take(self, batches: Sequence[Batch]) -> list[Outcome]:
        """Read, judge and stage every file; a file that cannot be read is held and the others go on."""
        outcomes: list[Outcome] = []
        refused: list[Outcome] = []
        opened = self._opened(batches, refused)
        if isinstance(self._reader, TextReader):
            outcomes += self._take_text(self._reader, opened)
        elif isinstance(self._reader, ArrowReader):
            outcomes += self._take_arrow(self._reader, opened)
        return sorted([*outcomes, *refused], key=lambda outcome: outcome.batch.ingested_at)

    def close(self) -> None:
        """Close the archive that is open."""
        self._unpacker.close()

    def _opened(self, batches: Sequence[Batch], refused: list[Outcome]) -> Iterator[tuple[Batch, Opened]]:
        """Open file by file, when it is its turn: scratch holds the copies of one bundle, not of all files."""
        for batch in batches:
            try:
                file = unpacked(
                    self._contract,
                    batch.copy.readable,
                    batch.sha256,
                    unpacker=self._unpacker,
                    scratch=self._scratch,
                )
            except FileError as error:
                refused.append(held(batch, error))
                continue
            try:
                opened = self._files.open(self._reader, file)
            except FileError as error:
                refused.append(self._judge.held(batch, file, error))
                continue
            yield batch, opened

    # text formats: DuckDB reads the files

    def _take_text(self, reader: TextReader, opened: Iterable[tuple[Batch, Opened]]) -> Iterator[Outcome]:
        broken = False  # an exporter that cut one file mostly cut others too: then screen first, not twice
        for bundle in bundles(opened):
            if not broken:
                try:
                    yield from self._stream_text(reader, bundle)
                    continue
                except duckdb.Error:
                    broken = True
            yield from self._take_screened(reader, bundle)

    def _take_screened(self, reader: TextReader, bundle: Sequence[tuple[Batch, Opened]]) -> Iterator[Outcome]:
        """A bundle with a broken file: screen all of it and try again, at last file by file."""
        screened: list[tuple[Batch, Opened]] = []
        for batch, one in bundle:
            try:
                screened.append((batch, reader.screen(one)))
            except FileError as error:
                yield held(batch, error)
        try:
            yield from self._stream_text(reader, screened) if screened else []
        except duckdb.Error:
            for batch, one in screened:
                yield self._take_alone(reader, batch, one)

    def _take_alone(self, reader: TextReader, batch: Batch, opened: Opened) -> Outcome:
        """One screened file; held if DuckDB still cannot read it."""
        try:
            return self._stream_text(reader, [(batch, opened)])[0]
        except duckdb.Error as error:
            return held(batch, self._unreadable(batch, error))

    def _stream_text(self, reader: TextReader, bundle: Sequence[tuple[Batch, Opened]]) -> list[Outcome]:
        by = _FILE if len(bundle) > 1 else ""
        shape, query = self._shape(bundle[0][1], f"hash(filename) AS {by}" if by else "")
        marks = self._duckdb.execute("SELECT hash(unnest(?))", [[str(opened.path) for _, opened in bundle]])
        readings = {
            mark: self._reading(batch, opened, shape)
            for (mark,), (batch, opened) in zip(marks.fetchall(), bundle, strict=True)
        }
        typed = self._typed(query, relation_of(reader, [opened for _, opened in bundle], self._duckdb))
        try:
            self._share_out(shape, typed, readings, by)
        except duckdb.Error:
            for reading in readings.values():
                reading.stage.drop()
            raise
        return [self._judge.judged(reading) for reading in readings.values()]

    # formats that are read into Arrow

    def _take_arrow(self, reader: ArrowReader, opened: Iterable[tuple[Batch, Opened]]) -> Iterator[Outcome]:
        waiting: list[tuple[Batch, Opened, pa.Table]] = []
        size = 0
        for batch, one in opened:
            chunks = reader.chunks(one)
            try:
                first = next(chunks, None)
                second = next(chunks, None)
            except FileError as error:
                yield held(batch, error)
                continue
            if first is None or second is not None or first.nbytes > BUNDLE_BYTES:
                yield self._stream_arrow(
                    batch, one, [part for part in (first, second) if part is not None], chunks
                )
                continue
            if waiting and (waiting[0][1].signature != one.signature or size > BUNDLE_BYTES):
                yield from self._bundle_or_each(waiting)
                waiting, size = [], 0
            waiting.append((batch, one, first))
            size += first.nbytes
        if waiting:
            yield from self._bundle_or_each(waiting)

    def _bundle_or_each(self, bundle: Sequence[tuple[Batch, Opened, pa.Table]]) -> Iterator[Outcome]:
        """A bundle in one query; where one file of it cannot be typed, each file by itself."""
        try:
            yield from self._stream_bundle(bundle)
        except (duckdb.Error, pa.ArrowException):
            for batch, one, table in bundle:
                yield self._stream_arrow(batch, one, [table], iter(()))

    def _stream_arrow(
        self, batch: Batch, opened: Opened, head: list[pa.Table], rest: Iterator[pa.Table]
    ) -> Outcome:
        shape, query = self._shape(opened)
        reading = self._reading(batch, opened, shape)
        try:
            for chunk in chained(head, rest):
                self._duckdb.register("portion", chunk)
                self._share_out(shape, self._typed(query, "portion"), {"": reading})
        except FileError as error:
            reading.stage.drop()
            return held(batch, error)
        except (duckdb.Error, pa.ArrowException) as error:
            reading.stage.drop()
            return held(batch, self._unreadable(batch, error))
        return self._judge.judged(reading)

    def _stream_bundle(self, bundle: Sequence[tuple[Batch, Opened, pa.Table]]) -> list[Outcome]:
        by = _FILE
        shape, query = self._shape(bundle[0][1], by)
        numbered = [
            table.append_column(by, pa.repeat(pa.scalar(index, pa.int32()), table.num_rows))
            for index, (_, _, table) in enumerate(bundle)
        ]
        self._duckdb.register("portion", pa.concat_tables(numbered))
        readings = dict(enumerate(self._reading(batch, opened, shape) for batch, opened, _ in bundle))
        try:
            self._share_out(shape, self._typed(query, "portion"), readings, by)
        except duckdb.Error:
            for reading in readings.values():
                reading.stage.drop()
            raise
        return [self._judge.judged(reading) for reading in readings.values()]

    # what is common

    def _shape(self, opened: Opened, by: str = "") -> tuple[Shape, TypedQuery]:
        """The query for files like this one, with the column `by` that tells them apart; what becomes of its rows."""
        query = query_of(self._contract, self._reader, opened, by)
        return Shape(self._contract, self._zone, query), query

    def _typed(self, query: TypedQuery, relation: str) -> Iterator[pa.RecordBatch]:
        return self._files.stream(self._duckdb, query.over(relation))

    @staticmethod
    def _share_out(
        shape: Shape, typed: Iterable[pa.RecordBatch], readings: Mapping[Any, Reading], by: str = ""
    ) -> None:
        """Every row to the file that it is of: the only one, or the one that column `by` names."""
        if not by:
            (reading,) = readings.values()
            for batch in typed:
                pass_on(shape, batch, [(reading.rows, batch.num_rows)])
            return
        for batch, parts in portions(typed, by):
            pass_on(shape, batch, [(readings[key].rows, count) for key, count in parts])

    def _unreadable(self, batch: Batch, error: Exception) -> UnreadableFileError:
        """What DuckDB or Arrow cannot turn into the contract's columns."""
        contract = self._contract
        expected = f"{contract.format} data that fits the contract's types"
        seen = (str(error).splitlines() or [type(error).__name__])[0]
        return UnreadableFileError(contract.raw_name, batch.file.name, "body", expected, seen)

    def _reading(self, batch: Batch, opened: Opened, shape: Shape) -> Reading:
        stage = self._stage.file()
        return Reading(
            batch,
            opened,
            FileRows(shape, origin=batch.origin, skipped=opened.skipped, stage=stage, chosen=batch.chosen),
            stage,
        )
