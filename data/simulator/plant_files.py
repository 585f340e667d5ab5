"""Writes the configuration folder of a simulated plant: plant.yml's tables as CSV.

Belongs here: equipment, signals, shifts, exceptions, reasons and state map as the system `plant` delivers them.
Does not belong here: exports of the plant's other systems (exporters/). data/plants/demo is this module's output for
the default plant, and a test holds them together.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from data.simulator.exporters.files import write_text
from data.simulator.plant_model import ENTERPRISE, SITE, PlantModel, build_plant
from data.simulator.reasons import REASONS, STATE_MAP
from data.simulator.reporting import heartbeat_s
from data.simulator.shift_calendar import BREAKS, CALENDARS, EXCEPTIONS, SHIFTS, is_working
from data.simulator.signal_model import build_signals

VALID_FROM = "2020-01-01"
_PLAIN_WEEK = range(6, 13)  # Monday 6 to Sunday 12 January 2020: a week without exceptions
ANY_CONTEXT = ("*", "*", "*")  # mode, order_registered, planned: the MES's states mean the same in each
Row = Sequence[object]


def write_plant_tables(folder: Path, *, machines: int = 12, tags: int = 60, rate_s: float = 30.0) -> None:
    """Write the six configuration tables of a plant of this size into `folder`."""
    plant = build_plant(machines)
    tables: dict[str, list[Row]] = {
        "equipment": _equipment(plant),
        "signals": _signals(plant, tags, rate_s),
        "shifts": _shifts(),
        "shift_exceptions": _exceptions(),
        "reasons": [("site_code", "reason_code", "parent_code", "reason_name", "loss_category"), *((SITE, *r) for r in REASONS)],
        "state_map": [
            ("system", "state", "mode", "order_registered", "planned", "reason_group", "time_element",
             "is_corrective_maintenance", "is_preventive_maintenance"),
            *(("mes", state, *ANY_CONTEXT, *rest) for state, *rest in STATE_MAP),
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        write_text(folder / f"{name}.csv", _csv(rows))


def _csv(rows: Iterable[Row]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow([str(v).lower() if isinstance(v, bool) else "" if v is None else v for v in row])
    return buffer.getvalue()


def _equipment(plant: PlantModel) -> list[Row]:
    rows: list[Row] = [
        ("enterprise", "site_code", "area_code", "area_name", "line_code", "line_name", "machine", "machine_name",
         "equipment_class", "calendar_code", "work_centre", "sap_equnr", "valid_from")
    ]  # fmt: skip
    for line in plant.lines:
        rows += [
            (ENTERPRISE, SITE, *line.area, line.code, line.name, m.code, m.name, m.equipment_class,
             line.calendar_code, m.work_centre, m.equnr, VALID_FROM)
            for m in line.machines
        ]  # fmt: skip
    return rows


def _signals(plant: PlantModel, tags: int, rate_s: float) -> list[Row]:
    rows: list[Row] = [
        ("site_code", "tag", "machine", "measurement", "description", "unit", "interpolation", "max_gap_s",
         "low_limit", "high_limit", "uns_path")
    ]  # fmt: skip
    area = {m.code: line.area[0] for line in plant.lines for m in line.machines}
    for signal in build_signals(plant, tags):
        m, unit = signal.measurement, plant.machines[signal.machine]
        path = "/".join((ENTERPRISE.replace(" ", ""), SITE, area[unit.code], unit.line, unit.code, m.name))
        rows.append((SITE, signal.tag, unit.code, m.name, m.text, m.unit, m.interpolation,
                     round(2 * heartbeat_s(rate_s)), m.low, m.high, path))  # fmt: skip
    return rows


def _shifts() -> list[Row]:
    rows: list[Row] = [
        ("site_code", "calendar_code", "weekday", "shift_code", "shift_name", "start_local", "end_local",
         "crosses_midnight", "is_working", "break_windows")
    ]  # fmt: skip
    for calendar in CALENDARS:
        for number in _PLAIN_WEEK:
            day = date(2020, 1, number)
            for code, name, start, end in SHIFTS:
                works = is_working(calendar, day, code)
                rows.append((SITE, calendar, day.isoweekday(), code, name, f"{start:02d}:00", f"{end:02d}:00",
                             end < start, works, "|".join(BREAKS[calendar, code])))  # fmt: skip
    return rows


def _exceptions() -> list[Row]:
    head: Row = ("site_code", "calendar_code", "production_day", "shift_code", "is_working", "reason")
    return [head, *((SITE, *exception) for exception in EXCEPTIONS)]
