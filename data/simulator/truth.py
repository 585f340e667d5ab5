"""The truth about a simulated period, computed from the simulation's own events.

Belongs here: expected results in Python. The pipeline never reads them and shares no code with this module.
Does not belong here: what the files show (exporters/).
"""

from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.simulator.events import DayLog, Failure, StateInterval
from data.simulator.exporters.sap_maintenance import FIRST_NUMBER, reported_window
from data.simulator.faults import Fault
from data.simulator.plant_model import PlantModel
from data.simulator.reasons import ELEMENT_OF

_TIME = pa.timestamp("us", tz="UTC")
ELEMENTS = ("apt", "aust", "adet", "adot", "pdt", "not_scheduled", "no_data")
SCHEMAS = {
    "state_intervals": [("machine", pa.string()), ("state", pa.string()), ("start_at", _TIME), ("end_at", _TIME), ("order_no", pa.string()), ("material_no", pa.string())],
    "time_elements": [("machine", pa.string()), ("production_day", pa.date32()), ("shift_code", pa.string()), *((f"{e}_s", pa.float64()) for e in ELEMENTS), ("calendar_s", pa.float64())],
    "quantities": [("machine", pa.string()), ("production_day", pa.date32()), ("shift_code", pa.string()), ("order_no", pa.string()), ("material_no", pa.string()), *((q, pa.int64()) for q in ("produced", "good", "scrap", "rework"))],
    "failures": [("machine", pa.string()), ("notification_no", pa.string()), ("mode", pa.string()), ("started_at", _TIME), ("ended_at", _TIME), ("reported_started_at", _TIME), ("reported_ended_at", _TIME)],
    "faults": [("fault_kind", pa.string()), ("table", pa.string()), ("file", pa.string()), ("source_row", pa.int64()), ("expected", pa.string()), ("rule", pa.string()), ("detail", pa.string())],
}  # fmt: skip
Row = dict[str, object]


class TruthWriter:
    """Appends day by day to <folder>/<table>.parquet; files appear under their names when closed."""

    def __init__(self, plant: PlantModel, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.plant, self.folder = plant, folder
        self.failures: list[Failure] = []
        self.schemas = {name: pa.schema(fields) for name, fields in SCHEMAS.items()}
        self.writers = {
            name: pq.ParquetWriter(self._part(name), schema) for name, schema in self.schemas.items()
        }

    def add(self, log: DayLog, faults: list[Fault]) -> None:
        """Add one day."""
        self._write("state_intervals", [self._interval(i) for i in log.intervals])
        self._write("time_elements", self._elements(log))
        self._write("quantities", self._quantities(log))
        self._write("faults", [asdict(fault) for fault in faults])
        self.failures += log.failures

    def close(self, until: int) -> None:
        """Write the failures as they are known at `until` (ms UTC) and give all files their names."""
        self._write(
            "failures", [self._failure(f, until) for f in sorted(self.failures, key=lambda f: f.number)]
        )
        for name, writer in self.writers.items():
            writer.close()
            self._part(name).replace(self.folder / f"{name}.parquet")

    def _part(self, name: str) -> Path:
        return self.folder / f".{name}.parquet.part"

    def _write(self, name: str, rows: list[Row]) -> None:
        if rows:
            self.writers[name].write_table(pa.Table.from_pylist(rows, schema=self.schemas[name]))

    def _code(self, machine: int) -> str:
        return self.plant.machines[machine].code

    def _interval(self, i: StateInterval) -> Row:
        return {
            "machine": self._code(i.machine), "state": i.state, "start_at": _utc(i.start), "end_at": _utc(i.end),
            "order_no": i.order_no or None, "material_no": i.material_no or None,
        }  # fmt: skip

    def _elements(self, log: DayLog) -> list[Row]:
        sums: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(ELEMENTS, 0))
        for i in log.intervals:
            sums[i.machine, i.shift_code][ELEMENT_OF[i.state]] += i.end - i.start
        return [
            {
                "machine": self._code(machine), "production_day": log.day, "shift_code": shift,
                **{f"{element}_s": ms / 1000 for element, ms in parts.items()}, "calendar_s": sum(parts.values()) / 1000,
            }
            for (machine, shift), parts in sums.items()
        ]  # fmt: skip

    def _quantities(self, log: DayLog) -> list[Row]:
        sums: dict[tuple[int, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for run in log.runs:
            counts = sums[run.machine, run.shift_code, run.order_no, run.material_no]
            for n, pieces in enumerate((run.times.size, int(run.is_scrap.sum()), int(run.is_rework.sum()))):
                counts[n] += pieces
        return [
            {
                "machine": self._code(machine), "production_day": log.day, "shift_code": shift, "order_no": order,
                "material_no": material, "produced": made, "good": made - scrap - rework, "scrap": scrap, "rework": rework,
            }
            for (machine, shift, order, material), (made, scrap, rework) in sums.items()
        ]  # fmt: skip

    def _failure(self, failure: Failure, until: int) -> Row:
        end = failure.end if failure.end <= until else None
        start_shown, end_shown = reported_window(failure, end)
        return {
            "machine": self._code(failure.machine), "notification_no": f"{FIRST_NUMBER + failure.number:012d}",
            "mode": failure.mode, "started_at": _utc(failure.start), "ended_at": _utc(end),
            "reported_started_at": _utc(start_shown), "reported_ended_at": _utc(end_shown),
        }  # fmt: skip


def _utc(ms: int | None) -> datetime | None:
    return (
        None if ms is None else datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    )
