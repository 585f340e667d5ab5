"""Flags: what was found wrong with a signal, as stretches of hours.

Here: the kinds, the value object, which kind explains which other. Not here: how they are found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, groupby

EXPLAINS = {
    "silence": {"gap", "completeness"},
    "stuck": {"noise", "drift", "unit_jump", "spike"},
    "unit_jump": {"out_of_range", "noise", "drift", "spike"},
    "counter_reset": {"unit_jump", "drift", "spike"},
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

    `observed` and `limit` are of the kind: hours of silence, height of a spike, factor of a scale, and so on. `cause` says which
    of several causes a kind may have.
    """

    signal: int
    kind: str
    first: int
    until: int
    observed: float
    limit: float
    cause: str = ""


def without_consequences(flags: Iterable[Flag]) -> list[Flag]:
    """Leave out what another flag of the same signal explains."""
    found = sorted(flags)
    causes = {key: _Stretches(own) for key, own in groupby(found, key=lambda flag: (flag.signal, flag.kind))}
    return [
        flag
        for flag in found
        if not any(
            (flag.signal, kind) in causes and causes[flag.signal, kind].reach_into(flag, REACH.get(kind, 1))
            for kind, consequences in EXPLAINS.items()
            if flag.kind in consequences
        )
    ]


class _Stretches:
    """Flags of one signal and kind, given by their first hour; asked by bisection, for a history has thousands."""

    def __init__(self, flags: Iterable[Flag]) -> None:
        self._firsts, untils = zip(*((flag.first, flag.until) for flag in flags), strict=True)
        self._latest_untils = list(accumulate(untils, max))

    def reach_into(self, flag: Flag, reach: int) -> bool:
        """Whether one of them, `reach` hours longer at both ends, overlaps with the flag."""
        begun = bisect_left(self._firsts, flag.until + reach)
        return begun > 0 and self._latest_untils[begun - 1] + reach > flag.first
