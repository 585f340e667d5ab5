"""Schedules. Here: the daily run. Not here: the job (``jobs``), runs on new files (``sensors``)."""

from __future__ import annotations

from dagster import DefaultScheduleStatus, ScheduleDefinition

from orchestration.defs.jobs import PLANT_TO_RELEASE
from orchestration.lib.workspace import Workspace

DAILY = "30 6 * * *"
"""Half an hour after the production day ends, in the time of the plant's first site."""


def daily_schedule(workspace: Workspace) -> ScheduleDefinition:
    """Return the daily schedule; it runs as soon as a daemon does."""
    return ScheduleDefinition(
        name="daily_plant_to_release",
        job_name=PLANT_TO_RELEASE,
        cron_schedule=DAILY,
        execution_timezone=workspace.plant.sites[0].timezone,
        default_status=DefaultScheduleStatus.RUNNING,
        description="Every morning after the production day has ended.",
    )
