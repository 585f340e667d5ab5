"""Jobs. Here: the one job from plant to release. Not here: when it runs (``schedules``, ``sensors``)."""

from __future__ import annotations

from dagster import AssetSelection, RunConfig, in_process_executor
from dagster import define_asset_job as define
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

PLANT_TO_RELEASE = "plant_to_release"
QUIET = {"console": {"config": {"log_level": "INFO"}}}
"""Events are in the UI; on the console they would bury what dbt says."""


def plant_to_release() -> UnresolvedAssetJobDefinition:
    """Return the job over all assets and checks, in one process: each step of its own would pay its imports."""
    return define(
        PLANT_TO_RELEASE,
        selection=AssetSelection.all(),
        executor_def=in_process_executor,
        config=RunConfig(loggers=QUIET),
        description="From the plant's files to a gated release. Without new files it changes nothing and says so.",
    )
