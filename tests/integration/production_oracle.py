"""What machines did, made up at random, and what the production facts must say of it, summed up without any SQL.

Here: states, counters and orders of a few machines over the end of summer time, as the MES and the ERP would report them,
and the sums per machine, production day, shift and order. Not here: how rows are delivered and built (the test's).
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2025, 10, 24, 4, tzinfo=UTC)
END = START + timedelta(days=4, hours=1)
MACHINES = ("M01", "M02", "M09")
ELEMENT_OF = {
    "PRODUCING": "apt_s", "SETUP": "aust_s", "MICROSTOP": "adet_s", "DOWN": "adet_s", "STARVED": "adot_s",
    "NO_ORDER": "adot_s", "BREAK": "pdt_s", "MAINTENANCE": "pdt_s",
}  # fmt: skip
STATES = ["PRODUCING"] * 6 + list(ELEMENT_OF)
BORDERS = [
    datetime.combine(date(2025, 10, 23) + timedelta(days=day), time(hour), BERLIN).astimezone(UTC)
    for day in range(8)
    for hour in (6, 14, 22)
]
Key = tuple[str, date, str, str]  # machine, production day, shift, order number or ''


@dataclass
class Story:
    """Rows as the systems export them, and the sums that they must give."""

    states: list[tuple[object, ...]] = field(default_factory=list)
    counters: list[tuple[object, ...]] = field(default_factory=list)
    planned_run_s: dict[str, float] = field(default_factory=dict)
    sums: dict[Key, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))


def tell(seed: int) -> Story:
    """Make the story of all machines."""
    rng = random.Random(seed)
    story = Story()
    for machine in MACHINES:
        _machine(rng, story, machine)
    return story


def shift_of(instant: datetime) -> tuple[date, str]:
    """Production day and shift of an instant, by the wall clock."""
    local = instant.astimezone(BERLIN)
    if local.hour >= 22 or local.hour < 6:
        return local.date() - timedelta(days=local.hour < 6), "N"
    return local.date(), "F" if local.hour < 14 else "S"


def _machine(rng: random.Random, story: Story, machine: str) -> None:
    now, order, number, counts = START, "", 0, [0, 0, 0]
    while now < END:
        if not order or rng.random() < 0.2:
            order = f"{int(machine[1:])}{len(story.planned_run_s):04d}"
            story.planned_run_s[order] = rng.choice([10.0, 25.0, 40.0])
        state = rng.choice(STATES)
        until = min(now + timedelta(milliseconds=rng.randint(1000, 3 * 3_600_000)), END)
        for begin, end in pairwise([now, *(border for border in BORDERS if now < border < until), until]):
            number += 1
            worked_on = "" if state == "NO_ORDER" else order
            _state(story, (f"{machine}-{number:06d}", machine, begin, state), worked_on)
            key = (machine, *shift_of(begin), worked_on)
            story.sums[key][ELEMENT_OF[state]] += (end - begin).total_seconds()
            if state == "PRODUCING":
                _count(rng, story, key, (begin, end), counts)
        now = until
    _state(story, (f"{machine}-{number + 1:06d}", machine, END, "NO_ORDER"), "")


def _state(story: Story, event: tuple[str, str, datetime, str], order: str) -> None:
    context = (order, "0010", "P1") if order else (None, None, None)
    story.states.append((*event, *context))


def _count(
    rng: random.Random, story: Story, key: Key, span: tuple[datetime, datetime], counts: list[int]
) -> None:
    """Count every five minutes and at the end of the state, also when that is the border of a shift."""
    at, end = span
    while at < end:
        at = min(at + timedelta(minutes=5), end)
        made = rng.randint(1, 20)
        scrap = rng.randint(0, min(made, 2))
        rework = rng.randint(0, made - scrap) if rng.random() < 0.1 else 0
        if counts[0] > 300 and rng.random() < 0.3:
            counts[:] = [0, 0, 0]
        for place, pieces in enumerate((made, scrap, rework)):
            counts[place] += pieces
        story.counters.append((key[0], at, key[3], "0010", "P1", *counts))
        sums = story.sums[key]
        sums["produced_qty"] += made
        sums["scrap_qty"] += scrap
        sums["rework_qty"] += rework
        sums["planned_run_s"] += made * story.planned_run_s[key[3]]
