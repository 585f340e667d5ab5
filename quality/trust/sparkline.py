"""Small bar charts by day, as numbers that a template draws in SVG. Not here: what is drawn (`report`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 120.0, 24.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: a rectangle, and the height of what was expected (None: nothing); `is_odd` bars stand out."""

    x: float
    y: float
    width: float
    height: float
    expected_y: float | None
    label: str
    is_odd: bool


def bars(points: Sequence[tuple[date, float, float | None]], odd: Sequence[bool] = ()) -> list[Bar]:
    """Return bars of (day, value, expected value), in a box of WIDTH by HEIGHT, from the first day to the last."""
    if not points:
        return []
    first, last = points[0][0], points[-1][0]
    step = WIDTH / max((last - first).days + 1, 14)
    top = max(max(value, expected or 0.0) for _, value, expected in points) or 1.0
    flags = odd or [False] * len(points)
    return [_bar(point, first, step, top, is_odd=flag) for point, flag in zip(points, flags, strict=True)]


def _bar(
    point: tuple[date, float, float | None], first: date, step: float, top: float, *, is_odd: bool
) -> Bar:
    day, value, expected = point
    height = max(HEIGHT * value / top, 0.8 if value else 0.0)
    return Bar(
        x=round((day - first).days * step, 2),
        y=round(HEIGHT - height, 2),
        width=round(step * 0.8, 2),
        height=round(height, 2),
        expected_y=None if expected is None else round(HEIGHT * (1 - expected / top), 2),
        label=f"{day:%Y-%m-%d}: {value:,.4g}"
        + (f", expected {expected:,.4g}" if expected is not None else ""),
        is_odd=is_odd,
    )
