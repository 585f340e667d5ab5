"""Export of the second plant's ERP: rows of Odoo's tables that changed on a day, as a fetch from its database lands them.

Belongs here: which tables are written when. Does not belong here: their rows (odoo_*.py).
"""

from data.simulator.events import DayLog
from data.simulator.exporters.files import Landing
from data.simulator.exporters.odoo_maintenance import RequestBook
from data.simulator.exporters.odoo_master import master_rows
from data.simulator.exporters.odoo_orders import StockLedger, note_slips, production_row, workorder_row
from data.simulator.exporters.odoo_productivity import ProductivityLog, workorder_id
from data.simulator.exporters.odoo_purchases import purchase_masters, purchase_rows
from data.simulator.exporters.odoo_tables import Row, dated, write_rows
from data.simulator.faults import Fault
from data.simulator.orders import OrderBook
from data.simulator.plant_model import PlantModel
from data.simulator.work import works_of

MINUTE = 60_000


class OdooExporter:
    """Writes one day of Odoo's tables; ids and what is still open run on from day to day."""

    def __init__(self, plant: PlantModel, book: OrderBook, landing: Landing, seed: int) -> None:
        self.plant, self.book, self.landing, self.seed = plant, book, landing, seed
        self.log, self.stock, self.requests = ProductivityLog(book), StockLedger(book, seed), RequestBook()
        self.is_first = True

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day. A database holds types and keys, so no record is spoilt."""
        tables = self._masters(log) | self._changed(log) | purchase_rows(log, self.seed)
        for number, (table, rows) in enumerate(tables.items()):
            write_rows(self.landing, table, rows, f"{log.day:%Y%m%d}", log.end + 20 * MINUTE + number * 1000)
        return []

    def _masters(self, log: DayLog) -> dict[str, list[Row]]:
        if not self.is_first:
            return {}
        self.is_first = False
        return {
            table: [dated(row, log.start, log.start) for row in rows]
            for table, rows in (master_rows(self.plant) | purchase_masters()).items()
        }

    def _changed(self, log: DayLog) -> dict[str, list[Row]]:
        entries, works = self.log.rows(log), works_of(log, self.book)
        note_slips(log, self.book, works)
        changed = [order for order in self.book.orders.values() if order.changed >= log.start]
        minutes = self.log.minutes
        return {
            "mrp_production": [production_row(order) for order in changed],
            "mrp_workorder": [
                workorder_row(order, step, minutes.get(workorder_id(order.number, step.counter), 0.0))
                for order in changed for step in order.operations
            ],
            "mrp_workcenter_productivity": entries,
            "stock_move": self.stock.move_rows(log),
            "stock_move_line": self.stock.lots.line_rows(),
            "stock_lot": self.stock.lots.lot_rows(),
            "stock_quant": self.stock.quants.quant_rows(log),
            "stock_valuation_layer": self.stock.quants.layer_rows(),
            "stock_scrap": self.stock.scrap_rows(works),
            "quality_check": self.stock.check_rows(log.samples),
            "maintenance_request": self.requests.rows(log),
            "account_analytic_line": self.requests.entry_rows(),
            **self.stock.new_sales,
        }  # fmt: skip
