"""``tundish simulate``: exports of the simulated plant into the home's landing folder.

Here: where files go and when there is nothing to do. Not here: the simulation (``data.simulator``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.progress import Progress

from data.simulator.simulate import simulate
from ingestion.settings import load_settings
from orchestration.cli.console import open_console
from orchestration.cli.frame import Exit, Place
from orchestration.lib.lock import hold

MARKER = "simulation.json"


def main(place: Place, *, if_missing: bool, only_after_day: int, **arguments: Any) -> Exit:
    """Simulate into the home; ``arguments`` are days, machines, tags, rate_s and seed."""
    settings = load_settings(home=place.home, plant=place.plant)
    truth = settings.home / "truth"
    marker = truth / MARKER
    console = open_console()
    if if_missing and marker.is_file():
        console.print(f"{settings.landing} holds a simulation already: {_described(marker)}", soft_wrap=True)
        return Exit.OK
    with hold(settings.home / "run.lock", "tundish simulate"):
        marker.unlink(missing_ok=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("simulating days", total=arguments["days"])
            summary = simulate(
                settings.landing,
                truth,
                only_after_day=only_after_day,
                progress=lambda done, _: progress.update(task, completed=done),
                **arguments,
            )
        marker.write_text(json.dumps(arguments) + "\n", encoding="utf-8")
    console.print(
        f"{summary.days} days, {summary.machines} machines, {summary.tags} tags: {summary.files} files, "
        f"{summary.bytes / 1e6:.0f} MB, {summary.readings:,} readings, {summary.pieces:,} pieces, "
        f"{summary.failures} failures, {summary.faults} faults in the data, in {settings.landing}",
        soft_wrap=True,
        highlight=False,
    )
    return Exit.OK


def _described(marker: Path) -> str:
    arguments = json.loads(marker.read_text(encoding="utf-8"))
    return ", ".join(f"{name} {value}" for name, value in arguments.items())
