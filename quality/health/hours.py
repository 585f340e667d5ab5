"""Signals by hours: one matrix per measure of fct_signal_hour, and what detectors ask of them again and again.

Here: the value object and robust statistics over its rows. Not here: any verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HOURS_PER_DAY = 24
BLOCK = 7 * HOURS_PER_DAY
"""Hours that are judged against the same past."""
PAST = 21 * HOURS_PER_DAY
"""Longest past that a block is compared with."""
LEAST_PAST = 7 * HOURS_PER_DAY
"""Without a week of its own a signal has no normal yet."""

MEASURES = ("mean_value", "last_value", "held_min_value", "held_max_value", "min_value", "max_value", "reading_count", "repeat_count", "backward_count", "max_lone_rise", "max_lone_drop", "lone_sum", "covered_s", "latency_s")  # fmt: skip


@dataclass(frozen=True)
class SignalTraits:
    """What the dictionary says of one signal; `equipment` and `site` group signals, limits may be NaN."""

    signal_id: str
    site: str
    equipment: str
    measurement: str
    low_limit: float = np.nan
    high_limit: float = np.nan


@dataclass(frozen=True)
class SignalHours:
    """Measures of S signals over H consecutive UTC hours, each a matrix (S, H); NaN where no reading was in effect.

    Values are in the signal's unit; `latency_s` is the time from the end of the hour to its newest delivery, negative
    if that came before. `first_hour` counts hours since 1970 and is the first of a day.
    """

    signals: Sequence[SignalTraits]
    first_hour: int
    measures: Mapping[str, Floats]

    def __getitem__(self, measure: str) -> Floats:
        """Matrix of one measure."""
        return self.measures[measure]

    @property
    def shape(self) -> tuple[int, int]:
        """(signals, hours)."""
        rows, columns = self["mean_value"].shape
        return rows, columns

    @cached_property
    def is_reported(self) -> Bools:
        """Hours in which a signal delivered at least one reading."""
        return np.nan_to_num(self["reading_count"]) > 0

    @cached_property
    def first_reported(self) -> NDArray[np.intp]:
        """First hour of each signal; the number of hours for one that never reported."""
        seen = self.is_reported
        first: NDArray[np.intp] = np.where(seen.any(axis=1), seen.argmax(axis=1), seen.shape[1])
        return first

    @cached_property
    def horizons(self) -> NDArray[np.intp]:
        """Last hour in which any signal of the site reported, for each signal."""
        hours = self.shape[1]
        last = np.where(
            self.is_reported.any(axis=1), hours - 1 - self.is_reported[:, ::-1].argmax(axis=1), -1
        )
        latest: dict[str, int] = {}
        for signal, hour in zip(self.signals, last, strict=True):
            latest[signal.site] = max(int(hour), latest.get(signal.site, -1))
        return np.array([latest[signal.site] for signal in self.signals], dtype=np.intp)

    def blocks(self) -> list[tuple[slice, slice]]:
        """(past, block) as slices of hours, block after block; the past of the first ones is too short to judge by."""
        return [
            (slice(max(0, start - PAST), start), slice(start, min(start + BLOCK, self.shape[1])))
            for start in range(LEAST_PAST, self.shape[1], BLOCK)
        ]


def runs(marked: Bools) -> list[tuple[int, int]]:
    """Half-open [first, until) of the stretches of true values of a vector."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).astype(np.int8)))
    return [(int(first), int(until)) for first, until in edges.reshape(-1, 2)]


def median_and_spread(values: Floats) -> tuple[Floats, Floats]:
    """Median and 1.4826 x median absolute deviation of each row, NaN left out; NaN for a row of NaN."""
    middle = nan_quantile(values, 0.5)
    return middle, 1.4826 * nan_quantile(np.abs(values - middle[:, None]), 0.5)


def nan_quantile(values: Floats, share: float) -> Floats:
    """Quantile of each row by its nearest rank, NaN left out: numpy's nanquantile goes row by row in Python."""
    ordered = np.sort(values, axis=1)
    counts = (~np.isnan(values)).sum(axis=1)
    place = np.maximum(np.ceil(share * counts).astype(np.intp) - 1, 0)
    found: Floats = (
        ordered[np.arange(ordered.shape[0]), place] if ordered.shape[1] else np.full(len(values), np.nan)
    )
    return found


def by_day(values: Floats) -> Floats:
    """A vector of hours as a row per day, the last one filled up with NaN."""
    days = -(-values.size // HOURS_PER_DAY)
    padded = np.full(days * HOURS_PER_DAY, np.nan)
    padded[: values.size] = values
    return padded.reshape(days, HOURS_PER_DAY)
