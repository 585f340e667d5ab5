"""Sensors that go wrong: what they show instead, and what of it arrives, each with a label.

Belongs here: kinds of faults, when a signal has one, and what that does to its values. Does not belong here: spoilt
records of a file (faults.py, exporters/historian_faults.py), what a healthy sensor shows (signals.py).

At most one fault per signal: then each finding has one cause. The first three weeks are sound, so that there is a normal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.simulator.signal_model import Measurement, Signal

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
DAY_S = 86_400
SOUND_DAYS = 21
HOUR_S = 3600
SEVERITIES: dict[str, tuple[float, ...]] = {
    "stuck": (6, 12, 48),  # hours
    "spike": (0.5, 1.5, 4),  # share of the span between rest and work, up or down
    "out_of_range": (0.05, 0.2, 0.5),  # share beyond the limit
    "unit_jump": (0, 1, 2),  # which of the conversions below
    "noise": (3, 5, 8),  # times the noise
    "drift": (0.25, 0.5, 1),  # sigmas a day
    "gap": (1, 4, 24),  # hours
    "silence": (24, 72, 120),  # hours until the end of the simulation
    "duplicate": (0.1, 0.5, 1),  # share of the readings of six hours
    "clock": (0.5, 1, 2),  # hours that the clock is set back, for half a day
}
CONVERSIONS: dict[str, tuple[float, float]] = {
    "degC": (1.8, 32.0), "mm/s": (1 / 25.4, 0.0), "kW": (1000.0, 0.0), "A": (1000.0, 0.0), "bar": (14.5038, 0.0), "kN": (224.809, 0.0),
}  # fmt: skip
SCALES = (10.0, 0.1)
SPIKES = 6


@dataclass(frozen=True)
class SensorFault:
    """A fault of one signal in [start_s, end_s), s UTC; `severity` is one of the kind's SEVERITIES.

    `scale` is what a severity of 1 is in the signal's unit: the span between rest and work for a spike, a sigma else.
    The sigma of a drift is a twentieth of the span, or the noise where that is more.
    """

    kind: str
    signal: int
    start_s: int
    end_s: int
    severity: float
    scale: float = 0.0


def plan(
    signals: Sequence[Signal], first_s: int, until_s: int, seed: int, kinds: Sequence[str] = tuple(SEVERITIES)
) -> list[SensorFault]:
    """Give two signals of five a fault: all kinds and severities in turn, which signal and when by chance.

    A signal without an upper limit is stuck instead of out of range.
    """
    if until_s - first_s < (SOUND_DAYS + 8) * DAY_S - HOUR_S:  # a clock may be put forward meanwhile
        raise ValueError(f"sensor faults need {SOUND_DAYS + 8} days, not {(until_s - first_s) // DAY_S}")
    rng = np.random.default_rng((seed, 40))
    cases = [(kind, severity) for kind in kinds for severity in SEVERITIES[kind]]
    faults: list[SensorFault] = []
    chosen = rng.permutation(len(signals))[: 2 * len(signals) // 5]
    for number, place in enumerate(chosen, start=seed * len(chosen)):
        signal, (kind, severity) = signals[int(place)], cases[number % len(cases)]
        if kind == "out_of_range" and signal.measurement.high is None:
            kind, severity = "stuck", SEVERITIES["stuck"][0]
        faults.append(_fault(kind, signal, severity, (first_s, until_s), rng))
    return faults


def _fault(
    kind: str, signal: Signal, severity: float, span: tuple[int, int], rng: np.random.Generator
) -> SensorFault:
    first_s, until_s = span
    start = int(rng.integers(first_s + SOUND_DAYS * DAY_S, until_s - 6 * DAY_S))
    hours = {
        "stuck": severity,
        "gap": severity,
        "duplicate": 6,
        "out_of_range": 3,
        "spike": 24,
        "noise": 72,
        "clock": 12,
    }
    end = until_s
    if kind in hours:
        end = start + int(hours[kind] * HOUR_S)
    elif kind == "silence":
        start = until_s - int(severity * HOUR_S)
    elif kind == "drift":
        start = first_s + SOUND_DAYS * DAY_S
    span, noise = abs(signal.measurement.run - signal.measurement.rest), signal.measurement.noise
    scale = {"spike": max(span, 10 * noise), "drift": max(span / 20, noise)}.get(kind, noise)
    return SensorFault(kind, signal.index, start, end, severity, scale)


class SensorFaults:
    """Applies the faults to the values of one day after another."""

    def __init__(self, faults: Sequence[SensorFault], seed: int) -> None:
        self.by_signal = {fault.signal: fault for fault in faults}
        self.seed = seed
        self.frozen: dict[int, float] = {}

    def shown(self, signal: Signal, at: Floats, values: Floats) -> Floats:
        """What the sensor shows at the scans `at` (s UTC) instead of `values`, before exception reporting."""
        fault = self.by_signal.get(signal.index)
        if fault is None:
            return values
        inside = (at >= fault.start_s) & (at < fault.end_s)
        rng = np.random.default_rng((self.seed, 41, signal.index, int(at[0])))
        if not inside.any():
            return values
        changed = values.copy()
        match fault.kind:
            case "stuck":
                changed[inside] = self.frozen.setdefault(signal.index, float(values[inside][0]))
            case "spike":
                hit = rng.choice(np.flatnonzero(inside), min(SPIKES, int(inside.sum())), replace=False)
                changed[hit] += rng.choice((-1.0, 1.0), hit.size) * fault.severity * fault.scale
            case "out_of_range":
                high = signal.measurement.high or 0.0
                changed[inside] = high * (1 + fault.severity) + (values[inside] - values[inside].mean()) * 0.1
            case "noise":
                changed[inside] += rng.standard_normal(int(inside.sum())) * fault.scale * fault.severity
            case "drift":
                days = (at[inside] - fault.start_s) / DAY_S
                changed[inside] += days * fault.severity * fault.scale
        return changed

    def delivered(self, signal: Signal, at: Times, values: Floats) -> tuple[Times, Floats]:
        """What of the archived readings arrives, and in which unit."""
        fault = self.by_signal.get(signal.index)
        if fault is None:
            return at, values
        inside = (at >= fault.start_s) & (at < fault.end_s)
        match fault.kind:
            case "gap" | "silence":
                return at[~inside], values[~inside]
            case "unit_jump":
                factor, offset = conversion(signal.measurement, int(fault.severity))
                return at, np.where(inside, values * factor + offset, values)
            case "duplicate":
                rng = np.random.default_rng((self.seed, 42, signal.index, int(at[0]) if at.size else 0))
                times = 1 + (inside & (rng.random(at.size) < fault.severity))
                return np.repeat(at, times), np.repeat(values, times)
        return at, values

    def told(self, signal: Signal, at: Times) -> Times:
        """The times that readings which arrive at `at` carry: those of a clock that was set back are earlier."""
        fault = self.by_signal.get(signal.index)
        if fault is None or fault.kind != "clock":
            return at
        return np.where((at >= fault.start_s) & (at < fault.end_s), at - int(fault.severity * HOUR_S), at)


def conversion(measurement: Measurement, which: int) -> tuple[float, float]:
    """Factor and offset of a wrong unit or scale of a measurement."""
    return CONVERSIONS[measurement.unit] if which == 0 else (SCALES[which - 1], 0.0)
