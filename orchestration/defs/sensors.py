"""Sensors. Here: runs on new files in a landing folder. Not here: listing them (``lib.landing``), the job (``jobs``)."""

from __future__ import annotations

import time

from dagster import (
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
)

from ingestion.connectors.pull import is_fetched
from orchestration.defs.jobs import PLANT_TO_RELEASE
from orchestration.lib.landing import delivered_files, digest, settled
from orchestration.lib.workspace import Workspace

INTERVAL_S = 30


def landed_files_sensor(workspace: Workspace) -> SensorDefinition:
    """Return the sensor: one run for all files that landed since the last one, once nobody writes to them.

    Files that runs fetch themselves do not count: they would start the next run for ever.
    """
    fetched = {source.system for source in workspace.plant.sources if is_fetched(source)}

    def evaluate(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        files = [file for file in delivered_files(workspace) if file.system not in fetched]
        ready = settled(files, time.time(), workspace.settings.settle_seconds)
        if len(ready) < len(files):
            return SkipReason(f"{len(files) - len(ready)} files may still be written")
        state = digest(files)
        if not files or state == context.cursor:
            return SkipReason(f"no new file among {len(files)}")
        return SensorResult(run_requests=[RunRequest(run_key=state)], cursor=state)

    return SensorDefinition(
        name="landed_files",
        evaluation_fn=evaluate,
        job_name=PLANT_TO_RELEASE,
        minimum_interval_seconds=INTERVAL_S,
        default_status=DefaultSensorStatus.RUNNING,
        description="Starts a run when files were added or replaced in the plant's landing folders.",
    )
