"""Writes the configuration folder of the simulated plants: plant.yml's tables as CSV.

Belongs here: equipment, signals and their changes, counter tags, shifts, exceptions, holidays, reasons, rates, state map and decisions on master
data as the system `plant` delivers them. Does not belong here: exports of the plants' other systems (exporters/).
data/plants/demo is this module's output for the default size, and a test holds them together.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from data.simulator import duisburg, greenville
from data.simulator.exporters import odoo_losses
from data.simulator.exporters.files import write_text
from data.simulator.greenville_signals import COUNTERS, ROLLOVERS, SLOWER, node_id
from data.simulator.greenville_signals import build_signals as greenville_signals
from data.simulator.master_records import DECISIONS
from data.simulator.plant_model import ENTERPRISE, PlantModel
from data.simulator.reasons import REASONS, STATE_MAP
from data.simulator.reporting import heartbeat_s
from data.simulator.signal_changes import CHANGES, common_unit, in_common_unit
from data.simulator.signal_model import Signal, build_signals

VALID_FROM = "2020-01-01"
_PLAIN_WEEK = range(6, 13)  # Monday 6 to Sunday 12 January 2020: a week without exceptions
ANY_CONTEXT = ("*", "*", "*")  # mode, order_registered, planned: the states mean the same in each
Row = Sequence[object]
# A made-up course of the dollar; the last rate has no end.
CURRENCY_RATES: tuple[Row, ...] = (
    ("from_currency", "to_currency", "valid_from", "valid_to", "rate"),
    ("USD", "EUR", "2025-09-01", "2025-10-01", "0.8530"),
    ("USD", "EUR", "2025-10-01", "2025-11-01", "0.8590"),
    ("USD", "EUR", "2025-11-01", None, "0.8650"),
)
Plants = tuple[PlantModel, ...]


def write_plant_tables(folder: Path, *, machines: int = 12, tags: int = 60, rate_s: float = 30.0) -> None:
    """Write the configuration tables into `folder`; `machines` and `tags` are the size of the first plant."""
    first, second = duisburg.build_plant(machines), greenville.build_plant()
    plants = (first, second)
    signals = (
        (first, build_signals(first, tags), rate_s),
        (second, greenville_signals(second), SLOWER * rate_s),
    )
    tables: dict[str, list[Row]] = {
        "equipment": _equipment(plants),
        "signals": [_SIGNAL_HEAD, *(row for part in signals for row in _signals(*part))],
        "signal_changes": _changes(),
        "counter_tags": _counter_tags(second),
        "shifts": _shifts(plants),
        "shift_exceptions": _exceptions(plants),
        "holidays": _holidays(plants),
        "reasons": _reasons(plants),
        "currency_rates": list(CURRENCY_RATES),
        "state_map": _states(),
        "master_decisions": [_DECISION_HEAD, *DECISIONS],
    }
    for name, rows in tables.items():
        write_text(folder / f"{name}.csv", _csv(rows))


def _csv(rows: Iterable[Row]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow([str(v).lower() if isinstance(v, bool) else "" if v is None else v for v in row])
    return buffer.getvalue()


def _equipment(plants: Plants) -> list[Row]:
    rows: list[Row] = [
        ("enterprise", "site_code", "area_code", "area_name", "line_code", "line_name", "machine", "machine_name",
         "equipment_class", "calendar_code", "work_centre", "sap_equnr", "valid_from")
    ]  # fmt: skip
    for plant in plants:
        for line in plant.lines:
            rows += [
                (ENTERPRISE, plant.site_code, *line.area, line.code, line.name, m.code, m.name, m.equipment_class,
                 line.calendar_code, m.work_centre, m.equnr, VALID_FROM)
                for m in line.machines
            ]  # fmt: skip
    return rows


_DECISION_HEAD: Row = ("decision", "entity", "action", "source_system", "source_key", "other_system", "other_key",
                       "attribute", "value", "reason", "decided_by", "decided_on")  # fmt: skip
_SIGNAL_HEAD: Row = ("site_code", "tag", "machine", "measurement", "description", "unit", "source_unit", "interpolation", "rollover_at", "max_gap_s",
                     "low_limit", "high_limit", "uns_path")  # fmt: skip


def _signals(plant: PlantModel, signals: tuple[Signal, ...], rate_s: float) -> list[Row]:
    rows: list[Row] = []
    area = {m.code: line.area[0] for line in plant.lines for m in line.machines}
    for signal in signals:
        m, unit = signal.measurement, plant.machines[signal.machine]
        path = "/".join(
            (ENTERPRISE.replace(" ", ""), plant.site_code, area[unit.code], unit.line, unit.code, m.name)
        )
        rows.append((plant.site_code, signal.tag, unit.code, m.name, m.text, common_unit(m.unit),
                     "" if common_unit(m.unit) == m.unit else m.unit, m.interpolation, None, round(2 * heartbeat_s(rate_s)),
                     _limit(m.unit, m.low), _limit(m.unit, m.high), path))  # fmt: skip
    return rows


def _limit(unit: str, limit: float | None) -> float | None:
    return None if limit is None else round(float(in_common_unit(unit, np.array([limit]))[0]), 3)


def _changes() -> list[Row]:
    return [
        ("site_code", "tag", "valid_from", "source_tag", "source_unit", "machine", "uns_path"),
        *((c.site_code, c.tag, c.at.isoformat(), c.source_tag, c.source_unit, "", "") for c in CHANGES),
    ]


def _counter_tags(plant: PlantModel) -> list[Row]:
    return [
        ("system", "site_code", "tag", "machine", "role", "rollover_at"),
        *(
            ("opcua", plant.site_code, node_id(machine, name), machine.code, role,
             ROLLOVERS.get(machine.code) if role == "total" else None)
            for machine in plant.machines for role, (_, name) in COUNTERS.items()
        ),
    ]  # fmt: skip


def _shifts(plants: Plants) -> list[Row]:
    rows: list[Row] = [
        ("site_code", "calendar_code", "weekday", "shift_code", "shift_name", "start_local", "end_local",
         "crosses_midnight", "is_working", "break_windows")
    ]  # fmt: skip
    for plant in plants:
        for calendar in plant.calendar.names:
            rows += [row for number in _PLAIN_WEEK for row in _day(plant, calendar, date(2020, 1, number))]
    return rows


def _day(plant: PlantModel, calendar: str, day: date) -> list[Row]:
    own = plant.calendar
    return [
        (plant.site_code, calendar, day.isoweekday(), code, name, f"{start:02d}:00", f"{end:02d}:00", end < start,
         own.is_working(calendar, day, code), "|".join(own.breaks[calendar, code]))
        for code, name, start, end in own.shifts
    ]  # fmt: skip


def _exceptions(plants: Plants) -> list[Row]:
    head: Row = ("site_code", "calendar_code", "production_day", "shift_code", "is_working", "reason")
    return [
        head,
        *((plant.site_code, *exception) for plant in plants for exception in plant.calendar.exceptions),
    ]


def _holidays(plants: Plants) -> list[Row]:
    head: Row = ("site_code", "calendar_code", "production_day", "holiday_name")
    return [head, *((plant.site_code, *day) for plant in plants for day in plant.calendar.holidays)]


def _reasons(plants: Plants) -> list[Row]:
    head: Row = ("site_code", "reason_code", "parent_code", "reason_name", "loss_category")
    return [head, *((plant.site_code, *reason) for plant in plants for reason in REASONS)]


def _states() -> list[Row]:
    maps = (("mes", STATE_MAP), ("odoo", odoo_losses.STATE_MAP))
    return [
        ("system", "state", "mode", "order_registered", "planned", "reason_group", "time_element",
         "is_corrective_maintenance", "is_preventive_maintenance"),
        *((system, state, *ANY_CONTEXT, *rest) for system, states in maps for state, *rest in states),
    ]  # fmt: skip
