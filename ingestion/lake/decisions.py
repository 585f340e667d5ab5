"""The audit log of the quarantine: what people decided about rows that were put aside, in the Delta table <lake>/decisions.

One row per decision and file. A decision that brings rows into raw (replay, release) counts only if the raw table's
log holds its transaction, as a batch does; one that does not (discard, expire) counts when it stands here. Of several
decisions on a row the last counts, so a discarded row can still be replayed. Nothing is ever deleted from this log.

Belongs here: writing and reading the log. Which rows may be decided on says lake/quarantine.py, bringing them into raw
ingestion/recover.py.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable

from ingestion.errors import ConfigurationError
from ingestion.lake.commit import UTC_MICROSECONDS, add_rows
from ingestion.lake.locks import exclusive, ingestion_times
from ingestion.lake.transactions import committed_hashes
from ingestion.settings import Settings

Action: TypeAlias = Literal["replay", "release", "discard", "expire"]
STATES = {"replay": "replayed", "release": "released", "discard": "discarded", "expire": "expired"}
RECOVERED = ("replayed", "released")
"""States of rows that are in raw by now."""
DISCARDED = ("discarded", "expired")
"""States of rows that a person gave up, by word or by the plant's policy."""
_PREFIX = "decision:"

SCHEMA = pa.schema(
    [
        pa.field("decided_at", UTC_MICROSECONDS),
        pa.field("decision_id", pa.string()),
        pa.field("action", pa.string()),
        pa.field("decided_by", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("raw_name", pa.string()),
        pa.field("file", pa.string()),
        pa.field("batch_id", pa.string()),
        pa.field("ingested_at", UTC_MICROSECONDS),
        pa.field("rows", pa.int64()),
        pa.field("source_rows", pa.list_(pa.int64())),
        pa.field("rules", pa.list_(pa.string())),
        pa.field("contract_version", pa.string()),
        pa.field("transaction", pa.string()),
    ]
)


@dataclass(frozen=True)
class Decision:
    """What somebody decided, and why; ConfigurationError without a name or a reason."""

    action: Action
    decided_by: str
    reason: str
    decision_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        """Refuse a decision that nobody answers for."""
        for option, text in (("--by", self.decided_by), ("--reason", self.reason)):
            if not text.strip():
                raise ConfigurationError(
                    f"quarantine {self.action}",
                    f"{option} is empty.",
                    "say who decides and why: both go into the audit log (--by also as TUNDISH_PERSON).",
                )

    def transaction(self, part: int) -> str:
        """What the raw table's log names a commit of this decision by; `part` tells its commits apart."""
        return f"{_PREFIX}{self.decision_id}.{part}"


@dataclass(frozen=True)
class Decided:
    """The rows of one batch that a decision is about: ascending record numbers, and the rules they broke."""

    file: str
    batch_id: str
    ingested_at: datetime
    source_rows: tuple[int, ...]
    rules: tuple[str, ...]


def record_decision(
    settings: Settings,
    raw_name: str,
    decision: Decision,
    decided: Sequence[Decided],
    *,
    contract_version: str = "",
    transaction: str | None = None,
) -> None:
    """Write a decision down, in one commit; the times of decisions rise strictly."""
    (now,) = ingestion_times(settings.lake, 1)
    about: dict[str, Any] = {
        "decided_at": now,
        "decision_id": decision.decision_id,
        "action": decision.action,
        "decided_by": decision.decided_by,
        "reason": decision.reason,
        "raw_name": raw_name,
        "contract_version": contract_version,
        "transaction": transaction,
    }
    rows = [
        about
        | {
            "file": one.file,
            "batch_id": one.batch_id,
            "ingested_at": one.ingested_at,
            "rows": len(one.source_rows),
            "source_rows": list(one.source_rows),
            "rules": list(one.rules),
        }
        for one in decided
    ]
    with exclusive(settings.lake, "decisions"):
        path = settings.decisions_path
        opened = DeltaTable(path) if DeltaTable.is_deltatable(str(path)) else None
        add_rows(path, opened, pa.Table.from_pylist(rows, SCHEMA))


def counting_decisions(settings: Settings, raw_name: str | None = None) -> pa.Table:
    """The decisions that count, of one raw table or of all, oldest first; columns as SCHEMA."""
    path = settings.decisions_path
    if not DeltaTable.is_deltatable(str(path)):
        return SCHEMA.empty_table()
    dataset = ds.dataset(DeltaTable(path).file_uris(), schema=SCHEMA, format="parquet")
    rows = dataset.to_table(filter=None if raw_name is None else ds.field("raw_name") == raw_name)
    done = {
        transaction
        for name in set(rows.column("raw_name").to_pylist())
        for transaction in committed_hashes(settings.raw_path(name))
        if is_decision(transaction)
    }
    given = rows.column("transaction")
    counts = pc.or_(pc.is_null(given), pc.is_in(given, pa.array(done, pa.string())))
    return rows.filter(counts).sort_by("decided_at")


def is_decision(transaction: str) -> bool:
    """True if a transaction of a raw table is that of a decision, not that of a delivered file."""
    return transaction.startswith(_PREFIX)
