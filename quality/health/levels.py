"""Another unit or scale: a signal's level changes at once against what the other sensors of its machine let expect.

Here: hours in which a machine runs, expectations, jumps. Not here: slow changes (drift.py), faults of one signal's own
shape (shapes.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from quality.health.flags import Flag
from quality.health.hours import HOURS_PER_DAY, Bools, Floats, SignalHours, nan_quantile, runs

JUMP_SHARE, STEP_SHARE, JUMP_HOURS = 0.4, 0.3, 8
LEAD_HOURS = 48
"""Hours before a block in which a jump may have begun that was too short to be seen then."""
NOISE_RATIO, BEYOND_SHARE = 1.5, 1.0
LEVEL_SHARE, LEVEL_LOST = 0.5, 0.6
LEAST_HOURS = 72


def machines(data: SignalHours) -> list[list[int]]:
    """Places of the signals of each piece of equipment."""
    groups: dict[str, list[int]] = {}
    for n, signal in enumerate(data.signals):
        groups.setdefault(signal.equipment, []).append(n)
    return list(groups.values())


def running_hours(data: SignalHours, sound: Floats) -> Bools:
    """Hours in which a machine works, by the middle of what its sensors show of their usual range."""
    low, high = nan_quantile(sound, 0.05), nan_quantile(sound, 0.95)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (sound - low[:, None]) / (high - low)[:, None]
        running = np.zeros(share.shape, dtype=np.bool_)
        for group in machines(data):
            running[group] = nan_quantile(share[group].T, 0.5) > 0.6
    return running


def running_noise(data: SignalHours, sound: Floats) -> Floats:
    """Mean distance of the readings from the median of three in hours in which the machine works, else NaN."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(running_hours(data, sound), data["lone_sum"] / data["reading_count"], np.nan)


def expected(values: Floats, own: int, others: Sequence[int], past: slice, block: slice) -> Floats:
    """Middle of what each other sensor alone lets expect: one wrong sensor among three does not move it."""
    guesses = []
    for other in others:
        x, y = values[other, past], values[own, past]
        both = ~np.isnan(x) & ~np.isnan(y)
        if both.sum() >= LEAST_HOURS and np.ptp(x[both]) > 0:
            middle_x, middle_y = x[both].mean(), y[both].mean()
            slope = ((x[both] - middle_x) @ (y[both] - middle_y)) / ((x[both] - middle_x) ** 2).sum()
            guesses.append(middle_y + slope * (values[other, block] - middle_x))
    if not guesses:
        return np.full(values[own, block].shape, nan_quantile(values[own, past][None], 0.5)[0])
    return nan_quantile(np.array(guesses).T, 0.5)


def jumps(data: SignalHours, sound: Floats) -> Iterator[Flag]:
    """Levels that leave the expected one at once and stay away, with a noise or a range of another size.

    `sound` are the hourly means without hours flagged before; hours found here become NaN in it, so that no later
    block takes them for normal.
    """
    noise = running_noise(data, sound)
    for past, block in data.blocks():
        found = [
            flag
            for group in machines(data)
            for own in group
            for flag in _jump(sound, noise, own, [n for n in group if n != own], past=past, block=block)
        ]
        for flag in found:
            sound[flag.signal, flag.first : flag.until] = np.nan
        yield from found


def _jump(
    sound: Floats, noise: Floats, own: int, others: Sequence[int], *, past: slice, block: slice
) -> Iterator[Flag]:
    before = sound[own, past]
    if (~np.isnan(before)).sum() < LEAST_HOURS:
        return
    span = slice(past.stop - LEAD_HOURS, block.stop)
    guess = expected(sound, own, others, past, span)
    low, high = nan_quantile(before[None], 0.02)[0], nan_quantile(before[None], 0.98)[0]
    size = max(high - low, 0.05 * max(abs(low), abs(high)), 1e-9)
    off = sound[own, span] - guess
    typical = float(np.nanmedian(np.abs(before)))
    level = np.maximum(np.abs(guess), LEVEL_SHARE * typical)
    away = off / np.minimum(size, np.maximum(level, 1e-9) * LEVEL_LOST / JUMP_SHARE)
    telling = (np.abs(guess) >= LEVEL_SHARE * typical) | (np.abs(away) > JUMP_SHARE)
    known = np.flatnonzero(~np.isnan(off) & telling)
    goes_on = bool(np.isnan(sound[own, block.start - HOURS_PER_DAY : block.start]).any())
    for first, until in _persistent(away[known], goes_on):
        hours = known[first:until]
        shown = sound[own, span][hours]
        if hours[-1] < LEAD_HOURS:
            continue
        beyond = (shown < low - BEYOND_SHARE * size) | (shown > high + BEYOND_SHARE * size)
        with np.errstate(invalid="ignore", divide="ignore"):
            heard, usual = (
                nan_quantile(np.stack([noise[own, span][hours]]), 0.5),
                nan_quantile(noise[[own], past], 0.5),
            )
            louder = float((heard / usual)[0])
        if beyond.mean() > 0.5 or louder > NOISE_RATIO or louder < 1 / NOISE_RATIO:
            factor = float(np.median(shown) / (np.median(guess[hours]) or typical or 1.0))
            start = span.start + int(hours[0])
            end = block.stop if until == known.size else span.start + int(hours[-1]) + 1
            yield Flag(own, "unit_jump", start, end, factor, JUMP_SHARE)


def _persistent(off: Floats, goes_on: bool) -> Iterator[tuple[int, int]]:
    """Stretches of at least JUMP_HOURS far from expectation that begin at once, or go on from the block before."""
    for first, until in (*runs(off > JUMP_SHARE), *runs(off < -JUMP_SHARE)):
        sudden = (
            goes_on
            if first == 0
            else abs(off[first] - np.median(off[max(0, first - 3) : first])) > STEP_SHARE
        )
        if until - first >= JUMP_HOURS and sudden:
            yield first, until
