"""HistoryRead as a batch source, signals found by path, and a collector that meets a server's oddities."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua
from asyncua.server.history import HistoryDict

from ingestion.connectors.opcua.backfill import pull
from ingestion.connectors.opcua.nodes import find_signals
from ingestion.connectors.opcua.options import Selection
from ingestion.connectors.pull import pull as pull_any
from ingestion.errors import PullError
from ingestion.plant import load_plant
from tests.integration.opcua.plants import CONTRACT, PlantUnderTest
from tests.integration.opcua.servers import remember, server_with
from tests.integration.ports import free_port


class Running:
    """A server in a thread of its own, three tags, five days of history each."""

    def __init__(self) -> None:
        self.port = free_port()
        self.history = HistoryDict()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with server_with(self.port, 3, history=self.history) as (self.server, self.variables):
            await self._add_unit()
            self._ready.set()
            await self._over.wait()

    async def _add_unit(self) -> None:
        unit = ua.EUInformation(DisplayName=ua.LocalizedText("bar"))
        await self.variables[0].add_property(
            ua.NodeId(5000, 2), ua.QualifiedName("EngineeringUnits", 0), unit
        )

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    made = Running()
    yield made
    made.stop()


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours)


def series(count: int, oldest_hours: float) -> list[ua.DataValue]:
    first = hours_ago(oldest_hours)
    step = timedelta(hours=oldest_hours) / count
    times = [first + number * step for number in range(count)]
    return [
        ua.DataValue(ua.Variant(float(n)), SourceTimestamp=at, ServerTimestamp=at)
        for n, at in enumerate(times)
    ]


def fetching(tmp_path: Path, running: Running, **options: Any) -> Callable[[], list[str]]:
    works = PlantUnderTest(tmp_path)
    works.configure(running.port, mode="history", backfill_days=4, **options)
    fetching.works = works  # type: ignore[attr-defined]

    def fetch() -> list[str]:
        plant = load_plant(works.settings.plant, works.settings)
        source = plant.source("opcua")
        return [path.name for path in pull_any(source, [CONTRACT], plant, works.settings)]

    return fetch


def patiently(fetch: Callable[[], list[str]]) -> list[str]:
    """What the next call that finds something lands: a server's clock moves in steps, and history_lag_s behind it."""
    for _ in range(60):
        if names := fetch():
            return names
        threading.Event().wait(0.5)
    return []


def test_a_month_comes_day_by_day_and_only_once(tmp_path: Path, running: Running) -> None:
    values = series(300, oldest_hours=70)
    for variable in running.variables:
        remember(running.history, variable.nodeid, values)
    fetch = fetching(tmp_path, running)
    names = fetch()
    assert 3 <= len(names) <= 4
    works: PlantUnderTest = fetching.works  # type: ignore[attr-defined]
    table = works.table()
    expected = sorted(
        (f"Line1/T{tag}", value.SourceTimestamp, value.Value.Value) for tag in range(3) for value in values
    )
    assert table == expected
    assert fetch() == []
    now = ua.DataValue(
        ua.Variant(999.0), SourceTimestamp=datetime.now(UTC), ServerTimestamp=datetime.now(UTC)
    )
    remember(running.history, running.variables[0].nodeid, [*values, now])
    assert len(patiently(fetch)) == 1
    assert len(works.table()) == len(expected) + 1


def test_a_kill_between_landing_and_remembering_doubles_nothing(tmp_path: Path, running: Running) -> None:
    values = series(50, oldest_hours=30)
    for variable in running.variables:
        remember(running.history, variable.nodeid, values)
    fetch = fetching(tmp_path, running)
    works: PlantUnderTest = fetching.works  # type: ignore[attr-defined]
    plant = load_plant(works.settings.plant, works.settings)
    memory = works.settings.home / "spool" / "opcua" / "history.json"
    saved: list[str] = []

    def tell(text: str) -> None:
        saved.append(memory.read_text())  # as it stands while the file is not yet remembered
        if len(saved) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(plant.source("opcua"), [CONTRACT], plant, works.settings, tell)
    assert '"planned": {' in memory.read_text()
    fetch()
    assert len(works.table()) == 3 * 50


def test_a_server_that_is_down_fails_the_table_with_a_next_step(tmp_path: Path) -> None:
    works = PlantUnderTest(tmp_path)
    works.configure(free_port(), mode="history")
    plant = load_plant(works.settings.plant, works.settings)
    with pytest.raises(PullError, match=r"opc\.tcp://127.*Next step"):
        pull_any(plant.source("opcua"), [CONTRACT], plant, works.settings)


def test_a_live_connection_is_left_to_its_collector(tmp_path: Path) -> None:
    works = PlantUnderTest(tmp_path)
    works.configure(free_port())
    plant = load_plant(works.settings.plant, works.settings)
    source = replace(plant.source("opcua"))
    assert pull_any(source, [CONTRACT], plant, works.settings) == []


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("Objects/Line1/*", ["Line1/T0", "Line1/T1", "Line1/T2"]),
        ("Objects/2:Line1/2:T1", ["Line1/T1"]),
        ("Line?/T[02]", ["Line1/T0", "Line1/T2"]),
        ("**/T2", ["Line1/T2"]),
        ("ns=2;i=1001", ["ns=2;i=1001"]),
        ("nsu=urn:tundish:test;i=1002", ["nsu=urn:tundish:test;i=1002"]),
        ("Objects/Line9/*", []),
        ("nsu=urn:nobody;i=1", []),
    ],
)
def test_signals_are_found_by_node_id_and_by_path(running: Running, entry: str, names: list[str]) -> None:
    async def find() -> Any:
        async with Client(f"opc.tcp://127.0.0.1:{running.port}/") as client:
            return await find_signals(client, [Selection(entry)])

    found = asyncio.run(find())
    assert sorted(signal.name for signal in found.signals) == names
    assert bool(found.problems) == (not names)
    assert {signal.uom for signal in found.signals if signal.name == "Line1/T0"} <= {"bar"}
