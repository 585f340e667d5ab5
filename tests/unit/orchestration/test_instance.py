"""Dagster's storage of a home: quiet, one run at a time, and no run left open by a kill."""

from __future__ import annotations

import yaml
from dagster import DagsterRunStatus, job

from orchestration.lib import instance as lib


@job
def nothing():
    """A job that no test executes."""


def test_telemetry_is_off_and_the_pool_is_of_one(workspace):
    with lib.open_instance(workspace.settings) as instance:
        assert instance.telemetry_enabled is False
        assert instance.global_op_concurrency_default_limit == 1
    body = yaml.safe_load((workspace.settings.dagster_home / "dagster.yaml").read_text())
    assert body["concurrency"]["runs"]["max_concurrent_runs"] == 1


def test_runs_of_killed_processes_are_closed_and_the_present_one_is_not(workspace):
    with lib.open_instance(workspace.settings) as instance:
        killed = instance.create_run_for_job(nothing, status=DagsterRunStatus.STARTED)
        present = instance.create_run_for_job(nothing, status=DagsterRunStatus.STARTED)
        assert lib.close_abandoned_runs(instance, present.run_id) == [killed.run_id]
        statuses = {run.run_id: run.status for run in instance.get_runs()}
    assert statuses == {killed.run_id: DagsterRunStatus.FAILURE, present.run_id: DagsterRunStatus.STARTED}
