"""The running plant: wires machines, planners and buffers, and hands out one day of facts at a time.

Belongs here: composition of the simulation. Does not belong here: behaviour of its parts.

Days are causal: what happens on a day never depends on how many days follow, so a longer run begins like a shorter one.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import numpy as np
import simpy

from data.simulator.events import DayLog
from data.simulator.machine import MachineProcess
from data.simulator.orders import Container, OrderBook
from data.simulator.planning import Buffer, LinePlanner
from data.simulator.plant_model import PlantModel


class Factory:
    """The plant in motion. Time is in ms UTC."""

    def __init__(self, plant: PlantModel, seed: int, first_day: date) -> None:
        self.plant, self.first_day = plant, first_day
        self.env = simpy.Environment(initial_time=plant.calendar.day_start(first_day))
        self.book = OrderBook(plant.first_order)
        numbers = count(1)
        semi = tuple(p.material for p in plant.products if not p.finished)
        groups = {line.group for line in plant.lines}
        self.buffers = {group: Buffer(self.env, semi) for group in groups}
        self.planners: list[LinePlanner] = []
        self.machines: list[MachineProcess] = []
        for n, line in enumerate(plant.lines):
            rng = np.random.default_rng((seed, 1, n))
            planner = LinePlanner(
                self.env, plant, line, book=self.book, buffer=self.buffers[line.group], rng=rng,
                chance=np.random.default_rng((seed, 3, n)),
            )  # fmt: skip
            own = [
                MachineProcess(
                    self.env, m, planner, rng=np.random.default_rng((seed, 2, m.index)), first_day=first_day,
                    number=lambda: next(numbers),
                )
                for m in line.machines
            ]  # fmt: skip
            _wire(planner, own)
            self.planners.append(planner)
            self.machines += own

    def days(self, total: int) -> Iterator[DayLog]:
        """Simulate day by day; each log is complete when it is handed out."""
        day_start = self.plant.calendar.day_start
        for number in range(total):
            day = self.first_day + timedelta(days=number)
            log = DayLog(day, day_start(day), day_start(day + timedelta(days=1)))
            parts: list[LinePlanner | MachineProcess] = [*self.planners, *self.machines]
            for part in parts:
                part.log = log
                if number == 0:
                    self.env.process(part.run())
            self._run_until(log.end)
            yield log
            self.book.forget(log.end - 3 * 86_400_000)

    def _run_until(self, end: int) -> None:
        """Run all events up to `end`: states that end there are recorded with the day that ends."""
        while self.env.peek() <= end:
            self.env.step()


def _wire(planner: LinePlanner, machines: list[MachineProcess]) -> None:
    def deliver(container: Container, position: int) -> None:
        if position + 1 < len(machines):
            machines[position + 1].put(container)
            return
        product = container.order.product
        if not product.finished:
            planner.buffer.receive(product.material, container.order.lot, container.pieces)
        if container.is_last:
            planner.order_ended(container.order)
        for machine in machines:
            machine.notify()

    def arrived() -> None:
        for machine in machines:
            machine.notify()

    planner.feed, planner.arrived = machines[0].put, arrived
    for machine in machines:
        machine.deliver = deliver
