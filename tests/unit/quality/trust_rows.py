"""Rows of results by hand, for tests of trust over time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from quality.trust.dimensions import dimension_of
from quality.trust.rows import QualityResult

DAY = date(2025, 10, 6)
NOW = datetime(2025, 10, 8, 5, tzinfo=UTC)
MONDAY = datetime(2025, 9, 1, 5, tzinfo=UTC)


def result_row(dataset: str, day: date, run: str, rule: str, size: int, *, bad: int = 0) -> QualityResult:
    return QualityResult(
        run, "contract", dataset, day, rule, "x", "", dimension_of(rule), "critical", bad == 0,
        "put aside" if bad else "passed", size, bad, size, "", "", NOW,
    )  # fmt: skip


def committed(day: int, rows: int, nulls: dict[str, int], **more: Any) -> dict[str, Any]:
    """What the ledger keeps of a committed file of a day."""
    written = MONDAY + timedelta(days=day)
    return {
        "raw_name": "mes__counters", "file": f"{day}", "sha256": f"{day}", "transaction": f"{day}", "recorded_at": written,
        "mtime_ns": int(written.timestamp()) * 10**9, "rows_committed": rows, "null_counts": json.dumps(nulls), **more,
    }  # fmt: skip
