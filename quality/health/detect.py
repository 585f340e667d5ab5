"""All detectors in their order: each sees the hours that the ones before it found nothing in.

Here: the order, and which hours count as sound. Not here: any detector.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from quality.health import delivery, shapes
from quality.health.drift import drifts
from quality.health.flags import Flag, without_consequences
from quality.health.hours import Floats, SignalHours
from quality.health.levels import jumps, running_noise


def find_flags(data: SignalHours) -> list[Flag]:
    """Everything that is wrong, each fault once, in the order of signals and kinds."""
    found = [
        *delivery.missing(data),
        *delivery.copies(data),
        *delivery.clocks(data),
        *delivery.lateness(data),
        *delivery.restarts(data),
        *shapes.standstill(data),
    ]
    sound = data["mean_value"].copy()
    sound[delivery.counters(data)] = np.nan
    _leave_out(sound, found)
    found += jumps(data, sound)
    found += shapes.excursions(data)
    found += shapes.noisiness(data, running_noise(data, sound))
    found += shapes.spikes(data, sound)
    found = without_consequences(found)
    _leave_out(sound, found)
    return without_consequences([*found, *drifts(data, sound)])


def _leave_out(sound: Floats, flags: Iterable[Flag]) -> None:
    """Hours of flags that change values become NaN, and the hours beside them that they reach into."""
    for flag in flags:
        if flag.kind not in {"duplicate", "latency", "spike", "noise"}:
            sound[flag.signal, max(0, flag.first - 1) : flag.until + 1] = np.nan
