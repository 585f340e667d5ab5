"""Features know nothing of what comes after them: with the later events cut off they are the same; labels look ahead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.plant_rows import DAYS, MACHINES, START, Plant, create_raw, simulate

PROJECT = Path(__file__).parents[2] / "dbt_project"
SITE = {"site_code": "1000", "name": "Site", "timezone": "Europe/Berlin", "currency": "EUR", "country": "DE"}
HORIZONS = {"24h": 24, "72h": 72, "7d": 168}
LABELS = ("is_down", *(f"is_failure_within_{name}" for name in HORIZONS))
Rows = dict[tuple[str, datetime], dict[str, Any]]


def build(folder: Path, plant: Plant, known_until: datetime | None = None) -> Rows:
    """Build the feature table from what was known and return its rows by equipment and feature_at."""
    warehouse = folder / "tundish.duckdb"
    create_raw(warehouse, plant, known_until)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
    environment |= {"TUNDISH_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    names = {"active_systems": ["sap_ecc", "mes", "pi_historian", "cms"], "sites": [SITE], "enterprise": "E"}
    command = [
        str(Path(sys.executable).with_name("dbt")), "run", "--full-refresh", "--select", "+ftr_equipment__1h",
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(names),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(warehouse), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        found = con.execute("select * from features.ftr_equipment__1h")
        columns = [column[0] for column in found.description]
        rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    return {(row["equipment_id"], row["feature_at"].astimezone(UTC)): row for row in rows}


@pytest.fixture(scope="module")
def plant() -> Plant:
    return simulate(seed=11)


@pytest.fixture(scope="module")
def complete(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return build(tmp_path_factory.mktemp("complete"), plant)


def differs(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        # Doubles are summed in another order; a standard deviation is a root of a difference of such sums.
        return abs(a - b) > 1e-4 * max(1.0, abs(a))
    return bool(a != b)


@pytest.mark.parametrize(
    "cut_after",
    [
        timedelta(days=6, hours=10),
        pytest.param(timedelta(days=3, hours=5, seconds=3), marks=pytest.mark.long),
    ],
)
def test_later_events_change_no_earlier_feature(
    plant: Plant, complete: Rows, tmp_path: Path, cut_after: timedelta
) -> None:
    cut = START + cut_after
    early = build(tmp_path, plant, known_until=cut)
    assert early.keys() == {key for key in complete if key[1] <= cut}
    for key, row in early.items():
        later = complete[key]
        changed = {n: (row[n], later[n]) for n in row if n not in LABELS and differs(row[n], later[n])}
        assert not changed, f"{key}: {changed}"
        for name in LABELS[1:]:
            assert row[name] is None or row[name] == later[name], f"{key} {name}"


def test_labels_are_true_only_for_a_failure_inside_the_horizon(plant: Plant, complete: Rows) -> None:
    failures = plant.failures()
    assert len(failures) > 5
    seen = [(row["machine"], row["changed_at"]) for row in plant.rows["mes__machine_states"]]
    seen += [(row["machine"], row["counted_at"]) for row in plant.rows["mes__counters"]]
    ends = {machine: max(at for name, at in seen if name == machine) for machine in MACHINES}
    for (equipment, at), row in complete.items():
        known_until = ends[equipment.removeprefix("1000-")]
        mine = [(start, end) for name, start, end in failures if name == equipment]
        for name, hours in HORIZONS.items():
            horizon = at + timedelta(hours=hours)
            fails = any(at < start <= horizon for start, _ in mine)
            expected = True if fails else (False if horizon <= known_until else None)
            assert row[f"is_failure_within_{name}"] is expected, f"{equipment} {at} {name}"
        assert row["is_down"] is any(start <= at and (end is None or end > at) for start, end in mine)
        before = [start for start, _ in mine if start < at]
        wanted = (at - max(before)).total_seconds() / 3600 if before else None
        assert row["hours_since_failure"] == (pytest.approx(wanted) if before else None)


def test_state_seconds_and_counts_are_those_of_the_hour(plant: Plant, complete: Rows) -> None:
    assert len(complete) > DAYS * 24
    events = [row for row in plant.rows["mes__machine_states"] if row["machine"] == "M01"]
    last_seen = max(row["counted_at"] for row in plant.rows["mes__counters"] if row["machine"] == "M01")
    end = {"changed_at": max(last_seen, events[-1]["changed_at"])}
    stretches = list(pairwise([*events, end]))
    for (equipment, at), row in complete.items():
        if equipment != "1000-M01" or row["apt_s_1h"] is None:
            continue
        start = at - timedelta(hours=1)
        produced = sum(
            max(0.0, (min(after["changed_at"], at) - max(event["changed_at"], start)).total_seconds())
            for event, after in stretches
            if event["state"] == "PRODUCING"
        )
        assert row["apt_s_1h"] == pytest.approx(produced, abs=1e-3)
