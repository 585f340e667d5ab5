"""Shifts tile time without gaps, and the repeated hour in autumn is seen and avoided."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.simulator import duisburg, greenville
from data.simulator.duisburg import outside_repeated_hour, repeated_hour, to_local
from data.simulator.shift_calendar import ShiftCalendar

BOTH = [(own, name) for own in (duisburg.CALENDAR, greenville.CALENDAR) for name in own.names]
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(DAYS, st.sampled_from(BOTH))
def test_segments_tile_the_production_day(day: date, calendar: tuple[ShiftCalendar, str]) -> None:
    own, name = calendar
    parts = own.segments(name, day)
    assert parts[0].start == own.day_start(day)
    assert parts[-1].end == own.day_start(day + timedelta(days=1))
    assert all(a.end == b.start for a, b in pairwise(parts))
    assert all(p.start < p.end and p.shift_start <= p.start and p.end <= p.shift_end for p in parts)


def test_night_shift_has_nine_hours_in_autumn_and_seven_in_spring() -> None:
    for day, hours in ((date(2025, 10, 25), 9), (date(2026, 3, 28), 7), (date(2025, 10, 24), 8)):
        night = [p for p in duisburg.CALENDAR.segments("CONTI", day) if p.shift_code == "N"]
        assert night[0].shift_end - night[0].shift_start == hours * 3_600_000


def test_clocks_change_on_other_days_at_each_site() -> None:
    for own, day in ((duisburg.CALENDAR, date(2025, 10, 25)), (greenville.CALENDAR, date(2025, 11, 1))):
        changed = [d for n in range(60) if own.repeated_hour(d := date(2025, 10, 1) + timedelta(days=n))]
        assert changed == [day]


def test_repeated_hour_is_found_only_in_autumn() -> None:
    first, second = repeated_hour(date(2025, 10, 25))
    assert (to_local(first).hour, to_local(second).hour, second - first) == (2, 2, 3_600_000)
    assert repeated_hour(date(2025, 10, 26)) is None
    assert repeated_hour(date(2026, 3, 28)) is None


@pytest.mark.parametrize("minutes", [0, 17, 59, 60, 61, 119])
def test_times_in_the_repeated_hour_move_out_of_it(minutes: int) -> None:
    first, _ = repeated_hour(date(2025, 10, 25))
    inside = first + minutes * 60_000
    assert f"{to_local(outside_repeated_hour(inside, later=False)):%H:%M:%S}" == "01:59:59"
    assert f"{to_local(outside_repeated_hour(inside, later=True)):%H:%M:%S}" == "03:00:00"
    for outside in (first - 1000, first + 7_200_000):
        assert outside_repeated_hour(outside, later=True) == outside
