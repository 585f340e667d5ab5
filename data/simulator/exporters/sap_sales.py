"""Sales of the ERP: KNA1, VBAK, VBAP, LIKP, LIPS.

Belongs here: customers, orders as they are written, deliveries as they leave. Does not belong here: who orders what
(data/simulator/sales.py), the material document of a goods issue (sap_goods.py).
"""

from collections.abc import Iterable

from data.simulator.duisburg import SITE
from data.simulator.exporters.sap_format import matnr, number, record
from data.simulator.exporters.sap_plant_data import PIECES_PER_CARTON
from data.simulator.master_records import SAP_CUSTOMERS
from data.simulator.sales import Item, Offer, SalesOrder

# EUR a piece; one pump is sold by the carton.
OFFERS = {
    "100001": Offer(138.0, "ST"), "100002": Offer(146.0, "ST"), "100003": Offer(155.0, "ST"),
    "100004": Offer(152.0, "ST"), "100005": Offer(161.0, "ST"), "100006": Offer(170.0, "KAR", PIECES_PER_CARTON),
}  # fmt: skip
_FIRST_ORDER, _FIRST_DELIVERY = 12_000, 80_000_000


def customer_records() -> list[str]:
    """KNA1."""
    return [
        record("KNA1", {
            "KUNNR": customer.key.zfill(10), "LAND1": customer.country, "NAME1": customer.name, "ORT01": customer.city,
            "PSTLZ": customer.postal_code, "STCEG": customer.tax_no,
        }) for customer in SAP_CUSTOMERS
    ]  # fmt: skip


def sales_lines(brought: Iterable[SalesOrder], leaving: Iterable[SalesOrder]) -> dict[str, list[str]]:
    """Lines of a day for VBAK and VBAP, and for LIKP and LIPS of what leaves."""
    tables: dict[str, list[str]] = {name: [] for name in ("VBAK", "VBAP", "LIKP", "LIPS")}
    for order in brought:
        tables["VBAK"].append(record("VBAK", {
            "VBELN": _order_no(order), "VBTYP": "C", "AUART": "TA", "AUDAT": f"{order.ordered:%Y%m%d}",
            "VDATU": f"{order.due:%Y%m%d}", "KUNNR": _kunnr(order), "WAERK": "EUR",
        }))  # fmt: skip
        tables["VBAP"] += [_item(order, place, item) for place, item in enumerate(order.items, start=1)]
    for order in leaving:
        tables["LIKP"].append(record("LIKP", {
            "VBELN": _delivery_no(order), "VBTYP": "J", "LFART": "LF", "KUNNR": _kunnr(order),
            "WADAT_IST": f"{order.leaves:%Y%m%d}",
        }))  # fmt: skip
        tables["LIPS"] += [_delivered(order, place, item) for place, item in enumerate(order.items, start=1)]
    return tables


def _kunnr(order: SalesOrder) -> str:
    return SAP_CUSTOMERS[order.customer].key.zfill(10)


def _order_no(order: SalesOrder) -> str:
    return f"{_FIRST_ORDER + order.number:010d}"


def _delivery_no(order: SalesOrder) -> str:
    return f"{_FIRST_DELIVERY + order.number:010d}"


def _place(place: int) -> str:
    return f"{10 * place:06d}"


def _item(order: SalesOrder, place: int, item: Item) -> str:
    offer = item.offer
    return record("VBAP", {
        "VBELN": _order_no(order), "POSNR": _place(place), "MATNR": matnr(item.material), "WERKS": SITE,
        "KWMENG": number(item.amount), "VRKME": offer.unit, "UMVKZ": number(offer.pieces), "UMVKN": number(1), "MEINS": "ST",
        "NETPR": number(item.net / item.amount), "KPEIN": number(1), "KMEIN": offer.unit, "NETWR": number(item.net),
        "WAERK": "EUR",
    })  # fmt: skip


def _delivered(order: SalesOrder, place: int, item: Item) -> str:
    return record("LIPS", {
        "VBELN": _delivery_no(order), "POSNR": _place(place), "MATNR": matnr(item.material), "WERKS": SITE,
        "LGMNG": number(item.pieces), "MEINS": "ST", "VGBEL": _order_no(order), "VGPOS": _place(place),
    })  # fmt: skip
