"""A small plant in the canonical import format: a press in Rochester on the day when summer time ends and the day after.

Sunday, shift N, 00:00 to 04:00 on the wall clock, which lasts five hours: it stops from 01:30 (summer time) to 01:15
(winter time), 45 minutes. Monday, shift D, 08:00 to 16:00: setup, run, a failure, a break, no order.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SITE = "7"
PLANT_YML = """\
name: rochester
title: Rochester Stampings
enterprise: Rochester
sites:
  - {site_code: '7', name: Rochester, timezone: America/New_York, currency: USD, country: US}
sources:
  canonical:
    path: '{landing}/canonical'
  plant:
    path: .
"""
STATE_MAP = """\
system,state,mode,order_registered,planned,reason_group,time_element,is_corrective_maintenance,is_preventive_maintenance
canonical,RUN,*,*,*,10000,apt,false,false
canonical,SETUP,*,*,*,100000,aust,false,false
canonical,STOP,*,*,*,40000,adet,false,false
canonical,BREAK,*,*,*,150000,pdt,false,false
canonical,IDLE,*,*,*,170000,adot,false,false
canonical,OFF,*,*,*,160000,not_scheduled,false,false
"""
Rows = list[dict[str, Any]]


def _states() -> Rows:
    """State, wall clock, order of each event, in order of time."""
    sunday = [
        ("00:00", "RUN", "4711"),
        ("01:30", "STOP", "4711"),
        ("01:15", "RUN", "4711"),
        ("04:00", "OFF", ""),
    ]
    monday = [
        ("08:00", "SETUP", "4712"), ("08:30", "RUN", "4712"), ("10:00", "STOP", "4712"), ("10:20", "RUN", "4712"),
        ("12:00", "BREAK", "4712"), ("12:30", "RUN", "4712"), ("15:30", "IDLE", ""), ("16:00", "OFF", ""),
    ]  # fmt: skip
    days = [("2025-11-02", *event) for event in sunday] + [("2025-11-03", *event) for event in monday]
    return [
        {
            "site_code": SITE, "event_no": f"E{number:03}", "equipment_code": "PRESS1",
            "changed_at": f"{day} {clock}:00", "state": state, "order_no": order,
            "operation_no": "0010" if order else "", "material_id": MATERIALS.get(order, ""),
        }
        for number, (day, clock, state, order) in enumerate(days, 1)
    ]  # fmt: skip


def _counters() -> Rows:
    """Cumulative pieces, scrap and rework; the counter is reset at noon of Monday."""
    readings = [
        ("2025-11-02 00:00", "4711", 0, 0, 0), ("2025-11-02 04:00", "4711", 480, 30, 0),
        ("2025-11-03 08:00", "4712", 480, 30, 0), ("2025-11-03 12:00", "4712", 1000, 60, 10),
        ("2025-11-03 12:10", "4712", 0, 0, 0), ("2025-11-03 15:30", "4712", 560, 30, 10),
    ]  # fmt: skip
    return [
        {
            "site_code": SITE, "equipment_code": "PRESS1", "counted_at": f"{at}:00", "order_no": order,
            "operation_no": "0010", "material_id": MATERIALS[order], "total_count": total, "scrap_count": scrap,
            "rework_count": rework,
        }
        for at, order, total, scrap, rework in readings
    ]  # fmt: skip


def _orders() -> Rows:
    """One in time, one two days late."""
    common = {"site_code": SITE, "quantity_unit": "PCE", "planned_start_date": "2025-11-01"}
    return [
        {**common, "order_no": "4711", "material_id": "P-1", "ordered_qty": "450", "received_qty": "450",
         "scrapped_qty": "30", "due_date": "2025-11-02", "actual_start_date": "2025-11-02",
         "actual_end_date": "2025-11-02"},
        {**common, "order_no": "4712", "material_id": "P-2", "ordered_qty": "1000", "received_qty": "1000",
         "scrapped_qty": "60", "due_date": "2025-11-01", "actual_start_date": "2025-11-03",
         "actual_end_date": "2025-11-03"},
    ]  # fmt: skip


MATERIALS = {"4711": "P-1", "4712": "P-2"}
TABLES: dict[str, Rows] = {
    "equipment": [
        {"site_code": SITE, "equipment_code": "PRESS1", "valid_from": "2020-01-01", "equipment_name": "Press 1",
         "area": "PRESS", "line": "L1", "calendar_code": "NIGHTDAY", "work_centre_code": "WP1"},
    ],
    "shift": [
        {"site_code": SITE, "calendar_code": "NIGHTDAY", "production_day": "2025-11-02", "shift_code": "N",
         "started_at": "2025-11-02 00:00:00", "ended_at": "2025-11-02 04:00:00", "is_working": "true",
         "planned_break_s": ""},
        {"site_code": SITE, "calendar_code": "NIGHTDAY", "production_day": "2025-11-03", "shift_code": "D",
         "started_at": "2025-11-03 08:00:00", "ended_at": "2025-11-03 16:00:00", "is_working": "true",
         "planned_break_s": "1800"},
    ],
    "reason": [
        {"site_code": SITE, "reason_code": code, "parent_reason_code": parent, "reason_name": name,
         "loss_category": loss}
        for code, parent, name, loss in (
            ("10000", "", "Active", "none"), ("40000", "", "Unspecified", "minor_stop"),
            ("100000", "", "Changeover", "setup_adjustment"), ("150000", "", "Break", "planned"),
            ("160000", "", "No shift", "planned"), ("170000", "", "No order", "not_available"),
            ("180000", "", "Failure", "breakdown"), ("181000", "180000", "Hydraulics", "breakdown"),
        )
    ],
    "material": [
        {"material_id": "P-1", "material_name": "Bracket", "base_unit": "PCE", "standard_cost": "2.50"},
        {"material_id": "P-2", "material_name": "Cover", "base_unit": "PCE", "standard_cost": "4.00"},
    ],
    "production_order": _orders(),
    "operation": [
        {"site_code": SITE, "order_no": order, "operation_no": "0010", "work_centre_code": "WP1", "pri_s": pri}
        for order, pri in (("4711", "30"), ("4712", "20"))
    ],
    "machine_state": _states(),
    "counter": _counters(),
    "downtime_reason": [
        {"site_code": SITE, "event_no": "E007", "reason_code": "181000", "entered_at": "2025-11-03 10:05:00"},
    ],
    "stock_balance": [
        {"site_code": SITE, "material_id": "P-1", "storage_location": place, "quantity_unit": "PCE",
         "on_hand_qty": quantity}
        for place, quantity in (("FG", "300"), ("OUT", "20.5"))
    ],
    "stock_movement": [
        {"site_code": SITE, "movement_no": number, "material_id": "P-1", "movement_type": kind,
         "posting_date": "2025-11-02", "moved_qty": quantity, "quantity_unit": "PCE", "order_no": "4711"}
        for number, kind, quantity in (("1", "receipt", "450"), ("2", "issue", "-129.5"))
    ],
    "signal": [
        {"site_code": SITE, "tag": "P1.TEMP", "equipment_code": "PRESS1", "measurement": "oil_temperature",
         "unit": "degC", "interpolation": "step", "max_gap_s": "600"},
    ],
    "reading": [
        {"tag": "P1.TEMP", "reading_at": "2025-11-03 08:00:00", "value": "40.0"},
        {"tag": "P1.TEMP", "reading_at": "2025-11-03 08:00:30", "value": "46.0"},
        {"tag": "P1.TEMP", "reading_at": "2025-11-03 08:01:00", "value_text": "I/O Timeout", "status": "bad"},
    ],
    "maintenance_notification": [
        {"site_code": SITE, "notification_no": "N1", "equipment_code": "PRESS1", "notification_date": "2025-11-03",
         "is_breakdown": "true", "malfunction_started_at": "2025-11-03 10:00:00",
         "malfunction_ended_at": "2025-11-03 10:20:00", "failure_mode_code": "HYD"},
        {"site_code": SITE, "notification_no": "N2", "equipment_code": "PRESS1", "notification_date": "2025-11-03",
         "is_breakdown": "true", "malfunction_started_at": "2025-11-03 15:50:00"},
    ],
}  # fmt: skip


def write(folder: Path) -> None:
    """The plant's folder: its two configuration files."""
    folder.mkdir(parents=True)
    (folder / "plant.yml").write_text(PLANT_YML)
    (folder / "state_map.csv").write_text(STATE_MAP)


def export(folder: Path) -> None:
    """What the plant's export script writes: CSV, and the second half of the states as Parquet."""
    folder.mkdir(parents=True)
    states = TABLES["machine_state"]
    for entity, rows in {**TABLES, "machine_state": states[:4]}.items():
        _csv(folder / f"{entity}.csv", rows)
    later = [{**row, "changed_at": datetime.fromisoformat(row["changed_at"])} for row in states[4:]]
    pq.write_table(pa.Table.from_pylist(later), folder / "machine_state.monday.parquet")


def _csv(path: Path, rows: Rows) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, names, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
