"""What successive full exports say about a row: when it was gone. As SQL over the log of all of them, which stays a log.

Belongs here: the column `_deleted_at` of the history of snapshot tables. Which export counts now says read.py, what a
delivery changes is counted by rowdiff.py.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from ingestion.contracts import Contract
from ingestion.drift.policy import EXTRA
from ingestion.typing.expressions import identifier

DELETED_AT = "_deleted_at"


def with_deletions(contract: Contract, rows: str, exports: Sequence[datetime]) -> str:
    """SQL of `rows` with `_deleted_at`: `_ingested_at` of the next full export if that has no row of this key, else null.

    `exports` are the `_ingested_at` of all full exports in their order, those without rows too. A row that comes back
    is a new version. Without a key the whole row counts as one.
    """
    key = ", ".join(identifier(name) for name in row_key(contract))
    following = ", ".join(f"({_instant(one)}, {_instant(then)})" for one, then in pairwise(exports))
    if not following:
        return f"SELECT *, CAST(NULL AS TIMESTAMPTZ) AS {DELETED_AT} FROM ({rows})"
    seen = (
        f"min(_ingested_at) OVER (PARTITION BY {key} ORDER BY epoch_us(_ingested_at) "
        "RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
    )
    return (
        f"SELECT delivered.* EXCLUDE (seen_again), CASE WHEN coalesce(seen_again > next_export, true) "
        f"THEN next_export END AS {DELETED_AT} FROM (SELECT *, {seen} AS seen_again FROM ({rows})) AS delivered "
        f"LEFT JOIN (VALUES {following}) AS export(this_export, next_export) ON _ingested_at = this_export"
    )


def row_key(contract: Contract) -> tuple[str, ...]:
    """Columns that tell rows of one export apart: the key, or all of the row where there is none."""
    return tuple(contract.key) or (*(column.name for column in contract.columns), EXTRA)


def _instant(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.isoformat()}'"
