"""Purchases of the ERP: EKKO, EKPO, EKET, EKBE, and what of them reaches the stock.

Belongs here: an order to each supplier for each Monday, when it arrives and what goes back to the supplier.
Does not belong here: the material documents that receipts and returns are booked with (sap_goods.py).

An order is written two weeks before it is due, but the first export holds the orders that are open then. What becomes
of an order follows from the seed, the supplier and its day, so no state runs on from day to day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.simulator.duisburg import CALENDAR, SITE
from data.simulator.events import DayLog
from data.simulator.exporters.sap_format import dats, matnr, number, record
from data.simulator.master_records import SAP_SUPPLIERS

HOUR = 3_600_000
DAY = 24 * HOUR
WEEK = timedelta(days=7)
AHEAD = 2  # weeks from an order to the day on which it is due
ARRIVAL = 4 * HOUR  # after the start of the production day
FIRST_NUMBER = 4_500_000_000
TABLES = ("EKKO", "EKPO", "EKET", "EKBE")


@dataclass(frozen=True, slots=True)
class Item:
    """What a supplier delivers each week: `amount` order units of `base` base units; a price for `per` order units."""

    material: str
    amount: int
    unit: str
    price: float
    base: int = 1
    per: int = 1


# Of each supplier, in the order of SAP_SUPPLIERS.
ITEMS = (
    (Item("300001", 10_400, "KG", 190.0, per=100), Item("300002", 6_700, "ST", 4.2), Item("300003", 14_000, "ST", 11.4)),
    (Item("300004", 14_000, "ST", 7.9),),
    (Item("300005", 14_000, "ST", 310.0, per=100), Item("300006", 224, "KAR", 60.0, base=500)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order: when it is due and arrives (ms UTC), and how many base units of its last item go back a day later."""

    vendor: int
    due: date
    arrived: int
    returned: int

    @property
    def order_no(self) -> str:
        """SAP EBELN."""
        return f"{FIRST_NUMBER + 10 * self.due.toordinal() + self.vendor}"


@dataclass(frozen=True, slots=True)
class Supply:
    """One item of an order that moves: movement type 101 or 122, base units, ms UTC."""

    at: int
    movement: str
    purchase: Purchase
    position: int

    @property
    def item(self) -> Item:
        """What moves."""
        return ITEMS[self.purchase.vendor][self.position - 1]

    @property
    def quantity(self) -> int:
        """Base units, above zero."""
        return self.item.amount * self.item.base if self.movement == "101" else self.purchase.returned


def purchase(seed: int, vendor: int, due: date) -> Purchase:
    """The order to a supplier for a Monday: one of five comes late, of one in four a part is rejected."""
    rng = np.random.default_rng((seed, 61, vendor, due.toordinal()))
    late = int(rng.integers(1, 4)) if rng.random() < 0.2 else 0
    item = ITEMS[vendor][-1]
    packs = max(1, round(item.amount * float(rng.uniform(0.005, 0.03)))) if rng.random() < 0.25 else 0
    arrived = CALENDAR.day_start(due + timedelta(days=late)) + ARRIVAL
    return Purchase(vendor, due, arrived, packs * item.base)


def supplies(seed: int, log: DayLog, first_day: date) -> list[Supply]:
    """What suppliers deliver and take back on a day, of the orders due since the first day."""
    monday = log.day - timedelta(days=log.day.weekday())
    found = [
        supply
        for due in (monday - WEEK, monday) if due >= first_day
        for vendor in range(len(ITEMS)) for supply in _moved(purchase(seed, vendor, due))
    ]  # fmt: skip
    return [supply for supply in found if log.start <= supply.at < log.end]


def _moved(order: Purchase) -> Iterator[Supply]:
    count = len(ITEMS[order.vendor])
    yield from (Supply(order.arrived, "101", order, n + 1) for n in range(count))
    if order.returned:
        yield Supply(order.arrived + DAY, "122", order, count)


def order_lines(seed: int, log: DayLog, first_day: date) -> dict[str, list[str]]:
    """Lines of a day for EKKO, EKPO and EKET: the orders that it writes, on the first day all that are open."""
    tables: dict[str, list[str]] = {name: [] for name in TABLES}
    ahead = range(AHEAD + 1) if log.day == first_day else (AHEAD,)
    for weeks in ahead if log.day == first_day or log.day.weekday() == 0 else ():
        due = log.day + timedelta(days=-log.day.weekday() % 7) + weeks * WEEK
        for vendor in range(len(ITEMS)):
            _write(tables, purchase(seed, vendor, due))
    return tables


def _write(tables: dict[str, list[str]], order: Purchase) -> None:
    key = {"EBELN": order.order_no}
    tables["EKKO"].append(record("EKKO", {
        **key, "BUKRS": SITE, "BSTYP": "F", "BSART": "NB", "LIFNR": SAP_SUPPLIERS[order.vendor].key.zfill(10),
        "BEDAT": f"{order.due - AHEAD * WEEK:%Y%m%d}", "WAERS": "EUR",
    }))  # fmt: skip
    for position, item in enumerate(ITEMS[order.vendor], start=1):
        place = {**key, "EBELP": f"{10 * position:05d}"}
        tables["EKPO"].append(record("EKPO", {
            **place, "MATNR": matnr(item.material), "WERKS": SITE, "LGORT": "0001", "MENGE": number(item.amount),
            "MEINS": item.unit, "UMREZ": number(item.base), "UMREN": number(1), "NETPR": number(item.price),
            "PEINH": number(item.per), "NETWR": number(item.amount * item.price / item.per),
        }))  # fmt: skip
        tables["EKET"].append(record("EKET", {
            **place, "ETENR": "0001", "EINDT": f"{order.due:%Y%m%d}", "MENGE": number(item.amount),
        }))  # fmt: skip


def history_line(supply: Supply, document: dict[str, str], place: int) -> str:
    """The line of EKBE that follows a material document (MBLNR, MJAHR), in the order unit."""
    return record("EKBE", {
        "EBELN": supply.purchase.order_no, "EBELP": f"{10 * supply.position:05d}", "ZEKKN": "00", "VGABE": "1",
        "GJAHR": document["MJAHR"], "BELNR": document["MBLNR"], "BUZEI": f"{place:04d}", "BWART": supply.movement,
        "BUDAT": dats(supply.at), "MENGE": number(supply.quantity / supply.item.base),
        "SHKZG": "S" if supply.movement == "101" else "H",
    })  # fmt: skip
