"""Value objects that describe what happened to delivered files. No I/O here.

Belongs here: what ingestion tells gates, orchestration and people. How it is found out stands in load.py.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from ingestion.contracts import Contract

BatchStatus: TypeAlias = Literal["committed", "held", "waiting", "known"]


@dataclass(frozen=True)
class Finding:
    """One rule that rows of a batch, or the file as a whole, broke.

    `rule` is a rule id such as `type:reading_at` or `missing_column`; `rows` is 0 for findings about the file;
    `sample` holds a few offenders as {source_row, line, value}; `message` says what was seen and the next step.
    `severity`, `expected` and `observed` are said by rules of the contract's `quality`.
    """

    rule: str
    column: str | None
    rows: int
    sample: tuple[Mapping[str, Any], ...] = ()
    message: str = ""
    severity: str = ""
    expected: str = ""
    observed: str = ""


@dataclass(frozen=True)
class StagedRows:
    """The valid rows of one file as a relation (what may follow `from`) of a DuckDB connection, with its columns by type."""

    connection: Any
    relation: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class BatchProfile:
    """What is known about one file after reading and before its commit: the input of a batch gate.

    `null_counts` are over the valid rows; `ranges` the first and last value (UTC) of timestamp columns whose range was
    noted on the way; `duplicate_keys` is the number of valid rows whose key occurred before in the same file,
    or None where it was not counted (append tables, or more rows than are worth it). `delivered_at` is when the file
    was written; `staged` opens its valid rows, for rules about them.
    """

    contract: Contract
    file: str
    sha256: str
    bytes: int
    rows_read: int
    rows_valid: int
    findings: tuple[Finding, ...] = ()
    null_counts: Mapping[str, int] = field(default_factory=dict)
    ranges: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    duplicate_keys: int | None = None
    delivered_at: datetime | None = None
    staged: Callable[[], AbstractContextManager[StagedRows]] | None = None

    @property
    def rows_quarantined(self) -> int:
        """Rows that broke a rule."""
        return self.rows_read - self.rows_valid

    @property
    def quarantined_pct(self) -> float:
        """Share of the rows that broke a rule, in percent; 0 for a file without rows."""
        return 100.0 * self.rows_quarantined / self.rows_read if self.rows_read else 0.0


@dataclass(frozen=True)
class GateVerdict:
    """A gate's answer on one batch. Findings of a passed gate are remarks."""

    passed: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class RowDiff:
    """What a batch changes of what is held; `deleted` counts rows that a full export no longer has."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0


@dataclass(frozen=True)
class BatchResult:
    """The outcome for one delivered file.

    committed: its rows are in raw. known: this content was committed by an earlier run (or under another name).
    held: nothing of it was taken in, `message` says why and what to do. waiting: it may still be written.
    For held and waiting all row counts are 0; rows_read = rows_committed + rows_quarantined always holds.
    `diff`: against what was held before, for upsert and snapshot tables. `null_counts`: committed rows without a value, by
    column, of columns that have any. `again`: the time (ns) of a full export that
    is what a former one was; 0 for content that came first.
    """

    file: str
    status: BatchStatus
    sha256: str = ""
    bytes: int = 0
    rows_read: int = 0
    rows_committed: int = 0
    rows_quarantined: int = 0
    findings: tuple[Finding, ...] = ()
    message: str = ""
    ingested_at: datetime | None = None
    diff: RowDiff | None = None
    again: int = 0
    null_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def transaction(self) -> str:
        """What the raw table's log names the batch by: its content, and its time if the content comes again."""
        return f"{self.sha256}@{self.again}" if self.again else self.sha256

    @property
    def batch_id(self) -> str:
        """The id in `_batch_id`: the first 16 hex digits of the content's sha256."""
        return self.sha256[:16]


@dataclass(frozen=True)
class TableLoad:
    """What one call of load_table did. Versions are those of the raw Delta table, None if it does not exist."""

    contract: Contract
    batches: tuple[BatchResult, ...]
    version_before: int | None
    version_after: int | None
    seconds: float = 0.0

    def with_status(self, status: BatchStatus) -> tuple[BatchResult, ...]:
        """The batches of one status, in delivery order."""
        return tuple(batch for batch in self.batches if batch.status == status)

    @property
    def rows_read(self) -> int:
        """Rows read from files that this call committed."""
        return sum(batch.rows_read for batch in self.with_status("committed"))

    @property
    def rows_committed(self) -> int:
        """Rows that this call added to raw."""
        return sum(batch.rows_committed for batch in self.with_status("committed"))

    @property
    def rows_quarantined(self) -> int:
        """Rows that this call put aside."""
        return sum(batch.rows_quarantined for batch in self.with_status("committed"))

    @property
    def changed(self) -> bool:
        """True if the raw table has a new version."""
        return self.version_before != self.version_after


BatchGate: TypeAlias = Callable[[BatchProfile], GateVerdict]
ProgressSink: TypeAlias = Callable[[str, int, int], None]
"""Called with (raw table name, bytes done, bytes total) while a table loads."""
