"""Which order comes next, and where its components come from.

Belongs here: release of orders on a line, component lots, the buffer between machining and assembly.
Does not belong here: how pieces are made (machine.py).
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import simpy

from data.simulator.events import DayLog, Issue, Rework
from data.simulator.orders import Container, Order, OrderBook, OrderOperation
from data.simulator.plant_model import CONTAINER_PIECES, Line, PlantModel, Product

MINUTE = 60_000
HOUR = 60 * MINUTE
ORDERS_AHEAD = 2
ENOUGH_STOCK = 9_000
OPENING_STOCK = 1_600
REWORK_SHARE = (
    0.15  # of the orders that ended; half of those pieces go through the order before, whose lot they join
)


@dataclass(slots=True)
class Lot:
    """Pieces of one batch in stock."""

    number: str
    pieces: int


class Buffer:
    """Semi-finished stock of one group of lines, first in first out by lot."""

    def __init__(self, env: simpy.Environment, materials: tuple[str, ...]) -> None:
        self.env = env
        self.lots = {material: deque([Lot("OPENING", OPENING_STOCK)]) for material in materials}
        self.total = dict.fromkeys(materials, OPENING_STOCK)
        self.arrival = env.event()

    def receive(self, material: str, number: str, pieces: int) -> None:
        """Put finished pieces of a lot into stock."""
        if not pieces:
            return
        lots = self.lots[material]
        if lots and lots[-1].number == number:
            lots[-1].pieces += pieces
        else:
            lots.append(Lot(number, pieces))
        self.total[material] += pieces
        self.arrival.succeed()
        self.arrival = self.env.event()

    def take(self, material: str, pieces: int) -> Iterator[tuple[str, int]]:
        """Take pieces, oldest lots first; the caller has checked `total`."""
        self.total[material] -= pieces
        lots = self.lots[material]
        while pieces:
            part = min(lots[0].pieces, pieces)
            yield lots[0].number, part
            pieces -= part
            lots[0].pieces -= part
            if not lots[0].pieces:
                lots.popleft()


class LinePlanner:
    """Keeps a line supplied with released orders."""

    def __init__(self, env: simpy.Environment, plant: PlantModel, line: Line, *, book: OrderBook,
                 buffer: Buffer, rng: np.random.Generator, chance: np.random.Generator) -> None:  # fmt: skip
        self.env, self.plant, self.line, self.book = env, plant, line, book
        self.buffer, self.rng, self.chance = buffer, rng, chance
        self.products = line.products
        self.active: deque[Order] = deque()
        self.ended: dict[str, Order] = {}
        self.waiting = 0
        self.feed: Callable[[Container], None]  # the factory sets it: give a container to the first machine
        self.arrived: Callable[[], None]  # and this: wake all machines of the line
        self.log: DayLog
        self.need = env.event()
        self._raw_used: dict[str, float] = {}

    def order_taken(self) -> None:
        """The first machine took the last container of an order: another one is needed."""
        self.waiting -= 1
        self.need.succeed()
        self.need = self.env.event()

    def expected(self, position: int) -> Order | None:
        """The released order that a machine of the line still waits for."""
        for order in self.active:
            if order.operations[position].finished is None:
                return order
        return None

    def order_ended(self, order: Order) -> None:
        """The last piece left the line: some of its pieces may have to be worked on again."""
        before = self.ended.get(order.product.material, order)
        self.ended[order.product.material] = order
        if self.chance.random() >= REWORK_SHARE:
            return
        pieces, joins = int(self.chance.integers(4, 12)), self.chance.random() < 0.5
        doer = before if joins else order
        self._rework(doer, order.lot, pieces)
        if joins and doer is not order and self.chance.random() < 0.5:
            self._rework(order, doer.lot, pieces)

    def _rework(self, doer: Order, lot: str, pieces: int) -> None:
        at, material = int(self.env.now), doer.product.material
        self.log.reworks.append(Rework(doer.number, doer.short, material, lot, doer.lot, pieces, at))

    def run(self) -> Iterator[simpy.Event]:
        """The planner's process."""
        while True:
            if self.waiting < ORDERS_AHEAD:
                yield from self._release()
            else:
                yield self.need

    def _release(self) -> Iterator[simpy.Event]:
        if self.rng.random() < 0.10:
            yield self.env.timeout(int(self.rng.integers(60, 420)) * MINUTE)
        quantity = int(self.rng.integers(12, 36)) * CONTAINER_PIECES
        product = self._choose(quantity)
        while product is None:
            yield self.env.any_of([self.buffer.arrival, self.env.timeout(2 * HOUR)])
            product = self._choose(quantity)
        order = self._create(product, quantity)
        for material, amount, unit in product.components:
            self._stage(order, material, round(amount * quantity, 3), unit)
        self.waiting += 1
        self.active.append(order)
        while self.active and self.active[0].finished is not None:
            self.active.popleft()
        self.arrived()
        if self.rng.random() < 0.06:
            yield self.env.timeout(int(self.rng.integers(20, 70)) * MINUTE)
        count = quantity // CONTAINER_PIECES
        for number in range(count):
            self.feed(Container(order, CONTAINER_PIECES, number == count - 1))

    def _choose(self, quantity: int) -> Product | None:
        stock = self.buffer.total
        if self.line.finishing:
            ready = [p for p in self.products if stock[p.components[0][0]] >= quantity]
            return max(
                ready, key=lambda p: stock[p.components[0][0]] * self.rng.uniform(0.6, 1.0), default=None
            )
        short = [p for p in self.products if stock[p.material] < ENOUGH_STOCK]
        return min(short, key=lambda p: stock[p.material] + self.rng.uniform(0, 900), default=None)

    def _create(self, product: Product, quantity: int) -> Order:
        now = int(self.env.now)
        number = self.book.next_number
        self.book.next_number += 1
        steps = [
            OrderOperation(op, machine, n + 1)
            for n, (op, machine) in enumerate(zip(product.routing, self.line.machines, strict=False))
        ]
        work_h = quantity * max(step.operation.cycle_ms for step in steps) / HOUR
        slack_h = 6 + 1.5 * work_h * float(self.rng.uniform(0.9, 2.2))
        due = (self.plant.calendar.to_local(now) + timedelta(hours=slack_h)).date()
        order = Order(
            number, product, self.line, quantity, now, due, steps, self.plant.order_prefix, released=now, changed=now
        )  # fmt: skip
        self.book.orders[number] = order
        return order

    def _stage(self, order: Order, material: str, amount: float, unit: str) -> None:
        now = int(self.env.now)
        if material in self.buffer.total:
            for lot, pieces in self.buffer.take(material, int(amount)):
                self.log.issues.append(Issue(order.number, material, lot, float(pieces), unit, now))
            return
        used = self._raw_used.get(material, 0.0) + amount
        self._raw_used[material] = used
        lot = f"R{self.line.code[1:]}{material[-2:]}{int(used // 4000):05d}"
        self.log.issues.append(Issue(order.number, material, lot, amount, unit, now))
