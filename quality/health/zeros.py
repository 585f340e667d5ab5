"""Zero points: what a sensor would show of a resting machine, read off each day although the machine works.

Wear makes a sensor show more the more its machine works; a sensor that drifts shows more at rest too. A line through
the hours of a day, own values over those of another sensor of the machine, tells the two apart: wear turns the line,
drift of the sensor lifts it.

Here: zero points of days. Not here: what becomes of them (drift.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from quality.health.hours import Floats, by_day, nan_quantile

LEAST_LINE_HOURS, LEAST_WIDTH = 8, 0.1
"""Hours of a day that a line needs, and their standard deviation as a share of the other sensor's span."""
Lines = Mapping[tuple[int, int], Floats]


def zero_lines(sound: Floats, group: Sequence[int], past: slice, block: slice) -> Lines:
    """Zero points of each sensor of a machine by each other one: of the days of `past`, then of those of `block`."""
    low, high = (nan_quantile(sound[group, past], share) for share in (0.02, 0.98))
    days = {n: np.vstack([by_day(sound[n, part]) for part in (past, block)]) for n in group}
    rest = {n: (float(low[place]), float(high[place] - low[place])) for place, n in enumerate(group)}
    return {
        (own, other): _line(days[own], days[other], *rest[other])
        for own in group
        for other in group
        if own != other
    }


def _line(own: Floats, other: Floats, low: float, span: float) -> Floats:
    """Where the line of each day is at the other sensor's level of rest `low`; NaN for hours too few or too alike."""
    known = ~np.isnan(own) & ~np.isnan(other)
    count = np.maximum(known.sum(axis=1), 1)
    (x, middle_x), (y, middle_y) = (_centred(values, known, count) for values in (other, own))
    width = (x**2).sum(axis=1)
    straight = (count >= LEAST_LINE_HOURS) & (width >= count * (LEAST_WIDTH * span) ** 2) & (width > 0)
    slope = (x * y).sum(axis=1) / np.where(straight, width, 1.0)
    return np.where(straight, middle_y + slope * (low - middle_x), np.nan)


def _centred(values: Floats, known: np.ndarray, count: np.ndarray) -> tuple[Floats, Floats]:
    middle = np.where(known, values, 0.0).sum(axis=1) / count
    return np.where(known, values - middle[:, None], 0.0), middle


def zero_points(lines: Lines, own: int, others: Sequence[int]) -> Floats:
    """Middle of what the lines by the other sensors say, day by day: one wrong sensor among three does not move it."""
    return nan_quantile(np.array([lines[own, other] for other in others]).T, 0.5)
