"""``tundish collect``: listen to the live sources of a plant until told to stop, or for some seconds.

Here: which sources, signals of the operating system, what is shown. Not here: collecting (``ingestion.connectors``).
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from rich.console import Console

from ingestion.errors import PlantError
from ingestion.plant import Plant, Source, load_plant
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place

SETUPS = {"opcua": "ingestion.connectors.opcua.setup"}
"""Module by kind of connection; its ``collector_for(source, plant, settings, on_event)`` builds a collector."""

NOISY = ("asyncua",)
SHOWN_EVERY_S = 10.0
DRAWN_EVERY_S = 1.0


class LiveCollector(Protocol):
    """What collectors of all kinds offer."""

    async def run(self) -> None:
        """Collect until stop()."""

    def stop(self) -> None:
        """Let run() end in order."""

    def summary(self) -> str:
        """One line: what it is doing, and how much came in."""


def main(place: Place, *, kind: str, system: str, seconds: float) -> Exit:
    """Collect the plant's sources of one kind, all at once."""
    settings = load_settings(home=place.home, plant=place.plant)
    plant = load_plant(settings.plant, settings)
    console = Console(highlight=False)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    setup: Any = importlib.import_module(SETUPS[kind])
    collectors = {
        source.system: setup.collector_for(source, plant, settings, teller(console, source.system))
        for source in chosen_sources(plant, kind, system)
    }
    asyncio.run(collect(collectors, console, seconds))
    for name, collector in collectors.items():
        console.print(f"{name}: {collector.summary()}", soft_wrap=True)
    console.print("landed files become raw with `tundish run`", soft_wrap=True)
    return Exit.OK


def chosen_sources(plant: Plant, kind: str, system: str) -> list[Source]:
    """The active sources of this kind, or the one that was asked for; PlantError if there is none."""
    of_kind = [
        source for source in plant.sources if source.connection is not None and source.connection.kind == kind
    ]
    chosen = [source for source in of_kind if system in ("", source.system)]
    if chosen:
        return chosen
    names = ", ".join(source.system for source in of_kind)
    problem = (
        f"no source {system!r} with a connection of kind {kind}." if system else f"no source of kind {kind}."
    )
    step = (
        f"use one of: {names}."
        if names
        else f"add sources.<system>.connection with kind: {kind} and its options."
    )
    raise PlantError(plant.folder / "plant.yml", problem, step)


def teller(console: Console, system: str) -> Callable[[str], None]:
    """Print what happens, with the time."""

    def tell(text: str) -> None:
        console.print(f"{time.strftime('%H:%M:%S')}  {system}: {text}", soft_wrap=True, markup=False)

    return tell


async def collect(collectors: dict[str, LiveCollector], console: Console, seconds: float) -> None:
    """Run all until a signal, the given seconds, or an error of one of them, which stops the others in order."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for collector in collectors.values():
            collector.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if seconds > 0:
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


async def show(collectors: dict[str, LiveCollector], console: Console) -> None:
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
