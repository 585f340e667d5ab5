"""Stock of the ERP: MARD and MBEW.

Belongs here: what lies where at the end of a day, and prices. Does not belong here: the documents that
move it (sap_goods.py).
"""

from data.simulator.duisburg import PRODUCTS, RAW, SITE
from data.simulator.events import DayLog
from data.simulator.exporters.sap_format import matnr, number, record
from data.simulator.exporters.sap_purchases import ITEMS
from data.simulator.exporters.sap_sales import OFFERS
from data.simulator.master_records import SAP_CUSTOMERS
from data.simulator.sales import SalesBook, SalesOrder

PRICE = {
    "300001": 1.9,
    "300002": 4.2,
    "300003": 11.4,
    "300004": 7.9,
    "300005": 3.1,
    "300006": 0.12,
}  # EUR a unit
MADE_PRICE = {"1": 96.0, "2": 18.5}
MADE_OPENING = {"1": 1_500.0, "2": 2_400.0}
_PRICED_PER = {"300006": 100}
UNITS = dict.fromkeys((product.material for product in PRODUCTS), "ST") | {m: unit for m, _, _, unit in RAW}


def price_of(material: str) -> float:
    """EUR of a base unit."""
    return PRICE.get(material) or MADE_PRICE[material[0]]


def place_of(material: str) -> str:
    """SAP LGORT: finished pieces lie apart."""
    return "0002" if material.startswith("1") else "0001"


class StockBook:
    """Stock of all materials in base units; it begins with what lies there before the first day."""

    def __init__(self, seed: int) -> None:
        self.sales = SalesBook(seed, OFFERS, len(SAP_CUSTOMERS))
        self.opening = {product.material: MADE_OPENING[product.material[0]] for product in PRODUCTS}
        self.opening |= {item.material: 2.0 * item.amount * item.base for items in ITEMS for item in items}
        self.stock = dict(self.opening)

    def sold(self, log: DayLog) -> tuple[list[SalesOrder], list[SalesOrder]]:
        """Orders that a day brings, and those that leave on it."""
        return self.sales.turn(log, self.stock.__getitem__)

    def balances(self) -> list[str]:
        """MARD."""
        return [
            record("MARD", {
                "MATNR": matnr(material), "WERKS": SITE, "LGORT": place_of(material), "LABST": number(quantity),
                "INSME": number(0), "SPEME": number(0),
            })
            for material, quantity in self.stock.items()
        ]  # fmt: skip


def valuations() -> list[str]:
    """MBEW: made materials have a standard price, bought ones a moving average."""
    return [_valuation(material) for material in UNITS]


def _valuation(material: str) -> str:
    per = _PRICED_PER.get(material, 1)
    price = number(per * price_of(material))
    made = material not in PRICE
    return record("MBEW", {
        "MATNR": matnr(material), "BWKEY": SITE, "VPRSV": "S" if made else "V", "VERPR": number(0) if made else price,
        "STPRS": price if made else number(0), "PEINH": number(per),
    })  # fmt: skip
