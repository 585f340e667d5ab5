"""Drift of distributions: statistics against their definition, one event for a shift, none for a season."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from quality.trust.drift import Distance, Floats, distance, distances, episodes, stability_index

DAY = date(2025, 9, 1)


def plant(days: int, seed: int = 0, *, year: float = 0.0) -> dict[date, Floats]:
    """Hours of a machine: shifts by day, quiet Sundays, a slow season, noise that lasts for hours."""
    random = np.random.default_rng(seed)
    noise = np.zeros(days * 24)
    for hour in range(1, noise.size):
        noise[hour] = 0.8 * noise[hour - 1] + random.normal(0, 0.6)
    hours = np.arange(days * 24)
    shift = np.where(hours % 24 < 16, 4.0, 0.0) * np.where(hours // 24 % 7 == 6, 0.0, 1.0)
    values = 20 + shift + noise + year * np.sin(2 * np.pi * hours / (365 * 24))
    return {DAY + timedelta(days=number): values[24 * number : 24 * number + 24] for number in range(days)}


def changed(
    days: dict[date, Floats], since: int, offset: float = 0.0, factor: float = 1.0
) -> dict[date, Floats]:
    begin = DAY + timedelta(days=since)
    return {day: values * factor + offset if day >= begin else values for day, values in days.items()}


@pytest.mark.parametrize("seed", range(8))
def test_a_stable_season_is_no_event(seed: int) -> None:
    assert episodes(distances(plant(150, seed, year=2.0))) == []


@pytest.mark.parametrize(("offset", "factor"), [(6.0, 1.0), (-6.0, 1.0), (0.0, 1.4)])
@pytest.mark.parametrize("seed", range(3))
def test_a_shift_is_told_once_and_within_a_week(seed: int, offset: float, factor: float) -> None:
    (event,) = episodes(distances(changed(plant(120, seed), 60, offset, factor)))
    assert DAY + timedelta(days=61) <= event.began_on <= DAY + timedelta(days=67)
    assert event.until is not None, "after four weeks the new level is the usual one"
    assert event.until <= DAY + timedelta(days=60 + 7 + 28)


def test_a_measure_that_falls_silent_is_told_once() -> None:
    days = plant(80)
    gone = {
        day: np.full(24, np.nan) if day >= DAY + timedelta(days=50) else values
        for day, values in days.items()
    }
    (event,) = episodes(distances(gone))
    assert event.first.nulls > 0.2
    assert DAY + timedelta(days=51) <= event.began_on <= DAY + timedelta(days=55)


def test_too_little_history_says_nothing() -> None:
    assert distances(plant(20)) == {}
    assert len(distances(plant(21))) == 1
    assert distances({}) == {}


def test_an_episode_needs_two_days_and_ends_below_the_lower_limit() -> None:
    far, between, near = (Distance(psi, ks, 1.0, 0.0) for psi, ks in ((0.5, 0.5), (0.2, 0.2), (0.05, 0.2)))
    story = [far, between, far, far, between, far, far, near, far, far]
    found = episodes({DAY + timedelta(days=number): one for number, one in enumerate(story)})
    assert [(one.began_on, one.until) for one in found] == [
        (DAY + timedelta(days=3), DAY + timedelta(days=7)),
        (DAY + timedelta(days=9), None),
    ]


def test_statistics_are_those_of_their_definitions() -> None:
    random = np.random.default_rng(1)
    usual, values = random.normal(0, 2, 4000), random.normal(0, 2, 4000) + 3
    found = distance(values, usual)
    assert found is not None
    grid = np.sort(np.concatenate([usual, values]))
    ks = max(abs((usual <= x).mean() - (values <= x).mean()) for x in grid[::7])
    assert found.ks == pytest.approx(ks, abs=0.002)
    assert found.wasserstein == pytest.approx(np.abs(np.sort(values) - np.sort(usual)).mean() / usual.std())
    edges = [-np.inf, *np.quantile(usual, [0.2, 0.4, 0.6, 0.8]), np.inf]
    p, q = (np.histogram(part, edges)[0] / part.size for part in (values, usual))
    assert found.psi == pytest.approx(float(np.sum((p - q) * np.log(p / q))), rel=0.01)
    assert stability_index(usual, usual) == 0.0


def test_a_constant_that_jumps_is_far() -> None:
    found = distance(np.full(200, 5.0), np.full(600, 4.0))
    assert found is not None
    assert found.begins
