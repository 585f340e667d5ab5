"""Export of the PI historian: one CSV a day over all tags, ordered by time.

Belongs here: the CSV's form and the faults of its rows. Does not belong here: values (signals.py).

A day of more than about ROWS_PER_FILE rows is split by tags into several files: that bounds memory at any size.
"""

import numpy as np
import polars as pl

from data.simulator.duisburg import to_local
from data.simulator.events import DayLog
from data.simulator.exporters.files import Landing
from data.simulator.exporters.historian_faults import ReadingFaults
from data.simulator.faults import Fault
from data.simulator.signal_changes import names_and_units
from data.simulator.signal_model import Signal
from data.simulator.signals import Series, SignalBuilder

ROWS_PER_FILE = 1_500_000
LEAD_S = 7200
"""Farthest that a reading may carry a time before its day."""
COLUMNS = ("Tag", "Timestamp", "Value", "UOM", "Questionable")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class HistorianExporter:
    """Writes the readings of a day; a few are held back and delivered with the next day."""

    def __init__(
        self, builder: SignalBuilder, signals: tuple[Signal, ...], landing: Landing, seed: int
    ) -> None:
        self.builder, self.landing, self.seed = builder, landing, seed
        size = max(1, int(ROWS_PER_FILE * builder.rate_s / 86_400))
        self.groups = [signals[n : n + size] for n in range(0, len(signals), size)]
        self.held = [pl.DataFrame() for _ in self.groups]
        self.rows = 0

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day and return the labels of their faults."""
        stamps = timestamps(log)
        faults: list[Fault] = []
        for number, group in enumerate(self.groups):
            suffix = "" if len(self.groups) == 1 else f"_g{number + 1:03d}"
            faults += self._file(log, number, group, stamps, f"pi_historian/pi_{log.day:%Y%m%d}{suffix}.csv")
        return faults

    def _file(
        self, log: DayLog, number: int, group: tuple[Signal, ...], stamps: pl.Series, file: str
    ) -> list[Fault]:
        rng = np.random.default_rng((self.seed, 31, number, log.day.toordinal()))
        start = log.start // 1000
        frame = _frame(list(self.builder.series(group)), stamps, start)
        spoiler = ReadingFaults(frame, rng, log)
        frame, self.held[number] = spoiler.apply(self.held[number])
        frame = frame.sort("key", "place", maintain_order=True)
        self.rows += frame.height
        self.landing.write(file, lambda part: _write(frame, part), log.end + 15 * 60_000 + number * 100)
        return spoiler.labels(frame, file)


def timestamps(log: DayLog) -> pl.Series:
    """Text of every second from LEAD_S before the day to its end in local time, `06-Oct-25 06:00:00`."""
    inner = [f":{minute:02d}:{second:02d}" for minute in range(60) for second in range(60)]
    texts: list[str] = []
    for hour in range(log.start - LEAD_S * 1000, log.end, 3_600_000):
        local = to_local(hour)
        prefix = f"{local.day:02d}-{MONTHS[local.month - 1]}-{local.year % 100:02d} {local.hour:02d}"
        texts += [prefix + text for text in inner]
    return pl.Series("Timestamp", texts)


def _frame(series: list[Series], stamps: pl.Series, start: int) -> pl.DataFrame:
    """All rows of a day as text, tag by tag; `key` (s UTC) and `place` (tag) will order them."""
    at, told = (
        np.concatenate(times) for times in zip(*((one.at_s, one.told_s) for one in series), strict=True)
    )
    orders = np.array([one.signal.index for one in series], dtype=np.int32)
    places = np.repeat(orders, [one.at_s.size for one in series])
    tags, units, local = names_and_units(series)
    return pl.DataFrame({
        "key": at, "place": places, "Tag": pl.Series(tags).gather(local), "Timestamp": stamps.gather(told - start + LEAD_S),
        "Value": pl.Series(np.concatenate([one.values for one in series])).cast(pl.String), "UOM": pl.Series(units).gather(local),
        "Questionable": pl.repeat("False", at.size, eager=True), "mark": pl.repeat(None, at.size, dtype=pl.Int32, eager=True),
    })  # fmt: skip


def _write(frame: pl.DataFrame, path: object) -> None:
    frame.select(COLUMNS).write_csv(path, quote_style="never")  # type: ignore[call-overload]
