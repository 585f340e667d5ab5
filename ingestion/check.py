"""Checking files without taking them in: the pipeline's own readers, rules and gate, and no commit.

Belongs here: which contract a file belongs to, and what is wrong with it. How it is read and judged: intake.py; what
is printed: orchestration. Nothing is written beside a scratch folder that goes at the end.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingestion.batch import BatchGate, BatchResult, Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered, discover
from ingestion.errors import ConfigurationError
from ingestion.files import Files
from ingestion.intake import Intake
from ingestion.lake.archive import Incoming
from ingestion.lake.stage import Stage
from ingestion.outcomes import Batch, Outcome
from ingestion.plant import Source
from ingestion.session import connect
from ingestion.settings import Settings
from ingestion.shaping import staged_schema

SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True)
class BadRow:
    """A row that breaks a rule. `line` is 1-based; of formats without lines it is the row."""

    line: int
    rule: str
    column: str | None
    value: str | None
    expected: str


@dataclass(frozen=True)
class Checked:
    """One file: what a load would report, and the first rows that it would put aside."""

    path: Path
    contract: Contract
    result: BatchResult
    bad_rows: tuple[BadRow, ...] = ()

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """Findings about the file as a whole, such as columns that the contract does not know."""
        return tuple(finding for finding in self.result.findings if finding.rows == 0 or not finding.sample)

    @property
    def passed(self) -> bool:
        """True if every row would be taken in and every column is known."""
        known = all(finding.rule != "unexpected_column" for finding in self.result.findings)
        return known and self.result.status == "committed" and self.result.rows_quarantined == 0


def matched(contracts: Sequence[Contract], paths: Sequence[Path]) -> Iterator[tuple[Contract, Delivered]]:
    """The files at `paths` (a folder: all that lie in it) with the contract that would read them.

    ConfigurationError for a path that does not exist and for a CSV or Parquet file that no contract looks for.
    """
    for path in paths:
        if not path.exists():
            raise ConfigurationError(path, "there is no such file or folder.", "check the path.")
        folder = path if path.is_dir() else path.parent
        found = {
            (file.packed.container if file.packed else file.path, file.name): (contract, file)
            for contract in contracts
            for file in discover(contract, Source(contract.system, folder, "", "UTC"))
        }
        known = {place for place, _ in found}
        asked = sorted(folder.iterdir()) if path.is_dir() else [path]
        for place in asked:
            if place not in known and (place == path or place.suffix.lower() in SUFFIXES):
                raise ConfigurationError(
                    place,
                    "no template has a file of this name.",
                    "name it <entity>.csv or <entity>.<anything>.csv (or .parquet): tundish template list.",
                )
        yield from (pair for (place, _), pair in sorted(found.items()) if place in asked)


def check_file(
    contract: Contract, file: Delivered, zone: str, settings: Settings, *, gate: BatchGate, limit: int = 20
) -> Checked:
    """Read and judge one file as a load would; of the rows that break rules the first `limit` are kept.

    Local times are meant in `zone`. Nothing of the home in `settings` is read or written.
    """
    with tempfile.TemporaryDirectory(prefix="tundish-check-") as folder:
        apart = settings.model_copy(update={"home": Path(folder)})
        outcome = _judged(contract.for_file(file.name), file, zone, apart, gate)
        rows = tuple(_bad_rows(outcome, limit))
    return Checked(file.path, contract, outcome.result, rows)


def _judged(contract: Contract, file: Delivered, zone: str, settings: Settings, gate: BatchGate) -> Outcome:
    scratch = settings.scratch / contract.raw_name
    scratch.mkdir(parents=True)
    incoming = Incoming(settings, contract.raw_name)
    batch = Batch(incoming.take(file), datetime.now(UTC))
    stage = Stage(settings.lake, staged_schema(contract), contract.partition_by)
    connection = connect(settings, scratch)
    intake = Intake(
        contract,
        zone,
        settings,
        files=Files(contract, zone, settings),
        stage=stage,
        scratch=scratch,
        connection=connection,
        gate=gate,
        on_bytes=lambda _: None,
    )
    try:
        (outcome,) = intake.take([batch])
    finally:
        intake.close()
        connection.close()
        stage.close()
        incoming.close()
    return outcome


def _bad_rows(outcome: Outcome, limit: int) -> Iterator[BadRow]:
    """The rows put aside, or where the whole file is held for them, the samples that its findings show."""
    kept = [row for batch in outcome.aside.stream() for row in batch.slice(0, limit).to_pylist()][:limit]
    for row in kept:
        yield BadRow(row["line"], row["rule"], row["column"], row["value"], row["expected"])
    for finding in outcome.result.findings if not kept else ():
        for sample in finding.sample if finding.rows else ():
            yield BadRow(sample["line"], finding.rule, finding.column, sample["value"], "")
