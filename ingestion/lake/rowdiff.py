"""What a delivery changes of what is held: rows added, changed, unchanged and deleted, counted for each batch.

Upsert tables: each row against the version of its key before it. Snapshot tables: each batch against the one before,
by key, or by the whole row where there is none. Append tables hold everything and are not compared. Counting is one
DuckDB query over the staged rows and the held ones, of which only those files are opened that can have a row of these
keys, or of the last full export. It streams and spills within the memory limit; no rows pass through Python.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb

from ingestion.batch import RowDiff
from ingestion.contracts import Contract
from ingestion.lake.ledger import Book, committed_entries
from ingestion.lake.pruning import Bounds, touched_files
from ingestion.lake.read import rows_of_files
from ingestion.lake.stage import StagedFile
from ingestion.settings import Settings
from ingestion.typing.expressions import identifier


def row_diffs(
    contract: Contract,
    settings: Settings,
    staged: Sequence[StagedFile],
    batches: Sequence[datetime],
    *,
    connection: duckdb.DuckDBPyConnection,
    book: Book,
) -> Mapping[datetime, RowDiff]:
    """By `_ingested_at` of the batches that are about to be committed; {} for append tables."""
    if contract.load_mode == "append" or not batches:
        return {}
    connection.execute(f"CREATE OR REPLACE TEMP VIEW fresh_rows AS {_fresh(contract, staged)}")
    path = settings.raw_path(contract.raw_name)
    if contract.load_mode == "upsert":
        held = touched_files(path, _bounds(contract, connection)) if path.exists() else []
        connection.execute(f"CREATE OR REPLACE TEMP VIEW held_rows AS {_hashed(contract, held)}")
        return _upserted(contract, connection)
    entries = committed_entries(settings, contract.raw_name, book)
    before = entries[-1]["ingested_at"] if entries else None
    held = touched_files(path, {"_ingested_at": (before, before)})
    connection.execute(f"CREATE OR REPLACE TEMP VIEW held_rows AS {_hashed(contract, held)}")
    found: dict[datetime, RowDiff] = {}
    for at in sorted(batches):
        found[at] = _snapshot(contract, connection, before, at)
        before = at
    return found


def _bounds(contract: Contract, connection: duckdb.DuckDBPyConnection) -> Bounds:
    """Lowest and highest value of each key column in the fresh rows."""
    names = contract.key
    asked = ", ".join(
        f"min({identifier(name)}) AS low{index}, max({identifier(name)}) AS high{index}"
        for index, name in enumerate(names)
    )
    (row,) = connection.sql(f"SELECT {asked} FROM fresh_rows").to_arrow_table().to_pylist()
    return {name: (row[f"low{index}"], row[f"high{index}"]) for index, name in enumerate(names)}


def _key(contract: Contract) -> str:
    return ", ".join(identifier(name) for name in contract.key) or "_hash"


def _hashed(contract: Contract, files: Sequence[str]) -> str:
    """Key, hash of all delivered columns, time and place of rows."""
    names = [column.name for column in contract.columns]
    values = ", ".join(identifier(name) for name in [*names, "_extra"])
    keys = "".join(f"{identifier(name)}, " for name in contract.key)
    rows = rows_of_files(contract, files)
    return f"SELECT {keys}hash({values}) AS _hash, _ingested_at, _source_row FROM ({rows})"


def _fresh(contract: Contract, staged: Sequence[StagedFile]) -> str:
    return _hashed(contract, [str(file.path) for file in staged])


def _upserted(contract: Contract, connection: duckdb.DuckDBPyConnection) -> dict[datetime, RowDiff]:
    key = _key(contract)
    found = connection.execute(f"""
        WITH relevant AS (
            SELECT *, false AS is_fresh FROM held_rows SEMI JOIN (SELECT DISTINCT {key} FROM fresh_rows) USING ({key})
            UNION ALL BY NAME SELECT *, true AS is_fresh FROM fresh_rows
        ), compared AS (
            SELECT *, lag(_hash) OVER (PARTITION BY {key} ORDER BY _ingested_at, _source_row) AS before FROM relevant
        )
        SELECT
            _ingested_at,
            count(*) FILTER (before IS NULL), count(*) FILTER (before <> _hash), count(*) FILTER (before = _hash)
        FROM compared WHERE is_fresh GROUP BY ALL
    """).fetchall()
    return {at: RowDiff(added, changed, unchanged) for at, added, changed, unchanged in found}


def _snapshot(
    contract: Contract, connection: duckdb.DuckDBPyConnection, before: datetime | None, at: datetime
) -> RowDiff:
    key = _key(contract)
    last = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _source_row DESC) = 1"
    # Not one CTE for both: it would hash the rows of all batches, which the files hold beside these two.
    rows = "(SELECT * FROM fresh_rows UNION ALL SELECT * FROM held_rows)"
    found = connection.execute(
        f"""
        WITH former AS (SELECT {key}, _hash AS old FROM {rows} WHERE _ingested_at = $before {last}),
            latter AS (SELECT {key}, _hash AS new FROM {rows} WHERE _ingested_at = $at {last})
        SELECT
            count(*) FILTER (old IS NULL), count(*) FILTER (old <> new),
            count(*) FILTER (old = new), count(*) FILTER (new IS NULL)
        FROM former FULL JOIN latter USING ({key})
        """,
        {"before": before, "at": at},
    ).fetchone()
    assert found is not None
    return RowDiff(*found)
