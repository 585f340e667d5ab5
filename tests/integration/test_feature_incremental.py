"""Features and labels: any order of delivery gives what a full rebuild gives, and a day's delivery its own hours."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.plant_rows import START, Plant, simulate
from tests.integration.production_warehouse import Warehouse

SITES = [{"site_code": "1000", "name": "A", "timezone": "Europe/Berlin", "currency": "EUR", "country": "DE"}]
VARIABLES = {"active_systems": ["sap_ecc", "mes", "pi_historian", "cms"], "sites": SITES, "enterprise": "E"}
FAILURES = "sap_ecc__qmih"
TIMES = {
    "mes__machine_states": "changed_at",
    "mes__counters": "counted_at",
    "pi_historian__readings": "reading_at",
    "cms__vibration_snapshots": "taken_at",
    FAILURES: "malfunction_started_at",
}
KEYS = {"mes__machine_states": "event_id", FAILURES: "qmnum", "sap_ecc__qmel": "qmnum"}
TABLES = {"features": ("ftr_equipment__1h", "lbl_equipment__failure"), "core": ("fct_equipment_hour",)}
Row = dict[str, Any]


BEGIN = START + timedelta(days=2)
"""When the second machine begins to tell of itself."""


@pytest.fixture(scope="module")
def plant() -> Plant:
    """Days of two machines with every kind of event; readings thinned out, for each is delivered by itself."""
    plant = simulate(seed=23)
    plant.rows["pi_historian__readings"] = plant.rows["pi_historian__readings"][::4]
    for table in ("mes__machine_states", "mes__counters", "pi_historian__readings"):
        plant.rows[table] = [
            row
            for row in plant.rows[table]
            if row[TIMES[table]] >= BEGIN or "M02" not in (row.get("machine") or row["tag"])
        ]
    return plant


@pytest.fixture
def warehouse(tmp_path: Path, plant: Plant) -> Warehouse:
    columns = {table: ", ".join(rows[0]) for table, rows in plant.rows.items()}
    warehouse = Warehouse(tmp_path, VARIABLES, KEYS, columns, ("ftr_equipment__1h",))
    warehouse.deliver("sap_ecc__qmel", [tuple(row.values()) for row in plant.rows["sap_ecc__qmel"]])
    return warehouse


def deliver(warehouse: Warehouse, table: str, rows: list[Row]) -> None:
    warehouse.deliver(table, [tuple(row.values()) for row in rows])


def near(found: object, wanted: object) -> bool:
    """Sums of doubles depend on their order, and a standard deviation is a root of a difference of such sums."""
    if isinstance(found, float) and isinstance(wanted, float):
        return abs(found - wanted) <= 1e-4 * max(1.0, abs(wanted))
    return found == wanted


def test_incremental_equals_rebuild(warehouse: Warehouse, plant: Plant) -> None:
    """Late rows, failures that turn out to have begun elsewhere or not at all, and hours that go away again."""
    rng = random.Random(5)
    cut = START + timedelta(days=6)
    first, then, late = ({table: list[Row]() for table in TIMES} for _ in range(3))
    for table, time in TIMES.items():
        for place, row in enumerate(plant.rows[table]):
            if rng.random() < (0.02 if len(plant.rows[table]) > 1000 else 0.2):
                late[table].append(row)
            else:
                due = first if row[time] < cut else then
                due[table].append(row | wrong(rng, table, place, row))
    for table in TIMES:
        deliver(warehouse, table, first[table])
    # A state of long before all others of its machine makes hours that its correction takes away.
    opening = next(row for row in first["mes__machine_states"] if row["machine"] == "M02")
    deliver(warehouse, "mes__machine_states", [opening | {"changed_at": BEGIN - timedelta(days=1)}])
    warehouse.dbt()
    before = (
        f"from features.ftr_equipment__1h where equipment_id = '1000-M02' and hour_at < timestamptz '{BEGIN}'"
    )
    assert warehouse.ask(f"select count(*) {before}") == [(24,)]
    deliver(warehouse, "mes__machine_states", [opening])
    for table in TIMES:
        deliver(warehouse, table, then[table])
    warehouse.dbt()
    for table in TIMES:
        deliver(warehouse, table, late[table])
    right = [row for row in plant.rows[FAILURES] if row not in late[FAILURES]]
    deliver(warehouse, FAILURES, [*right[1:], right[0] | {"msaus": None}])
    warehouse.dbt()

    incremental = {table: warehouse.rows(table, schema) for schema, of in TABLES.items() for table in of}
    assert warehouse.ask(f"select count(*) {before}") == [(0,)]
    assert len(incremental["ftr_equipment__1h"]) > 24 * 13
    warehouse.dbt("--full-refresh")
    for schema, tables in TABLES.items():
        for table in tables:
            rebuilt = warehouse.rows(table, schema)
            assert [row[:4] for row in incremental[table]] == [row[:4] for row in rebuilt], table
            differ = [
                (found, wanted)
                for found, wanted in zip(incremental[table], rebuilt, strict=True)
                if not all(near(a, b) for a, b in zip(found, wanted, strict=True))
            ]
            assert not differ, (table, len(differ), differ[:2])


def wrong(rng: random.Random, table: str, place: int, row: Row) -> Row:
    """What a first, wrong version of some failures says otherwise."""
    if table != FAILURES or place % 3:
        return {}
    moved = row["malfunction_started_at"] + timedelta(hours=rng.choice([-30, -2, 3]))
    return {"malfunction_started_at": moved, "malfunction_ended_at": moved + timedelta(hours=1)}


def test_a_new_reading_computes_its_day_only(warehouse: Warehouse, plant: Plant) -> None:
    for table in TIMES:
        deliver(warehouse, table, plant.rows[table])
    warehouse.dbt()
    before = {row[:4]: row for row in warehouse.rows("ftr_equipment__1h", "features")}
    reading = next(
        row for row in plant.rows["pi_historian__readings"] if row["reading_at"] > START + timedelta(days=3)
    )
    at: datetime = reading["reading_at"] + timedelta(seconds=1)
    deliver(warehouse, "pi_historian__readings", [reading | {"reading_at": at, "value": 1e3}])
    warehouse.dbt()
    after = {row[:4]: row for row in warehouse.rows("ftr_equipment__1h", "features")}
    assert after.keys() == before.keys()
    changed = {key for key, row in after.items() if row != before[key]}
    assert changed
    assert all(at - timedelta(hours=2) <= key[3] <= at + timedelta(hours=26) for key in changed)
