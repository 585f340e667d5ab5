"""Suites: the rules of one released table, as values and as YAML files.

Here: `Expectation`, reading `quality/suites/<table>.yml`, and the rules that follow from a table's
specification. Not here: evaluating them (`gx_engine`) and choosing tables (`release_gate`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from quality.errors import SuiteError
from quality.result import ExpectationResult, Severity
from quality.table_spec import TableSpec

SUITES_FOLDER = Path(__file__).parent / "suites"
COLUMN_KEYS = ("column", "column_A", "column_B", "order_by")
COLUMN_LIST_KEYS = ("column_list", "group_by")
ENTRY_KEYS = {"type", "kwargs", "severity", "reason"}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One rule: a GX expectation type with its keyword arguments, and what it means if it fails."""

    type: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.CRITICAL
    reason: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the rule reads, in the order of its arguments."""
        single = [self.kwargs[key] for key in COLUMN_KEYS if key in self.kwargs]
        several = [name for key in COLUMN_LIST_KEYS for name in self.kwargs.get(key, ())]
        return tuple(dict.fromkeys(str(name) for name in [*single, *several]))

    @property
    def rule(self) -> str:
        """The arguments as text, without the columns."""
        skip = {*COLUMN_KEYS, *COLUMN_LIST_KEYS}
        return ", ".join(f"{key} {value}" for key, value in self.kwargs.items() if key not in skip)


def result_of(expectation: Expectation, *, passed: bool) -> ExpectationResult:
    """A result that carries what the rule says of itself."""
    return ExpectationResult(
        expectation=expectation.type,
        column=", ".join(expectation.columns),
        severity=expectation.severity,
        passed=passed,
        rule=expectation.rule,
        reason=expectation.reason,
    )


def broken(expectation: Expectation, error: str) -> ExpectationResult:
    """A rule that could not be evaluated: critical, because nobody knows whether it holds."""
    return replace(result_of(expectation, passed=False), severity=Severity.CRITICAL, error=error)


def load_suites(folder: Path = SUITES_FOLDER) -> dict[str, tuple[Expectation, ...]]:
    """All suites of a folder by table. Raises SuiteError for the first file that cannot be used."""
    return {path.stem: load_suite(path) for path in sorted(folder.glob("*.yml"))}


def load_suite(path: Path) -> tuple[Expectation, ...]:
    """The rules of one file, which is named after its table."""
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SuiteError(path, "whole file", f"it cannot be read: {error}") from error
    if not isinstance(body, dict) or body.get("table") != path.stem:
        raise SuiteError(path, "table", f"expected `table: {path.stem}`, the name of the file")
    entries = body.get("expectations")
    if not isinstance(entries, list) or not entries:
        raise SuiteError(path, "expectations", "expected a list with at least one entry")
    return tuple(_parse(path, place, entry) for place, entry in enumerate(entries, 1))


def _parse(path: Path, place: int, entry: object) -> Expectation:
    """One entry of `expectations`."""
    where = f"expectation {place}"
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise SuiteError(path, where, "expected a mapping with `type`")
    unknown = sorted(set(entry) - ENTRY_KEYS)
    if unknown:
        raise SuiteError(path, where, f"unknown keys {', '.join(unknown)}")
    kwargs = entry.get("kwargs", {})
    if not isinstance(kwargs, dict):
        raise SuiteError(path, where, "expected `kwargs` to be a mapping")
    severity = str(entry.get("severity", Severity.CRITICAL.value))
    if severity not in set(Severity):
        raise SuiteError(path, where, f"severity {severity} is none of {', '.join(Severity)}")
    return Expectation(entry["type"], kwargs, Severity(severity), str(entry.get("reason", "")))


def generate_suite(table: TableSpec) -> tuple[Expectation, ...]:
    """Rules that follow from the specification: grain unique, required columns never null.

    A part of a grain of several columns may be null and then counts as a value of its own (time without an
    order, say), unless the column is required; a key of one column is always required.
    """
    required = [column.name for column in table.columns if column.required]
    if len(table.grain) == 1:
        required.insert(0, table.grain[0])
    rules = [
        Expectation("expect_column_values_to_not_be_null", {"column": name}, reason="required column")
        for name in dict.fromkeys(required)
    ]
    if len(table.grain) == 1:
        kwargs: dict[str, Any] = {"column": table.grain[0]}
        rules.append(Expectation("expect_column_values_to_be_unique", kwargs, reason="grain"))
    elif table.grain:
        kwargs = {"column_list": list(table.grain), "ignore_row_if": "never"}
        rules.append(Expectation("expect_compound_columns_to_be_unique", kwargs, reason="grain"))
    return tuple(rules)
