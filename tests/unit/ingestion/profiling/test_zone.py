"""The zone of local times, from clock changes and file times; values are made with the standard library's zones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from samples import Samples

MARCH, OCTOBER = dt.datetime(2025, 3, 29, tzinfo=dt.UTC), dt.datetime(2025, 10, 25, tzinfo=dt.UTC)


def instants(start: dt.datetime, days: int = 3) -> Iterator[dt.datetime]:
    """One every two minutes."""
    yield from (start + dt.timedelta(minutes=2 * step) for step in range(days * 720))


def deliver(
    samples: Samples, moments: Iterator[dt.datetime], zone: str, name: str = "t.csv", after_s: float = -1
):
    """A file of local times of `zone`, written `after_s` seconds behind its last value (or at no telling time)."""
    every = list(moments)
    text = "event_id;at\n" + "".join(
        f"{place};{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}\n"
        for place, moment in enumerate(every)
    )
    samples.add(name, text, every[-1].timestamp() + after_s if after_s >= 0 else None)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/London", "Europe/Athens"])
@pytest.mark.parametrize("assumed", ["Europe/Berlin", "UTC"])
def test_the_skipped_hour_of_spring_tells_the_zone(samples: Samples, zone: str, assumed: str):
    deliver(samples, instants(MARCH), zone)
    guess = samples.profile(zone=assumed).zone
    assert (guess.value, guess.confidence) == (zone, "high")
    assert f"which {zone} skips" in guess.evidence


def test_zones_that_skip_the_same_hour_are_named(samples: Samples):
    deliver(samples, instants(dt.datetime(2025, 3, 8, tzinfo=dt.UTC)), "America/New_York")
    guess = samples.profile(zone="America/Denver").zone
    assert (guess.value, guess.confidence) == ("America/Denver", "medium")
    assert "America/New_York, America/Chicago, America/Los_Angeles fit as well" in guess.evidence


def test_the_repeated_hour_of_autumn_tells_the_zone(samples: Samples):
    deliver(samples, instants(OCTOBER), "Europe/Berlin")
    guess = samples.profile(zone="UTC").zone
    assert guess.value == "Europe/Berlin"
    assert "holds 2.0 times the rows of its neighbours" in guess.evidence


def test_rows_in_the_hour_that_a_zone_skips_rule_it_out(samples: Samples):
    deliver(samples, instants(MARCH), "UTC")
    guess = samples.profile(zone="Europe/Berlin").zone
    assert guess.value == "UTC"
    assert "which Europe/Berlin skips" in guess.evidence


def test_without_a_clock_change_the_assumed_zone_stays_and_its_source_is_named(samples: Samples):
    deliver(samples, instants(dt.datetime(2025, 6, 1, tzinfo=dt.UTC)), "Asia/Tokyo")
    guess = samples.profile(zone="Europe/Berlin").zone
    assert (guess.value, guess.confidence) == ("Europe/Berlin", "low")
    assert "assumed by the test" in guess.evidence


def test_files_written_right_after_their_newest_time_tell_the_offset(samples: Samples):
    for day in (1, 2, 3, 4):
        start = dt.datetime(2025, 6, day, tzinfo=dt.UTC)
        deliver(samples, instants(start, 1), "America/Chicago", f"t_2025-06-{day:02d}.csv", after_s=240)
    guess = samples.profile(zone="Europe/Berlin").zone
    assert guess.value in ("America/Chicago", "America/Denver")
    assert "4 files was written 4 min (median) after its newest time" in guess.evidence


def test_times_with_offset_need_no_zone(samples: Samples):
    samples.add("t.csv", "id;at\n" + "".join(f"{n};2025-01-0{n}T06:00:00+01:00\n" for n in range(1, 9)))
    profile = samples.profile(zone="UTC")
    assert profile.tables[0].columns[1].columns[0].parse == "utc_timestamp"
    assert profile.zone.evidence.startswith("no local times in the sample")
