"""Hours of a built warehouse become flags by signal and day, whatever order the rows lie in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from orchestration.lib.signal_flags import fill_signal_flags, read_hours
from quality.health.hours import SignalHours
from tests.unit.quality.health_hours import FIRST_HOUR, START, VICTIM, plant, signal_hours

FLAGS = """
    create table core.fct_signal_flag_day (signal_key varchar, signal_id varchar, site_code varchar, equipment_id varchar,
        health_date date, flag_kind varchar, first_at timestamptz, until_at timestamptz, hour_count bigint,
        observed_value double, limit_value double, cause varchar)"""
DIMENSIONS = """
    create table core.dim_signal as select signal_id as signal_key, signal_id, 'S' as site_code,
        split_part(signal_id, '.', 1) as equipment_id, split_part(signal_id, '.', 2) as measurement,
        null::double as low_limit, null::double as high_limit from (select distinct signal_id from hours);
    create table core.dim_signal_period as select signal_id, equipment_id, timestamptz '1900-01-01 00:00:00+00' as valid_from,
        timestamptz '9999-12-31 00:00:00+00' as valid_to from core.dim_signal"""


def hour_rows(data: SignalHours) -> pl.DataFrame:
    """fct_signal_hour of the matrices: an hour without a reading in effect has no row."""
    signals, hours = data.shape
    frame = pl.DataFrame({name: data[name].ravel() for name in data.measures}).with_columns(
        signal_id=pl.Series(np.repeat([s.signal_id for s in data.signals], hours)),
        hour_no=pl.Series(np.tile(np.arange(hours), signals) + FIRST_HOUR),
        good_s=pl.lit(3600.0),
    )
    return frame.filter(pl.col("covered_s") > 0)


def warehouse(path: Path, hours: pl.DataFrame) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core")
        connection.register("hours", hours)
        connection.execute(FLAGS)
        connection.execute(DIMENSIONS)
        connection.execute(
            """create table core.fct_signal_hour as select * exclude (hour_no, latency_s),
                make_timestamptz(hour_no * 3600000000) as hour_at,
                make_timestamptz(((hour_no + 1) * 3600 + latency_s)::bigint * 1000000) as _source_ingested_at from hours"""
        )
    return path


def flags(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(
            """select signal_id, equipment_id, health_date, flag_kind, first_at, until_at, hour_count
                from core.fct_signal_flag_day order by all"""
        ).fetchall()


@pytest.fixture
def hours() -> pl.DataFrame:
    """Signal S-M1.current reports nothing from the thirtieth day 09:00 until the next day 03:00."""
    measures = plant()
    for name in measures:
        measures[name][VICTIM, START : START + 18] = 0.0 if name == "covered_s" else np.nan
    return hour_rows(signal_hours(measures))


def test_a_gap_over_midnight_is_a_row_of_each_day(tmp_path: Path, hours: pl.DataFrame) -> None:
    path = warehouse(tmp_path / "one.duckdb", hours)
    assert fill_signal_flags(path) == 2
    begin = datetime.fromtimestamp((FIRST_HOUR + START) * 3600, UTC)
    midnight = begin.replace(hour=0) + timedelta(days=1)
    first, second = date(begin.year, begin.month, begin.day), midnight.date()
    wanted = [
        ("S-M1.current", "S-M1", first, "gap", begin, midnight, 15),
        ("S-M1.current", "S-M1", second, "gap", midnight, midnight + timedelta(hours=3), 3),
    ]
    assert flags(path) == wanted
    assert fill_signal_flags(path) == 2
    assert flags(path) == wanted


def test_a_clock_flag_names_its_cause(tmp_path: Path) -> None:
    measures = plant()
    measures["backward_count"][VICTIM, START] = 20.0
    measures["latency_s"][VICTIM + 1, START] = -5400.0
    path = warehouse(tmp_path / "one.duckdb", hour_rows(signal_hours(measures)))
    fill_signal_flags(path)
    query = "select flag_kind, cause, observed_value from core.fct_signal_flag_day order by cause"
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(query).fetchall()
    assert found == [("clock", "ahead", 5400.0), ("clock", "set back", 20.0)]


def test_the_order_of_rows_does_not_matter(tmp_path: Path, hours: pl.DataFrame) -> None:
    one = warehouse(tmp_path / "one.duckdb", hours)
    other = warehouse(tmp_path / "other.duckdb", hours.sample(fraction=1.0, shuffle=True, seed=3))
    assert fill_signal_flags(one) == fill_signal_flags(other)
    assert flags(one) == flags(other)


@pytest.mark.parametrize("rows_at_once", [1, 7_000])
def test_hours_read_in_pieces_are_those_read_at_once(
    tmp_path: Path, hours: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    path = warehouse(tmp_path / "one.duckdb", hours)
    with duckdb.connect(str(path)) as connection:
        whole = read_hours(connection)
        monkeypatch.setattr("orchestration.lib.signal_flags.ROWS_AT_ONCE", rows_at_once)
        pieces = read_hours(connection)
    assert whole is not None
    assert pieces is not None
    assert [signal.signal_id for signal in pieces.signals] == [signal.signal_id for signal in whole.signals]
    assert pieces.first_hour == whole.first_hour
    for name, matrix in whole.measures.items():
        np.testing.assert_array_equal(pieces[name], matrix)


def test_hours_of_signals_that_no_dictionary_knows_are_not_judged(
    tmp_path: Path, hours: pl.DataFrame
) -> None:
    path = warehouse(tmp_path / "one.duckdb", hours)
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from core.dim_signal")
        assert read_hours(connection) is None


def test_no_hours_no_flags(tmp_path: Path, hours: pl.DataFrame) -> None:
    path = warehouse(tmp_path / "none.duckdb", hours.clear())
    assert fill_signal_flags(path) == 0
