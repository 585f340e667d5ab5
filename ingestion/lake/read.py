"""Reading the lake back: pinned versions and the views that dbt builds on.

A pinned table is a version and the list of its Parquet files, so what dbt reads cannot change under it. The views
give raw its meaning: append tables as they are, upsert tables by the latest row of each key, snapshot tables by the
latest batch; `<table>__history` always has every row version, that of a snapshot table with the time of its deletion.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ingestion.contracts import TECHNICAL_FIELDS, Contract
from ingestion.errors import LakeError, UnsupportedTableError
from ingestion.lake.fill import filled
from ingestion.lake.ledger import committed_entries
from ingestion.lake.snapshots import with_deletions
from ingestion.settings import Settings
from ingestion.typing.expressions import identifier, literal

_READER_VERSION = 1  # no deletion vectors, no column mapping, no timestampNtz
_TECHNICAL_TYPES = {pa.string(): "VARCHAR", pa.int64(): "BIGINT"}


@dataclass(frozen=True)
class PinnedTable:
    """One version of a raw table. `exports` are `_ingested_at` of all full exports of a snapshot table, in their order."""

    version: int
    files: tuple[str, ...]
    exports: tuple[datetime, ...] = ()


def pin_tables(contracts: Iterable[Contract], settings: Settings) -> dict[str, PinnedTable]:
    """The current version of every raw table that exists, by raw name; UnsupportedTableError for foreign features."""
    return {
        contract.raw_name: _pin(contract, settings)
        for contract in contracts
        if DeltaTable.is_deltatable(str(settings.raw_path(contract.raw_name)))
    }


def count_rows(contract: Contract, settings: Settings) -> int | None:
    """Rows of a raw table by its log's statistics, None if it was never delivered; LakeError if it does not open."""
    path = settings.raw_path(contract.raw_name)
    if not DeltaTable.is_deltatable(str(path)):
        return None
    try:
        actions = DeltaTable(path).get_add_actions(flatten=True)
    except DeltaError as error:
        step = (
            f"put {path} back from a backup, or delete it: the archive holds every file that it was made of."
        )
        raise LakeError(contract.raw_name, f"the Delta table does not open: {error}", step) from error
    return sum(actions.column("num_records").to_pylist()) if actions.num_rows else 0


def create_raw_views(
    duckdb_path: Path, contracts: Iterable[Contract], pins: Mapping[str, PinnedTable]
) -> None:
    """Create or replace schema raw in the warehouse: two views per contract, empty but typed where nothing is pinned."""
    duckdb_path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(duckdb_path)) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
        for contract in contracts:
            for statement in view_statements(contract, pins.get(contract.raw_name)):
                connection.execute(statement)


def held_rows(contract: Contract, settings: Settings) -> tuple[set[str], str]:
    """The contract's columns that its raw table has, and SQL of all its rows; nothing and "" if it holds no rows."""
    pin = pin_tables([contract], settings).get(contract.raw_name)
    if pin is None or not pin.files:
        return set(), ""
    there = {field.name for field in DeltaTable(settings.raw_path(contract.raw_name)).schema().fields}
    columns = tuple(column for column in contract.columns if column.name in there)
    return {column.name for column in columns}, rows_of_files(replace(contract, columns=columns), pin.files)


def view_statements(contract: Contract, pin: PinnedTable | None) -> tuple[str, str]:
    """SQL of the history view and of the current view."""
    history = f"raw.{identifier(contract.raw_name + '__history')}"
    current = f"raw.{identifier(contract.raw_name)}"
    rows = rows_of_files(contract, pin.files if pin is not None else ())
    exports = pin.exports if pin is not None else ()
    snapshot = contract.load_mode == "snapshot"
    return (
        f"CREATE OR REPLACE VIEW {history} AS {with_deletions(contract, rows, exports) if snapshot else rows}",
        f"CREATE OR REPLACE VIEW {current} AS {_current(contract, rows, exports)}",
    )


def _pin(contract: Contract, settings: Settings) -> PinnedTable:
    table = DeltaTable(settings.raw_path(contract.raw_name))
    protocol = table.protocol()
    features = list(protocol.reader_features or [])
    if protocol.min_reader_version > _READER_VERSION or features:
        named = features or [f"reader version {protocol.min_reader_version}"]
        raise UnsupportedTableError(contract.raw_name, named)
    entries = committed_entries(settings, contract.raw_name) if contract.load_mode == "snapshot" else []
    exports = tuple(entry["ingested_at"] for entry in entries)
    return PinnedTable(table.version(), tuple(sorted(table.file_uris())), exports)


def raw_types(contract: Contract) -> dict[str, str]:
    """Columns of a raw table with their DuckDB types, the technical ones last."""
    technical = {field.name: _TECHNICAL_TYPES.get(field.type, "TIMESTAMPTZ") for field in TECHNICAL_FIELDS}
    return {column.name: column.type for column in contract.columns} | technical


def _no_rows(contract: Contract) -> str:
    columns = ", ".join(
        f"CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in raw_types(contract).items()
    )
    return f"SELECT {columns} WHERE false"


def rows_of_files(contract: Contract, paths: Iterable[str]) -> str:
    """SQL of all rows of Parquet files of a raw table as the contract has them now; no rows if there is no file."""
    files = ", ".join(literal(path) for path in paths)
    if not files:
        return _no_rows(contract)
    columns = ", ".join(
        f"CAST({identifier(name)} AS {kind}) AS {identifier(name)}"
        for name, kind in raw_types(contract).items()
    )
    partitions = ", ".join(f"{literal(name)}: {raw_types(contract)[name]}" for name in contract.partition_by)
    hive = f"hive_partitioning=true, hive_types={{{partitions}}}" if partitions else "hive_partitioning=false"
    read = f"SELECT * FROM read_parquet([{files}], union_by_name=true, {hive})"
    # by name with no rows of all columns: files that were written before a column came lack it
    return filled(contract, f"SELECT {columns} FROM ({read} UNION ALL BY NAME {_no_rows(contract)})")


def _current(contract: Contract, rows: str, exports: Sequence[datetime]) -> str:
    if contract.load_mode == "upsert":
        keys = ", ".join(identifier(name) for name in contract.key)
        newest = f"row_number() OVER (PARTITION BY {keys} ORDER BY _ingested_at DESC, _source_row DESC) = 1"
        return f"SELECT * FROM ({rows}) QUALIFY {newest}"
    if exports:
        return f"SELECT * FROM ({rows}) WHERE _ingested_at = TIMESTAMPTZ '{exports[-1].isoformat()}'"
    return rows
