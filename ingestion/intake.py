"""From delivered files to staged rows: reads bundles of files, runs the typed query, lets gates judge each file.

Belongs here: which files are read together, what happens when a file cannot be read, and the verdict on each file.
What a row goes through stands in rows.py; which files are new and how they are committed in load.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.batch import BatchGate, BatchProfile, Finding, StagedRows
from ingestion.bundles import BUNDLE_BYTES, bundles, chained, portions
from ingestion.contracts import Contract
from ingestion.delivery import Delivered, unpacked
from ingestion.drift.changes import with_examples
from ingestion.drift.diff import Sampler
from ingestion.drift.holding import drift_remarks, too_many_bad
from ingestion.errors import (
    FileError,
    RowBalanceError,
    UnreadableFileError,
)
from ingestion.formats import reader_for
from ingestion.formats.base import ArrowReader, Opened, TextReader
from ingestion.lake.read import raw_types
from ingestion.lake.stage import FileStage, Stage
from ingestion.outcomes import Batch, Outcome, committed_result, held, held_result, waiting_result
from ingestion.packed import Unpacker
from ingestion.putaside import put_aside, sampled_findings
from ingestion.rows import FileRows, pass_on
from ingestion.session import stream
from ingestion.settings import Settings
from ingestion.shaping import Shape
from ingestion.typing.query import TypedQuery, typed_query
from ingestion.typing.readings import constants

_FILE = "__file"  # column that tells the files of a bundle apart; a number, as paths in every row cost time


@dataclass
class _Reading:
    """One file while its rows stream."""

    batch: Batch
    opened: Opened
    rows: FileRows
    stage: FileStage


class Intake:
    """Takes files of one contract into a stage; the connection is the caller's."""

    def __init__(
        self,
        contract: Contract,
        zone: str,
        settings: Settings,
        *,
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
        self._gate = gate
        self._on_bytes = on_bytes
        self._reader = reader_for(contract, scratch, settings.max_line_bytes, zone)
        self._malformed: str = getattr(self._reader, "malformed", "")
        self._duckdb = connection
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
                opened = self._reader.open(file)
            except FileError as error:
                refused.append(self._held(batch, file, error))
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
        typed = self._typed(query, reader.relation([opened for _, opened in bundle]))
        try:
            self._share_out(shape, typed, readings, by)
        except duckdb.Error:
            for reading in readings.values():
                reading.stage.drop()
            raise
        return [self._judged(reading) for reading in readings.values()]

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
        return self._judged(reading)

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
        return [self._judged(reading) for reading in readings.values()]

    # what is common

    def _shape(self, opened: Opened, by: str = "") -> tuple[Shape, TypedQuery]:
        """The query for files like this one, with the column `by` that tells them apart; what becomes of its rows."""
        query = typed_query(
            self._contract,
            opened.inputs,
            extra=(by,) if by else (),
            malformed=self._malformed,
            overflow=opened.extra,
            constants=constants(self._contract, opened.inputs),
        )
        return Shape(self._contract, self._zone, query), query

    def _typed(self, query: TypedQuery, relation: str) -> Iterator[pa.RecordBatch]:
        return stream(self._duckdb, query.over(relation))

    @staticmethod
    def _share_out(
        shape: Shape, typed: Iterable[pa.RecordBatch], readings: Mapping[Any, _Reading], by: str = ""
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

    def _reading(self, batch: Batch, opened: Opened, shape: Shape) -> _Reading:
        stage = self._stage.file()
        return _Reading(
            batch,
            opened,
            FileRows(shape, origin=batch.origin, skipped=opened.skipped, stage=stage, chosen=batch.chosen),
            stage,
        )

    def _judged(self, reading: _Reading) -> Outcome:
        """The end of a file; its copies in scratch go."""
        try:
            return self._verdict(reading)
        finally:
            opened = reading.opened
            for copy in {opened.file.path, opened.path, opened.text_path}:
                if copy.parent == self._scratch:
                    copy.unlink(missing_ok=True)

    def _verdict(self, reading: _Reading) -> Outcome:
        """Findings, gates, and the rows of a file are kept or dropped."""
        contract, batch, rows = self._contract, reading.batch, reading.rows
        self._on_bytes(batch.file.size)
        bad = rows.finish()
        if rows.rows_read != rows.rows_good + len(bad.rows):
            raise RowBalanceError(
                contract.raw_name, batch.file.name, rows.rows_read, rows.rows_good, len(bad.rows)
            )
        chosen = batch.chosen
        if chosen is not None and (
            other := chosen.other_records(contract, self._reader, reading.opened, rows.records)
        ):
            reading.stage.drop()
            return held(batch, other)
        too_many = too_many_bad(contract, batch.file.name, rows.rows_read, bad) if chosen is None else None
        if too_many is not None:
            reading.stage.drop()
            remarks = sampled_findings(contract, self._reader, reading.opened, bad)
            return self._held(batch, reading.opened.file, too_many, remarks)
        aside = put_aside(
            contract, self._reader, reading.opened, bad=bad, origin=batch.origin, scratch=self._scratch
        )
        if not batch.file.unchanged():
            reading.stage.drop()
            return Outcome(batch, waiting_result(contract, batch.file, "it changed while it was read."))
        remarks = with_examples(self._contract, reading.opened, rows.extras)
        profile = self._profile(reading, (*remarks, *aside.findings))
        verdict = self._gate(profile) if self._gate is not None else None
        if verdict is not None and not verdict.passed:
            reading.stage.drop()
            message = "; ".join(finding.message for finding in verdict.findings)
            return Outcome(batch, held_result(batch, (*verdict.findings, *profile.findings), message))
        reading.stage.keep()
        remarks = verdict.findings if verdict is not None else ()
        return Outcome(batch, committed_result(batch, profile, remarks), aside)

    def _held(
        self, batch: Batch, file: Delivered, error: FileError, remarks: tuple[Finding, ...] = ()
    ) -> Outcome:
        """A held file; where its columns differ from the contract, with the difference."""
        raw = self._settings.raw_path(self._contract.raw_name)
        sampler = Sampler(self._duckdb, self._scratch, self._settings.max_line_bytes, raw)
        return held(batch, error, (*drift_remarks(self._contract, file, error, sampler), *remarks))

    @contextmanager
    def _staged(self, stage: FileStage) -> Iterator[StagedRows]:
        """The valid rows of a file, on a connection of their own."""
        with closing(self._duckdb.cursor()) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield StagedRows(connection, stage.relation(connection), raw_types(self._contract))

    def _profile(self, reading: _Reading, findings: tuple[Finding, ...]) -> BatchProfile:
        rows = reading.rows
        return BatchProfile(
            contract=self._contract,
            file=reading.batch.file.name,
            sha256=reading.batch.sha256,
            bytes=reading.batch.file.size,
            rows_read=rows.rows_read,
            rows_valid=rows.rows_good,
            findings=findings,
            delivered_at=datetime.fromtimestamp(reading.batch.file.mtime_ns / 1e9, UTC),
            staged=partial(self._staged, reading.stage),
            null_counts=dict(rows.null_counts),
            range_at=rows.range_at(),
            duplicate_keys=rows.duplicate_keys(),
        )
