"""Two warehouse files of one home, table by table: do both targets give the same rows?

Here: the comparison. Not here: printing it (``cli.compare``), building (``dbt_build``, ``spark_build``).

Every column but DOUBLE has to be equal, as a multiset of rows. Rows are then paired in the order of all columns, and a
DOUBLE may differ from its partner by RELATIVE of the greater one or by ABSOLUTE: engines add up in another order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

RELATIVE = 1e-9
ABSOLUTE = 1e-8
ABOUT_RUNS = ("core.fct_quality_result", "marts.mart_trust__dataset_day")
"""Tables about the runs of a home, of which one target knows more than the other."""


@dataclass(frozen=True)
class TableDifference:
    """What two tables of one name differ in.

    ``unmatched`` counts rows of either side whose exact columns have no partner; ``worst`` is the greatest difference
    of a DOUBLE in units of what is allowed (at most 1 is equal) and stands in ``column``.
    """

    table: str
    rows: int
    other_rows: int
    types: tuple[str, ...] = ()
    unmatched: int = 0
    column: str = ""
    worst: float = 0.0

    @property
    def is_equal(self) -> bool:
        """True if nothing differs by more than rounding."""
        return self.rows == self.other_rows and not self.types and not self.unmatched and self.worst <= 1


def compare_warehouses(one: Path, other: Path, schemas: tuple[str, ...]) -> Iterator[TableDifference]:
    """Yield the difference of each table of ``schemas`` in either file, by name; a missing table has -1 rows."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        found = connection.execute(
            "select schema_name || '.' || table_name as name, list(database_name) from duckdb_tables() "
            "where list_contains(?, schema_name) group by name order by name",
            [list(schemas)],
        ).fetchall()
        for table, holders in found:
            if table in ABOUT_RUNS:
                continue
            if len(holders) == 2:
                yield _compare(connection, table)
            else:
                rows, other_rows = (0 if side in holders else -1 for side in ("one", "other"))
                yield TableDifference(table, rows, other_rows)


def _compare(connection: duckdb.DuckDBPyConnection, table: str) -> TableDifference:
    mine, theirs = (_types(connection, f"{side}.{table}") for side in ("one", "other"))
    rows, other_rows = (
        _number(connection, f"select count(*) from {side}.{table}") for side in ("one", "other")
    )
    if mine != theirs:
        odd = sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name))
        told = tuple(f"{name} {mine.get(name)}/{theirs.get(name)}" for name in odd)
        return TableDifference(table, int(rows), int(other_rows), types=told)
    doubles = [name for name, kind in mine.items() if kind == "DOUBLE"]
    exact = [name for name in mine if name not in doubles]
    column, worst = _worst(connection, table, exact, doubles)
    return TableDifference(
        table, int(rows), int(other_rows), (), _unmatched(connection, table, exact), column, worst
    )


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    return float(connection.execute(query).fetchall()[0][0])


def _unmatched(connection: duckdb.DuckDBPyConnection, table: str, exact: list[str]) -> int:
    columns = _names(exact)
    sides = [f"select {columns} from {side}.{table}" for side in ("one", "other")]
    both = " union all ".join(f"({a} except all {b})" for a, b in (sides, reversed(sides)))
    return int(_number(connection, f"select count(*) from ({both})"))


def _worst(
    connection: duckdb.DuckDBPyConnection, table: str, exact: list[str], doubles: list[str]
) -> tuple[str, float]:
    """The DOUBLE column with the greatest difference, in units of what is allowed; infinite against null."""
    if not doubles:
        return "", 0.0
    ordered = ", ".join(
        f"{side}_rows as (select *, row_number() over (order by {_names(exact + doubles)}) as _place from {side}.{table})"
        for side in ("one", "other")
    )
    differences = ", ".join(f"max({_difference(name)})" for name in doubles)
    joined = f"select {differences} from one_rows as one inner join other_rows as other using (_place)"
    row = connection.execute(f"with {ordered} {joined}").fetchall()[0]
    worst = max(zip((value or 0.0 for value in row), doubles, strict=True))
    return (worst[1], worst[0]) if worst[0] else ("", 0.0)


def _difference(name: str) -> str:
    one, other = f'one."{name}"', f'other."{name}"'
    allowed = f"greatest({RELATIVE} * greatest(abs({one}), abs({other})), {ABSOLUTE})"
    return (
        f"case when ({one} is null) <> ({other} is null) then 'infinity'::double "
        f"when {one} = {other} then 0 else abs({one} - {other}) / {allowed} end"
    )


def _names(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
