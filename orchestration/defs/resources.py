"""Resources of runs. Here: the thin Dagster side of the home's lock. Not here: the lock itself (``lib.lock``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster import ConfigurableResource, InitResourceContext

from orchestration.lib.instance import close_abandoned_runs
from orchestration.lib.lock import hold


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
