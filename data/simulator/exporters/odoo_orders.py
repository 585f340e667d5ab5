"""Orders, stock and quality of Odoo: rows of a day for the tables that production writes.

Belongs here: mrp_production, mrp_workorder, stock_move, stock_scrap, quality_check as they stand at the end of a day.
Does not belong here: the time log (odoo_productivity.py), maintenance (odoo_maintenance.py).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time

from data.simulator.events import DayLog, Issue, Misreport, Rework, Sample
from data.simulator.exporters.odoo_lots import LotBook
from data.simulator.exporters.odoo_master import (
    BOM_IDS,
    CUSTOMERS,
    POINTS,
    PRODUCT_IDS,
    PRODUCTION,
    STOCK,
    UOMS,
    VENDORS,
    operation_id,
)
from data.simulator.exporters.odoo_productivity import workorder_id
from data.simulator.exporters.odoo_purchases import (
    ARRIVAL_MS,
    SUPPLIED,
    received_line,
    returned_line,
    returns,
)
from data.simulator.exporters.odoo_sales import SHIPPING_MS, sales_rows
from data.simulator.exporters.odoo_stock import QuantBook
from data.simulator.exporters.odoo_tables import Row, dated, quantity, utc
from data.simulator.greenville import CALENDAR
from data.simulator.orders import Order, OrderBook, OrderOperation
from data.simulator.sales import Item, SalesOrder
from data.simulator.work import Work

MISCOUNT = 5


def production_row(order: Order) -> Row:
    """mrp_production: the order with its progress."""
    state = "done" if order.finished is not None else "progress" if order.started is not None else "confirmed"
    last = order.operations[-1]
    deadline = datetime.combine(order.due, time(17), CALENDAR.zone).astimezone(UTC).replace(tzinfo=None)
    values: Row = {
        "id": order.number, "name": order.short, "product_id": PRODUCT_IDS[order.product.material],
        "product_qty": quantity(order.quantity), "product_uom_id": UOMS["Units"], "bom_id": BOM_IDS[order.product.material],
        "qty_producing": quantity(last.good + last.rework), "state": state,
        "date_start": utc(order.started or order.released), "date_finished": utc(order.finished),
        "date_deadline": deadline, "origin": None, "lot_producing_id": None,
    }  # fmt: skip
    return dated(values, order.created, order.changed)


def slip_of(workorder: int) -> str:
    """What people get wrong on a work order: none of its scrap is booked, or a count too high when it is closed."""
    return {7: "scrap_not_booked", 19: "unexplained"}.get(workorder // 10 * 7 % 31 + workorder % 10, "")


def note_slips(log: DayLog, book: OrderBook, works: Iterable[Work]) -> None:
    """Note in the log by what the ERP will differ."""
    for work in works:
        number = workorder_id(work.order.number, work.step.counter)
        if work.scrap and slip_of(number) == "scrap_not_booked":
            log.misreports.append(_misreport(work.order, work.step, slip_of(number), (0, -work.scrap)))
    for done in log.completions:
        order = book.named(done.order_no)
        step = next(s for s in order.operations if s.operation.vornr == done.operation_no)
        if slip_of(workorder_id(order.number, step.counter)) == "unexplained":
            log.misreports.append(_misreport(order, step, "unexplained", (MISCOUNT, 0)))


def _misreport(order: Order, step: OrderOperation, slip: str, difference: tuple[float, float]) -> Misreport:
    return Misreport(step.machine.index, order.short, step.operation.vornr, "", slip, *difference)


def workorder_row(order: Order, step: OrderOperation, minutes: float) -> Row:
    """mrp_workorder: one operation; `minutes` have been logged on it."""
    state = "done" if step.finished is not None else "progress" if step.started is not None else "ready"
    operation, done = step.operation, step.good + step.rework
    number = workorder_id(order.number, step.counter)
    wrong = MISCOUNT if slip_of(number) == "unexplained" and step.finished is not None else 0
    values: Row = {
        "id": number, "name": operation.text, "production_id": order.number,
        "workcenter_id": step.machine.index + 1,
        "operation_id": operation_id(order.product.material, operation.position),
        "product_id": PRODUCT_IDS[order.product.material], "qty_produced": quantity(done + wrong),
        "qty_producing": quantity(order.quantity - done - step.scrap), "state": state, "date_start": utc(step.started),
        "date_finished": utc(step.finished),
        "duration_expected": operation.setup_min + order.quantity * operation.cycle_ms / 60_000,
        "duration": minutes, "sequence": int(operation.vornr),
    }  # fmt: skip
    return dated(values, order.created, order.changed)


class StockLedger:
    """Numbers movements, scrap and quality checks; `lots` has the lots of the movements, `quants` what lies where."""

    def __init__(self, book: OrderBook, seed: int) -> None:
        self.book, self.lots, self.quants, self.seed = book, LotBook(), QuantBook(seed), seed
        self.moves = self.scraps = self.checks = 0
        self.new_sales: dict[str, list[Row]] = {}

    def move_rows(self, log: DayLog) -> list[Row]:
        """stock_move: weekly deliveries and returns, components of the orders that were released, pieces of those that ended, shipments."""
        brought, leaving = self.quants.sold(log)
        self.new_sales = sales_rows(log, brought, leaving)
        rows = (
            [self._supply(log, *supplied) for supplied in SUPPLIED.items()]
            if log.day.isoweekday() == 1
            else []
        )
        rows += [self._return(log, *returned) for returned in returns(log, self.seed)]
        rows += [self._consume(order, issues) for order, issues in self._by_material(log.issues)]
        for done in sorted(log.completions, key=lambda c: c.at):
            order = self.book.named(done.order_no)
            if order.operations[-1].operation.vornr == done.operation_no:
                rows.append(self._receive(order, done.at))
        rows += [row for rework in log.reworks for row in self._rework(rework)]
        return rows + [self._ship(log, order, item) for order in leaving for item in order.items]

    def scrap_rows(self, works: Iterable[Work]) -> list[Row]:
        """stock_scrap: what each operation scrapped in a shift."""
        rows = []
        for work in works:
            if (
                work.scrap
                and slip_of(workorder_id(work.order.number, work.step.counter)) != "scrap_not_booked"
            ):
                self.scraps += 1
                values: Row = {
                    "id": self.scraps, "name": f"SP/{self.scraps:05d}", "product_id": PRODUCT_IDS[work.order.product.material],
                    "scrap_qty": quantity(work.scrap), "product_uom_id": UOMS["Units"], "production_id": work.order.number,
                    "workorder_id": workorder_id(work.order.number, work.step.counter), "lot_id": None, "state": "done",
                    "date_done": utc(work.entered),
                }  # fmt: skip
                rows.append(dated(values, work.entered, work.entered))
        return rows

    def check_rows(self, samples: list[Sample]) -> list[Row]:
        """quality_check: one row per measured characteristic."""
        ordered = sorted(samples, key=lambda s: (s.at, s.machine))
        return [self._check(sample, part) for sample in ordered for part in range(len(sample.deviations))]

    def _check(self, sample: Sample, part: int) -> Row:
        self.checks += 1
        order = self.book.named(sample.order_no)
        number = part + (2 if order.product.finished else 0)
        _, nominal, tolerance, _, digits = POINTS[number]
        step = next(s for s in order.operations if s.operation.vornr == sample.operation_no)
        value = round(nominal + tolerance / 3.6 * sample.deviations[part], digits)
        good = round(nominal - tolerance, digits) <= value <= round(nominal + tolerance, digits)
        values: Row = {
            "id": self.checks, "name": f"QC{self.checks:06d}", "point_id": number + 1,
            "product_id": PRODUCT_IDS[sample.material_no], "production_id": order.number,
            "workorder_id": workorder_id(order.number, step.counter), "measure": value,
            "quality_state": "pass" if good else "fail", "control_date": utc(sample.at),
        }  # fmt: skip
        return dated(values, sample.at, sample.at)

    def _supply(self, log: DayLog, material: str, delivered: tuple[float, str]) -> Row:
        at, reference = log.start + ARRIVAL_MS, f"GV/IN/{log.day:%y%W}"
        self.quants.note(log, material, "supply", *delivered)
        row = self._move(at, reference, material, delivered, (VENDORS, STOCK))
        return {**row, "purchase_line_id": received_line(log, material)}

    def _return(self, log: DayLog, material: str, amount: int) -> Row:
        at, reference, unit = log.start + ARRIVAL_MS, f"GV/RET/{log.day:%y%W}", SUPPLIED[material][1]
        self.quants.note(log, material, "return", -amount, unit)
        row = self._move(at, reference, material, (amount, unit), (STOCK, VENDORS))
        return {**row, "purchase_line_id": returned_line(log, material), "to_refund": True}

    def _ship(self, log: DayLog, order: SalesOrder, item: Item) -> Row:
        at, reference = log.start + SHIPPING_MS, f"GV/OUT/{order.number:05d}"
        self.quants.note(log, item.material, "shipment", -item.pieces, "Units")
        return self._move(at, reference, item.material, (item.pieces, "Units"), (STOCK, CUSTOMERS))

    def _consume(self, order: Order, issues: list[Issue]) -> Row:
        first, amount = issues[0], sum(issue.quantity for issue in issues)
        row = self._move(first.at, order.short, first.material, (amount, first.unit), (STOCK, PRODUCTION))
        for issue in issues:
            self.lots.add(row, issue.material, issue.lot, issue.quantity)
        return {**row, "raw_material_production_id": order.number}

    def _rework(self, rework: Rework) -> list[Row]:
        amount = (rework.pieces, "Units")
        taken = self._move(rework.at, rework.order_no, rework.material, amount, (STOCK, PRODUCTION))
        given = self._move(rework.at, rework.order_no, rework.material, amount, (PRODUCTION, STOCK))
        self.lots.add(taken, rework.material, rework.lot, rework.pieces)
        self.lots.add(given, rework.material, rework.goal, rework.pieces)
        return [
            {**taken, "raw_material_production_id": rework.order},
            {**given, "production_id": rework.order},
        ]

    def _receive(self, order: Order, at: int) -> Row:
        last = order.operations[-1]
        made = (last.good + last.rework, "Units")
        row = self._move(at, order.short, order.product.material, made, (PRODUCTION, STOCK))
        workorder = workorder_id(order.number, last.counter)
        self.lots.add(row, order.product.material, order.lot, made[0])
        return {**row, "production_id": order.number, "workorder_id": workorder}

    def _move(
        self, at: int, reference: str, material: str, amount: tuple[float, str], way: tuple[int, int]
    ) -> Row:
        self.moves += 1
        moved = quantity(amount[0])
        values: Row = {
            "id": self.moves, "reference": reference, "product_id": PRODUCT_IDS[material],
            "product_uom_qty": moved, "quantity": moved, "product_uom": UOMS[amount[1]], "state": "done",
            "location_id": way[0], "location_dest_id": way[1], "date": utc(at),
        }  # fmt: skip
        row = dated(values, at, at)
        self.quants.moved(row, material, amount, way)
        return row

    def _by_material(self, issues: list[Issue]) -> list[tuple[Order, list[Issue]]]:
        """Issues of one order and material together: lots stand in stock_move_line."""
        groups: dict[tuple[int, str], list[Issue]] = {}
        for issue in issues:
            groups.setdefault((issue.order, issue.material), []).append(issue)
        return [(self.book.orders[order], group) for (order, _), group in groups.items()]
