"""Maintenance of the ERP: notifications (QMEL, QMIH), orders (AUFK) and their costs (COEP).

Belongs here: breakdowns (MSAUS X), preventive maintenance and complaints, and how an open one looks.
Does not belong here: when machines fail (machine.py), what maintenance costs (upkeep.py).
"""

from data.simulator.duisburg import SITE, outside_repeated_hour, to_local
from data.simulator.events import DayLog, Failure, Service
from data.simulator.exporters.sap_format import Values, aufnr, dats, number, record, tims
from data.simulator.plant_model import PlantModel
from data.simulator.reasons import MODE_TEXT
from data.simulator.upkeep import CREDIT, LABOUR, PARTS, costs_of, is_ordered

FIRST_NUMBER = 10_000_000
FIRST_ORDER = 8_000_000
FIRST_COST = 300_000_000
_ELEMENT = {LABOUR: "0000943000", PARTS: "0000400000", CREDIT: "0000400000"}
Entry = tuple[int, str, str]
_TEXT = {"planned": "Vorbeugende Wartung", "complaint": "Auffälliges Geräusch"}


class NotificationBook:
    """Writes notifications when they arise and again when a breakdown that was open has ended."""

    def __init__(self, plant: PlantModel) -> None:
        self.plant = plant
        self.open: list[Failure | Service] = []
        self.orders: list[tuple[int, str]] = []
        self.costs: list[str] = []

    def post(self, log: DayLog) -> list[Entry]:
        """Lines of a day for QMEL and QMIH; `orders` then has those for AUFK, `costs` those for COEP."""
        new: list[Failure | Service] = [*log.failures, *log.services]
        due = [*self.open, *sorted(new, key=lambda event: event.number)]
        self.open = [event for event in due if event.end > log.end]
        lines: list[Entry] = []
        self.orders, self.costs = [], []
        for event in due:
            end = event.end if event.end <= log.end else None
            changed = max(event.start, log.start) if end is None else max(end, log.start)
            if is_ordered(event):
                self.orders.append((changed, record("AUFK", self._aufk(event, changed))))
                self.costs += [] if end is None else _coep(event, end)
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
            "AUFNR": order_number(event) if is_ordered(event) else "",
        }  # fmt: skip

    def _aufk(self, event: Failure | Service, changed: int) -> Values:
        breakdown = isinstance(event, Failure)
        text = MODE_TEXT[event.mode] if isinstance(event, Failure) else _TEXT[event.kind]
        return {
            "AUFNR": order_number(event), "AUART": "PM02" if breakdown else "PM01", "AUTYP": "30",
            "ERDAT": dats(event.start), "AEDAT": dats(changed), "KTEXT": text, "BUKRS": SITE, "WERKS": SITE,
            "OBJNR": f"OR{order_number(event)}",
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


def order_number(event: Failure | Service) -> str:
    """SAP AUFNR of the order that a notification leads to."""
    return aufnr(FIRST_ORDER + event.number)


def _coep(event: Failure | Service, end: int) -> list[str]:
    """What an order cost, posted when it ends."""
    year = f"{to_local(end).year}"
    return [
        record("COEP", {
            "KOKRS": SITE, "BELNR": f"{FIRST_COST + event.number:010d}", "BUZEI": f"{place:03d}",
            "OBJNR": f"OR{order_number(event)}", "WRTTP": "04", "KSTAR": _ELEMENT[cost.kind], "GJAHR": year,
            "PERIO": f"{to_local(end).month:03d}", "WOGBTR": number(cost.amount), "OWAER": "EUR",
        })
        for place, cost in enumerate(costs_of(event), start=1)
    ]  # fmt: skip


def reported(failure: Failure, end: int | None) -> tuple[str, int, int | None]:
    """Number, start and end of a breakdown as its notification shows them."""
    return f"{FIRST_NUMBER + failure.number:012d}", *reported_window(failure, end)


def reported_window(event: Failure | Service, end: int | None) -> tuple[int, int | None]:
    """Start and end as the notification shows them: whole seconds, outside of a repeated hour."""
    start = outside_repeated_hour(event.start, later=False)
    stop = None if end is None else outside_repeated_hour(end, later=True)
    return start - start % 1000, None if stop is None else stop - stop % 1000
