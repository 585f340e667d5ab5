"""The release of the demo plant against the simulator's truth, which the pipeline never reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds
import pytest

from tests.integration.conftest import DemoRun

ELEMENTS = ("apt_s", "aust_s", "adet_s", "adot_s", "pdt_s", "not_scheduled_s", "cmt_s", "pmt_s")


@pytest.fixture(scope="module")
def release(demo: DemoRun) -> duckdb.DuckDBPyConnection:
    """The current release with the truth beside it, in one connection."""
    bi = demo.home / "released" / "bi"
    current = json.loads((bi / "current.json").read_text(encoding="utf-8"))
    database = next((bi / f"v={current['release_id']}").glob("*.duckdb"))
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    con.execute(f"attach '{database}' as bi (read_only)")
    for file in sorted(demo.truth.glob("*.parquet")):
        con.execute(f"create table truth_{file.stem} as select * from read_parquet('{file}')")
    con.execute("use bi")
    return con


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def test_quantities_match_exactly(release: duckdb.DuckDBPyConnection) -> None:
    counted = """
        select equipment_id, production_date, shift_code, order_id, material_id,
            sum(produced_qty)::bigint, sum(good_qty)::bigint, sum(scrap_qty)::bigint, sum(rework_qty)::bigint
        from fct_time_element where produced_qty <> 0 or scrap_qty <> 0 or rework_qty <> 0 group by all"""
    true = """
        select '1000-' || machine, production_day, shift_code, '1000-' || ltrim(order_no, '0'), '1000-' || material_no,
            sum(produced)::bigint, sum(good)::bigint, sum(scrap)::bigint, sum(rework)::bigint
        from memory.truth_quantities where produced <> 0 or scrap <> 0 or rework <> 0 group by all"""
    assert rows(release, f"select count(*) from ({true})") != [(0,)]
    assert rows(release, f"({counted}) except ({true})") == []
    assert rows(release, f"({true}) except ({counted})") == []


def test_time_elements_match_within_a_second_per_border(release: duckdb.DuckDBPyConnection) -> None:
    differences = " + ".join(f"abs(coalesce(f.{name}, 0) - coalesce(t.{name}, 0))" for name in ELEMENTS)
    sums = ", ".join(f"sum({name}) as {name}" for name in ELEMENTS)
    worst = rows(
        release,
        f"""
        with f as (
            select equipment_id, production_date, shift_code, {sums} from fct_time_element group by all
        ), t as (
            select '1000-' || machine as equipment_id, production_day as production_date, shift_code, {sums}
            from memory.truth_time_elements group by all
        ), borders as (
            select equipment_id, production_date, shift_code, 2 * count(*) as borders
            from fct_state_interval group by all
        )
        select *, {differences} as off_s
        from t full join f using (equipment_id, production_date, shift_code)
        left join borders using (equipment_id, production_date, shift_code)
        where {differences} > coalesce(borders, 0)
        """,
    )
    assert worst == []


def test_calendar_is_exhausted_on_the_day_with_25_hours(release: duckdb.DuckDBPyConnection) -> None:
    hours = rows(
        release,
        """
        select distinct round(sum(calendar_s) / 3600.0, 3) from fct_time_element
        where production_date = date '2025-10-25' group by equipment_id
        """,
    )
    assert hours == [(25.0,)]


def test_every_failure_is_found(release: duckdb.DuckDBPyConnection) -> None:
    missed = rows(
        release,
        """
        select t.machine, t.started_at from memory.truth_failures as t
        where not exists (
            select 1 from fct_failure as f
            where f.equipment_id = '1000-' || t.machine and abs(date_diff('second', f.started_at, t.started_at)) <= 60
        )
        """,
    )
    assert missed == []
    assert rows(release, "select count(*) from fct_failure") == rows(release, "select count(*) from memory.truth_failures")


def quarantined(home: Path) -> set[tuple[str, str, int, str]]:
    """(table, file, row, rule) of every quarantined row, read without the pipeline's code."""
    found: set[tuple[str, str, int, str]] = set()
    for table in sorted((home / "lake" / "quarantine").iterdir()):
        for row in ds.dataset(table, format="parquet", partitioning="hive").to_table().to_pylist():
            found.add((table.name, Path(row["_source_file"]).name, row["_source_row"], row["_rule"]))
    return found


def test_quarantine_holds_the_injected_faults_and_nothing_else(demo: DemoRun, release: duckdb.DuckDBPyConnection) -> None:
    injected = set(
        rows(
            release,
            """
            select "table", file, source_row, rule from memory.truth_faults where expected = 'quarantined'
            """,
        )
    )
    assert injected
    assert quarantined(demo.home) == {(t, Path(f).name, r, rule) for t, f, r, rule in injected}
