"""Maintenance of Odoo: maintenance_request, and account_analytic_line, the hours and parts that it cost.

Belongs here: how a breakdown, planned work and a complaint look while open and when closed. A breakdown begins when its
request is created and lasts for its duration; a complaint is closed without one.
Does not belong here: when machines fail (machine.py), what maintenance costs (upkeep.py).
"""

from data.simulator.events import DayLog, Failure, Service
from data.simulator.exporters.odoo_purchases import DOLLAR
from data.simulator.exporters.odoo_tables import Row, dated, quantity, utc
from data.simulator.greenville import CALENDAR
from data.simulator.upkeep import LABOUR, costs_of

_TEXT = {"BEAR": "Bearing damaged", "SPIN": "Spindle runs hard", "HYDR": "Hydraulics leak", "ELEC": "Drive controller faulty",
         "planned": "Preventive maintenance", "complaint": "Unusual noise"}  # fmt: skip
Event = Failure | Service


class RequestBook:
    """Writes requests when they arise and again when one that was open has ended."""

    def __init__(self) -> None:
        self.open: list[Event] = []
        self.entries: list[Row] = []

    def rows(self, log: DayLog) -> list[Row]:
        """Requests of a day."""
        new: list[Event] = [*log.failures, *log.services]
        due = [*self.open, *sorted(new, key=lambda event: event.number)]
        self.open = [event for event in due if event.end > log.end]
        self.entries += [row for event in due if event.end <= log.end for row in _entries(event)]
        return [_row(event, event.end if event.end <= log.end else None) for event in due]

    def entry_rows(self) -> list[Row]:
        """account_analytic_line since the last call."""
        rows, self.entries = self.entries, []
        return rows


def _entries(event: Event) -> list[Row]:
    """What a request cost, entered when it ends: cost is below zero."""
    day = CALENDAR.to_local(event.end).date()
    rows: list[Row] = [
        {
            "id": 10 * event.number + place, "name": "Hours" if cost.kind == LABOUR else "Spare parts", "date": day,
            "amount": quantity(-cost.amount), "unit_amount": quantity(cost.quantity), "product_id": None,
            "currency_id": DOLLAR, "maintenance_request_id": event.number,
        }
        for place, cost in enumerate(costs_of(event))
    ]  # fmt: skip
    return [dated(row, event.end, event.end) for row in rows]


def reported(failure: Failure, end: int | None) -> tuple[str, int, int | None]:
    """Number, start and end of a breakdown as its request shows them: whole seconds."""
    return str(failure.number), failure.start // 1000 * 1000, None if end is None else end // 1000 * 1000


def _row(event: Event, end: int | None) -> Row:
    kind = event.mode if isinstance(event, Failure) else event.kind
    hours = 0.0 if end is None else (end // 1000 - event.start // 1000) / 3600
    values: Row = {
        "id": event.number, "name": _TEXT[kind], "equipment_id": event.machine + 1,
        "maintenance_type": "preventive" if kind == "planned" else "corrective",
        "priority": "3" if isinstance(event, Failure) else "1", "request_date": CALENDAR.to_local(event.start).date(),
        "schedule_date": utc(event.start) if kind == "planned" else None,
        "close_date": None if end is None else CALENDAR.to_local(end).date(), "duration": hours,
    }  # fmt: skip
    return dated(values, event.start, event.start if end is None else end)
