"""Rows of results by hand, for tests of trust over time."""

from __future__ import annotations

from datetime import UTC, date, datetime

from quality.trust.dimensions import dimension_of
from quality.trust.rows import QualityResult

DAY = date(2025, 10, 6)
NOW = datetime(2025, 10, 8, 5, tzinfo=UTC)


def result_row(dataset: str, day: date, run: str, rule: str, size: int, *, bad: int = 0) -> QualityResult:
    return QualityResult(
        run, "contract", dataset, day, rule, "x", "", dimension_of(rule), "critical", bad == 0,
        "put aside" if bad else "passed", size, bad, size, "", "", NOW,
    )  # fmt: skip
