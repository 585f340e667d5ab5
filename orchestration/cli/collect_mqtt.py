"""``tundish collect mqtt``: one collector per source, until the time is over or the process is told to stop.

Here: choosing sources, signals, what is told. Not here: collecting (``ingestion.connectors.mqtt``).
"""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from ingestion.connectors.mqtt.collector import Collector
from ingestion.connectors.mqtt.options import KIND
from ingestion.contracts import load_contracts
from ingestion.errors import PlantError, TundishError
from ingestion.plant import Plant, Source, load_plant
from ingestion.readings import TABLE
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_table


def main(place: Place, *, systems: Sequence[str], seconds: float | None) -> Exit:
    """Collect from all chosen sources at once; a source that fails does not stop the others."""
    settings = load_settings(home=place.home, plant=place.plant)
    plant = load_plant(settings.plant, settings)
    stop = threading.Event()
    collectors: dict[str, Collector] = {}
    try:
        for source in chosen(plant, systems):
            collectors[source.system] = Collector(source, plant, settings, tell)
    except TundishError:
        for collector in collectors.values():
            collector.close()
        raise
    with _told_to_stop(stop):
        failed = _run(collectors, stop, seconds)
    _print_counts({system: collector.counts for system, collector in collectors.items()})
    if failed:
        raise failed[0]
    return Exit.OK


def chosen(plant: Plant, systems: Sequence[str]) -> list[Source]:
    """The sources to collect from; PlantError if there is none, or one that nothing can load."""
    named = [plant.source(system) for system in systems] or list(plant.sources)
    sources = [source for source in named if source.connection is not None and source.connection.kind == KIND]
    if not sources:
        raise PlantError(
            plant.folder / "plant.yml",
            "no source has a connection of kind mqtt.",
            "add one, see docs/how-to/mqtt.md.",
        )
    for source in sources:
        if not any(contract.table == TABLE for contract in load_contracts([source.system])):
            raise PlantError(
                plant.folder / "plant.yml",
                f"source {source.system} has no contract for its {TABLE}.",
                "name the source sparkplug_b or mqtt_json, or copy one of their contracts into a folder of its own.",
            )
    return sources


def tell(text: str) -> None:
    """One line with the time."""
    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}\n")
    sys.stdout.flush()


@contextmanager
def _told_to_stop(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the collectors in order."""
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(
    collectors: dict[str, Collector], stop: threading.Event, seconds: float | None
) -> list[TundishError]:
    failed: list[TundishError] = []

    def collect(system: str, collector: Collector) -> None:
        try:
            collector.run(stop, seconds)
        except TundishError as error:
            tell(f"{system}: stopped. {error}")
            failed.append(error)

    with ThreadPoolExecutor(max_workers=len(collectors)) as pool:
        done = [pool.submit(collect, system, collector) for system, collector in collectors.items()]
    for future in done:
        future.result()
    return failed


def _print_counts(counts: dict[str, Counter[str]]) -> None:
    names = sorted({"messages", *(name for found in counts.values() for name in found)})
    columns = ("system", *(name.replace("_", " ") for name in names))
    print_table(columns, [(system, *(found[name] for name in names)) for system, found in counts.items()])
