"""Sales of Odoo: customers, sale_order, sale_order_line.

Belongs here: orders as they stand at the end of a day. Does not belong here: who orders what (data/simulator/sales.py),
the movement that takes it out of stock (odoo_orders.py).
"""

from collections.abc import Iterable

from data.simulator.events import DayLog
from data.simulator.exporters.odoo_master import FIRST_CUSTOMER, PRODUCT_IDS, UOMS
from data.simulator.exporters.odoo_purchases import DOLLAR
from data.simulator.exporters.odoo_tables import Row, dated, quantity, utc
from data.simulator.greenville import CALENDAR
from data.simulator.sales import Item, Offer, SalesOrder

# USD a piece; one pump is sold by the dozen.
OFFERS = {
    "GP-16": Offer(149.0, "Units"), "GP-22": Offer(168.0, "Dozens", 12), "GP-16-SAE": Offer(159.0, "Units"),
}  # fmt: skip
SHIPPING_MS = 21_600_000  # after the start of the production day
_ORDERING_MS = 10_800_000


def sales_rows(
    log: DayLog, brought: Iterable[SalesOrder], leaving: Iterable[SalesOrder]
) -> dict[str, list[Row]]:
    """Orders that a day wrote, and those that it changed because they left."""
    tables: dict[str, list[Row]] = {"sale_order": [], "sale_order_line": []}
    for order, has_left in (*((o, False) for o in brought), *((o, True) for o in leaving)):
        ordered = CALENDAR.day_start(order.ordered) + _ORDERING_MS
        due = CALENDAR.day_start(order.due) + SHIPPING_MS
        written = log.start + SHIPPING_MS if has_left else ordered
        head: Row = {
            "id": order.number, "name": f"S{order.number:05d}", "partner_id": FIRST_CUSTOMER + order.customer,
            "currency_id": DOLLAR, "state": "sale", "date_order": utc(ordered), "commitment_date": utc(due),
            "effective_date": utc(written) if has_left else None,
        }  # fmt: skip
        tables["sale_order"].append(dated(head, ordered, written))
        tables["sale_order_line"] += [
            dated(_line(order, place, item, has_left=has_left), ordered, written)
            for place, item in enumerate(order.items, start=1)
        ]
    return tables


def _line(order: SalesOrder, place: int, item: Item, *, has_left: bool) -> Row:
    offer = item.offer
    return {
        "id": order.number * 10 + place, "order_id": order.number, "sequence": 10 * place, "display_type": None,
        "product_id": PRODUCT_IDS[item.material], "product_uom_qty": quantity(item.amount),
        "qty_delivered": quantity(item.amount if has_left else 0), "product_uom": UOMS[offer.unit],
        "price_unit": quantity(offer.price * offer.pieces), "discount": item.discount, "price_subtotal": quantity(item.net),
    }  # fmt: skip
