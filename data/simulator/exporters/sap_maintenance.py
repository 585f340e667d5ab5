"""Notifications of the ERP: QMEL and QMIH.

Belongs here: breakdowns (MSAUS X), preventive maintenance and complaints, and how an open one looks.
Does not belong here: when machines fail (machine.py).
"""

from data.simulator.duisburg import outside_repeated_hour
from data.simulator.events import DayLog, Failure, Service
from data.simulator.exporters.sap_format import Values, dats, number, record, tims
from data.simulator.plant_model import PlantModel
from data.simulator.reasons import MODE_TEXT

FIRST_NUMBER = 10_000_000
Entry = tuple[int, str, str]
_TEXT = {"planned": "Vorbeugende Wartung", "complaint": "Auffälliges Geräusch"}


class NotificationBook:
    """Writes notifications when they arise and again when a breakdown that was open has ended."""

    def __init__(self, plant: PlantModel) -> None:
        self.plant = plant
        self.open: list[Failure | Service] = []

    def post(self, log: DayLog) -> list[Entry]:
        """Lines of a day for QMEL and QMIH."""
        new: list[Failure | Service] = [*log.failures, *log.services]
        due = [*self.open, *sorted(new, key=lambda event: event.number)]
        self.open = [event for event in due if event.end > log.end]
        lines: list[Entry] = []
        for event in due:
            end = event.end if event.end <= log.end else None
            changed = max(event.start, log.start) if end is None else max(end, log.start)
            lines.append((changed, "QMEL", record("QMEL", self._qmel(event, end))))
            lines.append((changed, "QMIH", record("QMIH", self._qmih(event, end))))
        return lines

    def _qmel(self, event: Failure | Service, end: int | None) -> Values:
        breakdown = isinstance(event, Failure)
        text = MODE_TEXT[event.mode] if isinstance(event, Failure) else _TEXT[event.kind]
        return {
            "QMNUM": f"{FIRST_NUMBER + event.number:012d}", "QMART": "M2" if breakdown else "M1", "QMTXT": text,
            "PRIOK": "1" if breakdown else "3", "ERDAT": dats(event.start), "QMDAT": dats(event.start),
            "QMDAB": dats(end), "OBJNR": f"QM{FIRST_NUMBER + event.number:012d}",
        }  # fmt: skip

    def _qmih(self, event: Failure | Service, end: int | None) -> Values:
        values = {
            "QMNUM": f"{FIRST_NUMBER + event.number:012d}",
            "EQUNR": self.plant.machines[event.machine].equnr,
            "MAUEH": "H",
        }
        if isinstance(event, Service) and event.kind == "complaint":
            return {**values, "AUSVN": dats(None), "AUSBS": dats(None), "AUSZT": number(0)}
        start, stop = reported_window(event, end)
        hours = 0.0 if stop is None else (event.end - event.start) / 3_600_000
        values |= {"AUSVN": dats(start), "AUZTV": tims(start), "AUSBS": dats(stop), "AUZTB": tims(stop), "AUSZT": number(hours)}  # fmt: skip
        return values | ({"MSAUS": "X", "FECOD": event.mode} if isinstance(event, Failure) else {})


def reported(failure: Failure, end: int | None) -> tuple[str, int, int | None]:
    """Number, start and end of a breakdown as its notification shows them."""
    return f"{FIRST_NUMBER + failure.number:012d}", *reported_window(failure, end)


def reported_window(event: Failure | Service, end: int | None) -> tuple[int, int | None]:
    """Start and end as the notification shows them: whole seconds, outside of a repeated hour."""
    start = outside_repeated_hour(event.start, later=False)
    stop = None if end is None else outside_repeated_hour(end, later=True)
    return start - start % 1000, None if stop is None else stop - stop % 1000
