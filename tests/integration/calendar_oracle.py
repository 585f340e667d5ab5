"""Which shift each minute belongs to, by the wall clock of a site and without any SQL.

Here: a site's week, holidays and exceptions, and the answer for one UTC minute. Not here: how calendars are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Shift:
    """A shift from hour `start` to hour `end`, on the next day if that is earlier; it works on these weekdays."""

    code: str
    start: int
    end: int
    weekdays: frozenset[int]
    has_break: bool


@dataclass(frozen=True)
class Calendar:
    """A site's one calendar."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...]
    holidays: frozenset[date] = field(default_factory=frozenset)
    exceptions: dict[tuple[date, str], bool] = field(default_factory=dict)

    def instant(self, day: date, hour: float) -> datetime:
        """A wall clock as UTC: the first of a repeated hour."""
        local = datetime.combine(day, time()) + timedelta(hours=hour)
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def works(self, day: date, shift: Shift) -> bool:
        """Whether work is planned."""
        regular = day.isoweekday() in shift.weekdays and day not in self.holidays
        return self.exceptions.get((day, shift.code), regular)

    def answer(self, minute: datetime) -> tuple[date, str, bool, float]:
        """Production day, shift (NONE between shifts), whether it works, and its planned break in seconds."""
        today = minute.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
            for shift in self.shifts:
                end = shift.end + (24 if shift.end <= shift.start else 0)
                if self.instant(day, shift.start) <= minute < self.instant(day, end):
                    works = self.works(day, shift)
                    pause = self.instant(day, shift.start + 1.5) - self.instant(day, shift.start + 1)
                    return day, shift.code, works, pause.total_seconds() if works and shift.has_break else 0
        first = min(shift.start for shift in self.shifts)
        begun = [
            day
            for day in (today - timedelta(days=1), today, today + timedelta(days=1))
            if self.instant(day, first) <= minute
        ]
        return max(begun), "NONE", False, 0
