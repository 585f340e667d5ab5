"""Sensors. Here: runs on new files, alerts of silence, events of drift. Not here: finding them (``lib``), the job (``jobs``)."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import asdict

import duckdb
from dagster import (
    AssetKey,
    AssetMaterialization,
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
)

from ingestion.connectors.pull import is_fetched
from ingestion.lake.read import pin_tables
from ingestion.triage import nothing_new
from orchestration.defs.jobs import PLANT_TO_RELEASE
from orchestration.defs.warehouse import released_before
from orchestration.lib.drift_events import tell_drift
from orchestration.lib.fingerprint import read_inputs
from orchestration.lib.landing import delivered_files, digest, settled
from orchestration.lib.silence import alert_silence
from orchestration.lib.workspace import Workspace
from serving.release import current_release

INTERVAL_S = 30
LOOK_EVERY_S = 300


def up_to_date(workspace: Workspace, fetched: Collection[str]) -> bool:
    """True if a run would find no new file, but for those that it fetches itself, and nothing to release."""
    contracts = [contract for contract in workspace.contracts if contract.system not in fetched]
    plant, settings = workspace.plant, workspace.settings
    if not all(nothing_new(contract, plant.source(contract.system), settings) for contract in contracts):
        return False
    pins = pin_tables(workspace.contracts, settings)
    return bool(
        released_before(workspace, read_inputs(workspace, {name: pin.version for name, pin in pins.items()}))
    )


def landed_files_sensor(workspace: Workspace) -> SensorDefinition:
    """Return the sensor: one run for all files that landed since the last one, once nobody writes to them.

    Files that runs fetch themselves do not count: they would start the next run for ever. The first look at a home that
    is up to date (all files taken in, their data released) starts nothing.
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
        if context.cursor is None and up_to_date(workspace, fetched):
            return SensorResult(skip_reason=f"all {len(files)} files are taken in and released", cursor=state)
        return SensorResult(run_requests=[RunRequest(run_key=state)], cursor=state)

    return SensorDefinition(
        name="landed_files",
        evaluation_fn=evaluate,
        job_name=PLANT_TO_RELEASE,
        minimum_interval_seconds=INTERVAL_S,
        default_status=DefaultSensorStatus.RUNNING,
        description="Starts a run when files were added or replaced in the plant's landing folders.",
    )


def silence_sensor(workspace: Workspace) -> SensorDefinition:
    """Return the sensor that tells the plant's channels of silent machines and sources, and when they are back."""

    def evaluate(context: SensorEvaluationContext) -> SkipReason:
        try:
            failures = alert_silence(workspace)
        except duckdb.IOException:
            return SkipReason("a run writes the warehouse; the next look follows")
        for failure in failures:
            context.log.warning(str(failure))
        return SkipReason(f"looked; {len(failures)} messages could not be sent")

    return SensorDefinition(
        name="silence",
        evaluation_fn=evaluate,
        minimum_interval_seconds=LOOK_EVERY_S,
        default_status=DefaultSensorStatus.RUNNING,
        description="Tells by webhook, Slack or e-mail when a machine or source falls silent, and when it is back.",
    )


def drift_sensor(workspace: Workspace) -> SensorDefinition:
    """Return the sensor that reports an asset drift/<table> for each measure that began to drift: what retraining waits for.

    It looks once at each release that becomes current, for some seconds; a plant without models leaves it off.
    """

    def evaluate(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        release = current_release(workspace.settings.released)
        if release is None or release.release_id == context.cursor:
            return SkipReason("no new release")
        reported = [
            AssetMaterialization(
                AssetKey(["drift", event.table_name]),
                description=f"{event.column_name} of {event.equipment_id} drifts since {event.began_on}",
                metadata={name: str(value) for name, value in asdict(event).items()},
            )
            for event in tell_drift(workspace, release)
        ]
        return SensorResult(asset_events=reported, cursor=release.release_id)

    return SensorDefinition(
        name="drift",
        evaluation_fn=evaluate,
        minimum_interval_seconds=LOOK_EVERY_S,
        default_status=DefaultSensorStatus.STOPPED,
        description="Tells which features of a new release are no longer distributed as in the weeks before.",
    )
