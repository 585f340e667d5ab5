"""Dagster's own storage of one home: its configuration, opening it, clearing what a killed run left.

Here: dagster.yaml and the instance. Not here: the lock that runs take (``lock``), definitions (``orchestration.defs``).
"""

from __future__ import annotations

from typing import Any

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.instance.ref import InstanceRef

from ingestion.settings import Settings
from orchestration.lib.event_storage import LastingStorage

DAGSTER_YAML = """\
# Written by Tundish: Dagster's storage of this home. SQLite files lie beside it.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1 # the warehouse has one writer
    granularity: run
  runs:
    max_concurrent_runs: 1 # a home has one run at a time, see run.lock
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
retention:
  sensor:
    purge_after_days: 7
  schedule:
    purge_after_days: 90
"""

NO_CAPTURE = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
"""The command line writes one log file itself; capture per step costs a child process each."""


def write_configuration(settings: Settings) -> None:
    """Write dagster.yaml into the home if it differs."""
    path = settings.dagster_home / "dagster.yaml"
    if path.is_file() and path.read_text(encoding="utf-8") == DAGSTER_YAML:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(DAGSTER_YAML, encoding="utf-8")


def open_instance(settings: Settings, *, capture: bool = False) -> DagsterInstance:
    """Open the home's instance; ``capture`` keeps stdout and stderr of each step, as the UI shows them."""
    write_configuration(settings)
    folder = str(settings.dagster_home)
    overrides = _lasting_storage(folder) | ({} if capture else NO_CAPTURE)
    return DagsterInstance.from_ref(InstanceRef.from_dir(folder, overrides=overrides))


def _lasting_storage(folder: str) -> dict[str, Any]:
    kind = {"module": LastingStorage.__module__, "class": LastingStorage.__name__}
    return {"storage": {"custom": kind | {"config": {"base_dir": folder}}}}


def close_abandoned_runs(instance: DagsterInstance, present_run: str = "") -> list[str]:
    """Mark runs as failed that cannot be alive; return their ids.

    Call it only while holding the home's lock: then every other started run belongs to a process that was killed.
    """
    started = instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]))
    abandoned = [run for run in started if run.run_id != present_run]
    for run in abandoned:
        instance.report_run_failed(
            run, "The process of this run was killed. A new run repeats what it left undone."
        )
    return [run.run_id for run in abandoned]
