"""Maintenance requests of Odoo: maintenance_request.

Belongs here: how a breakdown, planned work and a complaint look while open and when closed. A breakdown begins when its
request is created and lasts for its duration; a complaint is closed without one.
Does not belong here: when machines fail (machine.py).
"""

from data.simulator.events import DayLog, Failure, Service
from data.simulator.exporters.odoo_tables import Row, dated, utc
from data.simulator.greenville import CALENDAR

_TEXT = {"BEAR": "Bearing damaged", "SPIN": "Spindle runs hard", "HYDR": "Hydraulics leak", "ELEC": "Drive controller faulty",
         "planned": "Preventive maintenance", "complaint": "Unusual noise"}  # fmt: skip
Event = Failure | Service


class RequestBook:
    """Writes requests when they arise and again when one that was open has ended."""

    def __init__(self) -> None:
        self.open: list[Event] = []

    def rows(self, log: DayLog) -> list[Row]:
        """Requests of a day."""
        new: list[Event] = [*log.failures, *log.services]
        due = [*self.open, *sorted(new, key=lambda event: event.number)]
        self.open = [event for event in due if event.end > log.end]
        return [_row(event, event.end if event.end <= log.end else None) for event in due]


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
