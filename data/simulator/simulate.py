"""The simulator's entry: a plant of any size over any period, as the files its systems would export.

Belongs here: the order of work of one day. Does not belong here: what happens and how files look.

One day at a time is held in memory. Files, their bytes and their modification times depend only on the arguments and
the seed, and those of a day never on how many days follow: a longer run adds files to those of a shorter one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.simulator.exporters.cms import CmsExporter
from data.simulator.exporters.files import Landing
from data.simulator.exporters.historian import HistorianExporter
from data.simulator.exporters.inspections import InspectionExporter
from data.simulator.exporters.mes import MesExporter
from data.simulator.exporters.sap import SapExporter
from data.simulator.factory import Factory
from data.simulator.plant_model import build_plant
from data.simulator.signal_model import build_signals
from data.simulator.signals import SignalBuilder
from data.simulator.truth import TruthWriter

START = date(2025, 10, 6)
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
        """Average seconds between two archived values of a tag."""
        return self.days * 86_400 * self.tags / self.readings if self.readings else 0.0


def simulate(
    home_landing: Path, truth_dir: Path, *, days: int = 30, machines: int = 12, tags: int = 60, rate_s: float = 30.0,
    seed: int = 42, start: date = START, only_after_day: int = 0, progress: Progress | None = None,
) -> SimulationSummary:  # fmt: skip
    """Simulate `days` production days and write exports to `home_landing`, the truth to `truth_dir`.

    `rate_s` is the average time between archived values of a tag in seconds (not below 1). `only_after_day=n` writes
    no exports of the first n days, which an earlier call has delivered; the truth always covers all days. `progress`
    is called after each day with the days done and the days in all.
    """
    if days < 1 or rate_s < 1:
        raise ValueError(f"days and rate_s must be at least 1, not {days} and {rate_s}")
    plant = build_plant(machines)
    factory = Factory(plant, seed, start)
    landing = Landing(home_landing)
    builder = SignalBuilder(plant, rate_s, seed)
    historian = HistorianExporter(builder, build_signals(plant, tags), landing, seed)
    exporters = (
        MesExporter(plant, landing, seed),
        InspectionExporter(plant, landing, seed),
        SapExporter(plant, factory.book, landing, seed, start),
        historian,
        CmsExporter(plant, builder, landing, seed),
    )
    truth = TruthWriter(plant, truth_dir)
    pieces = failures = faulty = 0
    for number, log in enumerate(factory.days(days), start=1):
        landing.is_open = number > only_after_day
        builder.begin(log)
        faults = [fault for exporter in exporters for fault in exporter.export(log)]
        truth.add(log, faults)
        pieces += sum(run.times.size for run in log.runs)
        failures += len(log.failures)
        faulty += len(faults)
        if progress is not None:
            progress(number, days)
    truth.close(log.end)
    return SimulationSummary(
        days, machines, tags, landing.files, landing.bytes, historian.rows, pieces, failures, faulty
    )
