"""Confirmations of the ERP: one for each operation, machine and shift (AFRU).

Belongs here: what is confirmed, cancellations, the values that a later re-export corrects.
Does not belong here: goods movements that follow (sap_goods.py).
"""

from dataclasses import asdict, dataclass, replace

import numpy as np

from data.simulator.events import DayLog
from data.simulator.exporters.sap_format import Values, aufnr, dats, number, record, tims
from data.simulator.faults import CORRECTED, Mark
from data.simulator.orders import Order, OrderBook, OrderOperation
from data.simulator.plant_model import SITE
from data.simulator.shift_calendar import outside_repeated_hour

CANCELLED = Mark("cancelled_confirmation", CORRECTED, "stokz", "wrong yield, cancelled by the next counter")
CANCELLING = Mark("cancelling_confirmation", CORRECTED, "stzhl", "quantities with trailing minus")
REEXPORTED = Mark(
    "wrong_until_reexport", CORRECTED, "re-export", "the re-export of the day carries the right yield"
)


@dataclass(frozen=True, slots=True)
class Work:
    """What one machine did for one operation in one shift; times in ms UTC, pieces."""

    order: Order
    step: OrderOperation
    start: int
    end: int
    setup_ms: int
    run_ms: int
    good: int
    scrap: int
    rework: int
    is_final: bool
    entered: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One AFRU row as it is delivered."""

    work: Work
    counter: int
    stokz: bool = False
    cancels: int = 0
    sign: int = 1
    mark: Mark | None = None

    def line(self) -> str:
        """The record as text."""
        return record("AFRU", _values(self))


Key = tuple[int, str, str, str]  # machine, shift, order, operation


@dataclass(slots=True)
class _Span:
    """Sums of one machine, shift and operation while they are collected."""

    start: int
    end: int
    setup_ms: int = 0
    run_ms: int = 0
    good: int = 0
    scrap: int = 0
    rework: int = 0


def works_of(log: DayLog, book: OrderBook) -> list[Work]:
    """All work of a day by machine, shift and operation, in the order of its entry."""
    shift_ends = {(i.machine, i.shift_code): i.end for i in log.intervals}
    done = {(c.machine, c.order_no): c.at for c in log.completions}
    found = []
    for (machine, shift, order_no, operation_no), span in _spans(log).items():
        order = book.orders[int(order_no)]
        step = next(s for s in order.operations if s.operation.vornr == operation_no)
        final = span.start <= done.get((machine, order_no), -1) <= span.end
        entered = (span.end if final else shift_ends[machine, shift]) + 120_000 + 1000 * (machine % 60)
        found.append(Work(order, step, **asdict(span), is_final=final, entered=entered))
    return sorted(found, key=lambda w: (w.entered, w.step.machine.index))


def _spans(log: DayLog) -> dict[Key, _Span]:
    spans: dict[Key, _Span] = {}
    for i in log.intervals:
        if i.state in ("SETUP", "PRODUCING") and i.order_no:
            key = (i.machine, i.shift_code, i.order_no, i.operation_no)
            span = spans.setdefault(key, _Span(i.start, i.end))
            span.end = i.end
            span.setup_ms += i.end - i.start if i.state == "SETUP" else 0
            span.run_ms += i.end - i.start if i.state == "PRODUCING" else 0
    for run in log.runs:
        span = spans[run.machine, run.shift_code, run.order_no, run.operation_no]
        scrap, rework = int(run.is_scrap.sum()), int(run.is_rework.sum())
        span.good += run.times.size - scrap - rework
        span.scrap += scrap
        span.rework += rework
    return spans


def postings_of(works: list[Work], rng: np.random.Generator) -> list[Posting]:
    """Rows for the works of a day; about one in fifty is first posted wrong and cancelled."""
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
        step.confirmations += 1
        rows.append(Posting(work, step.confirmations))
    return rows


def falsified(rows: list[Posting], rng: np.random.Generator, count: int = 4) -> list[Posting]:
    """The rows with wrong yields in a few plain ones, as delivered before the re-export."""
    plain = [n for n, row in enumerate(rows) if row.mark is None and row.work.good > 20]
    chosen = set(rng.permutation(plain)[:count].tolist())
    return [
        replace(row, work=replace(row.work, good=row.work.good + 7), mark=REEXPORTED) if n in chosen else row
        for n, row in enumerate(rows)
    ]


def _values(row: Posting) -> Values:
    work, sign = row.work, row.sign
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
        "ISM03": number(setup + run), "ILE03": "MIN", "LMNGA": number(sign * work.good),
        "XMNGA": number(sign * work.scrap), "RMNGA": number(sign * work.rework), "MEINH": "ST",
        "GRUND": "0100" if work.scrap > 10 else "", "STOKZ": "X" if row.stokz else "",
        "STZHL": f"{row.cancels:08d}", "AUERU": "X" if work.is_final else "",
    }  # fmt: skip
