"""Production orders as they live: quantities, dates, progress of each operation.

Belongs here: the records that planner, machines and the SAP exporter share.
Does not belong here: which order comes next (planning.py), SAP field names (exporters/).
"""

from dataclasses import dataclass, field
from datetime import date

from data.simulator.plant_model import Line, Machine, Operation, Product


@dataclass(slots=True)
class OrderOperation:
    """Progress of one operation of an order; quantities in pieces, times in ms UTC."""

    operation: Operation
    machine: Machine
    counter: int
    started: int | None = None
    finished: int | None = None
    good: int = 0
    scrap: int = 0
    rework: int = 0
    confirmations: int = 0


@dataclass(slots=True)
class Order:
    """One production order."""

    number: int
    product: Product
    line: Line
    quantity: int
    created: int
    due: date
    operations: list[OrderOperation]
    prefix: str = ""
    released: int = 0
    received: int = 0
    changed: int = 0

    @property
    def short(self) -> str:
        """Order number as people read it."""
        return f"{self.prefix}{self.number}"

    @property
    def lot(self) -> str:
        """Batch that the order produces (SAP CHARG)."""
        return f"{'F' if self.product.finished else 'H'}{self.number}"

    @property
    def finished(self) -> int | None:
        """When the last operation ended."""
        return self.operations[-1].finished

    @property
    def started(self) -> int | None:
        """When the first operation began."""
        return self.operations[0].started

    @property
    def routing_number(self) -> int:
        """SAP AUFPL."""
        return 4_000_000 + self.number

    def confirmation_number(self, step: OrderOperation) -> int:
        """SAP RUECK of one operation."""
        return self.number * 10 + step.counter


@dataclass(slots=True)
class Container:
    """Pieces of one order that move together; `is_last` closes the operation."""

    order: Order
    pieces: int
    is_last: bool


@dataclass(slots=True)
class OrderBook:
    """All orders that are open or were touched lately, by number."""

    next_number: int
    orders: dict[int, Order] = field(default_factory=dict)

    def named(self, short: str) -> Order:
        """The order with this readable number."""
        return self.orders[int(short.rpartition("/")[2])]

    def forget(self, before: int) -> None:
        """Drop orders that were finished and last touched before a time: memory stays bounded."""
        stale = [n for n, o in self.orders.items() if o.finished is not None and o.changed < before]
        for number in stale:
            del self.orders[number]
