"""The simulator's entry: two plants over any period, the first of any size, as the files their systems would export.

Belongs here: the order of work of one day. Does not belong here: what happens and how files look.

One day at a time is held in memory. Files, their bytes and their modification times depend only on the arguments and
the seed, and those of a day never on how many days follow: a longer run adds files to those of a shorter one.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from data.simulator import duisburg, greenville
from data.simulator.events import DayLog, Failure
from data.simulator.exporters import odoo_maintenance, sap_maintenance
from data.simulator.exporters.cms import CmsExporter
from data.simulator.exporters.files import Landing
from data.simulator.exporters.historian import HistorianExporter
from data.simulator.exporters.inspections import InspectionExporter
from data.simulator.exporters.mes import MesExporter
from data.simulator.exporters.odoo import OdooExporter
from data.simulator.exporters.opcua import OpcUaExporter
from data.simulator.exporters.sap import SapExporter
from data.simulator.factory import Factory
from data.simulator.faults import Fault
from data.simulator.greenville_signals import build_signals as greenville_signals
from data.simulator.plant_model import PlantModel
from data.simulator.signal_changes import changed
from data.simulator.signal_model import Signal, build_signals
from data.simulator.signals import SignalBuilder
from data.simulator.truth import Reported, TruthWriter, join_truth

START = date(2025, 10, 6)
SECOND_SEED = 1_000_003  # added to the seed, so that the second plant has events of its own
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SimulationSummary:
    """What was written; `readings` and `faults` cover the whole period, `files` and `bytes` this call."""

    days: int
    machines: int
    tags: int
    files: int
    bytes: int
    readings: int
    pieces: int
    failures: int
    faults: int

    @property
    def mean_interval_s(self) -> float:
        """Average seconds between two archived values of a sensor."""
        return self.days * 86_400 * self.tags / self.readings if self.readings else 0.0

    def __add__(self, other: "SimulationSummary") -> "SimulationSummary":
        """Both plants over the same days."""
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return SimulationSummary(**sums | {"days": self.days})


class Exporter(Protocol):
    """Writes the files of one system."""

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day and return the labels of their faults."""


class Archive(Exporter, Protocol):
    """The exporter of a plant's readings; `rows` counts them."""

    rows: int


@dataclass
class Works:
    """One plant at work: what happens there, its systems, and what its ERP tells of a failure."""

    plant: PlantModel
    factory: Factory
    builder: SignalBuilder
    signals: tuple[Signal, ...]
    archive: Archive
    others: tuple[Exporter, ...]
    reported: Reported

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day and return the labels of their faults."""
        self.builder.begin(log)
        return [fault for exporter in (*self.others, self.archive) for fault in exporter.export(log)]


@dataclass(frozen=True)
class Period:
    """What one call simulates, see `simulate`."""

    landing: Path
    truth: Path
    days: int
    rate_s: float
    seed: int
    start: date
    only_after_day: int


def simulate(
    home_landing: Path, truth_dir: Path, *, days: int = 30, machines: int = 12, tags: int = 60, rate_s: float = 30.0,
    seed: int = 42, start: date = START, only_after_day: int = 0, progress: Progress | None = None,
) -> SimulationSummary:  # fmt: skip
    """Simulate `days` production days of both plants and write exports to `home_landing`, the truth to `truth_dir`.

    `machines` and `tags` are the size of the first plant; the second has five machines with four sensors each.
    `rate_s` is the average time between archived values of a sensor in seconds (not below 1). `only_after_day=n` writes
    no exports of the first n days, which an earlier call has delivered; the truth always covers all days. `progress`
    is called after each day of the first plant with the days done and the days in all. The second plant, which shares
    nothing with the first, is simulated meanwhile in a process of its own.
    """
    if days < 1 or rate_s < 1:
        raise ValueError(f"days and rate_s must be at least 1, not {days} and {rate_s}")
    period = Period(home_landing, truth_dir, days, rate_s, seed, start, only_after_day)
    first = partial(_first, machines, tags)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        second = pool.submit(_simulate_plant, _second, period)
        both = (_simulate_plant(first, period, progress), second.result())
    join_truth(truth_dir, [duisburg.SITE, greenville.SITE])
    return both[0] + both[1]


def _simulate_plant(
    build: Callable[[Period, Landing], Works], period: Period, progress: Progress | None = None
) -> SimulationSummary:
    landing = Landing(period.landing, is_open=period.only_after_day < 1)
    works = build(period, landing)
    truth = TruthWriter(period.truth, works.plant.site_code)
    failures: list[Failure] = []
    pieces = faulty = 0
    for number, log in enumerate(works.factory.days(period.days), start=1):
        faults = works.export(log)
        truth.add(works.plant, works.factory.book, log, faults)
        truth.add_signals(works.plant, works.builder.series(changed(works.signals)))
        failures += log.failures
        pieces += sum(run.times.size for run in log.runs)
        faulty += len(faults)
        landing.is_open = number + 1 > period.only_after_day
        if progress is not None:
            progress(number, period.days)
    truth.add_failures(works.plant, failures, works.reported, log.end)
    truth.add_master_records(works.plant)
    truth.close()
    return SimulationSummary(
        period.days, len(works.plant.machines), len(works.signals), landing.files, landing.bytes, works.archive.rows,
        pieces, len(failures), faulty,
    )  # fmt: skip


def _first(machines: int, tags: int, period: Period, landing: Landing) -> Works:
    plant, seed = duisburg.build_plant(machines), period.seed
    factory, builder = Factory(plant, seed, period.start), SignalBuilder(plant, period.rate_s, seed)
    others = (
        MesExporter(plant, landing, seed),
        InspectionExporter(plant, landing, seed),
        SapExporter(plant, factory.book, landing, seed, period.start),
        CmsExporter(plant, builder, landing, seed),
    )
    signals = build_signals(plant, tags)
    archive = HistorianExporter(builder, signals, landing, seed)
    return Works(plant, factory, builder, signals, archive, others, sap_maintenance.reported)


def _second(period: Period, landing: Landing) -> Works:
    plant, seed = greenville.build_plant(), period.seed + SECOND_SEED
    factory, builder = Factory(plant, seed, period.start), SignalBuilder(plant, period.rate_s, seed)
    signals = greenville_signals(plant)
    archive = OpcUaExporter(builder, signals, landing, seed)
    others = (OdooExporter(plant, factory.book, landing, seed),)
    return Works(plant, factory, builder, signals, archive, others, odoo_maintenance.reported)
