"""A release is new when anything that it follows from has changed, and only then."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestration.lib import fingerprint
from orchestration.lib.fingerprint import Inputs

BASE = Inputs(
    raw_content={"mes__counters": "three files", "plant__shifts": "one file"},
    raw_versions={"mes__counters": 3, "plant__shifts": 1},
    dbt_code="code",
    suites="suites",
    plant="plant",
    packages={"duckdb": "2.0.0"},
)


@pytest.mark.parametrize(
    "change",
    [
        {"raw_content": {"mes__counters": "four files", "plant__shifts": "one file"}},
        {"dbt_code": "other"},
        {"suites": "other"},
        {"plant": "other"},
        {"packages": {"duckdb": "1.5.6"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_input_changes_the_fingerprint(change):
    assert replace(BASE, **change).fingerprint != BASE.fingerprint


def test_compaction_makes_no_new_release():
    assert (
        replace(BASE, raw_versions={"mes__counters": 9, "plant__shifts": 9}).fingerprint == BASE.fingerprint
    )


def test_order_of_tables_does_not_matter():
    turned = replace(BASE, raw_content=dict(reversed(BASE.raw_content.items())))
    assert turned.fingerprint == BASE.fingerprint


def test_a_warehouse_is_built_in_full_once_and_then_by_increments(workspace):
    inputs = fingerprint.read_inputs(workspace, {"mes__counters": 1, "plant__shifts": 0})
    workspace.settings.warehouse_path.parent.mkdir(parents=True)
    workspace.settings.warehouse_path.touch()
    assert fingerprint.needs_full_build(workspace, inputs)
    fingerprint.record_build(workspace, inputs)
    assert not fingerprint.needs_full_build(workspace, inputs)
    assert fingerprint.recorded_build(workspace) == inputs


def test_new_readings_need_no_full_build_but_a_new_calendar_does(workspace):
    inputs = fingerprint.read_inputs(workspace, {"mes__counters": 1, "plant__shifts": 0})
    workspace.settings.warehouse_path.parent.mkdir(parents=True)
    workspace.settings.warehouse_path.touch()
    fingerprint.record_build(workspace, inputs)
    readings = replace(inputs, raw_content=inputs.raw_content | {"mes__counters": "more"})
    calendar = replace(inputs, raw_content=inputs.raw_content | {"plant__shifts": "other"})
    assert not fingerprint.needs_full_build(workspace, readings)
    assert fingerprint.needs_full_build(workspace, calendar)


def test_a_full_build_that_did_not_finish_is_begun_again(workspace):
    inputs = fingerprint.read_inputs(workspace, {"mes__counters": 1})
    workspace.settings.warehouse_path.parent.mkdir(parents=True)
    workspace.settings.warehouse_path.touch()
    fingerprint.record_build(workspace, inputs)
    fingerprint.forget_build(workspace)
    assert fingerprint.needs_full_build(workspace, inputs)
    with pytest.raises(fingerprint.WarehouseNotBuiltError, match="tundish run"):
        fingerprint.recorded_build(workspace)


def test_rows_that_come_out_of_the_quarantine_need_a_full_build(workspace):
    """They are older than what incremental models have seen."""
    path = workspace.settings.raw_path("mes__counters")
    log = path / "_delta_log"
    log.mkdir(parents=True)
    inputs = fingerprint.read_inputs(workspace, {"mes__counters": 0})
    (log / f"{0:020d}.json").write_text('{"txn":{"appId":"' + "0" * 64 + '","version":1}}\n')
    delivered = fingerprint.read_inputs(workspace, {"mes__counters": 0})
    (log / f"{1:020d}.json").write_text('{"txn":{"appId":"decision:1.0","version":1}}\n')
    replayed = fingerprint.read_inputs(workspace, {"mes__counters": 1})
    assert inputs.rules == delivered.rules != replayed.rules
    assert len({inputs.fingerprint, delivered.fingerprint, replayed.fingerprint}) == 3


def test_the_record_of_a_build_of_before_is_still_read(workspace):
    inputs = fingerprint.read_inputs(workspace, {})
    workspace.settings.warehouse_path.parent.mkdir(parents=True)
    fingerprint.record_build(workspace, inputs)
    path = fingerprint.build_record_path(workspace)
    body = json.loads(path.read_text())
    del body["recovered"]
    path.write_text(json.dumps(body))
    assert fingerprint.recorded_build(workspace) == inputs
