"""The simulator's entry: two plants over any period, the first of any size, as the files their systems would export.

Belongs here: the order of work of one day. Does not belong here: what happens and how files look.

One day at a time is held in memory. Files, their bytes and their modification times depend only on the arguments and
the seed, and those of a day never on how many days follow: a longer run adds files to those of a shorter one.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from data.simulator import duisburg, greenville
from data.simulator.events import DayLog, Failure, Service
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
from data.simulator.greenville_signals import SLOWER
from data.simulator.greenville_signals import build_signals as greenville_signals
from data.simulator.plant_model import PlantModel
from data.simulator.sensor_faults import SensorFault, plan
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

    def __add__(self, other: "SimulationSummary") -> "SimulationSummary":
        """What two processes made of the same days."""
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return SimulationSummary(**sums | {"days": self.days})


class Exporter(Protocol):
    """Writes the files of one system."""

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day and return the labels of their faults."""


class Archive(Exporter, Protocol):
    """The exporter of a plant's readings; `rows` counts them."""

    rows: int


@dataclass(frozen=True)
class Sensors:
    """The sensors of a plant and the exporter of their readings."""

    builder: SignalBuilder
    signals: tuple[Signal, ...]
    archive: Archive


@dataclass(frozen=True)
class Works:
    """One plant at work and systems that watch it. Its processes share out the systems, and the truth likewise:

    one that has the sensors tells of signals, one that knows what the ERP has `reported` of a failure tells of events.
    """

    factory: Factory
    exporters: tuple[Exporter, ...]
    sensors: Sensors | None = None
    reported: Reported | None = None

    @property
    def plant(self) -> PlantModel:
        """The plant's model."""
        return self.factory.plant

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day and return the labels of their faults."""
        archive: tuple[Exporter, ...] = ()
        if self.sensors is not None:
            self.sensors.builder.begin(log)
            archive = (self.sensors.archive,)
        return [fault for exporter in (*self.exporters, *archive) for fault in exporter.export(log)]


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
    sensor_faults: bool


def simulate(
    home_landing: Path, truth_dir: Path, *, days: int = 30, machines: int = 12, tags: int = 60, rate_s: float = 30.0,
    seed: int = 42, start: date = START, only_after_day: int = 0, sensor_faults: bool = False,
    progress: Progress | None = None,
) -> SimulationSummary:  # fmt: skip
    """Simulate `days` production days of both plants and write exports to `home_landing`, the truth to `truth_dir`.

    `machines` and `tags` are the size of the first plant; the second has five machines with four sensors each.
    `rate_s` is the average time between archived values of a sensor of the first plant in seconds (not below 1). `only_after_day=n` writes
    no exports of the first n days, which an earlier call has delivered; the truth always covers all days. With
    `sensor_faults` sensors of the first plant go wrong after three weeks, at most one way each. `progress` is called after
    each day of the first plant with the days done and the days in all. The sensors of the first plant, its other systems and
    the second plant are simulated in three processes that share nothing: what happens in a plant follows from the seed alone.
    """
    if days < 1 or rate_s < 1:
        raise ValueError(f"days and rate_s must be at least 1, not {days} and {rate_s}")
    period = Period(home_landing, truth_dir, days, rate_s, seed, start, only_after_day, sensor_faults)
    here = "duisburg_sensors"
    elsewhere = {"duisburg_events": partial(_first_events, machines), "greenville": _second}
    with ProcessPoolExecutor(len(elsewhere), mp_context=get_context("spawn")) as pool:
        others = [pool.submit(_simulate_part, part, build, period) for part, build in elsewhere.items()]
        whole = _simulate_part(here, partial(_first_sensors, machines, tags), period, progress)
        for other in others:
            whole += other.result()
    join_truth(truth_dir, [here, *elsewhere])
    return whole


def _simulate_part(
    part: str, build: Callable[[Period, Landing], Works], period: Period, progress: Progress | None = None
) -> SimulationSummary:
    landing = Landing(period.landing, is_open=period.only_after_day < 1)
    works = build(period, landing)
    plant, sensors, reported = works.plant, works.sensors, works.reported
    failures: list[Failure] = []
    services: list[Service] = []
    pieces = faulty = 0
    with TruthWriter(period.truth, part) as truth:
        for number, log in enumerate(works.factory.days(period.days), start=1):
            faults = works.export(log)
            faulty += len(faults)
            truth.add_faults(faults)
            if sensors is not None:
                truth.add_signals(plant, sensors.builder.series(changed(sensors.signals)))
            if reported is not None:
                truth.add(plant, works.factory.book, log)
                failures += log.failures
                services += log.services
                pieces += sum(run.times.size for run in log.runs)
            landing.is_open = number + 1 > period.only_after_day
            if progress is not None:
                progress(number, period.days)
        if reported is not None:
            truth.add_failures(plant, failures, reported, log.end)
            truth.add_costs(plant, (*failures, *services), log.end)
            truth.add_master_records(plant)
        if sensors is not None:
            truth.add_sensor_faults(plant, sensors.signals, sensors.builder.faults.by_signal.values())
    return SimulationSummary(
        period.days, len(plant.machines) if reported else 0, len(sensors.signals) if sensors else 0, landing.files,
        landing.bytes, sensors.archive.rows if sensors else 0, pieces, len(failures), faulty,
    )  # fmt: skip


def _first_sensors(machines: int, tags: int, period: Period, landing: Landing) -> Works:
    plant, seed = duisburg.build_plant(machines), period.seed
    signals = build_signals(plant, tags)
    faults = _sensor_faults(plant, signals, period) if period.sensor_faults else []
    builder = SignalBuilder(plant, period.rate_s, seed, faults)
    archive = HistorianExporter(builder, signals, landing, seed)
    snapshots = CmsExporter(plant, builder, landing, seed)
    return Works(Factory(plant, seed, period.start), (snapshots,), sensors=Sensors(builder, signals, archive))


def _first_events(machines: int, period: Period, landing: Landing) -> Works:
    plant, seed = duisburg.build_plant(machines), period.seed
    factory = Factory(plant, seed, period.start)
    exporters = (
        MesExporter(plant, landing, seed),
        InspectionExporter(plant, landing, seed),
        SapExporter(plant, factory.book, landing, seed, period.start),
    )
    return Works(factory, exporters, reported=sap_maintenance.reported)


def _sensor_faults(plant: PlantModel, signals: tuple[Signal, ...], period: Period) -> list[SensorFault]:
    day_start = plant.calendar.day_start
    last = period.start + timedelta(days=period.days)
    return plan(signals, day_start(period.start) // 1000, day_start(last) // 1000, period.seed)


def _second(period: Period, landing: Landing) -> Works:
    plant, seed = greenville.build_plant(), period.seed + SECOND_SEED
    factory, builder = Factory(plant, seed, period.start), SignalBuilder(plant, SLOWER * period.rate_s, seed)
    signals = greenville_signals(plant)
    sensors = Sensors(builder, signals, OpcUaExporter(builder, signals, landing, seed))
    exporters = (OdooExporter(plant, factory.book, landing, seed),)
    return Works(factory, exporters, sensors, odoo_maintenance.reported)
