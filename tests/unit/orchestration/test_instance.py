"""Dagster's storage of a home: quiet, one run at a time, and no run left open by a kill."""

from __future__ import annotations

import yaml
from dagster import AssetKey, AssetMaterialization, DagsterInstance, DagsterRunStatus, job, op

from orchestration.lib import instance as lib


@op
def reports(context):
    """Write one asset event into the log."""
    context.log_event(AssetMaterialization("thing", metadata={"rows": 7}))


@job
def reporting():
    """A job whose run leaves events of a run and of an asset."""
    reports()


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


def test_dagster_alone_reads_what_lasting_connections_wrote(workspace):
    """The UI opens the same folder with Dagster's own storage class."""
    with lib.open_instance(workspace.settings) as instance:
        run_id = reporting.execute_in_process(instance=instance).run_id
        written = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
    history = workspace.settings.dagster_home / "history"
    assert not list(history.rglob("*-wal")), "connections outlive the instance"
    with DagsterInstance.from_config(str(workspace.settings.dagster_home)) as instance:
        assert type(instance.event_log_storage).__module__.startswith("dagster.")
        assert [entry.dagster_event_type for entry in instance.all_logs(run_id)] == written
        event = instance.get_latest_materialization_event(AssetKey("thing"))
        assert event.asset_materialization.metadata["rows"].value == 7
        assert instance.get_run_by_id(run_id).status == DagsterRunStatus.SUCCESS
