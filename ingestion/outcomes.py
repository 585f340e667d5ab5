"""What comes of a delivered file: a batch to take in, and the result that is reported for it.

Belongs here: building results from profiles, errors and gate verdicts. Who judges stands in verdict.py.
"""

from dataclasses import dataclass, field
from datetime import datetime

from ingestion.batch import BatchProfile, BatchResult, Finding
from ingestion.chosen import Chosen
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import FileChangedError, FileError
from ingestion.lake.archive import Copy
from ingestion.putaside import PutAside
from ingestion.shaping import Origin


@dataclass(frozen=True)
class Batch:
    """A file whose content is new, as the copy that was made of it; or, with `chosen`, some rows of one that is not."""

    copy: Copy
    ingested_at: datetime
    chosen: Chosen | None = None

    @property
    def file(self) -> Delivered:
        """The file as it was delivered."""
        return self.copy.file

    @property
    def sha256(self) -> str:
        """The hash of its content."""
        return self.copy.sha256

    @property
    def origin(self) -> Origin:
        """The values of the technical columns."""
        return Origin(self.file.name, self.sha256[:16], self.ingested_at)


@dataclass(frozen=True)
class Outcome:
    """A judged file: its rows are staged if the result says committed, its bad rows are in `aside`."""

    batch: Batch
    result: BatchResult
    aside: PutAside = field(default_factory=PutAside)


def waiting_result(contract: Contract, file: Delivered, reason: str) -> BatchResult:
    """A file that may still be written: nothing of it is taken in now."""
    error = FileChangedError(contract.raw_name, file.name, reason)
    finding = Finding(rule=error.rule, column=None, rows=0, message=str(error))
    return BatchResult(file.name, "waiting", bytes=file.size, findings=(finding,), message=str(error))


def held_result(batch: Batch, findings: tuple[Finding, ...], message: str) -> BatchResult:
    """Nothing of the file was taken in."""
    return BatchResult(
        file=batch.file.name,
        status="held",
        sha256=batch.sha256,
        bytes=batch.file.size,
        findings=findings,
        message=message,
    )


def committed_result(batch: Batch, profile: BatchProfile, remarks: tuple[Finding, ...]) -> BatchResult:
    """The good rows are staged; the status becomes true with the commit."""
    return BatchResult(
        file=batch.file.name,
        status="committed",
        sha256=batch.sha256,
        bytes=batch.file.size,
        rows_read=profile.rows_read,
        rows_committed=profile.rows_valid,
        rows_quarantined=profile.rows_quarantined,
        findings=(*profile.findings, *remarks),
        ingested_at=batch.ingested_at,
        again=batch.file.mtime_ns if batch.copy.again else 0,
        null_counts={name: count for name, count in profile.null_counts.items() if not name.startswith("_")},
    )


def held(batch: Batch, error: FileError, remarks: tuple[Finding, ...] = ()) -> Outcome:
    """A file that cannot be taken in, with the error as its first finding."""
    finding = Finding(rule=error.rule, column=None, rows=0, message=str(error))
    return Outcome(batch, held_result(batch, (finding, *remarks), str(error)))
