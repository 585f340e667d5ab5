"""What the simulation reports: the facts of one production day.

Belongs here: plain records. Exporters turn them into files, truth.py into the expected results. All times are ms UTC.
Does not belong here: anything that decides.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class StateInterval:
    """One state of a machine, cut at shift changes; `detail` is the failure mode or the kind of setup."""

    machine: int
    state: str
    start: int
    end: int
    order_no: str
    operation_no: str
    material_no: str
    detail: str
    shift_code: str
    event_no: int


@dataclass(frozen=True, slots=True)
class PieceRun:
    """Pieces finished in one stretch of production: completion times and which became scrap or rework."""

    machine: int
    order_no: str
    operation_no: str
    material_no: str
    shift_code: str
    times: NDArray[np.int64]
    is_scrap: NDArray[np.bool_]
    is_rework: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Failure:
    """A breakdown with its repair; number counts from 1 over the plant."""

    number: int
    machine: int
    mode: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Service:
    """Maintenance without breakdown: kind `planned` (preventive) or `complaint` (a noise that somebody reported)."""

    number: int
    machine: int
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WearKnot:
    """Used share of a machine's life at a time: 0 as new, 1 failed; linear between knots."""

    machine: int
    at: int
    share: float
    gain: float


@dataclass(frozen=True, slots=True)
class Completion:
    """An order's last piece left a machine."""

    machine: int
    order_no: str
    operation_no: str
    at: int


@dataclass(frozen=True, slots=True)
class Issue:
    """Components of a lot staged for an order."""

    order: int
    material: str
    lot: str
    quantity: float
    unit: str
    at: int


@dataclass(frozen=True, slots=True)
class Rework:
    """Pieces of a finished lot that an order of the same product takes in, works on again and gives back in its own lot."""

    order: int
    order_no: str
    material: str
    lot: str
    goal: str
    pieces: int
    at: int


@dataclass(frozen=True, slots=True)
class Misreport:
    """What the ERP shows too much (or too little, below zero) of one operation, and why; no shift: of all shifts.

    `passed` are pieces that are not scrap.
    """

    machine: int
    order_no: str
    operation_no: str
    shift_code: str
    cause: str
    passed: float
    scrap: float


@dataclass(frozen=True, slots=True)
class Trade:
    """Stock that was there before (opening), came from a supplier (supply), went back (return) or to customers (shipment).

    The quantity is in the base unit of the material, below zero out of stock.
    """

    material: str
    kind: str
    quantity: float
    at: int


@dataclass(frozen=True, slots=True)
class Sale:
    """A line of a sales order: pieces and net price; `leaves` may lie after the simulated period."""

    order: int
    line: int
    customer: int
    material: str
    pieces: int
    amount: float
    ordered: date
    due: date
    leaves: date


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece taken to inspection; deviations are in standard deviations of the process."""

    machine: int
    order_no: str
    operation_no: str
    material_no: str
    at: int
    deviations: tuple[float, ...]


@dataclass(slots=True)
class DayLog:
    """Everything that happened on one production day."""

    day: date
    start: int
    end: int
    intervals: list[StateInterval] = field(default_factory=list)
    runs: list[PieceRun] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    wear: list[WearKnot] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    resets: list[tuple[int, int]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    reworks: list[Rework] = field(default_factory=list)
    misreports: list[Misreport] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
