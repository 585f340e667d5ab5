"""Faults that show in the shape of a signal: it stands still, single readings stand out, its noise changes, it leaves its range.

Here: detectors over one signal's own past. Not here: levels that other sensors explain (levels.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quality.health.flags import Flag
from quality.health.hours import (
    HOURS_PER_DAY,
    Bools,
    Floats,
    SignalHours,
    median_and_spread,
    nan_quantile,
    runs,
)

FLAT_HOURS = 2
SPIKE_SPREADS, SPIKE_QUANTILE, SPIKE_MARGIN = 8.0, 0.99, 1.5
SWITCHING, BEYOND, RECENT_HOURS, LEAST_RECENT_HOURS = 0.05, 0.5, 48, 12
LOUDER, QUIETER, NOISY_HOURS = 2.0, 0.4, 4
USUAL_SHARE = 0.02


def standstill(data: SignalHours) -> Iterator[Flag]:
    """Stuck: readings keep coming and show one value for longer than ever before; the past tells what a rest looks like."""
    low, high = data["held_min_value"], data["held_max_value"]
    flat = (low == high) & data.is_reported & (np.nan_to_num(data["covered_s"]) > 3599.0)
    for n, row in enumerate(flat):
        found = [part for run in runs(row) for part in _same_value(low[n], *run)]
        for past, block in data.blocks():
            before = [until - first for first, until in found if until <= past.stop and until > past.start]
            limit = max(FLAT_HOURS, 2 * max(before, default=0))
            for first, until in found:
                if block.start <= first < block.stop and until - first >= limit:
                    yield Flag(n, "stuck", first, until, float(until - first), float(limit))


def _same_value(values: Floats, first: int, until: int) -> Iterator[tuple[int, int]]:
    start = first
    for hour in range(first + 1, until + 1):
        if hour == until or values[hour] != values[start]:
            yield start, hour
            start = hour


def spikes(data: SignalHours, sound: Floats) -> Iterator[Flag]:
    """Single readings farther from the median of three than the signal's own past explains (Hampel's identifier).

    Where a signal switches with its machine, a short stop looks like a spike: there a reading must leave the range of
    the last days too, of their `sound` hours. What stands out of several sensors of a machine in one hour is its process, not a sensor.
    """
    groups = np.unique([signal.equipment for signal in data.signals], return_inverse=True)[1]
    for measure, edge, side in (("max_lone_rise", "max_value", 1.0), ("max_lone_drop", "min_value", -1.0)):
        heights, edges = data[measure], side * data[edge]
        known = np.where(np.isnan(sound), np.nan, edges)
        for past, block in data.blocks():
            switching = nan_quantile(heights[:, past], SPIKE_QUANTILE) > SWITCHING * _span(data, past)
            limit = spike_limit(heights[:, past], switching)
            with np.errstate(invalid="ignore"):
                beyond = edges[:, block] - _recent(known, block) > BEYOND * heights[:, block]
                above = (heights[:, block] > limit[:, None]) & (beyond | ~switching[:, None])
            counts = np.zeros((groups.max() + 1, above.shape[1]), dtype=np.intp)
            np.add.at(counts, groups, above)
            for n, hour in np.argwhere(above & (counts[groups] == 1)):
                at = block.start + int(hour)
                yield Flag(int(n), "spike", at, at + 1, float(heights[n, at]), float(limit[n]))


def spike_limit(heights: Floats, switching: Bools) -> Floats:
    """Height that a single reading does not reach by noise or, unless a signal switches anyway, by short states of the machine."""
    middle, spread = median_and_spread(heights)
    usual = np.where(switching, 0.0, SPIKE_MARGIN * nan_quantile(heights, SPIKE_QUANTILE))
    limit: Floats = np.maximum(middle + SPIKE_SPREADS * spread, usual)
    return limit


def _span(data: SignalHours, past: slice) -> Floats:
    return nan_quantile(data["mean_value"][:, past], 0.98) - nan_quantile(data["mean_value"][:, past], 0.02)


def _recent(edges: Floats, block: slice) -> Floats:
    """For each hour of the block the edge that few hours of the last days went beyond; NaN where few are known."""
    table = np.lib.stride_tricks.sliding_window_view(
        edges[:, block.start - RECENT_HOURS : block.stop - 1], RECENT_HOURS, axis=1
    )
    known = (~np.isnan(table)).sum(axis=2) >= LEAST_RECENT_HOURS
    return np.where(known, nan_quantile(table.reshape(-1, RECENT_HOURS), 0.95).reshape(known.shape), np.nan)


def noisiness(data: SignalHours, noise: Floats) -> Iterator[Flag]:
    """Days on which the `noise` of the running machine is another than in the past; to none, few readings show none, no ratio."""
    for past, block in data.blocks():
        usual = nan_quantile(noise[:, past], 0.5)
        usual[usual == 0] = np.nan
        for start in range(block.start, block.stop, HOURS_PER_DAY):
            day = slice(start, min(start + HOURS_PER_DAY, block.stop))
            enough = (~np.isnan(noise[:, day])).sum(axis=1) >= NOISY_HOURS
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = nan_quantile(noise[:, day], 0.5) / usual
                odd = enough & ((ratio > LOUDER) | (ratio < QUIETER))
            for n in np.flatnonzero(odd):
                limit = LOUDER if ratio[n] > LOUDER else QUIETER
                yield Flag(int(n), "noise", day.start, day.stop, float(ratio[n]), limit)


def excursions(data: SignalHours) -> Iterator[Flag]:
    """Hours whose mean lies beyond a limit of the dictionary that the signal else keeps.

    A limit that the past broke in more than a few hours is one of the process, as a lowest pressure while it runs.
    """
    for side, limits in (
        (-1.0, [signal.low_limit for signal in data.signals]),
        (1.0, [signal.high_limit for signal in data.signals]),
    ):
        bounds = np.array(limits)
        with np.errstate(invalid="ignore"):
            beyond = side * (data["mean_value"] - bounds[:, None]) > 0
        for past, block in data.blocks():
            usual = beyond[:, past].mean(axis=1) > USUAL_SHARE
            for n in np.flatnonzero(beyond[:, block].any(axis=1) & ~usual):
                for first, until in runs(beyond[n, block]):
                    hours = slice(block.start + first, block.start + until)
                    worst = side * np.nanmax(side * data["mean_value"][n, hours])
                    yield Flag(
                        int(n), "out_of_range", hours.start, hours.stop, float(worst), float(bounds[n])
                    )
