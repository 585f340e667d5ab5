"""A simulated plant with faulty sensors, as the hours of the warehouse's own models, and what is true of it.

Readings come from the simulator, minutes and hours from dbt_project; nothing between them is rebuilt here.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from data.simulator import duisburg
from data.simulator.factory import Factory
from data.simulator.sensor_faults import HOUR_S, Floats, SensorFault, SensorFaults, plan
from data.simulator.signal_model import Signal, build_signals
from data.simulator.signals import SignalBuilder
from orchestration.lib.signal_flags import read_hours
from quality.health.hours import SignalHours

PROJECT = Path(__file__).parents[2] / "dbt_project"
FIRST_DAY = date(2025, 9, 1)
MAX_GAP_S = 600
MODELS = ("fct_signal_minute", "fct_signal_hour")


@dataclass(frozen=True)
class Case:
    """One simulated plant: its hours as the warehouse has them, and the faults that were injected.

    `beyond` are (signal, hour since 1970) in which the mean of all that the sensor showed, archived or not, lay beyond a
    limit of its measurement: mostly the process did so.
    """

    hours: SignalHours
    signals: tuple[Signal, ...]
    faults: Sequence[SensorFault]
    beyond: frozenset[tuple[int, int]]


class Witness(SensorFaults):
    """Sees what sensors show at every scan, before any of it is thinned out, lost or told in another unit."""

    def __init__(self, faults: Sequence[SensorFault], seed: int) -> None:
        super().__init__(faults, seed)
        self.beyond: set[tuple[int, int]] = set()

    def shown(self, signal: Signal, at: Floats, values: Floats) -> Floats:
        """As without a witness; notes hours beyond a limit."""
        shown = super().shown(signal, at, values)
        hours, place = np.unique(at // HOUR_S, return_inverse=True)
        means = np.bincount(place, shown) / np.bincount(place)
        low, high = signal.measurement.low, signal.measurement.high
        off = (means < (-np.inf if low is None else low)) | (means > (np.inf if high is None else high))
        self.beyond |= {(signal.index, int(hour)) for hour in hours[off]}
        return shown


def simulated_case(folder: Path, seed: int, *, days: int = 40, machines: int = 12, tags: int = 60) -> Case:
    """Simulate, build, read. `folder` gets a warehouse in place of a former one, and keeps what dbt parsed."""
    signals = build_signals(duisburg.build_plant(machines), tags)
    start = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 4, tzinfo=UTC).timestamp())
    faults = plan(signals, start, start + days * 86_400, seed)
    witness = Witness(faults, seed)
    warehouse = folder / "tundish.duckdb"
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        _write_dictionary(connection, signals)
        _write_readings(connection, signals, witness, seed=seed, days=days, machines=machines)
    build_hours(folder)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        hours = read_hours(connection)
    assert hours is not None
    assert [one.signal_id for one in hours.signals] == sorted(one.tag for one in signals)
    return Case(hours, tuple(sorted(signals, key=lambda one: one.tag)), faults, frozenset(witness.beyond))


def _write_dictionary(connection: duckdb.DuckDBPyConnection, signals: Sequence[Signal]) -> None:
    rows = pl.DataFrame(
        [
            (s.tag, "1000", s.tag.split(".")[1], s.measurement.name, s.measurement.interpolation, s.measurement.low, s.measurement.high)
            for s in signals
        ],
        schema=["tag", "site_code", "equipment_id", "measurement", "interpolation", "low_limit", "high_limit"],
        orient="row",
        infer_schema_length=None,
    )  # fmt: skip
    connection.execute("create schema core; create schema intermediate")
    connection.execute(
        f"""create table core.dim_signal as
            select tag as signal_key, tag as signal_id, *, null::double as rollover_at, {MAX_GAP_S}.0 as max_gap_s,
                'v' as _signal_version from rows"""
    )
    connection.execute(
        """create table core.dim_signal_period as
            select signal_key, signal_id, tag as source_tag, equipment_id, timestamptz '1900-01-01 00:00:00+00' as valid_from,
                timestamptz '9999-12-31 00:00:00+00' as valid_to, timestamptz '9999-12-31 00:00:00+00' as placed_until,
                1.0::double as conversion_factor, 0.0::double as conversion_offset from core.dim_signal"""
    )
    assert rows.height


def _write_readings(
    connection: duckdb.DuckDBPyConnection, signals: tuple[Signal, ...], witness: Witness, *, seed: int, days: int, machines: int,
) -> None:  # fmt: skip
    connection.execute(
        """create table intermediate.int_signals__reading (tag varchar, reading_at timestamptz, value double,
            value_state varchar, is_questionable boolean, reading_date date, _source_ingested_at timestamptz, _source_row bigint)"""
    )
    plant = duisburg.build_plant(machines)
    builder = SignalBuilder(plant, 30.0, seed)
    builder.faults = witness
    for log in Factory(plant, seed, FIRST_DAY).days(days):
        builder.begin(log)
        day = pl.concat(
            pl.DataFrame({"at_s": one.told_s, "value": one.values}).with_columns(tag=pl.lit(one.signal.tag))
            for one in builder.series(signals)
        )
        connection.execute(
            """insert into intermediate.int_signals__reading
                select tag, make_timestamptz(at_s * 1000000), value, null, false, make_timestamptz(at_s * 1000000)::date,
                    make_timestamptz(? * 1000 + 3600000000), row_number() over () from day""",
            [log.end],
        )
        assert day.height


def build_hours(folder: Path) -> None:
    """Let dbt build the minutes and hours of the warehouse in `folder`."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
    environment |= {
        "TUNDISH_WAREHOUSE": str(folder / "tundish.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [
        str(Path(sys.executable).with_name("dbt")), "run", "--select", *MODELS, "--project-dir", str(PROJECT),
        "--profiles-dir", str(PROJECT), "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
