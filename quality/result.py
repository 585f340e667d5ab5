"""Results of gates as plain values.

Here: what every gate returns, and how it reads as text and as JSON. Not here: the rules themselves
(`contract_gate`, `release_gate`) and any engine that evaluates them (`gx_engine`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SAMPLE_SIZE = 5
"""Offending values that a result carries; the full list is a query, not a result."""


class Severity(StrEnum):
    """What a failed rule means for the release."""

    CRITICAL = "critical"
    """Blocks: the former release stays current."""
    WARNING = "warning"
    """Published, and shown as a warning."""
    INFO = "info"
    """Published, and only noted."""


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One rule evaluated on one table.

    `column` joins several columns by ", " and is empty for a rule on the table. `unexpected_count` is rows,
    `unexpected_pct` is per cent of the rows looked at (0-100); both are None where a rule has no such count.
    `rows_looked_at` are the rows that the share is of: those with a value, for most rules. `keys` name a few bad rows
    as "column=value, ...". `error` is the text of the exception that kept the rule from being evaluated, else empty.
    """

    expectation: str
    column: str
    severity: Severity
    passed: bool
    rule: str = ""
    observed: str = ""
    unexpected_count: int | None = None
    unexpected_pct: float | None = None
    sample: tuple[str, ...] = ()
    reason: str = ""
    error: str = ""
    rows_looked_at: int | None = None
    keys: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """True if this result keeps a release from being published."""
        return not self.passed and self.severity is Severity.CRITICAL

    @property
    def message(self) -> str:
        """One line: rule, columns and what was seen instead."""
        subject = f"{self.expectation}({self.column})" if self.column else self.expectation
        if self.error:
            return f"{subject} could not be evaluated: {self.error}"
        if self.passed:
            return f"{subject} holds"
        seen = [f"expected {self.rule}"] if self.rule else []
        if self.unexpected_count is not None:
            share = f" ({self.unexpected_pct:.3g} %)" if self.unexpected_pct is not None else ""
            seen.append(f"{self.unexpected_count} rows against it{share}")
        seen += [f"observed {self.observed}"] if self.observed else []
        seen += [f"for example {', '.join(self.sample)}"] if self.sample else []
        seen += [f"in the rows {'; '.join(self.keys)}"] if self.keys else []
        seen += [self.reason] if self.reason else []
        return f"{subject} failed: {'; '.join(seen)}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form for manifests and asset metadata."""
        return {
            "expectation": self.expectation,
            "column": self.column,
            "severity": self.severity.value,
            "passed": self.passed,
            "rule": self.rule,
            "observed": self.observed,
            "unexpected_count": self.unexpected_count,
            "unexpected_pct": self.unexpected_pct,
            "rows_looked_at": self.rows_looked_at,
            "sample": list(self.sample),
            "keys": list(self.keys),
            "reason": self.reason,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class GateResult:
    """All rules of one gate on one dataset (table, or "release" for rules over all of it).

    `skipped` says why nothing was evaluated (the plant's release has no such table) and is empty otherwise.
    """

    gate: str
    dataset: str
    results: tuple[ExpectationResult, ...] = ()
    rows: int | None = None
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """True if no critical rule failed. Failed warnings leave it True; see `severity`."""
        return not any(result.blocks for result in self.results)

    @property
    def failures(self) -> tuple[ExpectationResult, ...]:
        """Failed results of any severity, critical ones first."""
        order = list(Severity)
        failed = (result for result in self.results if not result.passed)
        return tuple(sorted(failed, key=lambda result: order.index(result.severity)))

    @property
    def severity(self) -> Severity:
        """The worst severity among failed results; INFO if all passed or nothing was evaluated."""
        return self.failures[0].severity if self.failures else Severity.INFO

    @property
    def message(self) -> str:
        """One line for a log or a closing table."""
        if self.skipped:
            return f"{self.dataset}: skipped, {self.skipped}"
        if not self.failures:
            return f"{self.dataset}: {len(self.results)} rules hold"
        rest = f" (and {len(self.failures) - 1} more)" if len(self.failures) > 1 else ""
        return f"{self.dataset}: {self.failures[0].message}{rest}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form for manifests and asset metadata."""
        return {
            "gate": self.gate,
            "dataset": self.dataset,
            "passed": self.passed,
            "severity": self.severity.value,
            "rows": self.rows,
            "rules": len(self.results),
            "skipped": self.skipped,
            "message": self.message,
            "failures": [result.to_dict() for result in self.failures],
        }


def all_passed(results: Iterable[GateResult]) -> bool:
    """True if at least one dataset was evaluated and none has a failed critical rule: fails closed."""
    evaluated = [result for result in results if not result.skipped]
    return bool(evaluated) and all(result.passed for result in evaluated)
