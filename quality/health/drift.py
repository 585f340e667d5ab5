"""Slow drift: what other sensors of the machine and the same sensors of the site do not explain adds up from day to day.

Two things are followed, the larger counts: the residual of a linear model over the past, and the zero point, which the
machine's wear leaves where it is. Here: both as daily steps, their cumulative sums, and which sensor of a machine is to
blame. Not here: sudden changes (levels.py), zero points themselves (zeros.py).

Source of the cumulative sums: E. S. Page, Continuous inspection schemes, Biometrika 41 (1954).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from quality.health.flags import Flag
from quality.health.hours import (
    BLOCK,
    HOURS_PER_DAY,
    Floats,
    SignalHours,
    by_day,
    median_and_spread,
    nan_quantile,
)
from quality.health.levels import machines
from quality.health.zeros import Lines, zero_lines, zero_points

SLACK, LIMIT, CLIP = 1.0, 6.5, 4.0
"""A day adds at most CLIP less SLACK, so that a drift is told on its third day at the earliest. On forty plants to tune on a
LIMIT of 6.5 tells 95 of 96 drifts within three days of their second sigma, with 0.55 false alarms a signal-year; 8: 91, 0.35."""
WORST_SHARE = 0.35
LEAST_SCALE = 0.02
"""Share of a signal's span: what is smaller no one would mend a sensor for."""
ZERO_SPREADS = 2.0
RIDGE = 1e-3
LEAST_HOURS, LEAST_DAYS, LEAST_DAY_HOURS = 200, 14, 4


def drifts(data: SignalHours, sound: Floats) -> Iterator[Flag]:
    """Flags from the day on which a cumulative sum passes its limit until the end of the week or of the drift.

    A week is compared with the weeks before the last one, so that a drift does not soon become normal. `sound` are hourly means without
    hours flagged before; hours found here become NaN in it.
    """
    climate = _climate(data, sound)
    sums = np.zeros((2, data.shape[0]))
    for past, block in data.blocks():
        earlier = slice(max(0, past.start - BLOCK), past.stop - BLOCK)
        if earlier.stop - earlier.start < LEAST_DAYS * HOURS_PER_DAY:
            continue
        for group in machines(data):
            for flag in _of_machine(sound, climate, group, past=earlier, block=block, sums=sums):
                sound[flag.signal, flag.first : flag.until] = np.nan
                yield flag


def _of_machine(
    sound: Floats, climate: Floats, group: Sequence[int], *, past: slice, block: slice, sums: Floats
) -> list[Flag]:
    """Take out the sensor without which the others agree best, and look again, until none drifts."""

    lines = zero_lines(sound, group, past, block)

    def step(n: int, left: Sequence[int]) -> Floats:
        others = [m for m in left if m != n]
        low, high = (float(nan_quantile(sound[[n], past], share)[0]) for share in (0.02, 0.98))
        least = LEAST_SCALE * (high - low)
        shown = daily_steps(sound, climate, n, others, past=past, block=block, least=least)
        zero = zero_steps(lines, n, others, days=shown.size, least=least)
        larger: Floats = np.where(np.abs(zero) > np.abs(shown), zero, shown)
        return larger

    def paths(left: Sequence[int]) -> dict[int, tuple[Floats, Floats]]:
        return {n: _path(step(n, left), sums[:, n]) for n in left}

    left, found = list(group), []
    seen = paths(left)
    while off := [n for n in left if height(seen[n]) > LIMIT]:
        without = {n: paths([m for m in left if m != n]) for n in off}
        worst = min(off, key=lambda n: sum(height(path) for path in without[n].values()) - height(seen[n]))
        path, sums[:, worst] = seen[worst]
        passed = np.flatnonzero(np.abs(path) > LIMIT)
        first, until = (block.start + HOURS_PER_DAY * int(day) for day in (passed[0], passed[-1] + 1))
        found.append(Flag(worst, "drift", first, min(until, block.stop), float(path[passed[0]]), LIMIT))
        left.remove(worst)
        seen = without[worst]
    for n in left:
        sums[:, n] = seen[n][1]
    return found


def height(path: tuple[Floats, Floats]) -> float:
    """The farthest that a cumulative sum went."""
    return float(np.abs(path[0]).max(initial=0.0))


def _path(steps: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """The larger cumulative sum after each day of the block, negative for a fall, and both sums at its end."""
    rise, fall = sums
    path = np.zeros(steps.size)
    for day, step in enumerate(np.clip(steps, -CLIP, CLIP)):
        rise = min(max(0.0, rise + step - SLACK), 2 * LIMIT)
        fall = min(max(0.0, fall - step - SLACK), 2 * LIMIT)
        path[day] = rise if rise >= fall else -fall
    return path, np.array([rise, fall])


def daily_steps(
    sound: Floats,
    climate: Floats,
    own: int,
    others: Sequence[int],
    *,
    past: slice,
    block: slice,
    least: float,
) -> Floats:
    """Median residual of each day of the block in standard deviations of the past's days; 0 for a day without enough hours."""
    days = -(-(block.stop - block.start) // HOURS_PER_DAY)
    near = [n for n in others if (~np.isnan(sound[n, block])).sum() >= (block.stop - block.start) / 2]
    causes = np.vstack([np.ones(sound.shape[1]), sound[near], climate[own][None]])
    with np.errstate(invalid="ignore"):
        fit = _fitted(causes[:, past], sound[own, past])
    if fit is None:
        return np.zeros(days)
    before = _by_day(sound[own, past] - fit @ causes[:, past])
    now = _by_day(sound[own, block] - fit @ causes[:, block])
    seen = before[~np.isnan(before)]
    if not seen.size:
        return np.zeros(days)
    worst = float(np.abs(seen - nan_quantile(before[None], 0.5)).max())
    return _steps(before, now, 1.25, max(0.9 * float(seen.std()), WORST_SHARE * worst, least))


def zero_steps(lines: Lines, own: int, others: Sequence[int], *, days: int, least: float) -> Floats:
    """How far the zero point of each of the last `days` days is off, likewise: what wear does is left out."""
    if not others:
        return np.zeros(days)
    points = zero_points(lines, own, others)
    return _steps(points[:-days], points[-days:], ZERO_SPREADS, least)


def _steps(before: Floats, now: Floats, spreads: float, least: float) -> Floats:
    """Distances of days from the middle of those before, in so many of their spreads; 0 if these are too few."""
    if (~np.isnan(before)).sum() < LEAST_DAYS:
        return np.zeros(now.size)
    (middle,), (spread,) = median_and_spread(before[None])
    steps: Floats = np.nan_to_num((now - middle) / max(spreads * float(spread), least, 1e-9))
    return steps


def _fitted(causes: Floats, shown: Floats) -> Floats | None:
    """Coefficients of a ridge regression on standardised causes; None without enough hours."""
    whole = ~np.isnan(causes).any(axis=0) & ~np.isnan(shown)
    if whole.sum() < LEAST_HOURS:
        return None
    x, y = causes[:, whole], shown[whole]
    size = np.maximum(x.std(axis=1), 1e-9)
    size[0] = 1.0
    x = x / size[:, None]
    penalty = RIDGE * x.shape[1] * np.eye(len(x))
    penalty[0, 0] = 0.0
    fit: Floats = np.linalg.solve(x @ x.T + penalty, x @ y) / size
    return fit


def _by_day(residual: Floats) -> Floats:
    """Median of each day; NaN with too few hours."""
    table = by_day(residual)
    middle, _ = median_and_spread(table)
    return np.where((~np.isnan(table)).sum(axis=1) >= LEAST_DAY_HOURS, middle, np.nan)


def _climate(data: SignalHours, sound: Floats) -> Floats:
    """For each signal the median of the site's other equipment's signals of its measurement; 0 where there is none."""
    found = np.zeros(sound.shape)
    for n, signal in enumerate(data.signals):
        alike = [
            m
            for m, other in enumerate(data.signals)
            if other.site == signal.site
            and other.measurement == signal.measurement
            and other.equipment != signal.equipment
        ]
        if len(alike) >= 3:
            found[n] = np.nan_to_num(median_and_spread(sound[alike].T)[0])
    return found
