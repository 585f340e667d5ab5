"""A plant whose own script writes the canonical import format: from files to marts, every figure worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.canonical_plant import export, write
from tests.integration.homes import succeed, tundish

# Monday: 30 min setup; run 08:30-10:00, 10:20-12:00, 12:30-15:30; 20 min stop; 30 min break; 30 min without order.
SUNDAY = {"apt_s": 5 * 3600 - 2700, "aust_s": 0, "adet_s": 2700, "adot_s": 0, "pdt_s": 0}
MONDAY = {"apt_s": 22_200, "aust_s": 1800, "adet_s": 1200, "adot_s": 1800, "pdt_s": 1800}
PLANNED_BUSY_S = 18_000 + 28_800 - 1800
PLANNED_RUN_S = 480 * 30 + 1080 * 20
PLANNED_RUN_GOOD_S = 450 * 30 + 1000 * 20


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one run, its plant beside it."""
    home = tmp_path_factory.mktemp("rochester")
    write(home / "plant")
    export(home / "landing" / "canonical")
    succeed("run", home=home, plant=home / "plant")
    return home


@pytest.fixture(scope="module")
def release(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    bi = home / "released" / "bi"
    current = json.loads((bi / "current.json").read_text(encoding="utf-8"))
    con = duckdb.connect(str(bi / f"v={current['release_id']}" / "tundish.duckdb"), read_only=True)
    con.execute("set timezone = 'UTC'")
    yield con
    con.close()


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def test_its_files_pass_the_check(home: Path) -> None:
    output = succeed(
        "template", "check", str(home / "landing" / "canonical"), home=home, plant=home / "plant"
    )
    assert "15 files, 46 rows, 0 files with problems (clock: America/New_York)" in output


def test_a_check_of_wrong_files_names_line_rule_and_value(home: Path, tmp_path: Path) -> None:
    (tmp_path / "counter.csv").write_text(
        "site_code,equipment_code,counted_at,total_count,scrapcount\n"
        + "7,PRESS1,2025-11-02 00:00:00,5,0\n" * 40
        + "7,PRESS1,2025-11-02 06:00,-5,0\n"
    )
    done = tundish("template", "check", str(tmp_path), home=home, plant=home / "plant")
    assert done.returncode == 1
    assert "counter.csv line 42: type:counted_at, value '2025-11-02 06:00'" in done.stdout
    assert "column 'scrapcount' is not in the contract" in done.stdout


@pytest.mark.parametrize(("day", "expected"), [(2, SUNDAY), (3, MONDAY)])
def test_time_of_each_day(release: duckdb.DuckDBPyConnection, day: int, expected: dict[str, int]) -> None:
    found = rows(
        release,
        f"select {', '.join(f'sum({name})' for name in expected)} from mart_oee__equipment_day "
        f"where production_day = date '2025-11-{day:02}'",
    )
    assert found == [tuple(map(float, expected.values()))]


def test_oee_of_the_line(release: duckdb.DuckDBPyConnection) -> None:
    run_s = SUNDAY["apt_s"] + MONDAY["apt_s"]
    expected = (
        run_s / PLANNED_BUSY_S, PLANNED_RUN_S / run_s, 1450 / 1560, PLANNED_RUN_GOOD_S / PLANNED_BUSY_S,
        1560, 1450, 90, 20,
    )  # fmt: skip
    (found,) = rows(
        release,
        "select availability, effectiveness, quality_ratio, oee, produced_qty, good_qty, scrap_qty, rework_qty "
        "from mart_oee__line where line = 'L1'",
    )
    assert found == pytest.approx(expected)


def test_oee_of_each_material(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        release, "select material_id, produced_qty, good_qty, scrap_qty from mart_oee__material order by 1"
    )
    assert [row for row in found if row[0]] == [("P-1", 480, 450, 30), ("P-2", 1080, 1000, 60)]


def test_downtime_by_reason(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        release,
        "select reason_name, loss_category, time_element, duration_s, stop_count from mart_downtime__pareto "
        "order by duration_rank",
    )
    assert found == [
        ("Unspecified", "minor_stop", "adet", 2700, 1),
        ("Changeover", "setup_adjustment", "aust", 1800, 1),
        ("Break", "planned", "pdt", 1800, 1),
        ("No order", "not_available", "adot", 1800, 1),
        ("Hydraulics", "breakdown", "adet", 1200, 1),
    ]


def test_the_repeated_hour_is_told_by_the_order_of_rows(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        release,
        "select started_at, ended_at from fct_state_interval where state = 'STOP' order by started_at",
    )
    assert found[0] == (datetime(2025, 11, 2, 5, 30, tzinfo=UTC), datetime(2025, 11, 2, 6, 15, tzinfo=UTC))


def test_delivery(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(release, "select order_id, is_late, late_days from mart_delivery__order order by 1")
    assert found == [("7-4711", False, 0), ("7-4712", True, 2)]
    found = rows(
        release,
        "select start_year, order_count, late_order_count, late_days, scrapped_qty, late_share "
        "from mart_delivery__summary",
    )
    assert found == [(2025, 2, 1, 2, Decimal(90), 0.5)]


def test_stock(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        release,
        "select material_id, on_hand_qty, on_hand_amount, moved_in_qty, moved_out_qty, last_movement_date "
        "from mart_stock__position",
    )
    expected = ("P-1", *map(Decimal, ("320.5", "801.25", "450", "129.5")), date(2025, 11, 2))
    assert found == [expected]


def test_signals_and_failures(release: duckdb.DuckDBPyConnection) -> None:
    hour = "select mean_value, good_s from fct_signal_hour where good_s > 0"
    assert rows(release, hour) == [(pytest.approx((40 * 30 + 46 * 30) / 60), 60)]
    failures = "select failure_count, open_failure_count, mttr_s from mart_maintenance__equipment"
    assert rows(release, failures) == [(2, 1, 1200)]
