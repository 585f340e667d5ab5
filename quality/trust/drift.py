"""Drift of distributions: which measures are no longer what they were, told once when it begins.

Here: statistics of two samples, and episodes over days. Not here: which measures are looked at and who is told
(`orchestration.lib.drift_events`), drift of a sensor against its machine's others (`quality.health.drift`).

The last seven days are compared with the two to four weeks before them: both hold each weekday alike, so a week's rhythm is no
drift. An episode begins when all three statistics are above their limits on two days in a row, and ends when PSI or KS is below
the lower limit: a shift is told once, although it stays in sight for weeks until it has become what is usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.stats import ks_2samp, wasserstein_distance

Floats = npt.NDArray[np.float64]
WINDOW_DAYS = 7
BASELINE_WEEKS = (2, 4)
"""Fewest and most weeks of the baseline."""
FEWEST_VALUES = 50
BINS = 5
BEGINS = {"psi": 0.25, "ks": 0.35, "wasserstein": 0.75}
ENDS = {"psi": 0.1, "ks": 0.15}
NULL_SHARE = 0.2
DAYS_IN_A_ROW = 2


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a sample is from a baseline. `psi`: population stability index over quantiles of the baseline; `ks`: largest
    distance of the distribution functions; `wasserstein`: earth mover's distance in standard deviations of the baseline; `nulls`:
    change of the share without a value."""

    psi: float
    ks: float
    wasserstein: float
    nulls: float

    @property
    def begins(self) -> bool:
        """True if it is far enough for an episode to begin."""
        return abs(self.nulls) > NULL_SHARE or all(
            getattr(self, name) >= limit for name, limit in BEGINS.items()
        )

    @property
    def ends(self) -> bool:
        """True if it is near enough for an episode to end."""
        return abs(self.nulls) < NULL_SHARE / 2 and any(
            getattr(self, name) < limit for name, limit in ENDS.items()
        )


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of drift: told on `began_on`; `until` is the day on which it was over, None if it goes on. `first` is the distance
    on its first day."""

    began_on: date
    until: date | None
    first: Distance


def distance(sample: Floats, baseline: Floats) -> Distance | None:
    """Return how far a sample is from a baseline, NaN being no value; None if either has fewer than 50 values."""
    values, usual = sample[~np.isnan(sample)], baseline[~np.isnan(baseline)]
    nulls = (
        float(np.isnan(sample).mean() - np.isnan(baseline).mean()) if sample.size and baseline.size else 0.0
    )
    if usual.size < FEWEST_VALUES or (values.size < FEWEST_VALUES and abs(nulls) <= NULL_SHARE):
        return None
    if values.size < FEWEST_VALUES:
        return Distance(0.0, 0.0, 0.0, nulls)
    spread = float(usual.std()) or 0.1 * abs(float(usual.mean())) or 1.0
    return Distance(
        psi=stability_index(values, usual),
        ks=float(ks_2samp(values, usual, method="asymp").statistic),
        wasserstein=float(wasserstein_distance(values, usual)) / spread,
        nulls=nulls,
    )


def stability_index(values: Floats, usual: Floats) -> float:
    """Return the population stability index over the quantiles of `usual`: sum of (p - q) ln(p / q), 0 for equal shares.

    A bin without values counts as half a value, so that no logarithm is infinite.
    """
    inner = np.unique(np.quantile(usual, np.linspace(0, 1, BINS + 1)[1:-1]))
    shares = []
    for part in (values, usual):
        counts = np.bincount(np.searchsorted(inner, part), minlength=inner.size + 1).astype(float)
        counts[counts == 0] = 0.5
        shares.append(counts / counts.sum())
    return float(np.sum((shares[0] - shares[1]) * np.log(shares[0] / shares[1])))


def distances(days: Mapping[date, Floats]) -> dict[date, Distance]:
    """Return the distance of the seven days that end on each day from the weeks before; days without enough are left out."""
    if not days:
        return {}
    first, last, found = min(days), max(days), {}
    shortest = WINDOW_DAYS + 7 * BASELINE_WEEKS[0]
    for number in range(shortest - 1, (last - first).days + 1):
        weeks = min((number + 1 - WINDOW_DAYS) // 7, BASELINE_WEEKS[1])
        day = first + timedelta(days=number)
        sample = _values(days, day, range(WINDOW_DAYS))
        one = distance(sample, _values(days, day, range(WINDOW_DAYS, WINDOW_DAYS + 7 * weeks)))
        if one is not None:
            found[day] = one
    return found


def episodes(found: Mapping[date, Distance]) -> list[Episode]:
    """Return the stretches of drift in distances by day, oldest first."""
    told: list[Episode] = []
    above = 0
    for day, one in sorted(found.items()):
        if told and told[-1].until is None:
            if one.ends:
                told[-1] = Episode(told[-1].began_on, day, told[-1].first)
                above = 0
            continue
        above = above + 1 if one.begins else 0
        if above == DAYS_IN_A_ROW:
            told.append(Episode(day, None, one))
    return told


def _values(days: Mapping[date, Floats], day: date, back: Sequence[int]) -> Floats:
    parts = [days[day - timedelta(days=number)] for number in back if day - timedelta(days=number) in days]
    return np.concatenate(parts) if parts else np.empty(0)
