"""When a plant works: shifts, breaks, days off, in the plant's zone and in UTC.

Belongs here: weekly calendars with exceptions and their translation to absolute time. All absolute times of the
simulation are integer milliseconds since 1970 in UTC, so that sums are exact also on the days when clocks change.
Does not belong here: the calendars of a plant (duisburg.py, greenville.py), what machines do in them (machine.py).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORK, BREAK, OFF = "work", "break", "off"
Exemption = tuple[str, date, str, bool, str]  # calendar, production day, shift, works, why
Holiday = tuple[str, date, str]  # calendar, production day, name


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


@dataclass(frozen=True, eq=False)
class ShiftCalendar:
    """The weekly calendars of one plant in its zone.

    `shifts` are (code, name, first hour, last hour) in order and fill the day, which begins with the first of them.
    `regular` gives for each calendar the working weekdays (1 Monday) of each shift; `breaks` are windows "HH:MM-HH:MM".
    """

    zone: ZoneInfo
    shifts: tuple[tuple[str, str, int, int], ...]
    regular: dict[str, dict[str, range]]
    breaks: dict[tuple[str, str], tuple[str, ...]]
    exceptions: tuple[Exemption, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    _segments: dict[tuple[str, date], tuple[Segment, ...]] = field(default_factory=dict)
    _repeated: dict[date, tuple[int, int] | None] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Codes of the calendars."""
        return tuple(self.regular)

    def to_ms(self, local: datetime) -> int:
        """Milliseconds UTC of a naive local time; the first pass of a repeated hour."""
        return round(local.replace(tzinfo=self.zone).astimezone(UTC).timestamp() * 1000)

    def to_local(self, ms: int) -> datetime:
        """Local time, with its zone, of milliseconds UTC."""
        local = datetime.fromtimestamp(ms // 1000, UTC).astimezone(self.zone)
        return local.replace(microsecond=ms % 1000 * 1000)

    def day_start(self, day: date) -> int:
        """Start of a production day, that of its first shift, in ms UTC."""
        return self.to_ms(datetime.combine(day, time(self.shifts[0][2])))

    def is_working(self, calendar: str, day: date, shift: str) -> bool:
        """Whether work is planned in a shift."""
        for name, on, code, works, _ in self.exceptions:
            if (name, on, code) == (calendar, day, shift):
                return works
        off = any((name, on) == (calendar, day) for name, on, _ in self.holidays)
        return not off and day.isoweekday() in self.regular[calendar][shift]

    def segments(self, calendar: str, day: date) -> tuple[Segment, ...]:
        """All segments of one production day, without gaps, in order."""
        known = self._segments.get((calendar, day))
        if known is None:
            known = self._segments[calendar, day] = tuple(self._cut(calendar, day))
        return known

    def _cut(self, calendar: str, day: date) -> list[Segment]:
        found: list[Segment] = []
        for code, _, start, end in self.shifts:
            begin = self.to_ms(datetime.combine(day, time(start)))
            stop = self.to_ms(datetime.combine(day + timedelta(days=end < start), time(end)))
            working = self.is_working(calendar, day, code)
            mark = begin
            for left, right in self._breaks(calendar, code, day) if working else ():
                found.append(Segment(mark, left, WORK, code, day, begin, stop))
                found.append(Segment(left, right, BREAK, code, day, begin, stop))
                mark = right
            found.append(Segment(mark, stop, WORK if working else OFF, code, day, begin, stop))
        return found

    def _breaks(self, calendar: str, shift: str, day: date) -> list[tuple[int, int]]:
        windows = []
        for window in self.breaks[calendar, shift]:
            left, right = (time.fromisoformat(part) for part in window.split("-"))
            on = day + timedelta(days=left.hour < self.shifts[0][2])
            windows.append((self.to_ms(datetime.combine(on, left)), self.to_ms(datetime.combine(on, right))))
        return windows

    def repeated_hour(self, day: date) -> tuple[int, int] | None:
        """First and second start, in ms UTC, of a local hour that occurs twice in the production day; None otherwise."""
        if day not in self._repeated:
            self._repeated[day] = self._find_repeated(day)
        return self._repeated[day]

    def _find_repeated(self, day: date) -> tuple[int, int] | None:
        start, end = self.day_start(day), self.day_start(day + timedelta(days=1))
        for hour in range(start, end, 3_600_000):
            before, after = self.to_local(hour - 1), self.to_local(hour)
            if before.utcoffset() != after.utcoffset() and after.replace(tzinfo=None) < before.replace(
                tzinfo=None
            ):
                return hour - 3_600_000, hour
        return None

    def outside_repeated_hour(self, ms: int, *, later: bool) -> int:
        """Move a time out of the repeated hour, to the second before it or to its end, as SAP advises to post."""
        local = self.to_local(ms)
        other = local.replace(fold=1 - local.fold)
        if local.utcoffset() == other.utcoffset():
            return ms
        transition = next(
            t for t in range(ms - ms % 3_600_000 - 3_600_000, ms + 7_200_000, 3_600_000)
            if self.to_local(t - 1).utcoffset() != self.to_local(t).utcoffset()
        )  # fmt: skip
        return transition + 3_600_000 if later else transition - 3_601_000
