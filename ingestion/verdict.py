"""The verdict on one file that was read: its findings, the gate, and whether its rows are kept or dropped.

Belongs here: what decides about a whole file. What decides about a row stands in typing/ and rows.py, the rules of a
gate in quality/, which files are read together in intake.py.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

from ingestion.batch import BatchGate, BatchProfile, Finding, GateVerdict, StagedRows
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.drift.changes import with_examples
from ingestion.drift.diff import Sampler
from ingestion.drift.holding import drift_remarks, too_many_bad
from ingestion.errors import FileError, RowBalanceError
from ingestion.formats.base import Opened, Reader
from ingestion.lake.read import raw_types
from ingestion.lake.stage import FileStage
from ingestion.outcomes import Batch, Outcome, committed_result, held, held_result, waiting_result
from ingestion.putaside import put_aside, sampled_findings
from ingestion.rejoined import rejoined
from ingestion.rows import FileRows
from ingestion.settings import Settings


@dataclass
class Reading:
    """One file while its rows stream."""

    batch: Batch
    opened: Opened
    rows: FileRows
    stage: FileStage


class Judge:
    """Judges the files of one contract; the connection is the caller's."""

    def __init__(
        self,
        contract: Contract,
        reader: Reader,
        settings: Settings,
        *,
        scratch: Path,
        connection: duckdb.DuckDBPyConnection,
        gate: BatchGate | None,
        on_bytes: Callable[[int], None],
    ) -> None:
        self._contract = contract
        self._reader = reader
        self._settings = settings
        self._scratch = scratch
        self._duckdb = connection
        self._gate = gate
        self._on_bytes = on_bytes

    def judged(self, reading: Reading) -> Outcome:
        """The end of a file; its copies in scratch go."""
        try:
            return self._verdict(reading)
        finally:
            opened = reading.opened
            for copy in {opened.file.path, opened.path, opened.text_path}:
                if copy.parent == self._scratch:
                    copy.unlink(missing_ok=True)

    def _verdict(self, reading: Reading) -> Outcome:
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
            return self.held(batch, reading.opened.file, too_many, remarks)
        aside = put_aside(
            contract, self._reader, reading.opened, bad=bad, origin=batch.origin, scratch=self._scratch
        )
        if not batch.file.unchanged():
            reading.stage.drop()
            return Outcome(batch, waiting_result(contract, batch.file, "it changed while it was read."))
        remarks = with_examples(contract, reading.opened, rows.extras)
        profile = self._profile(reading, (*remarks, *aside.findings))
        verdict = self._ask_gate(profile, batch)
        if verdict is not None and not verdict.passed:
            reading.stage.drop()
            message = "; ".join(finding.message for finding in verdict.findings)
            return Outcome(batch, held_result(batch, (*verdict.findings, *profile.findings), message))
        reading.stage.keep()
        remarks = verdict.findings if verdict is not None else ()
        return Outcome(batch, committed_result(batch, profile, remarks), aside)

    def _ask_gate(self, profile: BatchProfile, batch: Batch) -> GateVerdict | None:
        if self._gate is None:
            return None
        if batch.chosen is None:
            return self._gate(profile)
        return self._gate(rejoined(profile, batch.chosen, batch.origin, self._settings))

    def held(
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

    def _profile(self, reading: Reading, findings: tuple[Finding, ...]) -> BatchProfile:
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
            ranges=rows.ranges(),
            duplicate_keys=rows.duplicate_keys(),
        )
