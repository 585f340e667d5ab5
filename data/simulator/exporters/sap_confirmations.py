"""Confirmations of the ERP: one for each operation, machine and shift (AFRU).

Belongs here: what is confirmed, cancellations, the values that a later re-export corrects.
Does not belong here: goods movements that follow (sap_goods.py).
"""

from dataclasses import dataclass, replace

import numpy as np

from data.simulator.duisburg import SITE, outside_repeated_hour
from data.simulator.events import DayLog
from data.simulator.exporters.sap_format import Values, aufnr, dats, number, record, tims
from data.simulator.faults import CORRECTED, Mark
from data.simulator.misreports import PALLET, differences, reported, slip_of
from data.simulator.work import Work

CANCELLED = Mark("cancelled_confirmation", CORRECTED, "stokz", "wrong yield, cancelled by the next counter")
CANCELLING = Mark("cancelling_confirmation", CORRECTED, "stzhl", "quantities with trailing minus")
REEXPORTED = Mark(
    "wrong_until_reexport", CORRECTED, "re-export", "the re-export of the day carries the right yield"
)
_FIRST_PERSON = 20_001
"""Personnel number of who works the first machine on the early shift; each machine has one person on each shift."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One AFRU row as it is delivered."""

    work: Work
    counter: int
    stokz: bool = False
    cancels: int = 0
    sign: int = 1
    mark: Mark | None = None
    slip: str = ""

    def line(self) -> str:
        """The record as text."""
        return record("AFRU", _values(self))


def postings_of(
    log: DayLog, works: list[Work], rng: np.random.Generator, slips: np.random.Generator
) -> list[Posting]:
    """Rows for the works of a day; about one in fifty is first posted wrong and cancelled, some hold a slip."""
    rows: list[Posting] = []
    for work in works:
        step = work.step
        if rng.random() < 0.02 and work.good > 20:
            wrong = replace(work, good=work.good + 13)
            rows.append(Posting(wrong, step.confirmations + 1, stokz=True, mark=CANCELLED))
            rows.append(
                Posting(
                    wrong, step.confirmations + 2, cancels=step.confirmations + 1, sign=-1, mark=CANCELLING
                )
            )
            step.confirmations += 2
        rows += _posted(log, work, slip_of(log, work, slips))
    return rows


def _posted(log: DayLog, work: Work, slip: str) -> list[Posting]:
    """The posting of one work as it is reported; what it leaves in the ERP is noted in the log."""
    step = work.step
    if slip:
        log.misreports += differences(log, work, slip)
    if slip == "missing_confirmation":
        return []
    step.confirmations += 1
    told = Posting(reported(work, slip), step.confirmations, slip=slip)
    if slip == "duplicate":
        step.confirmations += 1
        return [told, replace(told, counter=step.confirmations)]
    if slip == "cancelled_confirmation":
        step.confirmations += 1
        return [
            replace(told, stokz=True, mark=CANCELLED),
            replace(told, counter=step.confirmations, cancels=told.counter, sign=-1, mark=CANCELLING),
        ]
    return [told]


def falsified(rows: list[Posting], rng: np.random.Generator, count: int = 4) -> list[Posting]:
    """The rows with wrong yields in a few plain ones, as delivered before the re-export."""
    plain = [n for n, row in enumerate(rows) if row.mark is None and not row.slip and row.work.good > 20]
    chosen = set(rng.permutation(plain)[:count].tolist())
    return [
        replace(row, work=replace(row.work, good=row.work.good + 7), mark=REEXPORTED) if n in chosen else row
        for n, row in enumerate(rows)
    ]


def _values(row: Posting) -> Values:
    work, sign = row.work, row.sign
    scale, unit = (sign / PALLET, "PAL") if row.slip == "unit" else (sign, "ST")
    order, step = work.order, work.step
    start, end = outside_repeated_hour(work.start, later=False), outside_repeated_hour(work.end, later=True)
    entered = outside_repeated_hour(work.entered, later=True)
    setup, run = sign * work.setup_ms / 60_000, sign * work.run_ms / 60_000
    return {
        "RUECK": f"{order.confirmation_number(step):010d}", "RMZHL": f"{row.counter:08d}",
        "AUFNR": aufnr(order.number), "AUFPL": f"{order.routing_number:010d}", "APLZL": f"{step.counter:08d}",
        "VORNR": step.operation.vornr, "ARBID": step.machine.objid, "WERKS": SITE, "BUDAT": dats(end),
        "ERSDA": dats(entered), "ERZET": tims(entered), "ISDD": dats(start), "ISDZ": tims(start), "IEDD": dats(end),
        "IEDZ": tims(end), "ISM01": number(setup), "ILE01": "MIN", "ISM02": number(run), "ILE02": "MIN",
        "ISM03": number(setup + run), "ILE03": "MIN", "LMNGA": number(scale * work.good),
        "XMNGA": number(scale * work.scrap), "RMNGA": number(scale * work.rework), "MEINH": unit,
        "GRUND": "0100" if work.scrap > 10 else "", "STOKZ": "X" if row.stokz else "",
        "STZHL": f"{row.cancels:08d}", "AUERU": "X" if work.is_final else "",
        "PERNR": f"{_FIRST_PERSON + 10 * step.machine.index + 'FSN'.index(work.shift.code):08d}",
    }  # fmt: skip
