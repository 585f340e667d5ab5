"""One form for what the three gates found: a table of rule, severity, what was expected and seen, rows, and examples.

Here: Dagster metadata made of findings and results. Not here: verdicts (``raw_metadata``, ``defs.released``), judging (``quality``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dagster import AssetCheckResult, AssetCheckSeverity, MetadataValue, TableColumn, TableRecord, TableSchema

from ingestion.batch import BatchResult, Finding
from quality.result import ExpectationResult

FINDINGS = "findings"
_COLUMNS = {
    "dataset": "string",
    "file": "string",
    "status": "string",
    "rule": "string",
    "severity": "string",
    "column": "string",
    "expected": "string",
    "observed": "string",
    "rows": "int",
    "share_pct": "float",
    "sample": "string",
    "next_step": "string",
}
_EMPTY: dict[str, str | int | float] = {
    name: 0 if kind == "int" else 0.0 if kind == "float" else "" for name, kind in _COLUMNS.items()
}
_EXAMPLES = 3


def findings_table(records: Iterable[Mapping[str, str | int | float]]) -> MetadataValue:
    """Return the records as a table; what a record does not say is empty."""
    schema = TableSchema(columns=[TableColumn(name, kind) for name, kind in _COLUMNS.items()])
    return MetadataValue.table([TableRecord({**_EMPTY, **record}) for record in records], schema=schema)


def of_finding(batch: BatchResult, finding: Finding, dataset: str) -> dict[str, str | int | float]:
    """Return what gate 1 found in a file."""
    bad = finding.rows or batch.status == "held"
    return {
        "dataset": dataset,
        "file": batch.file,
        "status": batch.status,
        "rule": finding.rule,
        "severity": finding.severity or ("critical" if bad else "info"),
        "column": finding.column or "",
        "expected": finding.expected,
        "observed": finding.observed,
        "rows": finding.rows,
        "share_pct": 100.0 * finding.rows / batch.rows_read if batch.rows_read else 0.0,
        "sample": "; ".join(str(entry.get("value", entry)) for entry in finding.sample[:_EXAMPLES]),
        "next_step": finding.message,
    }


def of_result(result: ExpectationResult, dataset: str) -> dict[str, str | int | float]:
    """Return what gate 3 found in a table; the sample names rows by their key."""
    return {
        "dataset": dataset,
        "rule": result.expectation,
        "severity": result.severity.value,
        "column": result.column,
        "expected": result.rule or result.reason,
        "observed": result.error or result.observed or ", ".join(result.sample),
        "rows": result.unexpected_count or 0,
        "share_pct": result.unexpected_pct or 0.0,
        "sample": "; ".join((result.keys or result.sample)[:_EXAMPLES]),
        "next_step": result.message,
    }


def with_findings(check: AssetCheckResult, manifest: Mapping[str, Any]) -> AssetCheckResult:
    """Return a check of a dbt test with a record in the form of the other gates if it failed."""
    if check.passed:
        return check
    metadata = dict(check.metadata or {})
    rows = _value(metadata.get("dagster_dbt/failed_row_count"))
    test = manifest["nodes"].get(str(_value(metadata.get("unique_id"))), {})
    generic = test.get("test_metadata") or {}
    arguments = {key: value for key, value in (generic.get("kwargs") or {}).items() if key != "model"}
    record = {
        "dataset": check.asset_key.to_user_string() if check.asset_key else "",
        "rule": str(generic.get("name") or check.check_name),
        "severity": "critical" if check.severity == AssetCheckSeverity.ERROR else "warning",
        "column": str(test.get("column_name") or ""),
        "expected": ", ".join(f"{key} {value}" for key, value in arguments.items())
        or str(test.get("description") or ""),
        "rows": int(rows or 0),
        "next_step": f"dbt test --select {test.get('name', check.check_name)} shows its SQL; correct the data or the model",
    }
    return check._replace(metadata={**metadata, FINDINGS: findings_table([record])})


def _value(entry: Any) -> Any:
    return getattr(entry, "value", entry)
