"""Faults of the way from sensor to table: gaps, silence, copies, clocks, late deliveries, counters that start anew.

Here: detectors that compare no values with an expected level. Not here: values (levels.py, shapes.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quality.health.flags import Flag
from quality.health.hours import HOURS_PER_DAY, Bools, SignalHours, nan_quantile, runs

LEAST_MISSING_S = 60.0
SILENT_HOURS = 2
LEAST_COPIES, COPIED_SHARE = 5, 0.005
AHEAD_S, LEAST_BACKWARD = 300.0, 3.0
LATE_TIMES, LEAST_LATE_S = 3.0, 6 * 3600.0
RISING_SHARE = 0.97


def missing(data: SignalHours) -> Iterator[Flag]:
    """Gaps: seconds that no reading covers, each holding for its longest gap; silence: a gap that lasts to the end.

    Exception reporting with a heartbeat is covered as long as the heartbeat is not above the signal's longest gap.
    """
    covered = np.nan_to_num(data["covered_s"])
    for n, horizon in enumerate(data.horizons):
        lacking = 3600.0 - covered[n, : horizon + 1]
        lacking[: data.first_reported[n] + 1] = 0.0
        for first, until in runs(lacking > LEAST_MISSING_S):
            open_end = until == horizon + 1
            silent = (
                open_end
                and until - first >= SILENT_HOURS
                and not data.is_reported[n, first + 1 : until].any()
            )
            if silent or not open_end:
                yield Flag(
                    n,
                    "silence" if silent else "gap",
                    first,
                    until,
                    float(lacking[first:until].sum()) / 3600,
                    0.0,
                )


def copies(data: SignalHours) -> Iterator[Flag]:
    """Readings delivered more than once, on days where they are more than a few and more than a small share."""
    days = -(-data.shape[1] // HOURS_PER_DAY)
    pad = ((0, 0), (0, days * HOURS_PER_DAY - data.shape[1]))
    counts, readings = (
        np.pad(np.nan_to_num(data[measure]), pad).reshape(-1, days, HOURS_PER_DAY)
        for measure in ("repeat_count", "reading_count")
    )
    limits = np.maximum(LEAST_COPIES, COPIED_SHARE * readings.sum(axis=2))
    for n, day in np.argwhere(counts.sum(axis=2) >= limits):
        hours = day * HOURS_PER_DAY + np.flatnonzero(counts[n, day])
        yield Flag(
            int(n),
            "duplicate",
            int(hours[0]),
            int(hours[-1]) + 1,
            float(counts[n, day].sum()),
            float(limits[n, day]),
        )


def clocks(data: SignalHours) -> Iterator[Flag]:
    """Clocks that are ahead of the arrival of their readings, or were set back."""
    yield from _ahead(data)
    yield from _set_back(data)


def _ahead(data: SignalHours) -> Iterator[Flag]:
    """Readings later than their arrival: the source's clock is ahead, or was set in another zone."""
    with np.errstate(invalid="ignore"):
        ahead = data["latency_s"] < -AHEAD_S
    for n in range(data.shape[0]):
        for first, until in runs(ahead[n]):
            seconds = float(-np.nanmin(data["latency_s"][n, first:until]))
            yield Flag(n, "clock", first, until, seconds, AHEAD_S, "ahead")


def _set_back(data: SignalHours) -> Iterator[Flag]:
    """Hours that a clock ran through twice: readings before and after it was set back alternate in time, not in their file.

    Single late rows do so once; files that are in no order do so always, which the past tells.
    """
    counts = np.nan_to_num(data["backward_count"])
    edged = np.pad(counts, ((0, 0), (1, 1)))
    around = counts + np.maximum(edged[:, :-2], edged[:, 2:])
    for past, block in data.blocks():
        limit = np.maximum(LATE_TIMES * nan_quantile(around[:, past], 0.9), LEAST_BACKWARD)
        above = (around[:, block] >= limit[:, None]) & (counts[:, block] > 0)
        for n in np.flatnonzero(above.any(axis=1)):
            for first, until in runs(above[n]):
                hours = slice(block.start + first, block.start + until)
                seen = float(counts[n, hours].sum())
                yield Flag(int(n), "clock", hours.start, hours.stop, seen, float(limit[n]), "set back")


def lateness(data: SignalHours) -> Iterator[Flag]:
    """Hours that came much later than the signal's hours usually come."""
    late = data["latency_s"]
    for past, block in data.blocks():
        limit = np.maximum(LATE_TIMES * nan_quantile(late[:, past], 0.9), LEAST_LATE_S)
        with np.errstate(invalid="ignore"):
            above = late[:, block] > limit[:, None]
        for n in np.flatnonzero(above.any(axis=1)):
            for first, until in runs(above[n]):
                hours = slice(block.start + first, block.start + until)
                yield Flag(
                    int(n), "latency", hours.start, hours.stop, float(late[n, hours].max()), float(limit[n])
                )


def restarts(data: SignalHours) -> Iterator[Flag]:
    """Falls of a counter: it started anew, or rolled over."""
    for n in np.flatnonzero(counters(data)):
        values = data["last_value"][n]
        at = np.flatnonzero(~np.isnan(values))
        steps = np.diff(values[at])
        for fall in np.flatnonzero(steps < 0):
            hour = int(at[fall + 1])
            yield Flag(int(n), "counter_reset", hour, hour + 1, float(steps[fall]), 0.0)


def counters(data: SignalHours) -> Bools:
    """Signals that rise from hour to hour, but for a few falls."""
    found = np.zeros(data.shape[0], dtype=np.bool_)
    for n, values in enumerate(data["last_value"]):
        steps = np.diff(values[~np.isnan(values)])
        moved = steps[steps != 0]
        found[n] = moved.size >= HOURS_PER_DAY and (moved > 0).mean() >= RISING_SHARE
    return found
