"""Readings of the second plant's OPC UA server, as the collector lands them: one Parquet file a day.

Belongs here: the canonical columns of a reading, bad values, copies and spoilt rows.
Does not belong here: values (signals.py), counts (counters.py).
"""

import numpy as np
import polars as pl

from data.simulator.events import DayLog
from data.simulator.exporters.counters import CounterBook
from data.simulator.exporters.files import Landing
from data.simulator.faults import CORRECTED, QUARANTINED, Fault, Mark
from data.simulator.greenville_signals import COUNTERS, ROLLOVERS, node_id
from data.simulator.plant_model import PlantModel
from data.simulator.signal_changes import names_and_units
from data.simulator.signal_model import Signal
from data.simulator.signals import SignalBuilder

TABLE = "opcua__readings"
BAD = Mark("bad_status", CORRECTED, "status", "BadNoCommunication without a value")
DUPLICATE = Mark("exact_duplicate", CORRECTED, "key", "the same record twice in a file")
SPOILT = (
    ("signal", None, Mark("missing_key", QUARANTINED, "required:signal")),
    ("status_code", "0x8031", Mark("garbage_code", QUARANTINED, "pattern:status_code", "0x8031")),
)
MARKS = (BAD, DUPLICATE, *(mark for _, _, mark in SPOILT))
SCHEMA = pl.Schema({
    "signal": pl.String(), "reading_at": pl.Datetime("us", "UTC"), "server_at": pl.Datetime("us", "UTC"), "value": pl.Float64(),
    "value_text": pl.String(), "status": pl.String(), "status_code": pl.String(), "is_substituted": pl.Boolean(),
    "is_questionable": pl.Boolean(), "is_clamped": pl.Boolean(), "uom": pl.String(), "is_historical": pl.Boolean(),
    "is_server_time": pl.Boolean(),
})  # fmt: skip
_GOOD, _NO_COMMUNICATION = "0x00000000", "0x80310000"
_KEPT = {
    "at_ms": pl.Int64(),
    "signal": pl.String(),
    "value": pl.Float64(),
    "value_text": pl.String(),
    "uom": pl.String(),
}


class OpcUaExporter:
    """Writes the readings of a day; counters run on from day to day."""

    def __init__(
        self, builder: SignalBuilder, signals: tuple[Signal, ...], landing: Landing, seed: int
    ) -> None:
        self.plant: PlantModel = builder.plant
        self.builder, self.signals, self.landing, self.seed = builder, signals, landing, seed
        self.counters = CounterBook(self.plant, ROLLOVERS)
        self.shown: dict[str, object] = {}
        self.rows = 0

    def export(self, log: DayLog) -> list[Fault]:
        """Write the file of a day and return the labels of its faults."""
        rng = np.random.default_rng((self.seed, 50, log.day.toordinal()))
        frame = _with_status(pl.concat([self._sensors(), self._counts(log)]).sort("at_ms", "signal"))
        frame = _spoil(frame, rng)
        self.rows += frame.height
        file = f"opcua/readings_{log.day:%Y%m%d}.parquet"
        ready = frame.select(SCHEMA.names()).cast(SCHEMA)
        self.landing.write(
            file, lambda part: ready.write_parquet(part, compression="zstd"), log.end + 5 * 60_000
        )
        marked = (
            frame.with_row_index("row", offset=1).filter(pl.col("mark").is_not_null()).select("row", "mark")
        )
        return [
            Fault(MARKS[n].kind, TABLE, file, row, MARKS[n].expected, MARKS[n].rule, MARKS[n].detail)
            for row, n in marked.iter_rows()
        ]

    def _sensors(self) -> pl.DataFrame:
        series = list(self.builder.series(self.signals))
        tags, units, numbers = names_and_units(series)
        return pl.DataFrame({
            "at_ms": np.concatenate([one.at_s for one in series]) * 1000,
            "signal": pl.Series(tags).gather(numbers),
            "value": np.concatenate([one.values for one in series]),
            "value_text": pl.repeat(None, len(numbers), dtype=pl.String, eager=True),
            "uom": pl.Series(units).gather(numbers),
        }, schema=_KEPT)  # fmt: skip

    def _counts(self, log: DayLog) -> pl.DataFrame:
        """The total at each reading, everything else only when it changed."""
        machines = {machine.code: machine for machine in self.plant.machines}
        rows: list[tuple[object, ...]] = []
        for reading in self.counters.readings(log):
            for role, (key, name) in COUNTERS.items():
                node, value = node_id(machines[str(reading["machine"])], name), reading[key]
                if value is None or (role != "total" and self.shown.get(node) == value):
                    continue
                self.shown[node] = value
                number = float(value) if isinstance(value, int) else None
                rows.append((reading["at"], node, number, None if number is not None else value, None))
        return pl.DataFrame(rows, schema=_KEPT, orient="row")


def _with_status(frame: pl.DataFrame) -> pl.DataFrame:
    """All canonical columns; every value is good, and its server saw it 40 ms later."""
    at = pl.from_epoch("at_ms", time_unit="ms").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    false = [pl.lit(value=False).alias(name) for name, kind in SCHEMA.items() if kind == pl.Boolean]
    return frame.with_columns(
        at.alias("reading_at"), (at + pl.duration(milliseconds=40)).alias("server_at"), pl.lit("good").alias("status"),
        pl.lit(_GOOD).alias("status_code"), *false, pl.lit(None, pl.Int32).alias("mark"),
    )  # fmt: skip


def _spoil(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Lose some sensor values to a broken line, add copies at the end of the file and two that break a rule."""
    sensors = np.flatnonzero(frame["uom"].is_not_null().to_numpy())
    lost, copied, broken = np.split(rng.permutation(sensors)[:26], (16, 24))
    is_lost = pl.Series(np.isin(np.arange(frame.height), lost))
    frame = frame.with_columns(
        pl.when(is_lost).then(None).otherwise("value").alias("value"),
        pl.when(is_lost).then(pl.lit("bad")).otherwise("status").alias("status"),
        pl.when(is_lost).then(pl.lit(_NO_COMMUNICATION)).otherwise("status_code").alias("status_code"),
        pl.when(is_lost).then(pl.lit(MARKS.index(BAD), pl.Int32)).otherwise("mark").alias("mark"),
    )
    extra = [
        frame[np.sort(copied).tolist()].with_columns(pl.lit(MARKS.index(DUPLICATE), pl.Int32).alias("mark"))
    ]
    for place, (column, value, mark) in zip(broken, SPOILT, strict=True):
        extra.append(
            frame[[int(place)]].with_columns(
                pl.lit(value, pl.String).alias(column), pl.lit(MARKS.index(mark), pl.Int32).alias("mark")
            )
        )
    spoilt: pl.DataFrame = pl.concat([frame, *extra])
    return spoilt
