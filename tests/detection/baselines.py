"""What plants use instead: fixed thresholds and k-sigma, on the same hours, asked the same questions.

Each is set up as well as a person could who knows the plant: limits from the dictionary, levels from the first three weeks.
"""

from collections.abc import Iterator

import numpy as np

from quality.health.flags import Flag
from quality.health.hours import Bools, SignalHours, runs
from tests.detection.score import SOUND_H

K_SIGMA = 4.0


def fixed_thresholds(data: SignalHours) -> Iterator[Flag]:
    """Beyond the sound weeks' extremes by a tenth; one value for four hours; an hour without a reading."""
    sound = slice(0, SOUND_H)
    low, high = np.nanmin(data["min_value"][:, sound], axis=1), np.nanmax(data["max_value"][:, sound], axis=1)
    room = 0.1 * (high - low)
    with np.errstate(invalid="ignore"):
        beyond = (data["min_value"] < (low - room)[:, None]) | (data["max_value"] > (high + room)[:, None])
        flat = data["held_min_value"] == data["held_max_value"]
    silent = ~data.is_reported
    for n in range(data.shape[0]):
        yield from _levels(n, beyond[n])
        yield from _stretches(n, flat[n], "stuck", 4)
        yield from _silences(n, silent[n, : data.horizons[n] + 1], int(data.first_reported[n]))
    yield from _any_copies(data)


def k_sigma(data: SignalHours) -> Iterator[Flag]:
    """Means and extremes beyond four standard deviations of the sound weeks; spread of the hour; an hour without a reading."""
    sound = slice(0, SOUND_H)
    mean, sigma = (
        np.nanmean(data["mean_value"][:, sound], axis=1),
        np.nanstd(data["mean_value"][:, sound], axis=1),
    )
    with np.errstate(invalid="ignore"):
        beyond = (np.abs(data["max_value"] - mean[:, None]) > K_SIGMA * sigma[:, None]) | (
            np.abs(data["min_value"] - mean[:, None]) > K_SIGMA * sigma[:, None]
        )
        spread = data["held_max_value"] - data["held_min_value"]
        usual, noise = np.nanmean(spread[:, sound], axis=1), np.nanstd(spread[:, sound], axis=1)
        loud = spread > (usual + K_SIGMA * noise)[:, None]
    for n in range(data.shape[0]):
        yield from _levels(n, beyond[n])
        yield from _stretches(n, spread[n] == 0, "stuck", 1)
        yield from _stretches(n, loud[n], "noise", 4)
        yield from _silences(n, ~data.is_reported[n, : data.horizons[n] + 1], int(data.first_reported[n]))
    yield from _any_copies(data)


def _levels(n: int, beyond: Bools) -> Iterator[Flag]:
    """One alarm of a level is all that a threshold knows: its length tells what it is called."""
    for first, until in runs(beyond):
        kind = "spike" if until - first == 1 else "out_of_range" if until - first < 8 else "unit_jump"
        yield Flag(n, kind, first, until, 0.0, 0.0)
        if until - first > 24:
            yield Flag(n, "drift", first, until, 0.0, 0.0)


def _stretches(n: int, marked: Bools, kind: str, least: int) -> Iterator[Flag]:
    for first, until in runs(marked):
        if until - first >= least:
            yield Flag(n, kind, first, until, 0.0, 0.0)


def _silences(n: int, silent: Bools, started: int) -> Iterator[Flag]:
    for first, until in runs(silent):
        if first > started:
            yield Flag(n, "silence" if until == silent.size else "gap", first, until, 0.0, 0.0)


def _any_copies(data: SignalHours) -> Iterator[Flag]:
    for n, hour in np.argwhere(np.nan_to_num(data["repeat_count"]) > 0):
        yield Flag(int(n), "duplicate", int(hour), int(hour) + 1, 0.0, 0.0)
