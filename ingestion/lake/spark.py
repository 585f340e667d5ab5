"""Raw in a Spark session: the SQL that registers each Delta table at its pinned version and gives it its meaning.

Belongs here: the Spark words for what lake/read.py says to DuckDB: history, latest row of each key, latest batch.
Does not belong here: opening a session (orchestration.lib.spark_dbt).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from deltalake import DeltaTable

from ingestion.contracts import Contract
from ingestion.errors import LakeError
from ingestion.lake.fill import filled
from ingestion.lake.read import PinnedTable, raw_types
from ingestion.lake.snapshots import DELETED_AT, row_key
from ingestion.settings import Settings

_TYPES = {"VARCHAR": "STRING", "TIMESTAMPTZ": "TIMESTAMP"}


def spark_statements(
    contracts: Iterable[Contract], pins: Mapping[str, PinnedTable], settings: Settings
) -> list[str]:
    """SQL for schema `lake` with the Delta tables and schema `raw` with two views per contract, typed by it.

    Raises LakeError for a table with accepted columns: their values in `_extra` are typed by DuckDB only.
    """
    statements = ["CREATE SCHEMA IF NOT EXISTS lake", "CREATE SCHEMA IF NOT EXISTS raw"]
    for contract in contracts:
        pin = pins.get(contract.raw_name)
        path = settings.raw_path(contract.raw_name)
        if pin is not None:
            _require_no_accepted_columns(contract)
            statements.append(register_table("lake", contract.raw_name, path))
        rows = _rows(contract, pin, _columns(path, pin))
        views = {"__history": _history(contract, pin, rows), "": _current(contract, pin, rows)}
        for suffix, query in views.items():
            name = _quoted(contract.raw_name + suffix)
            statements.append(f"CREATE OR REPLACE VIEW raw.{name} AS {query}")
    return statements


def register_table(schema: str, name: str, path: Path) -> str:
    """SQL that makes the Delta table at `path` known to the session."""
    return f"CREATE TABLE IF NOT EXISTS {schema}.{_quoted(name)} USING DELTA LOCATION '{path}'"


def delta_files(path: Path) -> list[str]:
    """The Parquet files of a Delta table as it is now; DeltaError if there is none."""
    return sorted(DeltaTable(path).file_uris())


def _require_no_accepted_columns(contract: Contract) -> None:
    if filled(contract, "rows") != "rows":
        raise LakeError(
            contract.raw_name,
            "columns that were accepted later are read from `_extra`, which the target spark cannot do.",
            "build with --target duckdb.",
        )


def _columns(path: Path, pin: PinnedTable | None) -> set[str]:
    if pin is None:
        return set()
    return {field.name for field in DeltaTable(path, version=pin.version).schema().fields}


def _rows(contract: Contract, pin: PinnedTable | None, there: set[str]) -> str:
    columns = ", ".join(
        f"CAST({_quoted(name) if name in there else 'NULL'} AS {_type(kind)}) AS {_quoted(name)}"
        for name, kind in raw_types(contract).items()
    )
    if pin is None:
        return f"SELECT {columns} WHERE false"
    return f"SELECT {columns} FROM lake.{_quoted(contract.raw_name)} VERSION AS OF {pin.version}"


def _history(contract: Contract, pin: PinnedTable | None, rows: str) -> str:
    """All versions of rows; those of a snapshot table with the time of their deletion, as snapshots.py has it."""
    if contract.load_mode != "snapshot":
        return rows
    following = ", ".join(
        f"({_instant(one)}, {_instant(then)})" for one, then in pairwise(pin.exports if pin else ())
    )
    if not following:
        return f"SELECT *, CAST(NULL AS TIMESTAMP) AS {DELETED_AT} FROM ({rows}) AS delivered"
    key = ", ".join(map(_quoted, row_key(contract)))
    seen = (
        f"min(_ingested_at) OVER (PARTITION BY {key} ORDER BY unix_micros(_ingested_at) "
        "RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
    )
    return (
        f"SELECT {_names(contract)}, CASE WHEN coalesce(seen_again > next_export, true) THEN next_export END "
        f"AS {DELETED_AT} FROM (SELECT *, {seen} AS seen_again FROM ({rows}) AS versions) AS delivered "
        f"LEFT JOIN (VALUES {following}) AS export(this_export, next_export) ON _ingested_at = this_export"
    )


def _current(contract: Contract, pin: PinnedTable | None, rows: str) -> str:
    if contract.load_mode == "upsert":
        keys = ", ".join(map(_quoted, contract.key))
        newest = f"row_number() OVER (PARTITION BY {keys} ORDER BY _ingested_at DESC, _source_row DESC)"
        ranked = f"(SELECT *, {newest} AS _version_rank FROM ({rows}) AS versions) AS ranked"
        return f"SELECT {_names(contract)} FROM {ranked} WHERE _version_rank = 1"
    if pin is not None and pin.exports:
        return f"SELECT * FROM ({rows}) AS versions WHERE _ingested_at = {_instant(pin.exports[-1])}"
    return rows


def _names(contract: Contract) -> str:
    return ", ".join(map(_quoted, raw_types(contract)))


def _instant(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.isoformat()}'"


def _type(kind: str) -> str:
    return f"ARRAY<{_type(kind[:-2])}>" if kind.endswith("[]") else _TYPES.get(kind, kind)


def _quoted(name: str) -> str:
    return f"`{name}`"
