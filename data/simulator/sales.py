"""Sales of a plant: what customers order from the finished stock, and when it leaves.

Belongs here: which order takes how much, when it is due and when it leaves, at which price. Does not belong here: how
an ERP writes it (exporters/sap_sales.py, exporters/odoo_sales.py), the movement that takes it out of stock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.simulator.events import DayLog, Sale

LEAD_DAYS = 3  # working days from an order to the day on which it is due
_STREAM = 62  # of the plant's random numbers
_WORKING_DAYS = 5
_LATE = 0.2
_DISCOUNTS = (0.0, 0.0, 5.0)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is sold of a finished product: whole `unit`s of `pieces` pieces, at a price for a piece."""

    price: float
    unit: str
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order; `amount` in units of the offer, `discount` in percent."""

    material: str
    offer: Offer
    amount: int
    discount: float

    @property
    def pieces(self) -> int:
        """What leaves the stock."""
        return self.amount * self.offer.pieces

    @property
    def net(self) -> float:
        """Price of the line after discount."""
        return round(self.pieces * self.offer.price * (1 - self.discount / 100), 2)


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """The order of a customer (its place in the list of customers). It leaves as a whole."""

    number: int
    customer: int
    ordered: date
    due: date
    leaves: date
    items: tuple[Item, ...]


class SalesBook:
    """Numbers orders and keeps those that have not left: what they take is sold to nobody else."""

    def __init__(self, seed: int, offers: Mapping[str, Offer], customers: int) -> None:
        self.seed, self.offers, self.customers = seed, offers, customers
        self.open: list[SalesOrder] = []
        self.last = 0

    def turn(
        self, log: DayLog, in_stock: Callable[[str], float]
    ) -> tuple[list[SalesOrder], list[SalesOrder]]:
        """The orders that a day brings, and those that leave on it; the log notes what was sold."""
        leaving = [order for order in self.open if order.leaves == log.day]
        brought = self._order(log.day, in_stock) if log.day.weekday() < _WORKING_DAYS else []
        self.open = [order for order in self.open if order.leaves != log.day] + brought
        for order in brought:
            for line, item in enumerate(order.items, start=1):
                log.sales.append(
                    Sale(order.number, line, order.customer, item.material, item.pieces, item.net,
                         order.ordered, order.due, order.leaves)
                )  # fmt: skip
        return brought, leaving

    def _order(self, day: date, in_stock: Callable[[str], float]) -> list[SalesOrder]:
        """One customer a day, in turn, orders a part of what is still to be had of each product."""
        rng = np.random.default_rng((self.seed, _STREAM, day.toordinal()))
        items = []
        for material, offer in self.offers.items():
            taken = sum(i.pieces for order in self.open for i in order.items if i.material == material)
            amount = int((in_stock(material) - taken) * rng.uniform(0.15, 0.4)) // offer.pieces
            if amount > 0:
                items.append(Item(material, offer, amount, float(rng.choice(_DISCOUNTS))))
        late = int(rng.integers(1, 3)) if rng.random() < _LATE else 0
        if not items:
            return []
        self.last += 1
        due = working_days_after(day, LEAD_DAYS)
        customer = self.last % self.customers
        return [SalesOrder(self.last, customer, day, due, working_days_after(due, late), tuple(items))]


def working_days_after(day: date, number: int) -> date:
    """The working day that many working days after a working day."""
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < _WORKING_DAYS
    return day
