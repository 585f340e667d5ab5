"""Local time to UTC against zoneinfo; the repeated hour by order; the skipped hour never."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.typing import folds, zones
from tests.unit.ingestion.home import Home, column

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
    "America/Sao_Paulo",
]
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001
COLUMNS = [
    column("n", "BIGINT", key=1),
    column("machine"),
    column("taken", "TIMESTAMPTZ", parse="local_timestamp", parseFormat="%Y-%m-%d %H:%M:%S", required=True),
    column("day", "DATE", parse="utc_date_of", transformSourceObjects=["taken"], partitioned=True),
]
LONG_AGO, FAR = dt.datetime(1971, 1, 1), dt.datetime(2099, 1, 1)  # noqa: DTZ001


def micros(local: dt.datetime) -> int:
    return (local - EPOCH) // dt.timedelta(microseconds=1)


def oracle(local: dt.datetime, zone: str) -> tuple[str, set[dt.datetime]]:
    """Kind of a local time, and the UTC moments that show it, by asking every moment near it."""
    info = ZoneInfo(zone)
    found = {
        moment
        for fold in (0, 1)
        for moment in [local.replace(tzinfo=info, fold=fold).astimezone(dt.UTC)]
        if moment.astimezone(info).replace(tzinfo=None) == local
    }
    return {0: "gap", 1: "normal", 2: "fold"}[len(found)], found


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ZONES), st.lists(st.datetimes(LONG_AGO, FAR), min_size=1, max_size=5))
def test_any_local_time_equals_zoneinfo(zone: str, locals_: list[dt.datetime]) -> None:
    check(zone, locals_)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES[:3]), st.integers(1980, 2090), st.data())
def test_local_times_near_clock_changes_equal_zoneinfo(zone: str, year: int, data: st.DataObject) -> None:
    segments = [segment for segment in zones.zone_segments(zone)[1:] if year >= 1970]
    at = data.draw(st.sampled_from(segments)).start_us
    shift = data.draw(st.integers(-7_200_000_000, 7_200_000_000) | st.sampled_from([-1, 0, 1]))
    check(zone, [EPOCH + dt.timedelta(microseconds=at + shift)])


def check(zone: str, locals_: list[dt.datetime]) -> None:
    utc, kinds = zones.to_utc(np.array([micros(local) for local in locals_], dtype=np.int64), zone)
    for local, found_us, kind in zip(locals_, utc.tolist(), kinds.tolist(), strict=True):
        expected, moments = oracle(local, zone)
        assert ("normal", "gap", "fold")[kind] == expected, (zone, local)
        if expected != "gap":
            assert found_us == micros(min(moments).replace(tzinfo=None)), (zone, local)
            assert zones.first_local(np.array([found_us]), zone)[0] == micros(local)


AUTUMN_US = micros(dt.datetime(2025, 10, 1))  # noqa: DTZ001


def fold_start() -> int:
    """Local microseconds of the first repeated hour of Europe/Berlin after summer 2025."""
    return next(fold[0] for fold in folds.folds("Europe/Berlin") if fold[0] > AUTUMN_US)


def found_in(local: list[int], late_s: int) -> list[int]:
    sequence = np.zeros(len(local), dtype=np.int64)
    return folds.occurrences(
        np.array(local, dtype=np.int64), sequence, late_s * 1_000_000, "Europe/Berlin"
    ).tolist()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 7_199_999_999), min_size=1, max_size=60), st.integers(0, 120), st.integers(1, 999)
)
def test_what_order_decides_about_the_repeated_hour_is_right(
    moments: list[int], late_s: int, salt: int
) -> None:
    """True moments within the two hours; each row may stand up to `late_s` too late in the file."""
    hour = 3_600_000_000
    in_file = sorted(moments, key=lambda moment: moment + moment * salt % (late_s * 1_000_000 + 1))
    found = found_in([fold_start() + moment % hour for moment in in_file], late_s)
    for moment, occurrence in zip(in_file, found, strict=True):
        assert occurrence in (folds.UNKNOWN, moment // hour)
    if len({moment // hour for moment in moments}) == 1 and late_s == 0:
        assert set(found) == {folds.UNKNOWN}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 59), st.integers(1, 50))
def test_dense_readings_of_the_repeated_hour_are_told_apart(late_s: int, every_s: int) -> None:
    moments = sorted(range(0, 7200, every_s), key=lambda second: second + second * 7919 % (late_s + 1))
    found = found_in([fold_start() + second % 3600 * 1_000_000 for second in moments], late_s)
    border = late_s + every_s
    clear = [place for place, second in enumerate(moments) if border <= second <= 7200 - border]
    assert [found[place] for place in clear] == [moments[place] // 3600 for place in clear]


def load(
    home: Home, locals_: list[str], **extras: object
) -> tuple[list[tuple[object, ...]], list[tuple[int, str]]]:
    contract = home.contract(COLUMNS, files="*.csv", maxQuarantinedPct=100, **extras)
    lines = [f"{number},M{number % 2},{local}" for number, local in enumerate(locals_, start=1)]
    home.deliver("a.csv", "n,machine,taken\n" + "\n".join(lines) + "\n")
    home.load(contract)
    aside = [(row.source_row, row.rule) for row in home.quarantine(contract)]
    return home.rows(contract, "n, strftime(taken, '%m-%d %H:%M'), day::VARCHAR", order="n"), aside


def test_step_back_separates_the_occurrences(home: Home) -> None:
    hours = ["01:30", "02:10", "02:50", "02:05", "02:40", "03:10"]
    rows, aside = load(home, [f"2025-10-26 {hour}:00" for hour in hours])
    assert [row[1] for row in rows] == [
        "10-25 23:30",
        "10-26 00:10",
        "10-26 00:50",
        "10-26 01:05",
        "10-26 01:40",
        "10-26 02:10",
    ]
    assert (rows[0][2], rows[1][2], aside) == ("2025-10-25", "2025-10-26", [])


@pytest.mark.parametrize("hours", [["02:10", "02:50"], ["02:10", "02:50", "02:05", "02:40", "02:01"]])
def test_no_step_or_several_put_the_hour_aside(home: Home, hours: list[str]) -> None:
    rows, aside = load(home, [f"2025-10-26 {hour}:00" for hour in ["01:30", *hours, "03:30"]])
    assert [row[0] for row in rows] == [1, len(hours) + 2]
    assert {rule for _, rule in aside} == {"ambiguous_local_time:taken"}
    assert len(aside) == len(hours)


def test_tolerated_disorder_is_no_step(home: Home) -> None:
    hours = ["02:59:30", "02:00:10", "02:59:50", "02:00:20"]
    rows, aside = load(
        home, [f"2025-10-26 {hour}" for hour in hours], localTime={"order": "file", "disorderToleranceS": 60}
    )
    assert [row[1] for row in rows] == ["10-26 00:59", "10-26 01:00", "10-26 00:59", "10-26 01:00"]
    assert not aside


def test_order_by_columns_looks_at_each_machine(home: Home) -> None:
    hours = ["02:50", "02:20", "02:55", "02:30", "02:10", "02:35", "02:15", "02:40"]
    rows, aside = load(
        home, [f"2025-10-26 {hour}:00" for hour in hours], localTime={"order": ["machine", "n"]}
    )
    assert {row[0]: row[1] for row in rows} == {
        1: "10-26 00:50", 3: "10-26 00:55", 5: "10-26 01:10", 7: "10-26 01:15",
    }  # fmt: skip
    assert aside == [(number, "ambiguous_local_time:taken") for number in (2, 4, 6, 8)]


def test_skipped_hour_is_put_aside(home: Home) -> None:
    rows, aside = load(home, ["2025-03-30 01:59:59", "2025-03-30 02:30:00", "2025-03-30 03:00:00"])
    assert [row[1] for row in rows] == ["03-30 00:59", "03-30 01:00"]
    assert aside == [(2, "nonexistent_local_time:taken")]
