"""Flags: what was found wrong with a signal, as stretches of hours.

Here: the kinds, the value object, which kind explains which other. Not here: how they are found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EXPLAINS = {
    "silence": {"gap", "completeness"},
    "stuck": {"noise", "drift", "unit_jump"},
    "unit_jump": {"out_of_range", "noise", "drift", "spike"},
    "counter_reset": {"unit_jump", "drift", "spike"},
    "out_of_range": {"drift"},
    "noise": {"spike", "drift"},
    "clock": {"duplicate", "spike", "noise"},
    "gap": {"drift"},
}
"""A flag hides flags of these kinds of its signal that overlap its stretch: they are the same fault seen otherwise."""
REACH = {"noise": 48, "unit_jump": 24}
"""Hours beyond its stretch in which a flag explains others, where that is not 1: noise is judged on days of enough work."""
KINDS = ("silence", "gap", "stuck", "spike", "out_of_range", "unit_jump", "noise", "drift", "duplicate", "clock", "latency", "counter_reset")  # fmt: skip


@dataclass(frozen=True, order=True)
class Flag:
    """Hours [first, until) of one signal (its place in SignalHours) with what was seen and the limit it broke.

    `observed` and `limit` are of the kind: hours of silence, height of a spike, factor of a scale, and so on.
    """

    signal: int
    kind: str
    first: int
    until: int
    observed: float
    limit: float


def without_consequences(flags: Iterable[Flag]) -> list[Flag]:
    """Leave out what another flag of the same signal explains."""
    by_signal: dict[int, list[Flag]] = {}
    for flag in flags:
        by_signal.setdefault(flag.signal, []).append(flag)
    return sorted(
        flag for own in by_signal.values() for flag in own if not any(_explains(other, flag) for other in own)
    )


def _explains(cause: Flag, flag: Flag) -> bool:
    reach = REACH.get(cause.kind, 1)
    near = cause.first - reach < flag.until and flag.first < cause.until + reach
    return near and flag.kind in EXPLAINS.get(cause.kind, ())
