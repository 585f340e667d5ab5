"""Purchases of Odoo: the currency, an order for each weekly delivery, what goes back.

Belongs here: res_currency, purchase_order, purchase_order_line. Does not belong here: the movements
of the goods (odoo_orders.py).
"""

import numpy as np

from data.simulator.events import DayLog
from data.simulator.exporters.odoo_master import FIRST_PARTNER, PRODUCT_IDS, UOMS
from data.simulator.exporters.odoo_tables import Row, dated, quantity, utc

DAY = 86_400_000
LEAD_DAYS = 12
DOLLAR = 2
SUPPLIED = {"BAR-4140": (24_000, "lb"), "HSG-CAST": (6_000, "Units"), "BRG-SET": (6_000, "Units"),
            "SEAL-KIT": (6_000, "Units"), "SCR-M8": (4_000, "Dozens")}  # fmt: skip
ARRIVAL_MS = 7_200_000  # after the start of the production day on which a delivery comes
_MATERIALS = (
    ("HSG-CAST", "BAR-4140"),
    ("BRG-SET",),
    ("SEAL-KIT", "SCR-M8"),
)  # of each supplier, in the order of its id
_PRICE = {"BAR-4140": 0.94, "HSG-CAST": 12.8, "BRG-SET": 8.65, "SEAL-KIT": 3.4, "SCR-M8": 1.5}


def purchase_masters() -> dict[str, list[Row]]:
    """Rows of the tables that do not change, without dates."""
    return {"res_currency": [{"id": DOLLAR, "name": "USD", "active": True}]}


def purchase_rows(log: DayLog, seed: int) -> dict[str, list[Row]]:
    """Orders written on a Monday: those that arrive today, and those that are due in a week, still open.

    On a Tuesday the lines of which something goes back.
    """
    tables: dict[str, list[Row]] = {"purchase_order": [], "purchase_order_line": []}
    if log.day.isoweekday() == 1:
        for week, is_here in ((0, True), (1, False)):
            for vendor in range(len(_MATERIALS)):
                _order(tables, log, vendor, arrival=_arrival(log, week), is_here=is_here, seed=seed)
    for material, amount in returns(log, seed):
        vendor, place = _source(material)
        received = SUPPLIED[material][0] - amount
        tables["purchase_order_line"].append(
            _line(
                vendor, place, _returned_arrival(log), seed, received=received, written=log.start + ARRIVAL_MS
            )
        )
    return tables


def returns(log: DayLog, seed: int) -> list[tuple[str, int]]:
    """What goes back on a Tuesday, in the unit of the order: of one delivery in three a part of the last material."""
    found = []
    for vendor, materials in enumerate(_MATERIALS) if log.day.isoweekday() == 2 else ():
        rng = np.random.default_rng((seed, 63, vendor, log.day.toordinal()))
        if rng.random() < 0.33:
            found.append((materials[-1], round(SUPPLIED[materials[-1]][0] * float(rng.uniform(0.005, 0.03)))))
    return found


def received_line(log: DayLog, material: str) -> int:
    """Id of the line whose goods arrive on this Monday."""
    vendor, place = _source(material)
    return _line_id(vendor, place, _arrival(log))


def returned_line(log: DayLog, material: str) -> int:
    """Id of the line whose goods go back on this Tuesday."""
    vendor, place = _source(material)
    return _line_id(vendor, place, _returned_arrival(log))


def _arrival(log: DayLog, weeks: int = 0) -> int:
    return log.start + ARRIVAL_MS + 7 * weeks * DAY


def _returned_arrival(log: DayLog) -> int:
    return log.start + ARRIVAL_MS - DAY


def _source(material: str) -> tuple[int, int]:
    """The vendor of a material, and its place in the orders."""
    [found] = [(v, m.index(material) + 1) for v, m in enumerate(_MATERIALS) if material in m]
    return found


def _order_id(vendor: int, arrival: int) -> int:
    return arrival // DAY * 10 + vendor


def _line_id(vendor: int, place: int, arrival: int) -> int:
    return _order_id(vendor, arrival) * 10 + place


def _due(vendor: int, arrival: int, seed: int) -> int:
    """Every sixth delivery or so comes two days after it was due."""
    late = np.random.default_rng((seed, 60, vendor, arrival // DAY)).random() < 0.17
    return arrival - 2 * DAY * late


def _order(
    tables: dict[str, list[Row]], log: DayLog, vendor: int, *, arrival: int, is_here: bool, seed: int
) -> None:
    """One order with its lines."""
    number, written = _order_id(vendor, arrival), log.start + ARRIVAL_MS
    ordered = _due(vendor, arrival, seed) - LEAD_DAYS * DAY
    order: Row = {
        "id": number, "name": f"GV/PO/{number}", "partner_id": FIRST_PARTNER + vendor, "currency_id": DOLLAR, "state": "purchase",
        "date_order": utc(ordered), "effective_date": utc(arrival) if is_here else None,
    }  # fmt: skip
    tables["purchase_order"].append(dated(order, ordered, written))
    for place, material in enumerate(_MATERIALS[vendor], start=1):
        received = SUPPLIED[material][0] if is_here else 0
        tables["purchase_order_line"].append(
            _line(vendor, place, arrival, seed, received=received, written=written)
        )


def _line(vendor: int, place: int, arrival: int, seed: int, *, received: float, written: int) -> Row:
    material, due = _MATERIALS[vendor][place - 1], _due(vendor, arrival, seed)
    amount, unit = SUPPLIED[material]
    line: Row = {
        "id": _line_id(vendor, place, arrival), "order_id": _order_id(vendor, arrival), "sequence": 10 * place,
        "product_id": PRODUCT_IDS[material], "product_qty": quantity(amount), "qty_received": quantity(received),
        "product_uom": UOMS[unit], "price_unit": quantity(_PRICE[material]),
        "price_subtotal": quantity(round(_PRICE[material] * amount, 2)), "date_planned": utc(due),
    }  # fmt: skip
    return dated(line, due - LEAD_DAYS * DAY, written)
