"""Signals over renames, units and moves: the models' SQL against a plain calculator, for random histories."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.signals.units import scale_of
from tests.integration.plant_rows import Plant, create_raw
from tests.integration.signal_oracle import DOUBLES, SECOND, Oracle, Reading, Signal
from tests.integration.test_signal_incremental import COUNTS, FACTS, PROJECT, assert_same

START = int(datetime(2025, 10, 25, 22, 0, tzinfo=UTC).timestamp()) * SECOND
HOUR = 3600 * SECOND
MODELS = ("dim_signal_period", "dim_signal", "fct_signal_minute", "fct_signal_hour")
# Into the first unit of each kind, by the formulas of their definitions.
UNITS: dict[str, dict[str, Callable[[float], float]]] = {
    "degC": {"degC": lambda v: v, "degF": lambda v: (v - 32) * 5 / 9, "K": lambda v: v - 273.15},
    "bar": {"bar": lambda v: v, "bar(g)": lambda v: v + 1.01325, "kPa": lambda v: v / 100, "psi": lambda v: v * 0.06894757293168},
    "kW": {"kW": lambda v: v, "W": lambda v: v / 1000, "MW": lambda v: v * 1000},
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """From ``us`` on the readings come under another tag, in another unit, from another machine; None stays."""

    us: int
    tag: str | None
    unit: str | None
    machine: str | None


@dataclass(frozen=True)
class History:
    """A signal, its own unit, its changes in order of time, and what was read (tags as they came)."""

    signal: Signal
    unit: str
    changes: tuple[Change, ...]
    readings: tuple[Reading, ...]

    def state(self, us: int) -> tuple[str, str, str]:
        """Tag, unit and machine at a time."""
        tag, unit, machine = self.signal.tag, self.unit, "M01"
        for change in self.changes:
            if change.us <= us:
                tag, unit, machine = change.tag or tag, change.unit or unit, change.machine or machine
        return tag, unit, machine

    def leaves(self, us: int) -> float:
        """When the sensor leaves the machine where it is at a time."""
        here = self.state(us)[2]
        return min(
            (c.us for c in self.changes if c.us > us and self.state(c.us)[2] != here), default=math.inf
        )


@st.composite
def histories(draw: st.DrawFn) -> History:
    unit = draw(st.sampled_from(sorted(UNITS)))
    signal = Signal(
        "A", draw(st.sampled_from(["step", "linear", "counter"])), draw(st.sampled_from([30, 600, 5400])),
        draw(st.sampled_from([None, 100.0])),
    )  # fmt: skip
    instants = st.integers(0, 6 * 3600).map(lambda s: START + s * SECOND) | st.sampled_from(
        [START + n * HOUR // 2 for n in range(12)]
    )
    times = sorted(draw(st.sets(instants, max_size=4)))
    changes = tuple(
        Change(
            us,
            draw(st.sampled_from([None, f"A{place}", "A"])),
            draw(st.sampled_from([None, *UNITS[unit]])),
            draw(st.sampled_from([None, "M01", "M02"])),
        )
        for place, us in enumerate(times)
    )
    history = History(signal, unit, changes, ())
    readings = []
    for us in draw(st.sets(instants, min_size=1, max_size=40)):
        tag = history.state(us)[0] if draw(st.integers(0, 9)) else draw(st.sampled_from(["A", "A0", "B"]))
        value = draw(st.floats(-50, 150) | st.sampled_from([None, math.nan]))
        readings.append(Reading(tag, us, value, None, draw(st.integers(0, 19)) == 0))
    return replace(history, readings=tuple(readings))


class Models:
    """A warehouse of the project whose signal models are computed anew from their compiled SQL."""

    def __init__(self, folder: Path) -> None:
        warehouse = folder / "tundish.duckdb"
        create_raw(warehouse, Plant())
        site = {
            "site_code": "1000",
            "name": "D",
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "country": "DE",
        }
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
        environment |= {"TUNDISH_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")), "run", "--select", "+fct_signal_hour",
                "--vars", json.dumps({"active_systems": ["pi_historian"], "sites": [site]}),
                "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
            ],
            env=environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        self.con = duckdb.connect(str(warehouse))
        self.con.execute("set timezone = 'UTC'")
        run = folder / "target" / "compiled"
        self.sql = {name: next(run.rglob(f"{name}.sql")).read_text(encoding="utf-8") for name in MODELS}

    def rows(self, history: History) -> dict[str, dict[tuple[str, int], dict[str, Any]]]:
        """Both facts by machine and window."""
        self._fill("plant__signals", [_dictionary(history)])
        self._fill("plant__signal_changes", [_change(history, change) for change in history.changes])
        self._fill(
            "pi_historian__readings", [_reading(n, reading) for n, reading in enumerate(history.readings)]
        )
        for name, sql in self.sql.items():
            self.con.execute(f"create or replace table core.{name} as {sql}")
        return {fact: self._fact(fact, window) for fact, (window, _) in FACTS.items()}

    def _fill(self, table: str, rows: list[dict[str, Any]]) -> None:
        self.con.execute(f"delete from raw.{table}")
        for row in rows:
            values = ", ".join(f"? as {name}" for name in row)
            self.con.execute(f"insert into raw.{table} by name select {values}", list(row.values()))

    def _fact(self, fact: str, window: str) -> dict[tuple[str, int], dict[str, Any]]:
        columns = (*DOUBLES, *COUNTS)
        found = self.con.execute(
            f"select equipment_id, epoch_us({window}), {', '.join(columns)} from core.{fact}"
        ).fetchall()
        by_key = {(row[0], row[1]): dict(zip(columns, row[2:], strict=True)) for row in found}
        assert len(by_key) == len(found), f"{fact} holds a window twice"
        return by_key


def _scale(unit: str | None, prefix: str) -> dict[str, Any]:
    scale = None if unit is None else scale_of(unit)
    return {prefix: unit} | {
        f"{prefix}_{part}": scale and getattr(scale, part) for part in ("dimension", "factor", "offset")
    }


def _dictionary(history: History) -> dict[str, Any]:
    return {
        "site_code": "1000", "tag": history.signal.tag, "machine": "M01", "measurement": "m", **_scale(history.unit, "unit"),
        "interpolation": history.signal.interpolation, "rollover_at": history.signal.rollover_at, "max_gap_s": float(history.signal.max_gap_s),
        "_ingested_at": datetime(2025, 10, 1, tzinfo=UTC),
    }  # fmt: skip


def _change(history: History, change: Change) -> dict[str, Any]:
    return {
        "site_code": "1000", "tag": history.signal.tag, "valid_from": datetime.fromtimestamp(change.us / SECOND, UTC),
        "source_tag": change.tag, **_scale(change.unit, "source_unit"), "machine": change.machine,
        "_ingested_at": datetime(2025, 10, 1, tzinfo=UTC),
    }  # fmt: skip


def _reading(number: int, reading: Reading) -> dict[str, Any]:
    at = datetime.fromtimestamp(reading.us / SECOND, UTC)
    return {
        "tag": reading.tag, "reading_at": at, "value": reading.value, "value_state": reading.state, "uom": "u",
        "is_questionable": reading.questionable, "reading_date": at.date(), "_source_row": number,
        "_ingested_at": datetime(2025, 11, 1, tzinfo=UTC),
    }  # fmt: skip


def expected(history: History, size_s: int) -> dict[tuple[str, int], dict[str, Any]]:
    """Each machine's part of the signal in the signal's unit, aggregated by the plain calculator."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for machine in ("M01", "M02"):
        read = []
        for reading in history.readings:
            tag, unit, here = history.state(reading.us)
            if here == machine and tag == reading.tag:
                value = None if reading.value is None else UNITS[history.unit][unit](reading.value)
                read.append(replace(reading, value=value))
        windows = Oracle(history.signal, read, history.leaves).windows(size_s)
        found |= {(f"1000-{machine}", us): window for (_, us), window in windows.items()}
    return found


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    models = Models(tmp_path_factory.mktemp("models"))
    yield models
    models.con.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(history=histories())
def test_minutes_and_hours_from_minutes_equal_the_direct_ones(models: Models, history: History) -> None:
    found = models.rows(history)
    for fact, (_, size_s) in FACTS.items():
        assert_same(found[fact], expected(history, size_s), (*DOUBLES, *COUNTS))
