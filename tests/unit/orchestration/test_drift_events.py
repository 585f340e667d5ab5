"""Drift of a release's features becomes rows, each once, over commands and sensor alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from dagster import DagsterInstance, build_sensor_context

from ingestion.settings import REPOSITORY, Settings
from orchestration.defs import sensors
from orchestration.lib.drift_events import find_drift, read_events, tell_drift
from orchestration.lib.workspace import Workspace, workspace_of
from serving.manifest import Manifest, ReleasedTable, ReleaseInfo
from serving.release import Release

BEGIN = datetime(2025, 9, 1, tzinfo=UTC)
SHIFTED = 35


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Seven weeks of two machines; the temperature of one is ten degrees higher from the sixth week on."""
    folder = tmp_path_factory.mktemp("release")
    random = np.random.default_rng(3)
    hours = 49 * 24
    frames = [
        pl.DataFrame({
            "equipment_id": machine,
            "feature_at": [BEGIN + timedelta(hours=hour) for hour in range(hours)],
            "temp_mean_1h": 40 + random.normal(0, 2, hours) + np.where(np.arange(hours) >= SHIFTED * 24, step, 0),
            "temp_mean_24h": random.normal(0, 2, hours) * np.arange(hours),
        })
        for machine, step in (("M1", 0.0), ("M2", 10.0))
    ]  # fmt: skip
    pl.concat(frames).sample(fraction=1, shuffle=True, seed=1).write_parquet(folder / "ftr.parquet")
    columns = dict.fromkeys(("equipment_id", "feature_at", "temp_mean_1h", "temp_mean_24h"), "DOUBLE")
    table = ReleasedTable("ftr_equipment__1h", "features", 2 * hours, "ftr.parquet", columns)
    manifest = Manifest("r1", "2025-10-20", ReleaseInfo("f"), (table,), {})
    return Release("r1", folder, is_current=True, manifest=manifest)


def shifts_of_a_line(random: np.random.Generator, line: str, scrap: float) -> pl.DataFrame:
    """Ten weeks of four machines in three shifts, no work on Sundays, outages; scrap goes up by `scrap` after six weeks."""
    days = [number for number in range(70) if number % 7 < 6 for _ in range(12)]
    size = len(days)
    availability = np.where(random.random(size) < 0.03, 0.1, np.clip(random.normal(0.85, 0.05, size), 0, 1))
    scrap_ratio = np.clip(random.normal(0.025, 0.007, size), 0, 1) + scrap * (np.array(days) >= 42)
    effectiveness = np.clip(random.normal(0.94, 0.02, size), 0, 1)
    return pl.DataFrame({
        "site_code": "S", "line": line, "pbt_s": 28_800.0, "production_day": [BEGIN.date() + timedelta(days=day) for day in days],
        "availability": availability, "effectiveness": effectiveness, "scrap_ratio": scrap_ratio,
        "oee": availability * effectiveness * (1 - scrap_ratio),
    })  # fmt: skip


def hours_of_a_machine(random: np.random.Generator, machine: str, energy: float) -> pl.DataFrame:
    """Ten weeks in two shifts; what a piece takes goes up by the factor `energy` after six weeks."""
    numbers = np.array([hour for hour in range(70 * 24) if hour % 24 < 16 and hour // 24 % 7 < 6])
    apt_s = random.uniform(900, 3600, numbers.size)
    produced = np.round(apt_s / 60 * random.normal(1, 0.03, numbers.size)).astype(int)
    usage = random.normal(0.3, 0.02, numbers.size) * np.where(numbers >= 42 * 24, energy, 1.0)
    return pl.DataFrame({
        "equipment_id": machine, "hour_at": [BEGIN + timedelta(hours=int(hour)) for hour in numbers],
        "apt_s": apt_s, "produced_qty": produced, "scrap_qty": produced // 40, "rework_qty": 0, "energy_kwh": produced * usage,
    })  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_key_measures_of_machines_and_lines_are_told_once_each(tmp_path: Path, seed: int) -> None:
    """One machine takes more energy a piece and one line makes more scrap; the same weeks without are a stable season."""
    random = np.random.default_rng(seed)
    hours = pl.concat(hours_of_a_machine(random, machine, up) for machine, up in (("S-A", 1.0), ("S-B", 1.3)))
    frames = {
        "fct_equipment_hour": hours.drop("energy_kwh"),
        "fct_energy_hour": hours.select("equipment_id", "hour_at", "energy_kwh"),
        "mart_oee__equipment_shift": pl.concat(
            shifts_of_a_line(random, line, up) for line, up in (("L1", 0.0), ("L2", 0.03))
        ),
    }
    for name, frame in frames.items():
        frame.sample(fraction=1, shuffle=True, seed=seed).write_parquet(tmp_path / f"{name}.parquet")
    tables = tuple(
        ReleasedTable(name, "bi", frame.height, f"{name}.parquet", dict.fromkeys(frame.columns, ""))
        for name, frame in frames.items()
    )
    found = find_drift(Release("r1", tmp_path, True, Manifest("r1", "", ReleaseInfo("f"), tables, {})))
    first = BEGIN.date() + timedelta(days=42)
    seen = [(event.table_name, event.column_name, event.equipment_id, event.began_on) for event in found]
    assert [one[:3] for one in seen] == [
        ("fct_equipment_hour", "energy_per_good_kwh", "S-B"),
        ("mart_oee__equipment_shift", "scrap_ratio", "S-L2"),
    ]
    assert all(first < began_on < first + timedelta(days=7) for *_, began_on in seen)
    without = tuple(table for table in tables if table.name != "fct_energy_hour")
    rest = find_drift(Release("r1", tmp_path, True, Manifest("r1", "", ReleaseInfo("f"), without, {})))
    assert [event.column_name for event in rest] == ["scrap_ratio"], "a plant without energy has the rest"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_of(Settings(home=tmp_path, plant=REPOSITORY / "data" / "plants" / "demo"))


def test_the_shift_of_one_machine_is_one_event(release: Release) -> None:
    (event,) = find_drift(release)
    assert (event.table_name, event.column_name, event.equipment_id) == (
        "ftr_equipment__1h",
        "temp_mean_1h",
        "M2",
    )
    first = date(2025, 9, 1) + timedelta(days=SHIFTED)
    assert first < event.began_on < first + timedelta(days=7)


def test_it_is_told_once_and_kept(release: Release, workspace: Workspace) -> None:
    assert len(tell_drift(workspace, release)) == 1
    assert tell_drift(workspace, release) == []
    (row,) = read_events(workspace)
    assert (row["equipment_id"], row["release_id"]) == ("M2", "r1")


def test_the_sensor_reports_it_for_a_new_release_only(
    release: Release, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensors, "current_release", lambda _: release)
    sensor = sensors.drift_sensor(workspace)
    with DagsterInstance.ephemeral() as instance:
        told = sensor.evaluate_tick(build_sensor_context(instance=instance))
        assert [event.asset_key.to_user_string() for event in told.asset_events] == [
            "drift/ftr_equipment__1h"
        ]
        again = sensor.evaluate_tick(build_sensor_context(instance=instance, cursor=told.cursor))
        assert not again.asset_events
