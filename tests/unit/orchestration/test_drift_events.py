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
