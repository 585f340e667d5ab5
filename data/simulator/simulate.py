"""The simulator's entry: two plants over any period, the first of any size, as the files their systems would export.

Belongs here: the order of work of one day. Does not belong here: what happens and how files look.

One day at a time is held in memory. Files, their bytes and their modification times depend only on the arguments and
the seed, and those of a day never on how many days follow: a longer run adds files to those of a shorter one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
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
from data.simulator.signal_model import build_signals
from data.simulator.signals import SignalBuilder
from data.simulator.truth import Reported, TruthWriter

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
    sensors: int
    archive: Archive
    others: tuple[Exporter, ...]
    reported: Reported
    pieces: int = 0
    failures: list[Failure] = field(default_factory=list)

    def days(self, total: int) -> Iterator[tuple[DayLog, list[Fault]]]:
        """Simulate and export day by day."""
        for log in self.factory.days(total):
            self.builder.begin(log)
            self.pieces += sum(run.times.size for run in log.runs)
            self.failures += log.failures
            yield log, [fault for exporter in (*self.others, self.archive) for fault in exporter.export(log)]


def simulate(
    home_landing: Path, truth_dir: Path, *, days: int = 30, machines: int = 12, tags: int = 60, rate_s: float = 30.0,
    seed: int = 42, start: date = START, only_after_day: int = 0, progress: Progress | None = None,
) -> SimulationSummary:  # fmt: skip
    """Simulate `days` production days of both plants and write exports to `home_landing`, the truth to `truth_dir`.

    `machines` and `tags` are the size of the first plant; the second has five machines with four sensors each.
    `rate_s` is the average time between archived values of a sensor in seconds (not below 1). `only_after_day=n` writes
    no exports of the first n days, which an earlier call has delivered; the truth always covers all days. `progress`
    is called after each day with the days done and the days in all.
    """
    if days < 1 or rate_s < 1:
        raise ValueError(f"days and rate_s must be at least 1, not {days} and {rate_s}")
    landing = Landing(home_landing)
    both = (
        _first(machines, tags, rate_s, seed=seed, start=start, landing=landing),
        _second(rate_s, seed=seed + SECOND_SEED, start=start, landing=landing),
    )
    truth = TruthWriter(truth_dir)
    faulty = 0
    landing.is_open = only_after_day < 1
    for number, today in enumerate(zip(*(works.days(days) for works in both), strict=True), start=1):
        for works, (log, faults) in zip(both, today, strict=True):
            truth.add(works.plant, log, faults)
            faulty += len(faults)
        landing.is_open = number + 1 > only_after_day
        if progress is not None:
            progress(number, days)
    for works, (log, _) in zip(both, today, strict=True):
        truth.add_failures(works.plant, works.failures, works.reported, log.end)
    truth.close()
    return SimulationSummary(
        days, sum(len(works.plant.machines) for works in both), sum(works.sensors for works in both), landing.files,
        landing.bytes, sum(works.archive.rows for works in both), sum(works.pieces for works in both),
        sum(len(works.failures) for works in both), faulty,
    )  # fmt: skip


def _first(machines: int, tags: int, rate_s: float, *, seed: int, start: date, landing: Landing) -> Works:
    plant = duisburg.build_plant(machines)
    factory, builder = Factory(plant, seed, start), SignalBuilder(plant, rate_s, seed)
    others = (
        MesExporter(plant, landing, seed),
        InspectionExporter(plant, landing, seed),
        SapExporter(plant, factory.book, landing, seed, start),
        CmsExporter(plant, builder, landing, seed),
    )
    archive = HistorianExporter(builder, build_signals(plant, tags), landing, seed)
    return Works(plant, factory, builder, tags, archive, others, sap_maintenance.reported)


def _second(rate_s: float, *, seed: int, start: date, landing: Landing) -> Works:
    plant = greenville.build_plant()
    factory, builder = Factory(plant, seed, start), SignalBuilder(plant, rate_s, seed)
    signals = greenville_signals(plant)
    archive = OpcUaExporter(builder, signals, landing, seed)
    others = (OdooExporter(plant, factory.book, landing),)
    return Works(plant, factory, builder, len(signals), archive, others, odoo_maintenance.reported)
