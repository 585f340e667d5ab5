"""Stock of Odoo: stock_quant, and stock_valuation_layer, which says what a movement did to the value.

Belongs here: what lies where at the end of a day, and costs. Does not belong here: the movements
(odoo_orders.py).
"""

from data.simulator.events import DayLog, Trade
from data.simulator.exporters.odoo_master import PRODUCT_IDS, STOCK
from data.simulator.exporters.odoo_purchases import SUPPLIED
from data.simulator.exporters.odoo_sales import OFFERS
from data.simulator.exporters.odoo_tables import Row, quantity, utc
from data.simulator.greenville import PRODUCTS
from data.simulator.master_records import ODOO_CUSTOMERS
from data.simulator.sales import SalesBook, SalesOrder

_PER = {"Dozens": 12}  # base units; all other units of the movements are base units
_OPENING_WEEKS = 6
_MADE_OPENING = {False: 2_600.0, True: 900.0}
# USD a base unit, from the last purchases or what making one is reckoned at
COST = {
    "BAR-4140": 0.94, "HSG-CAST": 12.8, "BRG-SET": 8.65, "SEAL-KIT": 3.4, "SCR-M8": 0.125,
    "DS-16": 19.5, "DS-22": 22.4, "GP-16": 98.0, "GP-22": 112.0, "GP-16-SAE": 104.0,
}  # fmt: skip


class QuantBook:
    """Quantities by product and place in the product's unit; keeps rows that no file has yet."""

    def __init__(self, seed: int) -> None:
        self.sales = SalesBook(seed, OFFERS, len(ODOO_CUSTOMERS))
        opening = {product.material: _MADE_OPENING[product.finished] for product in PRODUCTS}
        opening |= {m: _OPENING_WEEKS * _in_base(*supplied) for m, supplied in SUPPLIED.items()}
        self.quants = {(material, STOCK): amount for material, amount in opening.items()}
        self.created: dict[tuple[str, int], object] = {}
        self.changed: dict[tuple[str, int], object] = {}
        self.new_layers: list[Row] = []
        self.is_new = True

    def sold(self, log: DayLog) -> tuple[list[SalesOrder], list[SalesOrder]]:
        """Orders that a day brings, and those that leave on it. The first day opens the books."""
        if self.is_new:
            self.is_new = False
            log.trades += [
                Trade(material, "opening", held, log.start) for (material, _), held in self.quants.items()
            ]
        return self.sales.turn(log, lambda material: self.quants[material, STOCK])

    def note(self, log: DayLog, material: str, kind: str, amount: float, unit: str) -> None:
        """Note in the log what came and went."""
        log.trades.append(Trade(material, kind, _in_base(amount, unit), log.start))

    def moved(self, move: Row, material: str, amount: tuple[float, str], way: tuple[int, int]) -> None:
        """Both ends of a movement, and its layer."""
        base = round(_in_base(*amount), 6)
        for place, change in zip(way, (-base, base), strict=True):
            key = (material, place)
            self.quants[key] = round(self.quants.get(key, 0.0) + change, 6)
            self.changed[key] = move["write_date"]
            self.created.setdefault(key, move["create_date"])
        signed = base if way[1] == STOCK else -base
        self.new_layers.append({
            "id": move["id"], "product_id": move["product_id"], "stock_move_id": move["id"], "quantity": quantity(signed),
            "unit_cost": quantity(COST[material]), "value": quantity(round(signed * COST[material], 2)),
            "create_date": move["create_date"], "write_date": move["write_date"],
        })  # fmt: skip

    def quant_rows(self, log: DayLog) -> list[Row]:
        """stock_quant, all of it."""
        before = utc(log.start)
        return [
            {
                "id": PRODUCT_IDS[material] * 100 + place, "product_id": PRODUCT_IDS[material], "location_id": place,
                "lot_id": None, "quantity": quantity(self.quants[material, place]), "reserved_quantity": quantity(0),
                "create_date": self.created.get((material, place), before),
                "write_date": self.changed.get((material, place), before),
            }
            for material, place in self.quants
        ]  # fmt: skip

    def layer_rows(self) -> list[Row]:
        """stock_valuation_layer since the last call."""
        rows, self.new_layers = self.new_layers, []
        return rows


def _in_base(amount: float, unit: str) -> float:
    return float(amount * _PER.get(unit, 1))
