"""When the plant works: shifts, breaks, days off, in the plant's zone and in UTC.

Belongs here: the weekly calendars, the exceptions and their translation to absolute time. All absolute times of the
simulation are integer milliseconds since 1970 in UTC, so that sums are exact also on the days when clocks change.
Does not belong here: what machines do in the windows (machine.py).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from data.simulator.plant_model import ZONE

CALENDARS = ("3SHIFT", "CONTI")
SHIFTS = (("F", "Early", 6, 14), ("S", "Late", 14, 22), ("N", "Night", 22, 6))
BREAKS = {
    ("3SHIFT", "F"): ("09:00-09:15", "12:00-12:30"),
    ("3SHIFT", "S"): ("17:00-17:15", "19:30-20:00"),
    ("3SHIFT", "N"): ("00:30-00:45", "03:30-04:00"),
    ("CONTI", "F"): ("10:00-10:20",),
    ("CONTI", "S"): ("18:00-18:20",),
    ("CONTI", "N"): ("04:00-04:20",),
}
EXCEPTIONS = (
    ("3SHIFT", date(2025, 10, 19), "F", True, "Extra shift: backlog of gear sets"),
    ("3SHIFT", date(2025, 11, 1), "F", False, "All Saints' Day"),
    ("3SHIFT", date(2025, 11, 1), "S", False, "All Saints' Day"),
    ("3SHIFT", date(2025, 11, 1), "N", False, "All Saints' Day"),
)
_EXCEPTION = {(calendar, day, shift): works for calendar, day, shift, works, _ in EXCEPTIONS}
WORK, BREAK, OFF = "work", "break", "off"


@dataclass(frozen=True)
class Segment:
    """A stretch of one kind (work, break, off) inside one shift; start and end in ms UTC."""

    start: int
    end: int
    kind: str
    shift_code: str
    production_day: date
    shift_start: int
    shift_end: int


def to_ms(local: datetime) -> int:
    """Milliseconds UTC of a naive local time; the first pass of a repeated hour."""
    return round(local.replace(tzinfo=ZONE).astimezone(UTC).timestamp() * 1000)


def to_local(ms: int) -> datetime:
    """Local time, with its zone, of milliseconds UTC."""
    local = datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZONE)
    return local.replace(microsecond=ms % 1000 * 1000)


def day_start(day: date) -> int:
    """Start of a production day, 06:00 local, in ms UTC."""
    return to_ms(datetime.combine(day, time(6)))


def is_working(calendar: str, day: date, shift: str) -> bool:
    """Whether work is planned in a shift: the three-shift calendar rests on Sundays."""
    regular = calendar == "CONTI" or day.isoweekday() <= 6
    return _EXCEPTION.get((calendar, day, shift), regular)


@cache
def segments(calendar: str, day: date) -> tuple[Segment, ...]:
    """All segments of one production day, without gaps, in order."""
    found: list[Segment] = []
    for code, _, start, end in SHIFTS:
        begin = to_ms(datetime.combine(day, time(start)))
        stop = to_ms(datetime.combine(day + timedelta(days=end < start), time(end)))
        working = is_working(calendar, day, code)
        cuts = _breaks(calendar, code, day) if working else []
        mark = begin
        for left, right in cuts:
            found.append(Segment(mark, left, WORK, code, day, begin, stop))
            found.append(Segment(left, right, BREAK, code, day, begin, stop))
            mark = right
        found.append(Segment(mark, stop, WORK if working else OFF, code, day, begin, stop))
    return tuple(found)


def _breaks(calendar: str, shift: str, day: date) -> list[tuple[int, int]]:
    windows = []
    for window in BREAKS[calendar, shift]:
        left, right = (time.fromisoformat(part) for part in window.split("-"))
        offset = timedelta(days=shift == "N" and left.hour < 12)
        windows.append(
            (to_ms(datetime.combine(day + offset, left)), to_ms(datetime.combine(day + offset, right)))
        )
    return windows


@cache
def repeated_hour(day: date) -> tuple[int, int] | None:
    """First and second start, in ms UTC, of a local hour that occurs twice in the production day; None otherwise."""
    start, end = day_start(day), day_start(day + timedelta(days=1))
    for hour in range(start, end, 3_600_000):
        before, after = to_local(hour - 1), to_local(hour)
        if before.utcoffset() != after.utcoffset() and after.replace(tzinfo=None) < before.replace(
            tzinfo=None
        ):
            return hour - 3_600_000, hour
    return None


def outside_repeated_hour(ms: int, *, later: bool) -> int:
    """Move a time out of the repeated hour, to the second before it or to its end, as SAP advises to post."""
    local = to_local(ms)
    other = local.replace(fold=1 - local.fold)
    if local.utcoffset() == other.utcoffset():
        return ms
    transition = next(
        t for t in range(ms - ms % 3_600_000 - 3_600_000, ms + 7_200_000, 3_600_000)
        if to_local(t - 1).utcoffset() != to_local(t).utcoffset()
    )  # fmt: skip
    return transition + 3_600_000 if later else transition - 3_601_000
