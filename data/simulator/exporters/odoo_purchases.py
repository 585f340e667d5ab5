"""Purchases of Odoo: the currency, and an order for each weekly delivery.

Belongs here: res_currency, purchase_order, purchase_order_line. Does not belong here: the movement that
receives the goods (odoo_orders.py).
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
    """Orders written on a Monday: those that arrive today, and those that are due in a week, still open."""
    tables: dict[str, list[Row]] = {"purchase_order": [], "purchase_order_line": []}
    if log.day.isoweekday() == 1:
        for week, is_here in ((0, True), (1, False)):
            for vendor in range(len(_MATERIALS)):
                _order(
                    tables,
                    log,
                    vendor,
                    arrival=log.start + ARRIVAL_MS + 7 * week * DAY,
                    is_here=is_here,
                    seed=seed,
                )
    return tables


def _order(
    tables: dict[str, list[Row]], log: DayLog, vendor: int, *, arrival: int, is_here: bool, seed: int
) -> None:
    """One order with its lines; every sixth or so comes two days after it was due."""
    day = arrival // DAY
    late = 2 * DAY if np.random.default_rng((seed, 60, vendor, day)).random() < 0.17 else 0
    number, ordered, written = day * 10 + vendor, arrival - late - LEAD_DAYS * DAY, log.start + ARRIVAL_MS
    order: Row = {
        "id": number, "name": f"GV/PO/{number}", "partner_id": FIRST_PARTNER + vendor, "currency_id": DOLLAR, "state": "purchase",
        "date_order": utc(ordered), "effective_date": utc(arrival) if is_here else None,
    }  # fmt: skip
    tables["purchase_order"].append(dated(order, ordered, written))
    for place, material in enumerate(_MATERIALS[vendor], start=1):
        amount, unit = SUPPLIED[material]
        line: Row = {
            "id": number * 10 + place, "order_id": number, "sequence": 10 * place, "product_id": PRODUCT_IDS[material],
            "product_qty": quantity(amount), "qty_received": quantity(amount if is_here else 0), "product_uom": UOMS[unit],
            "price_unit": quantity(_PRICE[material]), "price_subtotal": quantity(round(_PRICE[material] * amount, 2)),
            "date_planned": utc(arrival - late),
        }  # fmt: skip
        tables["purchase_order_line"].append(dated(line, ordered, written))
