"""Results of rules as rows: one per rule, batch or table, and run.

Here: the row, and rows of what gates 2 and 3 found. Not here: gate 1, whose rows come out of the ledger (`contract_rows`), and
where rows are kept (`orchestration.lib.quality_results`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

import pyarrow as pa

from quality.result import ExpectationResult, GateResult
from quality.trust.dimensions import dimension_of

EXAMPLES = 5
SCHEMA = pa.schema([
    ("run_id", pa.string()),
    ("gate", pa.string()),
    ("dataset", pa.string()),
    ("batch_date", pa.date32()),
    ("rule_name", pa.string()),
    ("column_name", pa.string()),
    ("rule_text", pa.string()),
    ("dimension", pa.string()),
    ("severity", pa.string()),
    ("is_passed", pa.bool_()),
    ("outcome", pa.string()),
    ("checked_count", pa.int64()),
    ("unexpected_count", pa.int64()),
    ("batch_row_count", pa.int64()),
    ("observed_text", pa.string()),
    ("sample_text", pa.string()),
    ("judged_at", pa.timestamp("us", tz="UTC")),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class QualityResult:
    """One rule evaluated on one batch or table by one run.

    `batch_date` is the UTC day of delivery at the contract gate, of the run at the others. `checked_count` are the rows that
    `unexpected_count` is of; a rule on the whole counts as one of one. `outcome` is what came of it: passed, put aside (rows
    to quarantine), held (the file), blocked (the release), told.
    """

    run_id: str
    gate: str
    dataset: str
    batch_date: date
    rule_name: str
    column_name: str
    rule_text: str
    dimension: str
    severity: str
    is_passed: bool
    outcome: str
    checked_count: int
    unexpected_count: int
    batch_row_count: int | None
    observed_text: str
    sample_text: str
    judged_at: datetime


def table_of(results: Iterable[QualityResult]) -> pa.Table:
    """Return the results as a table of SCHEMA."""
    return pa.Table.from_pylist([asdict(result) for result in results], SCHEMA)


def of_gates(gates: Iterable[GateResult], run_id: str, judged_at: datetime) -> Iterator[QualityResult]:
    """Give the rows of the release gate, rules that hold too."""
    for gate in gates:
        for result in gate.results:
            yield _of_result(gate, result, run_id, judged_at)


def counts(passed: bool, unexpected: int | None, looked_at: int | None) -> tuple[int, int]:
    """Return rows checked and unexpected; a rule that has no such counts is one check, kept or broken."""
    if unexpected is None or not looked_at:
        return 1, int(not passed)
    return max(looked_at, unexpected), unexpected


def _of_result(
    gate: GateResult, result: ExpectationResult, run_id: str, judged_at: datetime
) -> QualityResult:
    checked, unexpected = counts(result.passed, result.unexpected_count, result.rows_looked_at or gate.rows)
    return QualityResult(
        run_id=run_id,
        gate="release",
        dataset=gate.dataset,
        batch_date=judged_at.date(),
        rule_name=result.expectation,
        column_name=result.column,
        rule_text=result.rule or result.reason,
        dimension=dimension_of(result.expectation),
        severity=result.severity.value,
        is_passed=result.passed,
        outcome="passed" if result.passed else "blocked" if result.blocks else "told",
        checked_count=checked,
        unexpected_count=unexpected,
        batch_row_count=gate.rows,
        observed_text=result.error or result.observed,
        sample_text="" if result.passed else "\n".join((result.keys or result.sample)[:EXAMPLES]),
        judged_at=judged_at,
    )
