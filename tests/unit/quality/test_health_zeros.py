"""A sensor whose zero moves is told from a machine that wears; spikes are told from short stops."""

from __future__ import annotations

import numpy as np
import pytest

from quality.health.detect import find_flags
from quality.health.drift import zero_steps
from quality.health.hours import Floats
from quality.health.zeros import zero_lines, zero_points
from tests.unit.quality.health_hours import START, VICTIM, plant, signal_hours

DAYS, PAST = 28, 21
REST, SPAN, SHIFT = 0.15, 1.75, 0.4
OTHERS = (1, 2, 3)


def machine(*, wear: float = 0.0, shift: float = 0.0) -> Floats:
    """Four sensors of a machine; after `PAST` days the first one tells of wear, or its zero is off."""
    rng = np.random.default_rng(7)
    hours = DAYS * 24
    load = rng.uniform(0.3, 1.0, hours)
    late = np.arange(hours) >= PAST * 24
    first = REST + SPAN * load * (1 + wear * late) + shift * late
    sound = np.vstack([first, *(10.0 * n + 20.0 * load for n in OTHERS)])
    return sound + rng.normal(0, 0.002, sound.shape) * np.array([[1.0], [10.0], [10.0], [10.0]])


def moved(sound: Floats) -> Floats:
    lines = zero_lines(sound, (0, *OTHERS), slice(0, PAST * 24), slice(PAST * 24, DAYS * 24))
    points = zero_points(lines, 0, OTHERS)
    return points[PAST:] - np.median(points[:PAST])


def test_wear_turns_the_line_and_a_wrong_zero_lifts_it() -> None:
    at_least_loaded = SPAN * 0.3  # where the lines meet: the least load that the past knows
    assert moved(machine(shift=SHIFT)) == pytest.approx(SHIFT, abs=0.02)
    assert moved(machine(wear=1.0)) == pytest.approx(at_least_loaded, abs=0.05)
    assert moved(machine()) == pytest.approx(0.0, abs=0.02)


def test_days_without_enough_or_with_too_like_hours_have_no_zero() -> None:
    sound = machine(shift=SHIFT)
    sound[0, PAST * 24 : PAST * 24 + 18] = np.nan
    sound[:, (PAST + 1) * 24 : (PAST + 2) * 24] = sound[:, [-1]]
    found = moved(sound)
    assert np.isnan(found[:2]).all()
    assert found[2:] == pytest.approx(SHIFT, abs=0.02)
    lines = zero_lines(sound, (0, *OTHERS), slice(0, PAST * 24), slice(PAST * 24, DAYS * 24))
    steps = zero_steps(lines, 0, OTHERS, days=DAYS - PAST, least=0.02 * SPAN)
    assert (steps[:2] == 0).all()
    assert (steps[2:] > 4).all()
    assert (zero_steps(lines, 0, (), days=DAYS - PAST, least=0.1) == 0).all()


def test_one_wrong_sensor_of_the_machine_moves_no_other_zero() -> None:
    sound = machine()
    sound[1, PAST * 24 :] += 8.0
    assert moved(sound) == pytest.approx(0.0, abs=0.02)


def test_a_spike_at_rest_is_seen_although_short_stops_are_higher() -> None:
    measures = plant()
    rng = np.random.default_rng(3)
    stops = rng.choice(measures["mean_value"].shape[1], 40, replace=False)
    for signal in range(4, 8):  # a stop is seen by all sensors of the machine
        measures["max_lone_drop"][signal, stops] = 15.0
    at = 5 * 168 - 10  # the last day of a week is without work
    measures["max_lone_drop"][VICTIM, at] = 10.0
    measures["min_value"][VICTIM, at] -= 10.0
    flags = find_flags(signal_hours(measures))
    assert [(flag.kind, flag.signal, flag.first) for flag in flags] == [("spike", VICTIM, at)]


def test_what_follows_a_stuck_sensor_is_no_spike() -> None:
    measures = plant()
    level = measures["mean_value"][VICTIM, START : START + 48].min() - 5
    for name in ("mean_value", "last_value", "held_min_value", "held_max_value", "min_value", "max_value"):
        measures[name][VICTIM, START : START + 48] = level
    for name in ("max_lone_rise", "max_lone_drop", "lone_sum"):
        measures[name][VICTIM, START : START + 48] = 0.0
    for hours in (slice(None, START, 40), slice(START + 48, START + 52)):
        measures["max_lone_rise"][VICTIM, hours] = 12.0
    assert {flag.kind for flag in find_flags(signal_hours(measures))} == {"stuck"}
