"""Inspection results of the quality module of the MES, one workbook a day.

Belongs here: characteristics, limits and the xlsx file. Does not belong here: which piece is taken (machine.py).
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from data.simulator.duisburg import outside_repeated_hour, to_local
from data.simulator.events import DayLog, Sample
from data.simulator.exporters.files import Landing
from data.simulator.faults import CORRECTED, QUARANTINED, SMALLEST_FILE, Fault, Mark
from data.simulator.plant_model import PlantModel

HEADER = ("inspection_id", "order_no", "operation_no", "material_no", "machine", "characteristic", "nominal",
          "lower_limit", "upper_limit", "value", "unit", "inspected_at", "result", "defect_code")  # fmt: skip
MACHINED = (("diameter", 25.0, 0.030, "mm", "D01"), ("roughness_ra", 0.8, 0.6, "um", "R01"))
FINISHED = (("leakage", 2.0, 1.5, "ml/min", "L01"), ("torque", 38.0, 3.0, "Nm", "T01"))
DUPLICATE = Mark("exact_duplicate", CORRECTED, "key", "the same result twice")
SPOILT = (
    (9, "n/a", Mark("garbage_number", QUARANTINED, "type:value", "n/a")),
    (0, "", Mark("missing_key", QUARANTINED, "required:inspection_id")),
    (12, "MAYBE", Mark("unknown_result", QUARANTINED, "set:result", "MAYBE")),
    (11, "2025-11-31 12:00:00", Mark("bad_date", QUARANTINED, "type:inspected_at", "2025-11-31 12:00:00")),
)
Row = list[object]
Marked = tuple[Row, Mark | None]


class InspectionExporter:
    """Writes the workbook of a day. xlsxwriter gives the same bytes for the same rows: dates inside are fixed."""

    def __init__(self, plant: PlantModel, landing: Landing, seed: int) -> None:
        self.plant, self.landing, self.seed = plant, landing, seed

    def export(self, log: DayLog) -> list[Fault]:
        """Write the results of a day; no file on a day without samples."""
        number = log.day.strftime("%Y%m%d")
        rows: list[Marked] = [(row, None) for row in self._rows(log, number)]
        if not rows:
            return []
        marked = _spoil(np.random.default_rng((self.seed, 13, log.day.toordinal())), rows)
        file = f"mes/inspections_{number}.xlsx"
        self.landing.write(file, lambda part: _workbook(part, [r for r, _ in marked]), log.end + 12 * 60_000)
        return [
            Fault(m.kind, "mes__inspection_results", file, n, m.expected, m.rule, m.detail)
            for n, (_, m) in enumerate(marked, start=1)
            if m is not None
        ]

    def _rows(self, log: DayLog, number: str) -> list[Row]:
        samples = sorted(log.samples, key=lambda s: (s.at, s.machine))
        usable = [s for s in samples if outside_repeated_hour(s.at, later=True) == s.at]
        rows: list[Row] = []
        for sample in usable:
            for part in range(len(sample.deviations)):
                rows.append([f"Q{number}-{len(rows) + 1:05d}", *self._result(sample, part)])
        return rows

    def _result(self, sample: Sample, part: int) -> Row:
        machine = self.plant.machines[sample.machine]
        finishing = sample.material_no.startswith("1")
        name, nominal, tolerance, unit, defect = (FINISHED if finishing else MACHINED)[part]
        value = round(nominal + tolerance / 3.6 * sample.deviations[part], 4)
        low, high = round(nominal - tolerance, 4), round(nominal + tolerance, 4)
        good = low <= value <= high
        return [sample.order_no, sample.operation_no, sample.material_no, machine.code, name, nominal, low, high, value,
                unit, f"{to_local(sample.at):%Y-%m-%d %H:%M:%S}", "OK" if good else "NOK", "" if good else defect]  # fmt: skip


def _spoil(rng: np.random.Generator, rows: list[Marked]) -> list[Marked]:
    """Insert a spoilt copy of one result and an exact copy of another; small files are left alone."""
    if len(rows) < SMALLEST_FILE:
        return rows
    position, value, mark = SPOILT[int(rng.integers(len(SPOILT)))]
    spoilt, twin = (int(place) for place in rng.choice(len(rows), 2, replace=False))
    changed = [value if n == position else field for n, field in enumerate(rows[spoilt][0])]
    extra = {spoilt: (changed, mark), twin: (list(rows[twin][0]), DUPLICATE)}
    return [one for n, row in enumerate(rows) for one in ((row, extra[n]) if n in extra else (row,))]


def _workbook(path: Path, rows: list[Row]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": datetime(2025, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("Results")
    table: list[Row] = [list(HEADER), *rows]
    for number, row in enumerate(table):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value)
    book.close()
