"""The rules of a contract beyond its columns: what ODCS says in `quality` and `slaProperties`, as value objects.

    quality:                                  # of the table, or of a property: then `column` is that property
      - type: custom
        engine: greatExpectations
        implementation:
          type: expect_column_pair_values_a_to_be_greater_than_b
          kwargs: {column_A: ended_at, column_B: started_at, or_equal: true}
        severity: critical                    # default; warning and info are shown and hold nothing
        description: work does not end before it starts
      - type: library
        metric: rowCount
        mustBeBetween: [100, 5000]
    slaProperties:
      - {property: freshness, value: 2, unit: d, element: readings.reading_at}

A critical rule that compares two columns of a row is about rows: it puts them aside. Any other is about the batch. Evaluating
stands in quality; here nothing knows which types there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from open_data_contract_standard.model import DataQuality, OpenDataContractStandard

from ingestion.errors import ContractError

SEVERITIES = ("critical", "warning", "info")
ROW_COUNT = "expect_table_row_count_to_be_between"
PAIRS = {
    "expect_column_pair_values_a_to_be_greater_than_b": ">",
    "expect_column_pair_values_to_be_equal": "=",
}
"""Types that compare two columns of a row, and how."""
_UNITS = {"s": "seconds", "min": "minutes", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class QualityRule:
    """One rule: an expectation type with its arguments, its severity and its reason."""

    type: str
    arguments: Mapping[str, Any]
    severity: str = "critical"
    reason: str = ""

    @property
    def of_rows(self) -> bool:
        """True if rows that break it are put aside one by one."""
        return self.type in PAIRS and self.severity == "critical" and "mostly" not in self.arguments


@dataclass(frozen=True)
class Freshness:
    """The newest value of `column` is at most `limit` older than the delivery of its file."""

    column: str
    limit: timedelta
    severity: str = "warning"


def quality_rules(path: Path, odcs: OpenDataContractStandard) -> tuple[QualityRule, ...]:
    """All rules of a contract's one table and its properties; ContractError for one that cannot be meant."""
    (table,) = odcs.schema_ or []
    places = [("", table.quality)] + [(prop.name or "", prop.quality) for prop in table.properties or []]
    return tuple(rule for column, items in places for rule in _rules(path, column, items or []))


def freshness(path: Path, odcs: OpenDataContractStandard) -> Freshness | None:
    """The contract's freshness, None if it names none."""
    for item in odcs.slaProperties or []:
        if item.property != "freshness":
            continue
        column = (item.element or "").rpartition(".")[2]
        try:
            limit = timedelta(**{_UNITS[item.unit or ""]: float(str(item.value))})
        except (KeyError, ValueError) as error:
            units = ", ".join(_UNITS)
            raise ContractError(
                path, f"freshness is {item.value} {item.unit}.", f"give a number and a unit: {units}."
            ) from error
        return Freshness(column, limit)
    return None


def quality_problems(
    columns: Mapping[str, str], rules: tuple[QualityRule, ...], fresh: Freshness | None
) -> Iterator[str]:
    """What rules must not say of a table with these columns (name to type)."""
    known = {*columns, "_source_row"}
    for rule in rules:
        named = [rule.arguments.get(key) for key in ("column", "column_A", "column_B", "order_by")]
        named += [*rule.arguments.get("column_list", ()), *rule.arguments.get("group_by", ())]
        if unknown := [name for name in named if name is not None and name not in known]:
            yield f"quality: {rule.type} names no property of this contract: {', '.join(map(str, unknown))}."
    if fresh is not None and columns.get(fresh.column) != "TIMESTAMPTZ":
        yield "slaProperties freshness: element must name a TIMESTAMPTZ property."


def _rules(path: Path, column: str, items: list[DataQuality]) -> Iterator[QualityRule]:
    for item in items:
        severity = item.severity or "critical"
        if severity not in SEVERITIES:
            raise ContractError(path, f"quality severity is {severity!r}.", f"use {', '.join(SEVERITIES)}.")
        kind, arguments = _meaning(path, item)
        if column and not {"column", "column_A", "column_list"} & set(arguments):
            arguments = {"column": column, **arguments}
        yield QualityRule(kind, arguments, severity, item.description or "")


def _meaning(path: Path, item: DataQuality) -> tuple[str, dict[str, Any]]:
    """Expectation type and arguments of one entry."""
    if item.type == "library" and item.metric == "rowCount":
        return ROW_COUNT, _bounds(path, item)
    if item.type == "custom" and item.engine == "greatExpectations":
        body = item.implementation
        said = yaml.safe_load(body) if isinstance(body, str) else body
        if isinstance(said, Mapping) and isinstance(said.get("type"), str):
            return said["type"], dict(said.get("kwargs") or {})
    raise ContractError(
        path,
        f"quality of type {item.type!r}, metric {item.metric!r}, engine {item.engine!r}.",
        "use the metric rowCount, or engine greatExpectations with implementation: {type, kwargs}.",
    )


def _bounds(path: Path, item: DataQuality) -> dict[str, Any]:
    """min_value and max_value of a number of rows, both inclusive."""
    if item.mustBe is not None:
        return {"min_value": item.mustBe, "max_value": item.mustBe}
    low, high = item.mustBeBetween or (item.mustBeGreaterOrEqualTo, item.mustBeLessOrEqualTo)
    low = item.mustBeGreaterThan + 1 if item.mustBeGreaterThan is not None else low
    high = item.mustBeLessThan - 1 if item.mustBeLessThan is not None else high
    bounds = {name: value for name, value in (("min_value", low), ("max_value", high)) if value is not None}
    if not bounds:
        raise ContractError(
            path, "quality metric rowCount without a bound.", "add mustBeGreaterOrEqualTo or the like."
        )
    return bounds
