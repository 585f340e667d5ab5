"""``tundish doctor``: run every check, print what was found and the next step.

Here: the order of checks and how they print. Not here: the checks (``checkup``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.markup import escape

from ingestion.errors import TundishError
from ingestion.settings import load_settings
from orchestration.cli import checkup
from orchestration.cli.checkup import Check, Verdict
from orchestration.cli.console import open_console
from orchestration.cli.frame import Exit, Place
from orchestration.lib.workspace import Workspace, workspace_of
from serving.errors import ReleaseError

COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.WRONG: "red"}


def main(place: Place) -> Exit:
    """Print all checks; 2 if anything is wrong. Warnings leave it 0."""
    console = open_console()
    wrong = 0
    for check in checks(place):
        wrong += check.verdict is Verdict.WRONG
        mark = f"[{COLOURS[check.verdict]}]{check.verdict.value:<5}[/]"
        console.print(f"{mark} {check.name:<12} {escape(check.found)}", soft_wrap=True, highlight=False)
        if check.next_step:
            console.print(f"{'':<18} next step: {escape(check.next_step)}", soft_wrap=True, highlight=False)
    console.print(f"{wrong} things are wrong" if wrong else "nothing is wrong")
    return Exit.SETUP if wrong else Exit.OK


def checks(place: Place) -> Iterator[Check]:
    """Yield every check; those of the plant only if its files can be read."""
    settings = load_settings(home=place.home, plant=place.plant)
    yield checkup.python()
    yield from checkup.packages()
    yield checkup.disk(settings)
    try:
        workspace = workspace_of(settings)
    except TundishError as error:
        yield Check("plant", Verdict.WRONG, error.message, error.next_step)
        return
    yield Check("plant", Verdict.OK, f"{workspace.plant.title}: {', '.join(workspace.systems)}")
    yield from _guarded("sources", checkup.sources, workspace)
    yield from _guarded("signals", checkup.signals, workspace)
    yield from _guarded("dbt", checkup.manifest, workspace)
    yield from _guarded("lake", checkup.lake, workspace)
    yield from _guarded("release", checkup.release, workspace)
    yield from _guarded("lock", checkup.lock, workspace)


def _guarded(
    name: str, check: Callable[[Workspace], Iterator[Check]], workspace: Workspace
) -> Iterator[Check]:
    """Yield the checks of one part; an error that it raises on purpose is what is wrong."""
    try:
        yield from check(workspace)
    except TundishError as error:
        yield Check(name, Verdict.WRONG, error.message, error.next_step)
    except ReleaseError as error:
        yield Check(name, Verdict.WRONG, str(error))
