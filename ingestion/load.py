"""Loading one table: the order in which the outcome of its new files is written down.

Which files are new stands in triage.py. The order makes a kill at any moment harmless: archive, quarantine rows, ledger rows, then the raw rows together with
the content hashes. That last commit decides; what was written before it counts only if it happened, and a later run
does the same work again.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from ingestion.ahead import Ahead
from ingestion.batch import BatchGate, BatchResult, ProgressSink, RowDiff, TableLoad
from ingestion.contracts import Contract
from ingestion.delivery import discover
from ingestion.files import Files
from ingestion.intake import Intake
from ingestion.lake import quarantine
from ingestion.lake.archive import Copy, Incoming
from ingestion.lake.commit import commit_batches, table_version
from ingestion.lake.ledger import contract_hash
from ingestion.lake.locks import exclusive, ingestion_times
from ingestion.lake.rowdiff import row_diffs
from ingestion.lake.stage import Stage, StagedFile
from ingestion.outcomes import Batch, Outcome
from ingestion.plant import Plant, Source
from ingestion.session import Session
from ingestion.settings import Settings
from ingestion.shaping import staged_schema
from ingestion.triage import Triage


def load_table(
    contract: Contract,
    source: Source,
    plant: Plant,
    settings: Settings,
    *,
    batch_gate: BatchGate | None = None,
    progress: ProgressSink | None = None,
    session: Session | None = None,
) -> TableLoad:
    """Take in every new file of one table; files that cannot be taken in are held and reported, never raised.

    `batch_gate` judges each file before its rows are committed. `progress` hears (raw table, bytes done, bytes new).
    `session`: what loads share that follow each other in one thread; they are quicker together.
    PlantError if the source's folder is missing and the plant says how to get the data; LakeError if nothing can be
    committed at all.
    """
    started = time.monotonic()
    with exclusive(settings.lake, contract.raw_name):
        shared = session or Session(settings, settings.scratch / f"duckdb_{contract.raw_name}")
        load = _Load(contract, source, plant, settings, gate=batch_gate, progress=progress, session=shared)
        before = table_version(settings.raw_path(contract.raw_name))
        try:
            batches = load.run()
        finally:
            if session is None:
                shared.close()
        after = table_version(settings.raw_path(contract.raw_name))
    return TableLoad(contract, tuple(batches), before, after, time.monotonic() - started)


@contextmanager
def opened_intake(
    contract: Contract,
    source: Source,
    settings: Settings,
    session: Session,
    *,
    gate: BatchGate | None = None,
    on_bytes: Callable[[int], None] = lambda _: None,
    files: Files | None = None,
) -> Iterator[tuple[Intake, Stage, duckdb.DuckDBPyConnection]]:
    """What takes files of one format into a stage of their own, which goes with all that was not committed."""
    folder = settings.staging_path(contract.raw_name)
    stage = Stage(folder, staged_schema(contract), contract.partition_by)
    connection = session.connection()
    intake = Intake(
        contract,
        source.timezone,
        settings,
        files=files or Files(contract, source.timezone, settings),
        stage=stage,
        scratch=settings.scratch / contract.raw_name,
        connection=connection,
        gate=gate,
        on_bytes=on_bytes,
    )
    try:
        yield intake, stage, connection
    finally:
        intake.close()
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


class _Load:
    """One call of load_table."""

    def __init__(
        self,
        contract: Contract,
        source: Source,
        plant: Plant,
        settings: Settings,
        *,
        gate: BatchGate | None,
        progress: ProgressSink | None,
        session: Session,
    ) -> None:
        self._contract = contract
        self._source = source
        self._plant = plant
        self._settings = settings
        self._gate = gate
        self._progress = progress
        self._session = session
        self._contract_hash = contract_hash(contract)
        self._scratch = settings.scratch / contract.raw_name
        self._ahead = Ahead(contract, source.timezone, settings, session)
        self._incoming = Incoming(settings, contract.raw_name, self._ahead.begin)

    def run(self) -> list[BatchResult]:
        """Results of all files, in delivery order."""
        files = discover(self._contract, self._source)
        triage = Triage(
            self._contract,
            self._source,
            self._settings,
            under=self._contract_hash,
            incoming=self._incoming,
            book=self._session.ledger,
        )
        try:
            results, fresh = triage.sort(files)
            on_bytes = self._counter(sum(copy.file.size for copy in fresh))
            for group in commit_groups(self._contract, fresh, self._settings.commit_bytes):
                results |= self._load_group(group, on_bytes)
        finally:
            self._ahead.close()
            self._incoming.close()
            shutil.rmtree(self._scratch, ignore_errors=True)
        return [results[file.name] for file in files]

    def _load_group(self, group: Sequence[Copy], on_bytes: Callable[[int], None]) -> dict[str, BatchResult]:
        """Read, judge and commit the files of one commit."""
        contract, settings = self._contract.for_file(group[0].file.name), self._settings
        times = ingestion_times(settings.lake, len(group))
        batches = [Batch(copy, at) for copy, at in zip(group, times, strict=True)]
        with opened_intake(
            contract,
            self._source,
            settings,
            self._session,
            gate=self._gate,
            on_bytes=on_bytes,
            files=self._ahead,
        ) as (intake, stage, connection):
            outcomes = self._write_down(intake.take(batches), stage, connection)
        return {outcome.batch.file.name: outcome.result for outcome in outcomes}

    def _write_down(
        self, outcomes: Sequence[Outcome], stage: Stage, connection: duckdb.DuckDBPyConnection
    ) -> Sequence[Outcome]:
        """Archive, quarantine, ledger, raw: in this order. Gives the outcomes with what they change of what is held."""
        contract, settings = self._contract, self._settings
        staged = stage.close()
        outcomes = self._compared(outcomes, staged, connection)
        kept = [outcome for outcome in outcomes if outcome.result.status == "committed"]
        for outcome in kept:
            self._incoming.keep(outcome.batch.copy)
        transactions = [outcome.result.transaction for outcome in kept]
        if any(outcome.aside.rows for outcome in kept):
            rows = (batch for outcome in kept for batch in outcome.aside.stream())
            quarantine.append_records(settings, contract.raw_name, rows, transactions)
        noted = [outcome for outcome in outcomes if outcome.result.status != "waiting"]
        attempts = [(outcome.batch.file, outcome.result) for outcome in noted]
        self._session.ledger.record(contract, self._contract_hash, attempts)
        if kept:
            metadata = {"plant": self._plant.name, "contract": f"{contract.raw_name} {contract.version}"}
            commit_batches(contract, settings, staged, transactions, metadata)
        return outcomes

    def _compared(
        self,
        outcomes: Sequence[Outcome],
        staged: Sequence[StagedFile],
        connection: duckdb.DuckDBPyConnection,
    ) -> Sequence[Outcome]:
        """Outcomes with the row difference of each batch that will be committed."""
        times = [one.batch.ingested_at for one in outcomes if one.result.status == "committed"]
        if self._contract.load_mode == "append" or not times:
            return outcomes
        diffs = row_diffs(
            self._contract,
            self._settings,
            staged,
            times,
            connection=connection,
            book=self._session.ledger,
        )
        return [
            replace(one, result=replace(one.result, diff=diffs.get(one.batch.ingested_at, RowDiff())))
            if one.result.status == "committed"
            else one
            for one in outcomes
        ]

    def _counter(self, total: int) -> Callable[[int], None]:
        done = 0

        def count(size: int) -> None:
            nonlocal done
            done += size
            if self._progress is not None:
                self._progress(self._contract.raw_name, done, total)

        return count


def commit_groups(contract: Contract, copies: Sequence[Copy], limit: int) -> Iterator[list[Copy]]:
    """Neighbours in delivery order that one reader reads, up to `limit` bytes each, at least one file."""
    group: list[Copy] = []
    size = 0
    for copy in copies:
        name = copy.file.name
        other = group and contract.for_file(name).format != contract.for_file(group[0].file.name).format
        if group and (other or size + copy.file.size > limit):
            yield group
            group, size = [], 0
        group.append(copy)
        size += copy.file.size
    if group:
        yield group
