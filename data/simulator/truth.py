"""The truth about a simulated period, computed from the simulation's own events.

Belongs here: expected results in Python. The pipeline never reads them and shares no code with this module.
Does not belong here: what the files show (exporters/).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from data.simulator.events import DayLog, Failure, Misreport, Sale, Service, StateInterval, Trade
from data.simulator.faults import Fault
from data.simulator.master_records import true_records
from data.simulator.orders import OrderBook
from data.simulator.plant_model import PlantModel
from data.simulator.reasons import ELEMENT_OF
from data.simulator.sensor_faults import SensorFault
from data.simulator.signal_changes import hourly_means
from data.simulator.signal_model import Signal
from data.simulator.signals import Series
from data.simulator.upkeep import costs_of

_TIME = pa.timestamp("us", tz="UTC")
ELEMENTS = ("apt", "aust", "adet", "adot", "pdt", "not_scheduled", "no_data")
SCHEMAS = {
    "state_intervals": [("site_code", pa.string()), ("machine", pa.string()), ("state", pa.string()), ("start_at", _TIME), ("end_at", _TIME), ("order_no", pa.string()), ("material_no", pa.string())],
    "time_elements": [("site_code", pa.string()), ("machine", pa.string()), ("production_day", pa.date32()), ("shift_code", pa.string()), *((f"{e}_s", pa.float64()) for e in ELEMENTS), ("calendar_s", pa.float64())],
    "quantities": [("site_code", pa.string()), ("machine", pa.string()), ("production_day", pa.date32()), ("shift_code", pa.string()), ("order_no", pa.string()), ("material_no", pa.string()), *((q, pa.int64()) for q in ("produced", "good", "scrap", "rework"))],
    "lot_links": [("site_code", pa.string()), ("order_no", pa.string()), *((c, pa.string()) for c in ("parent_material", "parent_lot", "child_material", "child_lot")), ("consumed", pa.float64()), ("unit", pa.string())],
    "misreports": [("site_code", pa.string()), ("production_day", pa.date32()), *((c, pa.string()) for c in ("machine", "order_no", "operation_no", "shift_code", "cause")), ("passed", pa.float64()), ("scrap", pa.float64())],
    "trades": [*((c, pa.string()) for c in ("site_code", "material_no", "kind")), ("production_day", pa.date32()), ("quantity", pa.float64())],
    "sales": [("site_code", pa.string()), *((c, pa.int64()) for c in ("order", "line", "customer")), ("material_no", pa.string()), ("pieces", pa.int64()), ("amount", pa.float64()), *((c, pa.date32()) for c in ("ordered", "due", "leaves"))],
    "maintenance_costs": [("site_code", pa.string()), ("machine", pa.string()), ("is_emergency", pa.bool_()), ("cost", pa.float64())],
    "failures": [("site_code", pa.string()), ("machine", pa.string()), ("notification_no", pa.string()), ("mode", pa.string()), ("started_at", _TIME), ("ended_at", _TIME), ("reported_started_at", _TIME), ("reported_ended_at", _TIME)],
    "master_records": [(name, pa.string()) for name in ("entity", "source_system", "source_key", "thing", "looks_like")],
    "signal_hours": [("site_code", pa.string()), ("tag", pa.string()), ("hour_at", _TIME), ("mean", pa.float64()), ("reading_count", pa.int64())],
    "sensor_faults": [*((c, pa.string()) for c in ("site_code", "tag", "fault_kind")), ("started_at", _TIME), ("ended_at", _TIME), ("severity", pa.float64()), ("scale", pa.float64())],
    "faults": [("fault_kind", pa.string()), ("table", pa.string()), ("file", pa.string()), ("source_row", pa.int64()), ("expected", pa.string()), ("rule", pa.string()), ("detail", pa.string())],
}  # fmt: skip
PIECES = "pieces"
Row = dict[str, object]
Reported = Callable[[Failure, int | None], tuple[str, int, int | None]]


class TruthWriter:
    """Appends one part of the truth day by day; `join_truth` makes one file per table of what all parts hold."""

    def __init__(self, folder: Path, part: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.schemas = {name: pa.schema(fields) for name, fields in SCHEMAS.items()}
        self.writers = {
            name: pq.ParquetWriter(_part(folder, name, part), schema) for name, schema in self.schemas.items()
        }

    def __enter__(self) -> Self:
        """Nothing to do: the files are open."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all files."""
        for writer in self.writers.values():
            writer.close()

    def add(self, plant: PlantModel, book: OrderBook, log: DayLog) -> None:
        """Add the events of one day of one plant; `book` has the orders that the day names."""
        self._write("state_intervals", [_interval(plant, i) for i in log.intervals])
        self._write("time_elements", _elements(plant, log))
        self._write("quantities", _quantities(plant, log))
        self._write("lot_links", _lot_links(plant, log, book))
        self._write("misreports", [_misreport(plant, log, m) for m in log.misreports])
        self._write("trades", [_trade(plant, log, t) for t in log.trades])
        self._write("sales", [_sale(plant, s) for s in log.sales])

    def add_faults(self, faults: Sequence[Fault]) -> None:
        """Add the labels of faults in the data of a day."""
        self._write("faults", [asdict(fault) for fault in faults])

    def add_signals(self, plant: PlantModel, series: Iterable[Series]) -> None:
        """Add the hours of one day of signals that change their name or unit, as the dictionary calls and measures them."""
        rows: list[Row] = [
            {
                "site_code": plant.site_code, "tag": one.signal.tag, "hour_at": _utc(start * 1000), "mean": mean,
                "reading_count": readings,
            }
            for one in series for start, mean, readings in hourly_means(one)
        ]  # fmt: skip
        self._write("signal_hours", rows)

    def add_failures(
        self, plant: PlantModel, failures: list[Failure], reported: Reported, until: int
    ) -> None:
        """Add a plant's failures as they are known at `until` (ms UTC); `reported` tells what its ERP shows of each."""
        self._write(
            "failures",
            [_failure(plant, f, reported, until) for f in sorted(failures, key=lambda f: f.number)],
        )

    def add_costs(self, plant: PlantModel, events: Iterable[Failure | Service], until: int) -> None:
        """Add what the maintenance cost that had ended by `until` (ms UTC)."""
        rows: list[Row] = [
            {
                **_place(plant, event.machine), "is_emergency": isinstance(event, Failure),
                "cost": sum(cost.amount for cost in costs_of(event)),
            }
            for event in events if event.end <= until
        ]  # fmt: skip
        self._write("maintenance_costs", rows)

    def add_master_records(self, plant: PlantModel) -> None:
        """Add for which thing each master record of a plant stands, and which other it only looks like."""
        self._write("master_records", true_records(plant))

    def add_sensor_faults(
        self, plant: PlantModel, signals: Sequence[Signal], faults: Iterable[SensorFault]
    ) -> None:
        """Add which sensors of a plant were wrong, when, in what way and how much."""
        tags = {signal.index: signal.tag for signal in signals}
        rows: list[Row] = [
            {
                "site_code": plant.site_code, "tag": tags[f.signal], "fault_kind": f.kind, "severity": f.severity,
                "started_at": _utc(f.start_s * 1000), "ended_at": _utc(f.end_s * 1000), "scale": f.scale,
            }
            for f in faults
        ]  # fmt: skip
        self._write("sensor_faults", rows)

    def _write(self, name: str, rows: list[Row]) -> None:
        if rows:
            self.writers[name].write_table(pa.Table.from_pylist(rows, schema=self.schemas[name]))


def join_truth(folder: Path, names: Sequence[str]) -> None:
    """Make <folder>/<table>.parquet of the parts of these names, one after the other."""
    for name, fields in SCHEMAS.items():
        parts = [_part(folder, name, part) for part in names]
        whole = parts[0].with_suffix(".whole")
        with pq.ParquetWriter(whole, pa.schema(fields)) as writer:
            for part in parts:
                with pq.ParquetFile(part) as written:
                    for batch in written.iter_batches():
                        writer.write_batch(batch)
        whole.replace(folder / f"{name}.parquet")
        for part in parts:
            part.unlink()


def _part(folder: Path, table: str, name: str) -> Path:
    return folder / f".{table}.{name}.part"


def _place(plant: PlantModel, machine: int) -> Row:
    return {"site_code": plant.site_code, "machine": plant.machines[machine].code}


def _interval(plant: PlantModel, i: StateInterval) -> Row:
    return {
        **_place(plant, i.machine), "state": i.state, "start_at": _utc(i.start), "end_at": _utc(i.end),
        "order_no": i.order_no or None, "material_no": i.material_no or None,
    }  # fmt: skip


def _elements(plant: PlantModel, log: DayLog) -> list[Row]:
    sums: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(ELEMENTS, 0))
    for i in log.intervals:
        sums[i.machine, i.shift_code][ELEMENT_OF[i.state]] += i.end - i.start
    return [
        {
            **_place(plant, machine), "production_day": log.day, "shift_code": shift,
            **{f"{element}_s": ms / 1000 for element, ms in parts.items()}, "calendar_s": sum(parts.values()) / 1000,
        }
        for (machine, shift), parts in sums.items()
    ]  # fmt: skip


def _quantities(plant: PlantModel, log: DayLog) -> list[Row]:
    sums: dict[tuple[int, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for run in log.runs:
        counts = sums[run.machine, run.shift_code, run.order_no, run.material_no]
        for n, pieces in enumerate((run.times.size, int(run.is_scrap.sum()), int(run.is_rework.sum()))):
            counts[n] += pieces
    return [
        {
            **_place(plant, machine), "production_day": log.day, "shift_code": shift, "order_no": order,
            "material_no": material, "produced": made, "good": made - scrap - rework, "scrap": scrap, "rework": rework,
        }
        for (machine, shift, order, material), (made, scrap, rework) in sums.items()
    ]  # fmt: skip


def _lot_links(plant: PlantModel, log: DayLog, book: OrderBook) -> list[Row]:
    """What went into the lot of an order: staged components, and pieces of a lot that it works on again."""
    names = ("order_no", "parent_material", "parent_lot", "child_material", "child_lot", "consumed", "unit")
    links: list[tuple[object, ...]] = []
    for i in log.issues:
        order = book.orders[i.order]
        links.append((order.short, i.material, i.lot, order.product.material, order.lot, i.quantity, i.unit))
    for r in log.reworks:
        links.append((r.order_no, r.material, r.lot, r.material, r.goal, float(r.pieces), PIECES))
    return [{"site_code": plant.site_code, **dict(zip(names, link, strict=True))} for link in links]


def _misreport(plant: PlantModel, log: DayLog, misreport: Misreport) -> Row:
    place = _place(plant, misreport.machine)
    return {
        **asdict(misreport),
        **place,
        "production_day": log.day,
        "shift_code": misreport.shift_code or None,
    }


def _trade(plant: PlantModel, log: DayLog, trade: Trade) -> Row:
    return {
        "site_code": plant.site_code, "material_no": trade.material, "kind": trade.kind, "production_day": log.day,
        "quantity": trade.quantity,
    }  # fmt: skip


def _sale(plant: PlantModel, sale: Sale) -> Row:
    return {"site_code": plant.site_code, "material_no": sale.material, **asdict(sale)}


def _failure(plant: PlantModel, failure: Failure, reported: Reported, until: int) -> Row:
    end = failure.end if failure.end <= until else None
    number, start_shown, end_shown = reported(failure, end)
    return {
        **_place(plant, failure.machine), "notification_no": number, "mode": failure.mode,
        "started_at": _utc(failure.start), "ended_at": _utc(end),
        "reported_started_at": _utc(start_shown), "reported_ended_at": _utc(end_shown),
    }  # fmt: skip


def _utc(ms: int | None) -> datetime | None:
    return (
        None if ms is None else datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    )
