"""State intervals and shift calendars at random, against oracles that know each minute by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.calendar_oracle import Calendar, Shift
from tests.integration.plant_rows import Plant, create_raw
from tests.integration.state_oracle import (
    LOW_SPEED,
    MICRO_STOP,
    MINIMUM_RUN,
    PROOF,
    RUNNING_SILENCE,
    STANDING_SILENCE,
    Event,
    Operation,
    Story,
    minutes,
)

PROJECT = Path(__file__).parents[2] / "dbt_project"
ZERO = datetime(2025, 10, 25, 20, tzinfo=UTC)  # two hours before midnight, in the night of a clock change
SITES = [
    {"site_code": code, "name": code, "timezone": zone, "currency": "EUR", "country": "DE"}
    for code, zone in {"B": "Europe/Berlin", "N": "America/New_York", "K": "Asia/Kolkata", "L": "Australia/Lord_Howe"}.items()
]  # fmt: skip
VARIABLES = {
    "active_systems": ["sap_ecc", "mes"], "sites": SITES, "enterprise": "E",
    "production": {
        "kpi_profile": "iso_22400", "state_models": {}, "state_precedence": ["plc", "mes"],
        "running_silence_s": 60 * RUNNING_SILENCE, "standing_silence_s": 60 * STANDING_SILENCE,
        "counter_proof_s": 60 * PROOF, "micro_stop_s": 60 * MICRO_STOP, "minimum_run_s": 60 * MINIMUM_RUN,
        "low_speed_ratio": LOW_SPEED,
    },
}  # fmt: skip
MAP = [
    *((system, state, "*", "*", "*", element, 0) for system in ("mes", "plc")
      for state, element in {"RUN": "apt", "SETUP": "aust", "STOP": "adet", "DOWN": "adet", "IDLE": "adot"}.items()),
    *((system, "IDLE", "*", "true", "*", "adet", 1) for system in ("mes", "plc")),
    *((system, "IDLE", "*", "*", "false", "not_scheduled", 2) for system in ("mes", "plc")),
]  # fmt: skip
STRETCH = "int_production__stretch"  # so many models read it that as a view it would be planned for minutes
QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with the models as views, but for STRETCH; what they read is replaced for each example."""
    folder = tmp_path_factory.mktemp("states")
    warehouse = folder / "tundish.duckdb"
    create_raw(warehouse, Plant())
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
    environment |= {"TUNDISH_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "run", "--select", "+int_production__state_interval",
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(VARIABLES),
            "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        ],
        env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(warehouse)) as con:
        con.execute("set timezone = 'UTC'")
        tables = con.execute("""
            select table_name from information_schema.tables
            where table_schema = 'intermediate' and table_type = 'BASE TABLE'""").fetchall()
        for (model,) in tables:
            if model != STRETCH:
                con.execute(f"drop table intermediate.{model}")
                con.execute(f"create view intermediate.{model} as {query_of(con, model)}")
        yield con


def query_of(con: duckdb.DuckDBPyConnection, model: str) -> str:
    """What dbt compiled of a model."""
    (path,) = con.execute("select path from duckdb_databases() where not internal").fetchall()[0]
    (compiled,) = (Path(path).parent / "target" / "compiled").rglob(f"{model}.sql")
    return compiled.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def slot_sql(models: duckdb.DuckDBPyConnection) -> str:
    """The query of int_calendar__shift_slot, in whose place other tests put rows of their own."""
    return query_of(models, "int_calendar__shift_slot")


def at(minute: int | None) -> datetime | None:
    return None if minute is None else ZERO + timedelta(minutes=minute)


def replace(
    con: duckdb.DuckDBPyConnection, model: str, columns: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    """Put a table of these rows in the place of a model; columns that are not given are null."""
    name = f"intermediate.{model}"
    shape = con.execute(f"describe {name}").fetchall()
    kind = con.execute(
        "select table_type from information_schema.tables where table_schema = 'intermediate' and table_name = ?",
        [model],
    ).fetchone()
    if kind == ("VIEW",):
        con.execute(f"drop view {name}")
    typed = ", ".join(f'"{column}" {kind}' for column, kind, *_ in shape)
    con.execute(f"create or replace table {name} ({typed})")
    given_rows = list(rows)
    if given_rows:
        marks = ", ".join("?" for _ in columns.split(","))
        con.executemany(f"insert into {name} ({columns}) values ({marks})", given_rows)


MINUTE = st.integers(0, 400)
LENGTH = st.none() | st.integers(1, 120)
ORDER = st.sampled_from(["1", "2", "3"])
STATE = st.sampled_from(["RUN", "RUN", "SETUP", "STOP", "DOWN", "IDLE", "ODD"])


@st.composite
def stories(draw: st.DrawFn) -> Story:
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from(["mes", "mes", "plc"]), MINUTE, LENGTH, STATE, st.none() | ORDER),
            max_size=14,
        )
    )
    events = tuple(
        Event(
            f"E{number:03}",
            system,
            start,
            length and start + length,
            state,
            order if system == "mes" else None,
        )
        for number, (system, start, length, state, order) in enumerate(drawn)
    )
    counts = draw(st.dictionaries(MINUTE, st.tuples(st.integers(0, 4), ORDER), min_size=1, max_size=30))
    operations = tuple(
        Operation(order, start, length and start + length, pri)
        for order, (start, length, pri) in draw(
            st.dictionaries(ORDER, st.tuples(MINUTE, LENGTH, st.sampled_from([1.5, 3.0, 5.0])), max_size=3)
        ).items()
    )
    free = draw(st.sets(st.integers(0, 10)))
    return Story(events, counts, operations, lambda minute: minute // 60 not in free)


def tell(con: duckdb.DuckDBPyConnection, story: Story) -> None:
    replace(
        con, "int_production__machine_state",
        "source_system, state_event_id, site_code, equipment_id, changed_at, ended_at, state, reports_orders, order_id, operation_no",
        [(e.system, e.name, "B", "B-M1", at(e.start), at(e.end), e.state, e.system == "mes", e.order,
          e.order and "0010") for e in story.events],
    )  # fmt: skip
    totals, total = [], 0
    for minute, (pieces, order) in sorted(story.counts.items()):
        total += pieces
        totals.append(("mes", "B", "B-M1", at(minute), order, "0010", total, 0, 0))
    replace(
        con, "int_production__counter",
        "source_system, site_code, equipment_id, counted_at, order_id, operation_no, total_count, scrap_count, rework_count",
        totals,
    )  # fmt: skip
    replace(
        con, "int_production__equipment_slot",
        "equipment_id, shift_id, site_code, calendar_code, production_day, shift_code, started_at, ended_at, is_working",
        [("B-M1", f"S{hour:02}", "B", "C", ZERO.date(), "S", at(60 * hour), at(60 * hour + 60), story.is_working(60 * hour))
         for hour in range(-1, 12)],
    )  # fmt: skip
    replace(
        con, "int_production__operation",
        "operation_id, order_id, site_code, operation_no, work_centre_id, pri_s, actual_started_at, actual_ended_at",
        [(f"{o.order}-0010", o.order, "B", "0010", "B-W", 60 * o.pri, at(o.start), at(o.end)) for o in story.operations],
    )  # fmt: skip
    replace(con, "int_master__equipment", "equipment_id, site_code, work_centre_code", [("B-M1", "B", "W")])
    replace(
        con, "int_production__state_map",
        "source_system, state, mode, order_registered, planned, time_element, exactness", MAP,
    )  # fmt: skip
    con.execute(f"create or replace table intermediate.{STRETCH} as {query_of(con, STRETCH)}")


@QUICK
@given(story=stories())
def test_each_minute_is_what_the_rules_say(models: duckdb.DuckDBPyConnection, story: Story) -> None:
    tell(models, story)
    found: dict[int, tuple[Any, ...]] = {}
    for started, ended, *rest in models.execute(
        """select started_at, ended_at, state_event_id, evidence, time_element, order_id, is_low_speed, is_micro_stop
        from intermediate.int_production__state_interval"""
    ).fetchall():
        assert started < ended
        for minute in range(
            int((started - ZERO).total_seconds()) // 60, int((ended - ZERO).total_seconds()) // 60
        ):
            assert minute not in found, "two intervals hold one minute"
            found[minute] = tuple(rest)
    expected = {
        minute: (one.event, one.evidence, one.element, one.order, one.is_low_speed, one.is_micro_stop)
        for minute, one in minutes(story).items()
    }
    assert found == expected


CLOCK_CHANGES = {
    "B": date(2026, 3, 29),
    "N": date(2025, 11, 2),
    "K": date(2025, 12, 25),
    "L": date(2026, 4, 5),
}
HOURS = [hour for hour in range(24) if hour != 2]  # nobody begins a shift in the hour that clocks skip


@st.composite
def calendars(draw: st.DrawFn) -> tuple[str, Calendar]:
    site = draw(st.sampled_from(sorted(CLOCK_CHANGES)))
    zone = ZoneInfo(next(entry["timezone"] for entry in SITES if entry["site_code"] == site))
    borders = sorted(draw(st.sets(st.sampled_from(HOURS), min_size=2, max_size=5)))
    pairs = [*pairwise(borders), (borders[-1], borders[0])]
    kept = draw(st.lists(st.sampled_from(range(len(pairs))), min_size=1, unique=True))
    shifts = tuple(
        Shift(f"S{number}", *pairs[number], draw(st.frozensets(st.integers(1, 7))), draw(st.booleans()))
        for number in sorted(kept)
    )
    days = st.integers(-2, 2).map(lambda offset: CLOCK_CHANGES[site] + timedelta(days=offset))
    exceptions = draw(
        st.dictionaries(st.tuples(days, st.sampled_from([s.code for s in shifts])), st.booleans(), max_size=3)
    )
    return site, Calendar(zone, shifts, draw(st.frozensets(days, max_size=2)), exceptions)


def raw(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    con.execute(f"delete from raw.{table}")
    marks = ", ".join("?" for _ in columns.split(","))
    if rows:
        con.executemany(
            f"insert into raw.{table} ({columns}, _ingested_at) values ({marks}, '2025-10-01 00:00:00+00')",
            rows,
        )


def clock(hour: float) -> str:
    return f"{int(hour) % 24:02}:{int(hour * 60) % 60:02}"


def write(con: duckdb.DuckDBPyConnection, site: str, calendar: Calendar, every_calendar: bool) -> None:
    """The plant's tables; the holidays for this calendar or for all of the site's."""
    raw(con, "plant__shifts",
        "site_code, calendar_code, weekday, shift_code, start_local, end_local, crosses_midnight, is_working, break_windows",
        [(site, "C", weekday, s.code, clock(s.start), clock(s.end), s.end <= s.start, weekday in s.weekdays,
          f"{clock(s.start + 1)}-{clock(s.start + 1.5)}" if s.has_break else None)
         for s in calendar.shifts for weekday in range(1, 8)])  # fmt: skip
    raw(con, "plant__shift_exceptions", "site_code, calendar_code, production_day, shift_code, is_working",
        [(site, "C", day, code, works) for (day, code), works in calendar.exceptions.items()])  # fmt: skip
    raw(con, "plant__holidays", "site_code, calendar_code, production_day",
        [(site, "*" if every_calendar else "C", day) for day in calendar.holidays]
        + [(site, "OTHER", CLOCK_CHANGES[site])])  # fmt: skip
    replace(con, "int_master__equipment", "equipment_id, site_code, calendar_code", [("M", site, "C")])
    replace(con, "int_production__counter", "site_code, equipment_id, counted_at", [])
    replace(
        con, "int_production__machine_state", "site_code, equipment_id, state_event_id, changed_at",
        [(site, "M", str(offset), calendar.instant(CLOCK_CHANGES[site] + timedelta(days=offset), 12)) for offset in (-2, 2)],
    )  # fmt: skip


@QUICK
@given(drawn=calendars(), every_calendar=st.booleans())
def test_each_minute_belongs_to_the_shift_that_the_clock_says(
    models: duckdb.DuckDBPyConnection, slot_sql: str, drawn: tuple[str, Calendar], every_calendar: bool
) -> None:
    site, calendar = drawn
    write(models, site, calendar, every_calendar)
    slots = models.execute(
        f"select started_at, ended_at, production_day, shift_code, is_working, planned_break_s from ({slot_sql}) order by 1"
    ).fetchall()
    change = CLOCK_CHANGES[site]
    minute, end = (
        calendar.instant(change - timedelta(days=1), 12),
        calendar.instant(change + timedelta(days=1), 12),
    )
    while minute < end:
        holding = [slot[2:] for slot in slots if slot[0] <= minute < slot[1]]
        assert holding == [calendar.answer(minute)], minute
        minute += timedelta(minutes=15)
