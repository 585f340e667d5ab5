"""Work done: what one machine did for one operation of an order in one shift, as people report it to an ERP.

Belongs here: summing a day's events into such pieces. Does not belong here: how an ERP books them (exporters/).
"""

from dataclasses import asdict, dataclass

from data.simulator.events import DayLog
from data.simulator.orders import Order, OrderBook, OrderOperation


@dataclass(frozen=True, slots=True)
class Shift:
    """A machine's shift, ms UTC."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one machine did for one operation in one shift; times in ms UTC, pieces."""

    order: Order
    step: OrderOperation
    shift: Shift
    start: int
    end: int
    setup_ms: int
    run_ms: int
    good: int
    scrap: int
    rework: int
    is_final: bool
    entered: int


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
    shifts = shifts_of(log)
    done = {(c.machine, c.order_no): c.at for c in log.completions}
    found = []
    for (machine, shift, order_no, operation_no), span in _spans(log).items():
        order = book.named(order_no)
        step = next(s for s in order.operations if s.operation.vornr == operation_no)
        final = span.start <= done.get((machine, order_no), -1) <= span.end
        own = shifts[machine, shift]
        entered = (span.end if final else own.end) + 120_000 + 1000 * (machine % 60)
        found.append(Work(order, step, own, **asdict(span), is_final=final, entered=entered))
    return sorted(found, key=lambda w: (w.entered, w.step.machine.index))


def shifts_of(log: DayLog) -> dict[tuple[int, str], Shift]:
    """The day's shifts by machine and code, as its intervals tell."""
    found: dict[tuple[int, str], Shift] = {}
    for i in log.intervals:
        begun = found.get((i.machine, i.shift_code))
        found[i.machine, i.shift_code] = Shift(i.shift_code, begun.start if begun else i.start, i.end)
    return found


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
