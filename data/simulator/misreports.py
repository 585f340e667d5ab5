"""What people report wrongly to the first plant's ERP, with the difference that each slip leaves.

Belongs here: how often which slip happens, and to what it leads. Does not belong here: records of the ERP
(exporters/sap_confirmations.py), faults in files (faults.py).
"""

from dataclasses import replace

import numpy as np

from data.simulator.duisburg import to_local
from data.simulator.events import DayLog, Misreport
from data.simulator.work import Shift, Work, shifts_of

SHARE = 0.03
HOUR = 3_600_000
PALLET = 20  # pieces; the ERP knows no such unit of these materials
# A clock that shows UTC matters only where it moves a report into the shift before.
CLOCK_SHARE = 0.1


def slip_of(log: DayLog, work: Work, rng: np.random.Generator) -> str:
    """The slip of one report, empty for none; one draw or two for each work."""
    chance, kind = rng.random(), rng.random()
    if work.good <= 20:
        return ""
    if work.shift.start > log.start and work.end - work.shift.start < _utc_offset(work.end):
        return "clock_offset" if chance < CLOCK_SHARE else ""
    if chance >= SHARE:
        return ""
    kinds = ["missing_confirmation", "duplicate", "unit", "cancelled_confirmation", "unexplained"]
    kinds += ["scrap_not_booked", "scrap_booked_as_yield"] if work.scrap else []
    kinds += ["late_confirmation"] if work.shift.end < log.end else []
    return kinds[int(kind * len(kinds))]


def reported(work: Work, slip: str) -> Work:
    """The work as it is reported; with a unit slip in pallets."""
    if slip == "scrap_not_booked":
        return replace(work, scrap=0)
    if slip == "scrap_booked_as_yield":
        return replace(work, good=work.good + work.scrap, scrap=0)
    if slip == "unexplained":
        return replace(work, good=work.good + 6)
    if slip == "late_confirmation":
        at = work.shift.end + HOUR
        return replace(work, start=at, end=at, entered=at)
    if slip == "clock_offset":
        offset = _utc_offset(work.end)
        return replace(work, start=work.start - offset, end=work.end - offset)
    return work


def differences(log: DayLog, work: Work, slip: str) -> list[Misreport]:
    """What the ERP shows too much or too little for each shift that the slip touches."""
    passed, scrap = work.good + work.rework, work.scrap
    told = reported(work, slip)
    own = {
        "missing_confirmation": (-passed, -scrap), "cancelled_confirmation": (-passed, -scrap),
        "late_confirmation": (-passed, -scrap), "clock_offset": (-passed, -scrap), "duplicate": (passed, scrap),
        "unit": (passed / PALLET - passed, scrap / PALLET - scrap),
    }.get(slip, (told.good + told.rework - passed, told.scrap - scrap))  # fmt: skip
    found = [_misreport(work, work.shift, slip, own)]
    if slip in ("late_confirmation", "clock_offset"):
        found.append(_misreport(work, _shift_at(log, work, told.end), slip, (passed, scrap)))
    return found


def _misreport(work: Work, shift: Shift, slip: str, difference: tuple[float, float]) -> Misreport:
    machine, operation = work.step.machine.index, work.step.operation.vornr
    return Misreport(machine, work.order.short, operation, shift.code, slip, *difference)


def _shift_at(log: DayLog, work: Work, at: int) -> Shift:
    machine = work.step.machine.index
    return next(s for (own, _), s in shifts_of(log).items() if own == machine and s.start < at <= s.end)


def _utc_offset(at: int) -> int:
    offset = to_local(at).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() * 1000)
