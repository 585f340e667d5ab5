"""``tundish collect opcua``: one collector per source, until told to stop or for some seconds.

Here: which sources, signals of the operating system, what is shown. Not here: collecting (``ingestion.connectors``).
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from rich.console import Console

from ingestion.connectors.opcua.collector import Collector
from ingestion.connectors.opcua.options import KIND
from ingestion.connectors.opcua.setup import collector_for
from ingestion.contracts import load_contracts
from ingestion.errors import PlantError
from ingestion.plant import Plant, Source, load_plant
from ingestion.readings import TABLE
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place

NOISY = ("asyncua",)
SHOWN_EVERY_S = 10.0
DRAWN_EVERY_S = 1.0


def main(place: Place, *, systems: Sequence[str], seconds: float | None) -> Exit:
    """Collect from all chosen sources at once."""
    settings = load_settings(home=place.home, plant=place.plant)
    plant = load_plant(settings.plant, settings)
    console = Console(highlight=False)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    collectors = {
        source.system: collector_for(source, plant, settings, teller(console, source.system))
        for source in chosen_sources(plant, systems)
    }
    asyncio.run(collect(collectors, console, seconds))
    for name, collector in collectors.items():
        console.print(f"{name}: {collector.summary()}", soft_wrap=True)
    console.print("landed files become raw with `tundish run`", soft_wrap=True)
    return Exit.OK


def chosen_sources(plant: Plant, systems: Sequence[str]) -> list[Source]:
    """The sources to collect from; PlantError if there is none, or one that nothing can load."""
    named = [plant.source(system) for system in systems] or list(plant.sources)
    sources = [source for source in named if source.connection is not None and source.connection.kind == KIND]
    plant_file = plant.folder / "plant.yml"
    if not sources:
        step = "add one, see docs/how-to/opcua.md."
        raise PlantError(plant_file, "no source has a connection of kind opcua.", step)
    for source in sources:
        if not any(contract.table == TABLE for contract in load_contracts([source.system])):
            problem = f"source {source.system} has no contract for its {TABLE}."
            step = "name the source opcua, or copy its contract into a folder of its own."
            raise PlantError(plant_file, problem, step)
    return sources


def teller(console: Console, system: str) -> Callable[[str], None]:
    """Print what happens, with the time."""

    def tell(text: str) -> None:
        console.print(f"{time.strftime('%H:%M:%S')}  {system}: {text}", soft_wrap=True, markup=False)

    return tell


async def collect(collectors: dict[str, Collector], console: Console, seconds: float | None) -> None:
    """Run all until a signal, the given seconds, or an error of one of them, which stops the others in order."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for collector in collectors.values():
            collector.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if seconds is not None:
        loop.call_later(seconds, stop)
    tasks = [asyncio.create_task(collector.run()) for collector in collectors.values()]
    shown = asyncio.create_task(show(collectors, console))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        stop()
        await asyncio.gather(*tasks)
    finally:
        shown.cancel()
        with suppress(asyncio.CancelledError):
            await shown


async def show(collectors: dict[str, Collector], console: Console) -> None:
    """A line that changes in place on a terminal, a line now and then elsewhere."""

    def line() -> str:
        return "  |  ".join(f"{name}: {collector.summary()}" for name, collector in collectors.items())

    if not console.is_terminal:
        while True:
            await asyncio.sleep(SHOWN_EVERY_S)
            console.print(f"{time.strftime('%H:%M:%S')}  {line()}", soft_wrap=True, markup=False)
    with console.status(line()) as status:
        while True:
            await asyncio.sleep(DRAWN_EVERY_S)
            status.update(line())
