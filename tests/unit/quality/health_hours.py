"""Hours of a small plant whose machines work and rest, sound but for what a test does to one sensor."""

from __future__ import annotations

import numpy as np

from quality.health.hours import Floats, SignalHours, SignalTraits

MACHINES, SENSORS, DAYS = 4, ("power", "current", "temperature", "pressure"), 40
REST, RUN, NOISE = (1.0, 0.5, 20.0, 2.0), (14.0, 22.0, 50.0, 18.0), (0.5, 0.8, 0.2, 0.3)
FIRST_HOUR = 488_616  # 2025-09-28 00:00 UTC
START, VICTIM = 30 * 24 + 9, 5  # the hour from which a fault shows, and the signal that has it


def plant(seed: int = 1) -> dict[str, Floats]:
    """Measures of sound hours, as a test may change them before it makes SignalHours of them."""
    rng = np.random.default_rng(seed)
    hours = DAYS * 24
    load = np.repeat(np.clip(rng.normal(0.85, 0.1, (MACHINES, hours)), 0.05, 1), len(SENSORS), axis=0)
    load[:, np.arange(hours) % 168 >= 144] = 0.02  # no work on the last day of the week
    rest, run, noise = (np.tile(np.array(level), MACHINES)[:, None] for level in (REST, RUN, NOISE))
    mean = rest + (run - rest) * load + rng.normal(0, 0.1, load.shape) * noise
    heard = noise * (0.12 + 0.88 * np.minimum(1, load))
    swing = heard * rng.uniform(2.0, 3.0, load.shape)
    count = np.full(load.shape, 120.0)
    return {
        "mean_value": mean,
        "last_value": mean + rng.normal(0, 1, load.shape) * heard,
        **dict.fromkeys(("held_min_value", "min_value"), mean - swing),
        **dict.fromkeys(("held_max_value", "max_value"), mean + swing),
        "reading_count": count,
        "repeat_count": np.zeros(load.shape),
        "backward_count": np.zeros(load.shape),
        "max_lone_rise": heard * rng.uniform(1.5, 3.0, load.shape),
        "max_lone_drop": heard * rng.uniform(1.5, 3.0, load.shape),
        "lone_sum": heard * 0.4 * count * rng.uniform(0.9, 1.1, load.shape),
        "covered_s": np.full(load.shape, 3600.0),
        "latency_s": np.full(load.shape, 7200.0) + rng.uniform(0, 600, load.shape),
    }


def signal_hours(measures: dict[str, Floats]) -> SignalHours:
    """The plant as detectors see it; temperatures end at 80."""
    traits = [
        SignalTraits(
            f"S-M{m}.{sensor}", "S", f"S-M{m}", sensor, np.nan, 80.0 if sensor == "temperature" else np.nan
        )
        for m in range(MACHINES)
        for sensor in SENSORS
    ]
    return SignalHours(traits, FIRST_HOUR, measures)
