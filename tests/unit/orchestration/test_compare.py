"""The comparer of two warehouse files: what is equal, and that each kind of difference is found."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.cli import compare as command
from orchestration.cli.frame import Exit, Place
from orchestration.lib.compare import TableDifference, compare_warehouses

ROWS = (
    "select * from (values ('a', 1, 0.1::double), ('a', 1, 0.1::double), ('b', null, null)) as t (key, n, x)"
)


def warehouse(path: Path, *statements: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core")
        for statement in statements:
            connection.execute(statement)
    return path


def difference(folder: Path, other: str) -> TableDifference:
    one = warehouse(folder / "one.duckdb", f"create table core.t as {ROWS}")
    two = warehouse(folder / "two.duckdb", f"create table core.t as {other}")
    (found,) = compare_warehouses(one, two, ("core",))
    return found


@pytest.mark.parametrize(
    "other",
    [
        f"{ROWS} order by key desc",
        f"select key, n, x * (1 + 5e-10) as x from ({ROWS})",
        f"select key, n, x + 9e-9 as x from ({ROWS})",
    ],
)
def test_order_and_rounding_do_not_count(tmp_path: Path, other: str) -> None:
    assert difference(tmp_path, other).is_equal


@pytest.mark.parametrize(
    ("other", "field", "seen"),
    [
        (f"{ROWS} limit 2", "other_rows", 2),
        (f"select 'z' || key as key, n, x from ({ROWS})", "unmatched", 6),
        (f"select key, coalesce(n, 0) as n, x from ({ROWS})", "unmatched", 2),
        (f"select distinct * from ({ROWS}) union all select 'b', null, null", "unmatched", 2),
        (f"select key, n::bigint as n, x from ({ROWS})", "types", ("n INTEGER/BIGINT",)),
        (f"select key, n from ({ROWS})", "types", ("x DOUBLE/None",)),
        (f"select key, n, x + 2e-8 as x from ({ROWS})", "column", "x"),
        (f"select key, n, coalesce(x, 0) as x from ({ROWS})", "worst", float("inf")),
        (f"select key, n, case when x > 0 then 'nan'::double end as x from ({ROWS})", "column", "x"),
    ],
)
def test_each_difference_is_found(tmp_path: Path, other: str, field: str, seen: object) -> None:
    found = difference(tmp_path, other)
    assert not found.is_equal
    assert getattr(found, field) == seen


def test_a_table_of_one_side_only_is_a_difference(tmp_path: Path) -> None:
    one = warehouse(tmp_path / "one.duckdb", "create table core.t (a int)", "create table core.u (a int)")
    two = warehouse(tmp_path / "two.duckdb", "create table core.t (a int)")
    assert {found.table: found.is_equal for found in compare_warehouses(one, two, ("core",))} == {
        "core.t": True,
        "core.u": False,
    }


def test_the_command_says_which_table_differs_and_fails(tmp_path: Path, capsys) -> None:
    warehouse(tmp_path / "warehouse" / "tundish.duckdb", f"create table core.t as {ROWS}")
    warehouse(tmp_path / "warehouse" / "spark" / "tundish.duckdb", f"create table core.t as {ROWS} limit 1")
    assert command.main(Place(tmp_path, None), output="csv") == Exit.FAILED
    assert "core.t,3,1," in capsys.readouterr().out


def test_a_target_that_was_never_built_is_told_with_the_next_step(tmp_path: Path) -> None:
    warehouse(tmp_path / "warehouse" / "tundish.duckdb")
    with pytest.raises(command.TargetNotBuiltError, match="tundish run --target spark"):
        command.main(Place(tmp_path, None), output="csv")
