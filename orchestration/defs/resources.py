"""Resources of runs. Here: the thin Dagster side of the home's lock, of raw loads and of dbt. Not here: all three (``lib``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dagster import ConfigurableResource, InitResourceContext, ResourceDefinition

from orchestration.lib.instance import close_abandoned_runs
from orchestration.lib.lock import hold
from orchestration.lib.progress import Reporter
from orchestration.lib.raw_loads import RawLoads
from orchestration.lib.warm_dbt import WarmDbt
from orchestration.lib.workspace import Workspace


class RunLock(ConfigurableResource):
    """Holds the home's lock while a run lasts, whoever started it, and closes runs that a kill left open."""

    path: str

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator[RunLock]:
        """Take the lock for the run; RunLockHeldError if another process works on this home."""
        run_id = context.run.run_id if context.run else ""
        with hold(Path(self.path), f"Dagster run {run_id}"):
            if context.instance is not None:
                close_abandoned_runs(context.instance, run_id)
            yield self


def raw_loads(workspace: Workspace, reporter: Reporter) -> ResourceDefinition:
    """Return the resource that loads the systems of a run, see ``RawLoads``; it ends before the home's lock goes."""

    @contextmanager
    def while_run_lasts(context: InitResourceContext) -> Iterator[RawLoads]:
        with closing(RawLoads(workspace, reporter)) as loads:
            yield loads

    return ResourceDefinition(
        while_run_lasts, description="Systems, loaded two at once.", required_resource_keys={"run_lock"}
    )


def warm_dbt(workspace: Workspace) -> ResourceDefinition:
    """Return the resource that gives each run one dbt process of its own, see ``WarmDbt``."""

    @contextmanager
    def while_run_lasts(context: InitResourceContext) -> Iterator[WarmDbt]:
        with closing(WarmDbt(workspace)) as dbt:
            yield dbt

    return ResourceDefinition(while_run_lasts, description="dbt, reading the project while raw loads.")
