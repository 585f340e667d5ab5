"""``tundish run``: the job of Dagster in this process, with a display and a closing table.

Here: order of the steps and the exit code. Not here: assets (``orchestration.defs``), drawing (``display``,
``closing``), reading results (``outcome``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from rich.console import Console

from ingestion.delivery import discover
from ingestion.plant import PLANT_SYSTEM
from ingestion.settings import Settings, quiet_third_parties
from ingestion.signals.dictionary import require_dictionary
from orchestration.cli.closing import print_closing
from orchestration.cli.console import open_console
from orchestration.cli.display import Display, open_display
from orchestration.cli.frame import Exit, Place
from orchestration.cli.outcome import Outcome, read_outcome
from orchestration.lib.dbt_project import prepare_manifest
from orchestration.lib.garbage import keep_what_is_there
from orchestration.lib.lock import hold
from orchestration.lib.silence import alert_silence
from orchestration.lib.spark_build import require_spark
from orchestration.lib.workspace import Workspace, open_workspace

KEPT_LOGS = 30


def main(place: Place, *, force: bool, full_refresh: bool, target: str | None = None) -> Exit:
    """Run the plant's job; 0 released or nothing new, 1 failed or blocked."""
    quiet_third_parties()
    console = open_console()
    workspace = open_workspace(home=place.home, plant=place.plant, target=target)
    require_sources(workspace)
    require_dictionary(workspace.plant.source(PLANT_SYSTEM).path)
    if workspace.settings.target == "spark":
        require_spark()
    with hold(workspace.lock_path, "tundish run"):
        console.print(f"[bold]{workspace.plant.title}[/bold]  home {workspace.settings.home}")
        with log_file(workspace.settings) as (log, path), open_display(console) as display:
            outcome = execute(workspace, display, log, force=force, full_refresh=full_refresh)
        print_closing(console, workspace, outcome, path)
        if outcome.failures:
            print_report(console, workspace)
        for failure in alert_silence(workspace):
            console.print(f"[yellow]{failure}[/yellow]", soft_wrap=True)
    return Exit.FAILED if outcome.failures else Exit.OK


def print_report(console: Console, workspace: Workspace) -> None:
    """Write the page about the run, gate 1 with it even if no build followed, and say where it lies."""
    from orchestration.lib.instance import open_instance  # noqa: PLC0415 - seconds of import, done by then
    from orchestration.lib.quality_reports import NothingJudgedError, write_report  # noqa: PLC0415 - as above

    with open_instance(workspace.settings) as instance, suppress(NothingJudgedError):
        page = write_report(workspace, instance=instance, verdict="Nothing was released.")
        console.print(f"report   {page}", soft_wrap=True, highlight=False)


def require_sources(workspace: Workspace) -> None:
    """Raise PlantError with what to do if a source has no folder: nothing of the plant would come in."""
    for system in workspace.systems:
        discover(workspace.contracts_of(system)[0], workspace.plant.source(system))


def execute(
    workspace: Workspace, display: Display, log: TextIO, *, force: bool, full_refresh: bool
) -> Outcome:
    """Load the definitions, execute the job in this process, return what came of it.

    dbt parses, if it must, in its own process while this one imports.
    """
    with redirect_stdout(log), redirect_stderr(log), ThreadPoolExecutor(1) as pool:
        parsing = pool.submit(prepare_manifest, workspace)
        from dagster import RunConfig  # noqa: PLC0415 - seconds of import, told to the display

        from orchestration.defs.assemble import assemble  # noqa: PLC0415 - as above
        from orchestration.defs.jobs import PLANT_TO_RELEASE, QUIET  # noqa: PLC0415 - as above
        from orchestration.defs.warehouse import BuildConfig  # noqa: PLC0415 - as above
        from orchestration.lib.instance import open_instance  # noqa: PLC0415 - as above

        config = RunConfig(
            ops={"warehouse": BuildConfig(force=force, full_refresh=full_refresh)},
            loggers=QUIET,
        )
        with open_instance(workspace.settings) as instance:
            job = assemble(workspace, parsing.result(), display).resolve_job_def(PLANT_TO_RELEASE)
            keep_what_is_there()
            result = job.execute_in_process(run_config=config, instance=instance, raise_on_error=False)
    return read_outcome(result)


@contextmanager
def log_file(settings: Settings) -> Iterator[tuple[TextIO, Path]]:
    """Open this run's log below <home>/logs; the oldest logs go."""
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("run-*.log"))[: -KEPT_LOGS + 1]:
        old.unlink()
    path = folder / f"run-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.log"
    with path.open("w", encoding="utf-8") as log:
        handler = logging.StreamHandler(log)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logging.getLogger().addHandler(handler)
        try:
            yield log, path
        finally:
            logging.getLogger().removeHandler(handler)
