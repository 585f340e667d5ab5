"""One table on its way from the warehouse into a candidate: columns, explicit types, comments.

Here: which types a release may hold and the SQL that writes one table. Not here: which tables are released
(dbt manifest, read in `orchestration/`) and the rules on their content (`quality/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from quality.table_spec import ColumnSpec, TableSpec, released_type
from serving.errors import ReleaseBuildError
from serving.layout import DATASET_FOLDERS, RELEASE_COLUMN, Candidate
from serving.manifest import ReleasedTable

WarehouseColumns = Mapping[tuple[str, str], Mapping[str, str]]
"""(schema, table) -> column -> DuckDB type, in the table's order."""

ROW_GROUP_ROWS = 61_440
"""Half of what the engine takes by itself: a table is in memory by row groups while it is written, which costs 5 % of size."""
BI_TYPES = {"BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMPTZ", "BOOLEAN"}
DECIMAL = re.compile(r"DECIMAL\(\d+,\d+\)")


def read_warehouse_columns(connection: duckdb.DuckDBPyConnection) -> WarehouseColumns:
    """Columns of all tables and views of the attached database `warehouse`."""
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = 'warehouse' order by schema_name, table_name, column_index"
    ).fetchall()
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, data_type in rows:
        found.setdefault((schema, table), {})[column] = data_type
    return found


def bi_type(table: str, column: str, data_type: str) -> str:
    """The type that a released column gets. Raises ReleaseBuildError for a type that has no safe one.

    A TIMESTAMP without zone is refused: nobody could say later which clock it shows.
    """
    name = released_type(data_type)
    if name in BI_TYPES or DECIMAL.fullmatch(name):
        return name
    raise ReleaseBuildError(
        table,
        f"column {column} has type {data_type}, which BI tools cannot read safely",
        f"cast it in the model to one of {', '.join(sorted(BI_TYPES))} or DECIMAL(18,4).",
    )


def typed_columns(table: TableSpec, found: WarehouseColumns) -> dict[str, str]:
    """Released columns and types: the specification's, or the warehouse's if it names none."""
    there = found.get((table.schema, table.name))
    if there is None:
        raise ReleaseBuildError(
            f"{table.schema}.{table.name}",
            "the warehouse has no such table",
            "run `dbt build`, or disable the model for this plant.",
        )
    specified = table.columns or tuple(ColumnSpec(name, kind) for name, kind in there.items())
    missing = [column.name for column in specified if column.name not in there]
    if missing:
        raise ReleaseBuildError(
            f"{table.schema}.{table.name}",
            f"columns {', '.join(missing)} are specified but not in the warehouse",
            "rebuild the model, or correct its yml.",
        )
    return {column.name: bi_type(table.name, column.name, column.data_type) for column in specified}


def export_table(
    connection: duckdb.DuckDBPyConnection, table: TableSpec, found: WarehouseColumns, candidate: Candidate
) -> ReleasedTable:
    """Write one table into the candidate; needs databases `warehouse` and `release` attached."""
    columns = typed_columns(table, found) | {RELEASE_COLUMN: "VARCHAR"}
    file = f"{DATASET_FOLDERS[table.dataset]}/{table.name}.parquet"
    source = _select(table, columns, candidate.release_id)
    try:
        connection.begin()  # one transaction a table: by itself each comment waits for the disk
        if table.dataset == "bi":
            target = f"release.main.{_name(table.name)}"
            connection.execute(f"create table {target} as {source}")
            _comment(connection, table, target)
            source = f"from {target}"
        path = str(candidate.folder / file).replace("'", "''")
        copied = connection.execute(
            f"copy ({source}) to '{path}' (format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS})"
        ).fetchall()
        connection.commit()
    except duckdb.Error as error:
        raise ReleaseBuildError(
            f"{table.schema}.{table.name}", str(error), "correct the value or the type in the model."
        ) from error
    rows = int(copied[0][0])
    return ReleasedTable(table.name, table.dataset, rows, file, columns, table.grain, table.description)


def _select(table: TableSpec, columns: Mapping[str, str], release_id: str) -> str:
    """SQL of the table with explicit types and the release id in each row."""
    casts = [
        f"cast({_name(name)} as {kind}) as {_name(name)}"
        for name, kind in columns.items()
        if name != RELEASE_COLUMN
    ]
    casts.append(f"'{release_id}' as {RELEASE_COLUMN}")
    return f"select {', '.join(casts)} from warehouse.{_name(table.schema)}.{_name(table.name)}"


def _comment(connection: duckdb.DuckDBPyConnection, table: TableSpec, target: str) -> None:
    """Carry the descriptions along, so that a SQL tool shows what a column means."""
    if table.description:
        connection.execute(f"comment on table {target} is {_text(table.description)}")
    for column in table.columns:
        if column.description:
            connection.execute(
                f"comment on column {target}.{_name(column.name)} is {_text(column.description)}"
            )


def _name(identifier: str) -> str:
    """Quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    """Quoted SQL string."""
    return "'" + value.replace("'", "''") + "'"
