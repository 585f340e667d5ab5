"""Pages about the quality of runs: <home>/reports/quality-<run id>.html, the newest thirty.

Here: which results a page shows and where it lies. Not here: the page itself (``quality.trust.report``), keeping results
(``quality_results``), the copy in a release (``serving.release``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from dagster import DagsterInstance

from ingestion.errors import TundishError
from orchestration.lib.bounded import open_bounded_in_memory
from orchestration.lib.quality_results import collect_batches, counted_nulls, each_once, relation
from orchestration.lib.workspace import Workspace
from quality.trust.report import Subject, newest_run, render_report
from quality.trust.rows import table_of

KEPT = 30


class NothingJudgedError(TundishError):
    """No gate of this home ever judged anything, or not in the run that is asked for."""

    def __init__(self, home: Path, run_id: str) -> None:
        asked = f"run {run_id}" if run_id else "any run"
        super().__init__(f"{home}: there are no results of gates of {asked}.", "run `tundish run` first.")


def write_report(
    workspace: Workspace,
    *,
    instance: DagsterInstance | None = None,
    run_id: str = "",
    release_id: str = "",
    verdict: str = "",
) -> Path:
    """Write the page of a run, the last one by default, and return where it lies. Raises NothingJudgedError.

    With ``instance`` what gate 1 found is shown too if no build followed: a blocked run keeps it nowhere but in the ledger.
    """
    fresh = collect_batches(workspace, instance) if instance is not None else table_of(())
    with open_results(workspace, fresh) as connection:
        found = newest_run(connection, run_id)
        if found is None:
            raise NothingJudgedError(workspace.settings.home, run_id)
        subject = Subject(workspace.plant.title, *found, release_id=release_id, verdict=verdict)
        page = render_report(connection, subject)
    path = report_path(workspace, subject.run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    for old in sorted(path.parent.glob("quality-*.html"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
        old.unlink()
    return path


def report_path(workspace: Workspace, run_id: str) -> Path:
    """Where the page of a run lies."""
    return workspace.settings.home / "reports" / f"quality-{run_id or 'unknown'}.html"


@contextmanager
def open_results(workspace: Workspace, fresh: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection whose relation ``results`` is all that is kept, and ``fresh`` rows beside it, each once.

    ``ledger``: what ``quality.trust.column_day`` reads.
    """
    with open_bounded_in_memory(workspace.settings.scratch / "report") as connection:
        connection.register("fresh", fresh)
        connection.register("ledger", counted_nulls(workspace))
        kept = relation(workspace)
        everything = f"(from {kept} union all by name from fresh)" if kept else "fresh"
        connection.execute(f"create table results as {each_once(everything)}")
        yield connection
