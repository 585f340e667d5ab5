"""The sensor asks for one run per delivery, and for none while a file is being written."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from dagster import SensorResult, SkipReason, build_sensor_context

from ingestion.load import load_table
from ingestion.settings import Settings
from orchestration.defs.sensors import landed_files_sensor


@pytest.fixture
def folder(workspace) -> Path:
    path = workspace.settings.landing / "mes"
    path.mkdir(parents=True)
    return path


def deliver(path: Path) -> None:
    path.write_text("{}")
    os.utime(path, (1000, 1000))


def evaluate(workspace, cursor: str | None = None):
    return landed_files_sensor(workspace)(build_sensor_context(cursor=cursor))


def test_no_file_no_run(workspace, folder):
    assert isinstance(evaluate(workspace), SkipReason)


def test_new_files_ask_for_one_run_and_the_same_files_for_no_more(workspace, folder):
    deliver(folder / "counters_1.jsonl")
    deliver(folder / "counters_2.jsonl")
    first = evaluate(workspace)
    assert isinstance(first, SensorResult)
    assert len(first.run_requests or []) == 1
    assert isinstance(evaluate(workspace, first.cursor), SkipReason)
    deliver(folder / "counters_3.jsonl")
    second = evaluate(workspace, first.cursor)
    assert isinstance(second, SensorResult)
    assert second.cursor != first.cursor


def test_the_first_look_at_a_home_that_is_up_to_date_starts_nothing(workspace, folder, monkeypatch):
    deliver(folder / "counters_1.jsonl")
    released = []
    monkeypatch.setattr("orchestration.defs.sensors.released_before", lambda *_: released and "v1")
    assert evaluate(workspace).run_requests, "the file was never taken in"
    for contract in workspace.contracts_of("mes") + workspace.contracts_of("plant"):
        load_table(contract, workspace.plant.source(contract.system), workspace.plant, workspace.settings)
    assert evaluate(workspace).run_requests, "its data was never released"
    released.append("v1")
    first = evaluate(workspace)
    assert not first.run_requests
    assert "taken in and released" in first.skip_reason.skip_message
    assert isinstance(evaluate(workspace, first.cursor), SkipReason)
    deliver(folder / "counters_2.jsonl")
    assert evaluate(workspace, first.cursor).run_requests


def test_a_file_that_may_still_grow_is_waited_for(workspace, folder):
    settings = Settings(home=workspace.settings.home, plant=workspace.settings.plant, settle_seconds=60)
    patient = replace(workspace, settings=settings)
    deliver(folder / "counters_1.jsonl")
    os.utime(folder / "counters_1.jsonl", (time.time(), time.time()))
    reason = evaluate(patient)
    assert isinstance(reason, SkipReason)
    assert "still be written" in (reason.skip_message or "")
