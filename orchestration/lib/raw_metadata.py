"""What a person sees at a raw asset: schema of its contract, counts of the load, verdict of the contract gate.

Here: Dagster values made from ``Contract`` and ``TableLoad``. Not here: loading (``ingestion.load``), judging a batch
(``quality.contract_gate``), the asset factory (``raw_assets``).
"""

from __future__ import annotations

from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    DataVersion,
    MaterializeResult,
    MetadataValue,
    TableColumn,
    TableColumnConstraints,
    TableSchema,
)

from ingestion.batch import BatchResult, TableLoad
from ingestion.contracts import Column, Contract
from ingestion.errors import TundishError
from orchestration.lib.check_metadata import FINDINGS, findings_table, of_finding

CONTRACT_GATE = "contract_gate"
NOT_DELIVERED = "none"
"""Data version of a table of which no file ever came."""

FILE_RULES = frozenset(
    {
        "missing_column",
        "new_column",
        "type_changed",
        "schema_drift",
        "unexpected_column",
        "wrong_delimiter",
        "wrong_encoding",
        "unreadable_file",
        "empty_file",
        "still_written",
    }
)
"""Trouble of one file: it is held and warned about, and the other files go on. Any other rule that holds a file
doubts the data itself and blocks the release."""


def table_schema(contract: Contract) -> TableSchema:
    """Return the columns of a contract as Dagster shows them."""
    return TableSchema(columns=[_table_column(column) for column in contract.columns])


def _table_column(column: Column) -> TableColumn:
    rules = {
        "pattern": column.pattern,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "one of": ", ".join(column.enum) or None,
        "part of the key": "yes" if column.key_position is not None else None,
    }
    constraints = TableColumnConstraints(
        nullable=not column.required,
        unique=column.unique,
        other=[f"{name}: {value}" for name, value in rules.items() if value is not None],
    )
    return TableColumn(column.name, column.type, column.description, constraints)


def spec_metadata(contract: Contract) -> dict[str, Any]:
    """Return what is known about a raw table before anything is loaded."""
    return {
        "dagster/column_schema": table_schema(contract),
        "contract": MetadataValue.text(f"{contract.system}.{contract.table} {contract.version}"),
        "files": contract.files,
        "format": contract.format,
        "load_mode": contract.load_mode,
        "key": ", ".join(contract.key) or "none",
        "max_quarantined_pct": contract.max_quarantined_pct,
        **{f"sla/{name}": value for name, value in contract.sla.items()},
    }


def load_metadata(load: TableLoad) -> dict[str, Any]:
    """Return the counts of one load. rows_read = rows_committed + rows_quarantined."""
    statuses = ("committed", "known", "waiting", "held")
    return {
        "rows_read": load.rows_read,
        "rows_committed": load.rows_committed,
        "rows_quarantined": load.rows_quarantined,
        **{f"files_{status}": len(load.with_status(status)) for status in statuses},  # type: ignore[arg-type]
        **_changes(load),
        "seconds": round(load.seconds, 3),
        "delta_version": -1 if load.version_after is None else load.version_after,
    }


def _changes(load: TableLoad) -> dict[str, int]:
    """Return what the load changed of the rows held before; nothing for tables that are not compared."""
    diffs = [batch.diff for batch in load.batches if batch.diff is not None]
    names = ("added", "changed", "unchanged", "deleted") if diffs else ()
    return {f"rows_{name}": sum(getattr(diff, name) for diff in diffs) for name in names}


def materialization(load: TableLoad, not_fetched: TundishError | None = None) -> MaterializeResult[None]:
    """Return the materialization of a raw table with the verdict of its gate.

    ``not_fetched`` is why the table's system could not be asked for what is new.
    """
    key = AssetKey(load.contract.asset_key)
    version = NOT_DELIVERED if load.version_after is None else str(load.version_after)
    return MaterializeResult(
        asset_key=key,
        metadata=load_metadata(load),
        data_version=DataVersion(version),
        check_results=[gate_result(load, not_fetched)],
    )


def gate_result(load: TableLoad, not_fetched: TundishError | None = None) -> AssetCheckResult:
    """Return the contract gate's check: failed if a file is held, blocking if the data itself is in doubt.

    Quarantined rows of committed files do not fail it; they are counted and shown by rule. A system that could not
    be fetched from is a warning: what was landed before is whole. So is a rule of severity warning that a committed
    file breaks.
    """
    held = load.with_status("held")
    blocked = [batch for batch in held if blocks(batch)]
    told = [str(not_fetched)] if not_fetched else []
    told += [(blocked or held)[0].message] if held else []
    warned = [
        finding.message
        for batch in load.with_status("committed")
        for finding in batch.findings
        if finding.severity == "warning"
    ]
    told += warned[:1] if not held else []
    return AssetCheckResult(
        passed=not held and not warned and not_fetched is None,
        asset_key=AssetKey(load.contract.asset_key),
        check_name=CONTRACT_GATE,
        severity=AssetCheckSeverity.ERROR if blocked else AssetCheckSeverity.WARN,
        description=" ".join(told) or _quarantine_summary(load),
        metadata={
            "table": load.contract.raw_name,
            "rows_quarantined": load.rows_quarantined,
            "files_held": len(held),
            FINDINGS: findings_table(
                of_finding(batch, finding, load.contract.raw_name)
                for batch in load.batches
                if batch.status in {"committed", "held"}
                for finding in batch.findings
            ),
        },
    )


def blocks(batch: BatchResult) -> bool:
    """Return True if a held file doubts the data and not only itself."""
    return batch.status == "held" and any(
        finding.rule not in FILE_RULES for finding in batch.findings[:1]
    )  # the first is the reason, what follows are remarks


def _quarantine_summary(load: TableLoad) -> str:
    if not load.rows_quarantined:
        return f"{load.rows_read} rows read, all of them valid"
    return f"{load.rows_quarantined} of {load.rows_read} rows are quarantined; see tundish quarantine list"
