"""Lots of Odoo: stock_lot, and stock_move_line, which says what a movement took of each lot.

Belongs here: ids of lots and lines. Does not belong here: the movements (odoo_orders.py).
"""

from data.simulator.exporters.odoo_master import PRODUCT_IDS
from data.simulator.exporters.odoo_tables import Row, quantity


class LotBook:
    """Numbers lots and lines, and keeps those that no file has yet."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, str], int] = {}
        self.lines = 0
        self.new_lots: list[Row] = []
        self.new_lines: list[Row] = []

    def add(self, move: Row, material: str, lot: str, pieces: float) -> None:
        """A line of a movement that was just made; a lot that is not known yet begins."""
        dates = {name: move[name] for name in ("create_date", "write_date")}
        key = (material, lot)
        if key not in self.ids:
            self.ids[key] = len(self.ids) + 1
            self.new_lots.append(
                {"id": self.ids[key], "name": lot, "product_id": PRODUCT_IDS[material], **dates}
            )
        self.lines += 1
        self.new_lines.append({
            "id": self.lines, "move_id": move["id"], "product_id": move["product_id"], "lot_id": self.ids[key],
            "quantity": quantity(pieces), "product_uom_id": move["product_uom"], "state": "done", "date": move["date"],
            **dates,
        })  # fmt: skip

    def line_rows(self) -> list[Row]:
        """stock_move_line since the last call."""
        rows, self.new_lines = self.new_lines, []
        return rows

    def lot_rows(self) -> list[Row]:
        """stock_lot since the last call."""
        rows, self.new_lots = self.new_lots, []
        return rows
