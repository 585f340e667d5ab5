"""All definitions of one workspace, in one place.

Here: what belongs to a code location. Not here: each definition (its own module), the code location that a server
loads (``orchestration.definitions``).
"""

from __future__ import annotations

from pathlib import Path

from dagster import Definitions, in_process_executor

from orchestration.defs.jobs import plant_to_release
from orchestration.defs.released import released_assets
from orchestration.defs.resources import RunLock, raw_loads, warm_dbt
from orchestration.defs.schedules import daily_schedule
from orchestration.defs.sensors import drift_sensor, landed_files_sensor, silence_sensor
from orchestration.defs.warehouse import warehouse_assets
from orchestration.lib.dbt_project import load_manifest
from orchestration.lib.progress import Reporter, Silence
from orchestration.lib.quarantine_assets import quarantine_spec
from orchestration.lib.raw_assets import landing_spec, raw_assets
from orchestration.lib.workspace import Workspace


def assemble(workspace: Workspace, manifest_path: Path, reporter: Reporter | None = None) -> Definitions:
    """Return the definitions of a workspace whose dbt manifest was prepared."""
    reporter = reporter or Silence()
    manifest = load_manifest(manifest_path)
    return Definitions(
        assets=[
            *[landing_spec(workspace, system) for system in workspace.systems],
            *[raw_assets(workspace, system) for system in workspace.systems],
            *[quarantine_spec(workspace, system) for system in workspace.systems],
            warehouse_assets(workspace, manifest, reporter),
            *released_assets(workspace, manifest, reporter),
        ],
        jobs=[plant_to_release()],
        schedules=[daily_schedule(workspace)],
        sensors=[
            landed_files_sensor(workspace),
            drift_sensor(workspace),
            *([silence_sensor(workspace)] if workspace.plant.alerts.channels else []),
        ],
        resources={
            "run_lock": RunLock(path=str(workspace.lock_path)),
            "raw_loads": raw_loads(workspace, reporter),
            "dbt": warm_dbt(workspace),
        },
        executor=in_process_executor,
    )
