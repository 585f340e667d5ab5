"""The time log of Odoo's work centres: mrp_workcenter_productivity.

Belongs here: which intervals are logged, and that a running one has no end yet. Time off shift is not logged.
Does not belong here: names of the losses (odoo_losses.py).
"""

from dataclasses import dataclass, replace

from data.simulator.events import DayLog, StateInterval
from data.simulator.exporters.odoo_losses import loss_id
from data.simulator.exporters.odoo_tables import Row, dated, utc
from data.simulator.orders import OrderBook

_FIRST_USER = 6  # each machine has one person on each shift


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row; times in ms UTC, `end` None while it runs."""

    number: int
    machine: int
    workorder: int | None
    loss: int
    user: int
    start: int
    end: int | None = None

    def row(self) -> Row:
        """The row as it stands."""
        ended = self.end
        minutes = 0.0 if ended is None else (ended // 1000 - self.start // 1000) / 60
        values: Row = {
            "id": self.number, "workcenter_id": self.machine + 1, "workorder_id": self.workorder, "loss_id": self.loss,
            "date_start": utc(self.start), "date_end": utc(ended), "duration": minutes, "description": None,
            "user_id": self.user,
        }  # fmt: skip
        return dated(values, self.start, self.start if ended is None else ended)


class ProductivityLog:
    """Numbers the entries and keeps those that run at the end of a day; sums minutes by work order."""

    def __init__(self, book: OrderBook) -> None:
        self.book = book
        self.number = 0
        self.running: dict[int, _Entry] = {}
        self.minutes: dict[int, float] = {}

    def rows(self, log: DayLog) -> list[Row]:
        """Entries that began, ended or run on this day, in order of their ids."""
        written: dict[int, _Entry] = {}
        for interval in sorted(log.intervals, key=lambda i: (i.start, i.machine)):
            self._note(interval, written)
        for entry in self.running.values():
            written[entry.number] = entry
        return [entry.row() for _, entry in sorted(written.items())]

    def _note(self, interval: StateInterval, written: dict[int, _Entry]) -> None:
        machine, running = interval.machine, self.running.get(interval.machine)
        if interval.state == "OFF_SHIFT":
            self._end(machine, interval.start, written)
            return
        workorder = self._workorder(interval)
        loss = loss_id(interval.state, interval.detail)
        if running is not None and (running.loss, running.workorder) == (loss, workorder):
            return
        self._end(machine, interval.start, written)
        self.number += 1
        user = _FIRST_USER + 10 * machine + int(interval.shift_code)
        self.running[machine] = _Entry(self.number, machine, workorder, loss, user, interval.start)

    def _end(self, machine: int, at: int, written: dict[int, _Entry]) -> None:
        running = self.running.pop(machine, None)
        if running is None:
            return
        written[running.number] = replace(running, end=at)
        if running.workorder is not None:
            spent = (at - running.start) / 60_000
            self.minutes[running.workorder] = self.minutes.get(running.workorder, 0.0) + spent

    def _workorder(self, interval: StateInterval) -> int | None:
        if not interval.order_no:
            return None
        order = self.book.named(interval.order_no)
        return next(
            workorder_id(order.number, s.counter)
            for s in order.operations
            if s.operation.vornr == interval.operation_no
        )


def workorder_id(order: int, counter: int) -> int:
    """Id of an order's operation (mrp_workorder)."""
    return order * 10 + counter
