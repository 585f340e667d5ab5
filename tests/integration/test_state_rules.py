"""State intervals of random stories, against an oracle that knows each minute by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with the models as views; what they read is replaced for each example."""
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
            (compiled,) = (folder / "target" / "compiled").rglob(f"{model}.sql")
            con.execute(f"drop table intermediate.{model}")
            con.execute(f"create view intermediate.{model} as {compiled.read_text(encoding='utf-8')}")
        yield con


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
