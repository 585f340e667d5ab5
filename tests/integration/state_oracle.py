"""What the rules for states say of each single minute of a machine, reckoned minute by minute without any SQL.

Here: an equipment's events, counters, operations and shifts on whole minutes, and what holds in [minute, minute + 1).
Not here: how stories are drawn and what the models answer (the test's).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

RUNNING_SILENCE, STANDING_SILENCE, PROOF, MICRO_STOP, MINIMUM_RUN, LOW_SPEED = 60, 180, 15, 5, 3, 0.8
PRECEDENCE = {"plc": 1, "mes": 2}
ELEMENTS = {"RUN": "apt", "SETUP": "aust", "STOP": "adet", "DOWN": "adet"}


@dataclass(frozen=True)
class Event:
    """A state from `start`, to `end` where the system recorded one; order numbers only where it knows orders."""

    name: str
    system: str
    start: int
    end: int | None
    state: str
    order: str | None


@dataclass(frozen=True)
class Operation:
    """An order worked on from `start` to `end`, None while it is; `pri` is planned minutes per piece."""

    order: str
    start: int
    end: int | None
    pri: float


@dataclass(frozen=True)
class Story:
    """All that is known of one machine. `counts` maps a minute to (pieces since the one before, order)."""

    events: tuple[Event, ...]
    counts: dict[int, tuple[int, str]]
    operations: tuple[Operation, ...]
    is_working: Callable[[int], bool]

    @property
    def first(self) -> int:
        """First sign of life."""
        return min([event.start for event in self.events] + list(self.counts))

    @property
    def last(self) -> int:
        """Last sign of life."""
        ends = [event.start if event.end is None else event.end for event in self.events]
        return max(ends + list(self.counts))

    def windows(self) -> Iterator[tuple[int, int, int, str]]:
        """(start, end, pieces, order) of readings that stand close enough."""
        for start, end in pairwise(sorted(self.counts)):
            if end - start <= PROOF:
                yield start, end, *self.counts[end]


@dataclass
class Minute:
    """What holds in one minute; `stretch` is the state, or the evidence where there is none."""

    event: str | None
    stretch: str
    evidence: str
    element: str
    order: str | None
    is_low_speed: bool = False
    is_micro_stop: bool = False
    is_vain: bool = False


def minutes(story: Story) -> dict[int, Minute]:
    """Every minute from the first to the last sign of life."""
    believed = [(event, _believed_until(story, event)) for event in story.events]
    told = {at: _minute(story, believed, at) for at in range(story.first, story.last)}
    _slow(story, told)
    _vain(told)
    _micro(told)
    return told


def _believed_until(story: Story, event: Event) -> int:
    if event.end is not None:
        return event.end
    own = [other for other in story.events if other.system == event.system]
    later = [other.start for other in own if (other.start, other.name) > (event.start, event.name)]
    until = min(later, default=story.last)
    if event.state not in ("RUN", "SETUP"):
        return min(until, event.start + STANDING_SILENCE)
    heard = event.start
    for sign in sorted({other.start for other in own} | set(story.counts)):
        if heard < sign <= heard + RUNNING_SILENCE:
            heard = sign
    return min(until, heard + RUNNING_SILENCE)


def _minute(story: Story, believed: list[tuple[Event, int]], at: int) -> Minute:
    holding = [event for event, until in believed if event.start <= at < until]
    if not holding:
        return _silent(story, at)
    event = min(holding, key=lambda one: (PRECEDENCE[one.system], -one.start, -int(one.name[1:])))
    order = event.order if event.system == "mes" else _order_at(story, at)
    element = "no_data"
    if event.state == "IDLE":
        element = ("adet" if order else "adot") if story.is_working(at) else "not_scheduled"
    elif event.state in ELEMENTS:
        element = ELEMENTS[event.state]
    return Minute(event.name, event.state, "none" if element == "no_data" else "state", element, order)


def _silent(story: Story, at: int) -> Minute:
    for start, end, pieces, order in story.windows():
        if start <= at < end and pieces:
            return Minute(None, "counter", "counter", "apt", order)
    if story.is_working(at):
        return Minute(None, "none", "none", "no_data", None)
    return Minute(None, "calendar", "calendar", "not_scheduled", None)


def _order_at(story: Story, at: int) -> str | None:
    holding = [
        one for one in story.operations if one.start <= at < (story.last if one.end is None else one.end)
    ]
    return max(holding, key=lambda one: (one.start, one.order)).order if holding else None


def _slow(story: Story, told: dict[int, Minute]) -> None:
    pri = {operation.order: operation.pri for operation in story.operations}
    for start, end, pieces, order in story.windows():
        runs = [told[at] for at in range(start, end) if at in told and told[at].element == "apt"]
        if order in pri and pri[order] * pieces < LOW_SPEED * len(runs):
            for minute in runs:
                minute.is_low_speed = True


def _runs(told: dict[int, Minute], key: Callable[[Minute], object]) -> list[list[Minute]]:
    return [list(run) for _, run in groupby((told[at] for at in sorted(told)), key)]


def _vain(told: dict[int, Minute]) -> None:
    runs = _runs(told, lambda minute: minute.element)
    vain = [
        run
        for before, run, after in zip(runs, runs[1:], runs[2:], strict=False)
        if run[0].element == "apt" and len(run) < MINIMUM_RUN
        if before[0].element == after[0].element == "adet"
    ]
    for run in vain:
        for minute in run:
            minute.is_vain, minute.element, minute.evidence, minute.is_low_speed = (
                True,
                "adet",
                "minimum_run",
                False,
            )


def _micro(told: dict[int, Minute]) -> None:
    stretch = ""
    for at in sorted(told):
        stretch = stretch if told[at].is_vain else told[at].stretch
        told[at].stretch = stretch
    for run in _runs(told, lambda minute: (minute.element, minute.stretch)):
        if run[0].element == "adet" and len(run) <= MICRO_STOP:
            for minute in run:
                minute.is_micro_stop = True
