"""Decisions about quarantined rows: replay, release, discard, expire.

A replay judges rows again, from the archived file they came in, under the contract as it is now: those that are good by
now become raw, the others stay and are told why. A release also lets in rows that still break a rule, with a mark. Both
take the way of a load: typed query, gate, stage, one raw commit with a transaction, which decides. Rows come in under the
batch and time of their delivery, so raw is what it would be had the contract been right from the start: no later row
of the same key is overwritten, and a full export gets its own rows back. Order: records of rows judged again, the
decision, raw; a kill before the last leaves the rows open, and asking again does the same work.

Belongs here: which files are read again, and in what order things are written. The rows are chosen.py and
lake/quarantine.py, the log lake/decisions.py.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from deltalake import DeltaTable

from ingestion.batch import BatchGate, Finding
from ingestion.chosen import Chosen, PutAsideRow
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import NotRecoverableError
from ingestion.lake import quarantine
from ingestion.lake.archive import Copy, archived
from ingestion.lake.commit import UTC_MICROSECONDS, commit_batches
from ingestion.lake.decisions import DISCARDED, Decided, Decision, record_decision
from ingestion.lake.ledger import Entry, committed_entries
from ingestion.lake.locks import exclusive
from ingestion.lake.quarantine import OPEN, QuarantinedRow, Selection, list_quarantine
from ingestion.lake.stage import Stage
from ingestion.load import commit_groups, opened_intake
from ingestion.outcomes import Batch, Outcome
from ingestion.packed import Packed, stream_suffix
from ingestion.plant import Plant, Source
from ingestion.session import Session
from ingestion.settings import Settings

BatchKey = tuple[str, datetime]


@dataclass(frozen=True)
class Recovery:
    """What a replay or release came to: `taken` rows are in raw now, `kept` stay; `findings` tell which rule keeps them,
    `held` of which files nothing was taken, and why; `remarks` rules about batches that the others break."""

    taken: int = 0
    kept: int = 0
    findings: tuple[Finding, ...] = ()
    held: tuple[str, ...] = ()
    remarks: tuple[Finding, ...] = ()


def recover(
    contract: Contract,
    source: Source,
    plant: Plant,
    settings: Settings,
    *,
    selection: Selection,
    decision: Decision,
    batch_gate: BatchGate | None = None,
    dry_run: bool = False,
) -> Recovery:
    """Judge the selected rows again and take in what may be raw; `dry_run` only tells.

    `batch_gate` judges each file as raw would have it with them: if it says no, nothing of that file is taken. Rows that are in raw already are never selected. NotRecoverableError if the archive lacks a file. The caller keeps
    other runs off the home; another load of this table is waited for.
    """
    with exclusive(settings.lake, contract.raw_name):
        rows = list_quarantine(settings, contract.raw_name, selection=_recoverable(selection))
        session = Session(settings, settings.scratch / f"duckdb_{contract.raw_name}")
        try:
            work = _Recovery(
                contract, source, plant, settings, session=session, decision=decision, gate=batch_gate
            )
            return work.run(rows, dry_run=dry_run)
        finally:
            session.close()
            shutil.rmtree(settings.scratch / contract.raw_name, ignore_errors=True)


def discard(contract: Contract, settings: Settings, *, selection: Selection, decision: Decision) -> int:
    """Give up the selected open rows; their text stays in the quarantine. Gives their number."""
    with exclusive(settings.lake, contract.raw_name):
        rows = list_quarantine(settings, contract.raw_name, selection=selection)
        rows = [row for row in rows if row.state == OPEN]
        if rows:
            decided = [_decided(batch) for batch in _by_batch(rows).values()]
            record_decision(settings, contract.raw_name, decision, decided, contract_version=contract.version)
    return len(rows)


def expire(
    contracts: Sequence[Contract], plant: Plant, settings: Settings, now: datetime | None = None
) -> dict[str, int]:
    """Give up rows that waited longer than the plant's policy says; their number by raw table."""
    policy, expired = plant.quarantine, {}
    for contract in contracts:
        days = policy.days_of(contract.raw_name)
        if days is None or not DeltaTable.is_deltatable(str(settings.quarantine_path(contract.raw_name))):
            continue
        before = (now or datetime.now(UTC)) - timedelta(days=days)
        reason = f"waited longer than {days} days (quarantine.expire_after_days of plant {plant.name})"
        count = discard(
            contract,
            settings,
            selection=Selection(before=before),
            decision=Decision("expire", policy.decided_by, reason),
        )
        if count:
            expired[contract.raw_name] = count
    return expired


class _Recovery:
    """One call of recover."""

    def __init__(
        self,
        contract: Contract,
        source: Source,
        plant: Plant,
        settings: Settings,
        *,
        session: Session,
        decision: Decision,
        gate: BatchGate | None,
    ) -> None:
        self._contract = contract
        self._source = source
        self._plant = plant
        self._settings = settings
        self._session = session
        self._decision = decision
        self._gate = gate
        self._parts = 0

    def run(self, rows: Sequence[QuarantinedRow], *, dry_run: bool) -> Recovery:
        """Read the files of the rows again, one raw commit for each group of them."""
        chosen = _by_batch(rows)
        entries = {
            (entry["batch_id"], entry["ingested_at"]): entry
            for entry in committed_entries(self._settings, self._contract.raw_name, self._session.ledger)
        }
        batches = [self._batch(entries[key], waiting) for key, waiting in chosen.items()]
        outcomes: list[Outcome] = []
        for once in _rounds(batches):
            by_content = {batch.sha256: batch for batch in once}
            copies = [batch.copy for batch in once]
            for group in commit_groups(self._contract, copies, self._settings.commit_bytes):
                outcomes += self._group([by_content[copy.sha256] for copy in group], chosen, dry_run=dry_run)
        return _summary(outcomes, len(rows))

    def _batch(self, entry: Entry, rows: Sequence[QuarantinedRow]) -> Batch:
        path = archived(self._settings, entry["sha256"])
        status = path.stat()
        packed = Packed(path, status.st_size) if stream_suffix(path.name) else None
        file = Delivered(path, entry["file"], status.st_size, status.st_mtime_ns, packed)
        remembered = {row.source_row: PutAsideRow(row.line, row.raw_text, row.value) for row in rows}
        override = self._decision.decision_id if self._decision.action == "release" else ""
        chosen = Chosen(remembered, entry["rows_read"], entry["mtime_ns"], self._contract.key, override)
        return Batch(Copy(file, entry["sha256"], path), entry["ingested_at"], chosen)

    def _group(
        self,
        batches: Sequence[Batch],
        chosen: Mapping[BatchKey, Sequence[QuarantinedRow]],
        *,
        dry_run: bool,
    ) -> Sequence[Outcome]:
        contract = self._contract.for_file(batches[0].file.name)
        with opened_intake(contract, self._source, self._settings, self._session, gate=self._gate) as (
            intake,
            stage,
            _,
        ):
            outcomes = intake.take(batches)
            _check(self._contract, outcomes)
            if not dry_run:
                self._write_down(outcomes, chosen, stage)
        return outcomes

    def _write_down(
        self, outcomes: Sequence[Outcome], chosen: Mapping[BatchKey, Sequence[QuarantinedRow]], stage: Stage
    ) -> None:
        """Rows judged again, the decision, raw: in this order."""
        contract, settings = self._contract, self._settings
        staged = stage.close()
        read = [outcome for outcome in outcomes if outcome.result.status == "committed"]
        left = {_key(outcome): _left(outcome) for outcome in read}
        again = [batch for outcome in read for batch in _judged_again(outcome, chosen[_key(outcome)])]
        if again:
            quarantine.append_records(settings, contract.raw_name, again)
        taken = [
            [row for row in chosen[key] if row.source_row not in staying] for key, staying in left.items()
        ]
        decided = [_decided(rows) for rows in taken if rows]
        if not decided:
            return
        transaction = self._decision.transaction(self._parts)
        self._parts += 1
        record_decision(
            settings,
            contract.raw_name,
            self._decision,
            decided,
            contract_version=contract.version,
            transaction=transaction,
        )
        metadata = {
            "plant": self._plant.name,
            "contract": f"{contract.raw_name} {contract.version}",
            "decision": self._decision.decision_id,
        }
        commit_batches(contract, settings, staged, [transaction], metadata)


def _recoverable(selection: Selection) -> Selection:
    """The same without rows that are in raw."""
    states = tuple(state for state in selection.states if state in (OPEN, *DISCARDED))
    return replace(selection, states=states or (OPEN,))


def _rounds(batches: Sequence[Batch]) -> Iterator[list[Batch]]:
    """A full export that came again is another batch of the same file, which is read once at a time."""
    while batches:
        first = {batch.sha256: batch for batch in reversed(batches)}
        yield list(first.values())
        batches = [batch for batch in batches if first[batch.sha256] is not batch]


def _by_batch(rows: Sequence[QuarantinedRow]) -> dict[BatchKey, list[QuarantinedRow]]:
    found: dict[BatchKey, list[QuarantinedRow]] = defaultdict(list)
    for row in rows:
        found[row.batch_id, row.ingested_at].append(row)
    return dict(found)


def _decided(rows: Sequence[QuarantinedRow]) -> Decided:
    """All rows are of one batch."""
    first = rows[0]
    numbers = tuple(row.source_row for row in rows)
    return Decided(
        first.file, first.batch_id, first.ingested_at, numbers, tuple(sorted({row.rule for row in rows}))
    )


def _key(outcome: Outcome) -> BatchKey:
    return outcome.result.batch_id, outcome.batch.ingested_at


def _check(contract: Contract, outcomes: Sequence[Outcome]) -> None:
    """Every chosen row was read: it is good or bad, not gone."""
    for outcome in outcomes:
        result, chosen = outcome.result, outcome.batch.chosen
        if chosen is not None and result.status == "committed" and result.rows_read != len(chosen.rows):
            problem = f"file {result.file}: {result.rows_read} of {len(chosen.rows)} rows were found again."
            raise NotRecoverableError(
                contract.raw_name, problem, "this is a defect of the reader: keep the archive and report it."
            )


def _left(outcome: Outcome) -> set[int]:
    """Numbers of the rows that stay."""
    return {row for batch in outcome.aside.stream() for row in batch.column("source_row").to_pylist()}


def _judged_again(outcome: Outcome, before: Sequence[QuarantinedRow]) -> Iterator[pa.RecordBatch]:
    """Records of rows that stay for another rule than the one they were put aside for."""
    former = {row.source_row: (row.rule, row.expected) for row in before}
    now = pa.scalar(datetime.now(UTC), UTC_MICROSECONDS)
    for batch in outcome.aside.stream():
        asked = zip(
            *(batch.column(name).to_pylist() for name in ("source_row", "rule", "expected")), strict=True
        )
        news = batch.filter(pa.array([former[row] != (rule, expected) for row, rule, expected in asked]))
        if news.num_rows:
            at = quarantine.SCHEMA.get_field_index("judged_at")
            yield news.set_column(at, quarantine.SCHEMA.field(at), pa.repeat(now, news.num_rows))


def _summary(outcomes: Sequence[Outcome], asked: int) -> Recovery:
    read = [outcome for outcome in outcomes if outcome.result.status == "committed"]
    taken = sum(outcome.result.rows_committed for outcome in read)
    return Recovery(
        taken=taken,
        kept=asked - taken,
        findings=tuple(finding for outcome in read for finding in outcome.aside.findings),
        held=tuple(outcome.result.message for outcome in outcomes if outcome.result.status != "committed"),
        remarks=tuple(finding for outcome in read for finding in outcome.result.findings if finding.severity),
    )
