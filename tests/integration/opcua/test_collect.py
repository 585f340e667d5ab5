"""The collector against real servers: what they recorded is what becomes raw, whatever is killed in between."""

import asyncio
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass
class Trouble:
    """A works whose server, collector and network are disturbed; `kills` counts servers that died without saving."""

    works: PlantUnderTest
    network: BadNetwork
    chance: random.Random
    kills: int = 0

    async def start(self) -> None:
        await self.network.start()
        await self.start_server()
        self.collector = self.works.start_collector()
        await asyncio.to_thread(wait_until_collected, self.works)

    async def start_server(self) -> None:
        self.server = await asyncio.to_thread(self.works.start_server, 60.0)

    async def cut(self) -> None:
        self.network.cut()

    async def stall(self) -> None:
        await self.network.stall_for(self.chance.uniform(0.2, 4.0))

    async def delay(self) -> None:
        await self.network.delay_for(self.chance.uniform(0.2, 1.0), self.chance.uniform(0.01, 0.1))

    async def end_collector(self, number: int = signal.SIGTERM) -> None:
        await asyncio.to_thread(end, self.collector, number)
        await asyncio.sleep(self.chance.uniform(0.1, 1.0))
        self.collector = self.works.start_collector()

    async def kill_collector(self) -> None:
        await self.end_collector(signal.SIGKILL)

    async def end_server(self, number: int = signal.SIGTERM) -> None:
        await asyncio.to_thread(end, self.server, number)
        await asyncio.sleep(self.chance.uniform(0.1, 1.0))
        await self.start_server()

    async def kill_server(self) -> None:
        self.kills += 1
        await self.end_server(signal.SIGKILL)

    async def load(self) -> None:
        """What has landed is committed, so that segments leave the spool and marks alone remember."""
        await asyncio.to_thread(self.works.load)

    async def finish(self) -> None:
        self.server.send_signal(signal.SIGUSR1)
        await asyncio.sleep(6.0)
        await asyncio.to_thread(end, self.collector)
        await asyncio.to_thread(end, self.server)
        await self.network.stop()


NETWORK = ("cut", "stall", "delay")
COLLECTOR = ("end_collector", "kill_collector")
SERVER = ("end_server", "kill_server")


def schedule(chance: random.Random) -> list[tuple[str, ...]]:
    """Everything that can go wrong at least once, in any order; some of it at the same time in different places."""
    alone = [*NETWORK, *COLLECTOR, *SERVER, "load"]
    together = [
        (chance.choice(NETWORK), chance.choice(COLLECTOR)),
        (chance.choice(NETWORK), chance.choice(SERVER)),
        (chance.choice(COLLECTOR), chance.choice(SERVER)),
    ]
    steps = [*((what,) for what in alone), *together]
    chance.shuffle(steps)
    return steps


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_kills_and_bad_network_lose_and_double_nothing(works: PlantUnderTest, seed: int) -> None:
    chance = random.Random(seed)
    proxy_port = free_port()
    works.configure(proxy_port)
    trouble = Trouble(works, BadNetwork(proxy_port, works.server_port), chance)
    steps = schedule(chance)

    async def drive() -> None:
        await trouble.start()
        for step in steps:
            await asyncio.gather(*(getattr(trouble, what)() for what in step))
            await asyncio.sleep(chance.uniform(0.2, 2.0))
        await trouble.finish()

    asyncio.run(drive())
    print(f"seed {seed}: {steps}")
    assert_complete(works, kills=trouble.kills)
