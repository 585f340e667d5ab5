"""Values of the sensors over a day, from what the machines did and how worn they were.

Belongs here: the physics, vectorised with numpy over one day of one tag. Does not belong here: files
(exporters/historian.py, exporters/cms.py), which values are archived (reporting.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.simulator.events import DayLog, WearKnot
from data.simulator.plant_model import PlantModel
from data.simulator.reporting import archived, deadband_sigmas, scan_s
from data.simulator.sensor_faults import SensorFault, SensorFaults
from data.simulator.signal_model import Measurement, Signal
from data.simulator.wear import hall_warmth

LOAD = {"PRODUCING": 1.0, "SETUP": 0.35, "MICROSTOP": 0.25, "STARVED": 0.2, "BREAK": 0.15, "NO_ORDER": 0.12,
        "DOWN": 0.05, "MAINTENANCE": 0.05, "OFF_SHIFT": 0.0}  # fmt: skip
DEGREES_PER_KELVIN = {"degC": 1.0, "degF": 1.8}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """Archived values of one tag: whole seconds UTC and values, in order of time; `told_s` are the times that they carry."""

    signal: Signal
    at_s: NDArray[np.int64]
    values: Floats
    told_s: NDArray[np.int64]


class SignalBuilder:
    """Carries wear and warmth of the machines from day to day and computes what the sensors show."""

    def __init__(
        self, plant: PlantModel, rate_s: float, seed: int, faults: Sequence[SensorFault] = ()
    ) -> None:
        self.plant, self.rate_s, self.seed = plant, rate_s, seed
        self.faults = SensorFaults(faults, seed)
        self.knots: list[list[WearKnot]] = [[] for _ in plant.machines]
        self.levels: dict[tuple[int, float, int], float] = {}
        self.starts: list[Floats] = []
        self.loads: list[Floats] = []
        self.log: DayLog

    def begin(self, log: DayLog) -> None:
        """Take up the events of a day."""
        self.log = log
        for knot in log.wear:
            self.knots[knot.machine].append(knot)
        for machine, knots in enumerate(self.knots):
            past = [n for n, knot in enumerate(knots) if knot.at <= log.start]
            self.knots[machine] = knots[past[-1] :] if past else knots
        own: list[list[tuple[float, float]]] = [[] for _ in self.plant.machines]
        for i in log.intervals:
            own[i.machine].append((i.start / 1000, LOAD[i.state]))
        self.starts = [np.array([start for start, _ in pairs]) for pairs in own]
        self.loads = [np.array([load for _, load in pairs]) for pairs in own]

    def series(self, signals: tuple[Signal, ...]) -> Iterator[Series]:
        """Archived values of the day, tag by tag."""
        step = scan_s(self.rate_s)
        start = self.log.start // 1000
        scans = start + step * np.arange((self.log.end // 1000 - start) // step, dtype=np.int64)
        for signal in signals:
            rng = np.random.default_rng((self.seed, 30, signal.index, self.log.day.toordinal()))
            at = scans + (rng.integers(0, step, scans.size) if step > 1 else 0)
            moments = at.astype(np.float64)
            values = self.values(signal.machine, signal.measurement, moments, rng)
            values = self.faults.shown(signal, moments, values)
            kept = archived(
                values,
                signal.measurement.rest,
                deadband_sigmas(self.rate_s) * signal.measurement.noise,
                signal.index,
            )
            at_s, delivered = self.faults.delivered(signal, at[kept], values[kept])
            told_s = self.faults.told(signal, at_s)
            yield Series(signal, at_s, np.round(delivered, signal.measurement.decimals), told_s)

    def values(self, machine: int, m: Measurement, at: Floats, rng: np.random.Generator) -> Floats:
        """What a sensor shows at the times `at` (s UTC, ascending, within the day)."""
        load = self._load(machine, at, m.lag_s)
        rise = 1.0 + m.wear_gain * self.damage(machine, at) if m.wear_gain else 1.0
        per_kelvin = DEGREES_PER_KELVIN.get(m.unit)
        warmth = per_kelvin * _warmth(at) if per_kelvin else 0.0
        noise = rng.standard_normal(at.size) * (m.noise * (0.12 + 0.88 * np.minimum(1.0, load * 1.2)))
        shown: Floats = m.rest + (m.run - m.rest) * load * rise + warmth + noise
        return shown

    def damage(self, machine: int, at: Floats) -> Floats:
        """How far a coming failure shows: 0 for two thirds of the life, then up to the mode's gain."""
        knots = self.knots[machine]
        times = np.array([knot.at / 1000 for knot in knots])
        share = np.interp(at, times, np.array([knot.share for knot in knots]))
        gain = np.interp(at, times, np.array([knot.gain for knot in knots]))
        damage: Floats = gain * np.clip((share - 0.65) / 0.35, 0.0, 1.0) ** 1.5
        return damage

    def load_at(self, machine: int, at_s: float) -> float:
        """Load of a machine at one time."""
        return float(self.loads[machine][np.searchsorted(self.starts[machine], at_s, side="right") - 1])

    def _load(self, machine: int, at: Floats, lag_s: float) -> Floats:
        starts, loads = self.starts[machine], self.loads[machine]
        place = np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)
        if not lag_s:
            return loads[place]
        levels = self._levels(machine, lag_s)
        return loads[place] + (levels[place] - loads[place]) * np.exp(-(at - starts[place]) / lag_s)

    def _levels(self, machine: int, lag_s: float) -> Floats:
        """Lagging load at the start of each state: first order, carried over from the day before."""
        starts, loads = self.starts[machine], self.loads[machine]
        day = self.log.day.toordinal()
        level = self.levels.get((machine, lag_s, day), 0.0)
        found = np.empty(starts.size)
        ends = [*starts[1:], self.log.end / 1000]
        for n, (start, load, end) in enumerate(zip(starts, loads, ends, strict=True)):
            found[n] = level
            level = load + (level - load) * np.exp(-(end - start) / lag_s)
        self.levels.pop((machine, lag_s, day - 1), None)
        self.levels[machine, lag_s, day + 1] = level
        return found


def _warmth(at: Floats) -> Floats:
    """Hall warmth in kelvin, from values every ten minutes."""
    grid = np.arange(at[0] - 600, at[-1] + 1200, 600)
    return np.interp(at, grid, [hall_warmth(int(t * 1000)) for t in grid])
