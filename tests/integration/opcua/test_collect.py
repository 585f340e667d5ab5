"""The collector against real servers: what they recorded is what becomes raw, whatever is killed in between."""

import asyncio
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.opcua.plants import SERVERS, PlantUnderTest, end
from tests.integration.opcua.proxy import BadNetwork
from tests.integration.ports import free_port


@pytest.fixture(params=SERVERS)
def works(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(tmp_path, request.param)
    yield made
    made.stop_all()


def wait_until_collected(works: PlantUnderTest, rows: int = 1, seconds: float = 40.0) -> None:
    until = time.monotonic() + seconds
    landing = works.root / "home" / "landing" / "opcua"
    while time.monotonic() < until:
        if sum(1 for _ in landing.glob("readings_*.parquet")) >= rows:
            return
        time.sleep(0.1)
    logs = "\n".join(path.read_text() for path in sorted(works.root.glob("log*.txt")))
    raise AssertionError(f"nothing landed:\n{logs}")


def assert_complete(works: PlantUnderTest, *, kills: int = 0) -> None:
    """Every recorded value is raw, once; more only as far as a killed server had published and not recorded it."""
    table, recorded = works.table(), works.recorded()
    assert len({(name, at) for name, at, _ in table}) == len(table)
    since: dict[str, object] = {}
    for name, at, _ in table:
        since.setdefault(name, at)
    due = [row for row in recorded if row[0] in since and row[1] >= since[row[0]]]
    assert len(due) > 50
    missing = sorted(set(due) - set(table))
    assert not missing, f"{len(missing)} of {len(due)} are missing, first {missing[:3]}"
    more = sorted(set(table) - set(recorded))
    assert {at for _, at, _ in more} <= works.written()
    assert len(more) <= 20 * kills, more


def test_a_gap_between_two_collectors_is_filled(works: PlantUnderTest) -> None:
    works.configure(works.server_port)
    server = works.start_server()
    first = works.start_collector()
    wait_until_collected(works)
    assert end(first) == 0
    time.sleep(1.5)
    second = works.start_collector()
    wait_until_collected(works, rows=4)
    server.send_signal(signal.SIGUSR1)
    time.sleep(1.5)
    assert end(second, signal.SIGINT) == 0
    end(server)
    assert_complete(works)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1])
def test_kills_and_bad_network_lose_and_double_nothing(works: PlantUnderTest, seed: int) -> None:
    chance = random.Random(seed)
    proxy_port = free_port()
    works.configure(proxy_port)

    async def drive() -> int:
        network = BadNetwork(proxy_port, works.server_port)
        await network.start()
        server = await asyncio.to_thread(works.start_server, 60.0)
        collector = works.start_collector()
        await asyncio.to_thread(wait_until_collected, works)
        kills = 0
        for step in range(8):
            what = chance.choice(("network", "network", "collector", "server"))
            if what == "network":
                await network.disturb(chance)
            elif what == "collector":
                await asyncio.to_thread(end, collector, chance.choice((signal.SIGKILL, signal.SIGTERM)))
                await asyncio.sleep(chance.uniform(0.1, 1.0))
                collector = works.start_collector()
            else:
                number = chance.choice((signal.SIGKILL, signal.SIGTERM))
                kills += number == signal.SIGKILL
                await asyncio.to_thread(end, server, number)
                await asyncio.sleep(chance.uniform(0.1, 1.0))
                server = await asyncio.to_thread(works.start_server, 60.0)
            await asyncio.sleep(chance.uniform(0.2, 2.0))
            if step == 4:
                await asyncio.to_thread(works.load)  # commits meanwhile: segments go, marks stay
        server.send_signal(signal.SIGUSR1)
        await asyncio.sleep(6.0)
        await asyncio.to_thread(end, collector)
        await asyncio.to_thread(end, server)
        await network.stop()
        return kills

    kills = asyncio.run(drive())
    assert_complete(works, kills=kills)
