"""Piece counters of the machines' controllers: cumulative, reset now and then, read every five minutes.

Belongs here: when a counter is read and what it shows. Does not belong here: the file (mes.py).
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from data.simulator.events import DayLog, PieceRun
from data.simulator.plant_model import PlantModel

EVERY_MS = 300_000
Reading = dict[str, object]
_NO_TIMES: NDArray[np.int64] = np.empty(0, dtype=np.int64)


class CounterBook:
    """Counter values of all machines, carried on from day to day: total, scrap, rework since the last reset."""

    def __init__(self, plant: PlantModel, rollovers: Mapping[str, int] | None = None) -> None:
        """`rollovers`: by machine code the count at which its total goes on at 0; such a counter has no resets."""
        self.plant, self.rollovers = plant, rollovers or {}
        self.values = np.zeros((len(plant.machines), 3), dtype=np.int64)
        self.context: list[tuple[str, str, str]] = [("", "", "")] * len(plant.machines)

    def readings(self, log: DayLog) -> list[Reading]:
        """All readings of a day in order of time, then machine. A reset is read right before and right after."""
        found: list[tuple[int, int, Reading]] = []
        for machine in range(len(self.plant.machines)):
            found += [(at, machine, reading) for at, reading in self._machine(log, machine)]
        return [reading for _, _, reading in sorted(found, key=lambda entry: entry[:2])]

    def _machine(self, log: DayLog, machine: int) -> Iterator[tuple[int, Reading]]:
        runs = [run for run in log.runs if run.machine == machine]
        done = _stack(runs)
        rolls = self.plant.machines[machine].code in self.rollovers
        resets = [] if rolls else sorted(at for m, at in log.resets if m == machine)
        times = _times(log, machine, resets)
        contexts = _contexts(runs)
        base = self.values[machine].copy()
        seen = np.zeros(3, dtype=np.int64)
        for at in times:
            if at + 1000 in resets:
                base = -seen
            upto = int(np.searchsorted(done[0], at, side="right"))
            seen = np.array([upto, done[1][upto], done[2][upto]])
            if contexts and contexts[0][0] <= at:
                while contexts and contexts[0][0] <= at:
                    self.context[machine] = contexts.pop(0)[1]
            yield at, self._reading(machine, at, base + seen)
        self.values[machine] = base + np.array([done[0].size, done[1][-1], done[2][-1]])

    def _reading(self, machine: int, at: int, values: NDArray[np.int64]) -> Reading:
        order, operation, material = self.context[machine]
        code = self.plant.machines[machine].code
        total = int(values[0]) % self.rollovers.get(code, int(values[0]) + 1)
        return {
            "machine": code, "at": at, "order_no": order or None,
            "operation_no": operation or None, "material_no": material or None, "total_count": total,
            "scrap_count": int(values[1]), "rework_count": int(values[2]),
        }  # fmt: skip


def _times(log: DayLog, machine: int, resets: list[int]) -> list[int]:
    """Reading times: the five-minute grid in production, ends of orders and shifts, around resets."""
    own = [i for i in log.intervals if i.machine == machine]
    times = {c.at for c in log.completions if c.machine == machine}
    for interval in own:
        if interval.state == "PRODUCING":
            first = -(-(interval.start + 1) // EVERY_MS) * EVERY_MS
            times.update(range(first, interval.end + 1, EVERY_MS))
    ends = {i.shift_code: i.end for i in own}
    times.update(ends.values())
    for at in resets:
        times.update((at - 2000, at - 1000))
    return sorted(times)


def _stack(runs: list[PieceRun]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Completion times, and scrap and rework among the first n pieces (one longer than the times)."""
    times = np.concatenate([_NO_TIMES, *(run.times for run in runs)])
    zero = np.zeros(1, dtype=np.int64)
    scrap = np.cumsum(np.concatenate([zero, *(run.is_scrap for run in runs)]))
    rework = np.cumsum(np.concatenate([zero, *(run.is_rework for run in runs)]))
    return times, scrap, rework


def _contexts(runs: list[PieceRun]) -> list[tuple[int, tuple[str, str, str]]]:
    """From when on a reading names which order: its first finished piece."""
    return [(int(run.times[0]), (run.order_no, run.operation_no, run.material_no)) for run in runs]
