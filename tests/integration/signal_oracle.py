"""Signal windows worked out the plain way: the signal as a function of time. Knows nothing of SQL or of the models."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

SECOND = 1_000_000
DOUBLES = (
    "mean_value", "min_value", "max_value", "last_value", "held_mean_value", "held_min_value", "held_max_value",
    "held_std_value", "despiked_mean_value", "despiked_min_value", "despiked_max_value", "good_s", "covered_s", "good_pct", "max_lone_rise", "max_lone_drop", "lone_sum",
    "counted_value",
)  # fmt: skip


@dataclass(frozen=True)
class Signal:
    """A line of the signal dictionary."""

    tag: str
    interpolation: str
    max_gap_s: int
    rollover_at: float | None = None


@dataclass(frozen=True)
class Reading:
    """One delivered version of a reading; ``us`` microseconds since 1970; ``place`` is its file and its row there."""

    tag: str
    us: int
    value: float | None
    state: str | None
    questionable: bool
    place: tuple[int, int] = (0, 0)

    @property
    def good(self) -> bool:
        return (
            self.value is not None
            and math.isfinite(self.value)
            and self.state is None
            and not self.questionable
        )


class Oracle:
    """The signal as a function of time, evaluated at every instant where it bends. Knows nothing of SQL."""

    def __init__(
        self, signal: Signal, readings: list[Reading], leaves: Callable[[int], float] = lambda _: math.inf
    ) -> None:
        """``leaves``: when the sensor leaves the place where it reads at a time."""
        self.signal = signal
        self.leaves = leaves
        self.gap = signal.max_gap_s * SECOND
        self.readings = sorted(readings, key=lambda reading: reading.us)
        self.times = [reading.us for reading in self.readings]

    def windows(self, size_s: int) -> dict[tuple[str, int], dict[str, Any]]:
        size = size_s * SECOND
        starts = {
            start
            for us in self.times
            for start in range(us // size * size, self.until(us), size)
            if any(True for _ in self.stretches(start, start + size))
        }
        return {(self.signal.tag, start): self.window(start, start + size) for start in starts}

    def until(self, us: int) -> int:
        """How long a reading may hold at most."""
        return int(min(us + self.gap, self.leaves(us)))

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield (from, to, index of the reading in effect) inside the window."""
        place = max(0, bisect.bisect_right(self.times, start) - 1)
        while place < len(self.times) and self.times[place] < end:
            us = self.times[place]
            following = self.times[place + 1] if place + 1 < len(self.times) else self.until(us)
            low, high = max(us, start), min(following, self.until(us), end)
            if low < high:
                yield low, high, place
            place += 1

    def next_good(self, place: int) -> Reading | None:
        """The next reading, where both are good and the first holds until then."""
        here, after = self.readings[place], self.readings[place + 1 : place + 2]
        return (
            after[0] if here.good and after and after[0].good and after[0].us <= self.until(here.us) else None
        )

    def value_at(self, us: int, place: int) -> float:
        here, after = self.readings[place], self.next_good(place)
        assert here.value is not None
        if after is None or after.value is None or self.signal.interpolation == "step":
            return here.value
        if self.signal.interpolation == "counter" and after.value < here.value:
            return here.value
        share = (us - here.us) / (after.us - here.us)
        return (1 - share) * here.value + share * after.value

    def counted(self, start: int, end: int, place: int) -> float | None:
        """What a counter counts between two times after a reading: its share of what it went up by to the next."""
        here, after = self.readings[place], self.next_good(place)
        if self.signal.interpolation != "counter" or after is None:
            return None
        before, now, top = here.value or 0.0, after.value or 0.0, self.signal.rollover_at
        if now >= before:
            risen = now - before
        elif top and 10 * before >= 9 * top and 10 * now <= top:
            risen = top - before + now
        else:
            risen = now
        return risen * (end - start) / (after.us - here.us)

    def lone_heights(self, start: int, end: int) -> Iterator[float]:
        """Yield how far each short reading of the window between good ones stands out from both."""
        for place in range(bisect.bisect_left(self.times, start), bisect.bisect_left(self.times, end)):
            if (height := self.lone_height(place)) is not None:
                yield height

    def lone_height(self, place: int) -> float | None:
        three = self.readings[max(place - 1, 0) : place + 2] if place else []
        if len(three) < 3 or not all(r.good for r in three) or self.until(three[0].us) < three[2].us:
            return None
        before, here, after = (r.value or 0.0 for r in three)
        is_short = (three[2].us - three[1].us) * 20 <= self.gap
        return here - sorted((before, here, after))[1] if is_short else None

    def backward(self, start: int, end: int) -> int:
        """How many readings of the window stand before the one in their file that precedes them in time and still holds."""
        first, last = bisect.bisect_left(self.times, start), bisect.bisect_left(self.times, end)
        pairs = zip(
            self.readings[max(first - 1, 0) : last], self.readings[max(first, 1) : last], strict=False
        )
        return sum(
            a.place[0] == b.place[0] and a.place[1] > b.place[1] and self.until(a.us) >= b.us
            for a, b in pairs
        )

    def window(self, start: int, end: int) -> dict[str, Any]:
        all_stretches = list(self.stretches(start, end))
        good = [(a, b, p) for a, b, p in all_stretches if self.readings[p].good]
        inside = self.readings[bisect.bisect_left(self.times, start) : bisect.bisect_left(self.times, end)]
        good_s = sum(b - a for a, b, _ in good) / SECOND
        lone = list(self.lone_heights(start, end))
        parts = [part for a, b, p in good if (part := self.counted(a, b, p)) is not None]
        result: dict[str, Any] = dict.fromkeys(DOUBLES) | {
            "good_s": good_s,
            "covered_s": sum(b - a for a, b, _ in all_stretches) / SECOND,
            "good_pct": 100 * good_s / ((end - start) / SECOND),
            "reading_count": len(inside),
            "bad_reading_count": sum(not r.good for r in inside),
            "backward_count": self.backward(start, end),
            "max_lone_rise": max([0.0, *lone]),
            "max_lone_drop": -min([0.0, *lone]),
            "lone_sum": math.fsum(map(abs, lone)) if lone else None,
            "counted_value": math.fsum(parts) if parts else None,
        }
        if good:
            ends = [value for a, b, p in good for value in (self.value_at(a, p), self.value_at(b, p))]
            held = [(self.readings[p].value or 0.0, (b - a) / SECOND) for a, b, p in good]
            mean = math.fsum(v * s for v, s in held) / good_s
            despiked = [
                (v - (self.lone_height(p) or 0.0), s) for (v, s), (_, _, p) in zip(held, good, strict=True)
            ]
            areas = ((self.value_at(a, p) + self.value_at(b, p)) * (b - a) / 2 / SECOND for a, b, p in good)
            result |= {
                "mean_value": math.fsum(areas) / good_s,
                "min_value": min(ends),
                "max_value": max(ends),
                "last_value": held[-1][0],
                "held_mean_value": mean,
                "held_min_value": min(v for v, _ in held),
                "held_max_value": max(v for v, _ in held),
                "despiked_mean_value": math.fsum(v * s for v, s in despiked) / good_s,
                "despiked_min_value": min(v for v, _ in despiked),
                "despiked_max_value": max(v for v, _ in despiked),
                "held_std_value": math.sqrt(math.fsum((v - mean) ** 2 * s for v, s in held) / good_s),
            }
        return result
