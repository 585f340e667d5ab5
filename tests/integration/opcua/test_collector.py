"""A collector in the test's own loop: bad nodes, a full spool, signals that come later, what is told."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
from asyncua import ua
from asyncua.server.history import HistoryDict
from asyncua.server.internal_subscription import InternalSubscription

from ingestion.connectors.opcua.collector import Collector, Places
from ingestion.connectors.opcua.options import opcua_options
from ingestion.connectors.opcua.security import Pki
from ingestion.errors import SpoolInUseError
from tests.integration.opcua.plants import CONTRACT, PlantUnderTest
from tests.integration.opcua.servers import server_with
from tests.integration.ports import free_port


class Bench:
    """One collector with its folders and what it told."""

    def __init__(self, root: Path, port: int, **options: Any) -> None:
        self.root = root
        self.told: list[str] = []
        given = {
            "url": f"opc.tcp://127.0.0.1:{port}/",
            "nodes": ["Objects/Line1/*"],
            "security": "None",
            "anonymous": True,
            "publishing_ms": 50,
            "keepalive_s": 1,
            "land_s": 0.3,
            "history_lag_s": 0.3,
            "backoff_s": 0.1,
            "backoff_max_s": 0.3,
            **options,
        }
        self.options = opcua_options(given, root / "plant.yml", "opcua")
        self.places = Places(root / "spool", root / "landing", root / "raw", Pki(root / "pki"))
        self.collector = Collector(self.options, self.places, on_event=self.told.append)

    async def during(self, work: Callable[[], Awaitable[None]]) -> None:
        running = asyncio.create_task(self.collector.run())
        try:
            await self.until(lambda: running.done() or self.collector.status.phase == "listening")
            if not running.done():
                await work()
        finally:
            self.collector.stop()
            await running

    async def until(self, reached: Callable[[], bool], seconds: float = 30.0) -> None:
        ends = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < ends, (self.collector.status, self.told)
            await asyncio.sleep(0.02)

    def told_of(self, start: str) -> list[str]:
        return [text for text in self.told if text.startswith(start)]

    def values(self, signal: str) -> list[float]:
        rows = ds.dataset(str(self.root / "landing")).to_table().to_pylist()
        return [
            row["value"] for row in sorted(rows, key=lambda row: row["reading_at"]) if row["signal"] == signal
        ]


def test_bad_nodes_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    async def run() -> Bench:
        port = free_port()
        async with server_with(port, 2) as (_, variables):
            nodes = ["ns=2;s=gone", "Objects/Nowhere/*", "no node at all;s=", "Objects/Line1/*"]
            bench = Bench(tmp_path, port, nodes=nodes, history="off")

            async def work() -> None:
                await variables[0].write_value(1.0)
                await bench.until(lambda: bench.collector.status.live >= 3)

            await bench.during(work)
            return bench

    bench = asyncio.run(run())
    assert bench.values("Line1/T0") == [0.0, 1.0]
    told = "\n".join(bench.told)
    assert "ns=2;s=gone is not delivered: BadNodeIdUnknown" in told
    assert "nodes entry Objects/Nowhere/*: no variable has such a path" in told


def test_a_node_that_appears_later_is_taken_in(tmp_path: Path) -> None:
    async def run() -> Bench:
        port = free_port()
        async with server_with(port, 1) as (server, _):
            bench = Bench(tmp_path, port, nodes=["ns=2;i=7000"], retry_nodes_s=0.3)

            async def work() -> None:
                await server.nodes.objects.add_variable(ua.NodeId(7000, 2), "Late", 42.0)
                await bench.until(lambda: bench.collector.status.live == 1)

            await bench.during(work)
            return bench

    bench = asyncio.run(run())
    assert bench.values("ns=2;i=7000") == [42.0]


def test_a_deadband_that_a_server_does_not_know_is_left_out(tmp_path: Path) -> None:
    async def run() -> Bench:
        port = free_port()
        async with server_with(port, 1) as (server, variables):
            await server.nodes.objects.add_variable(ua.NodeId(7001, 2), "State", "idle")
            nodes = [{"node": "ns=2;i=7001", "deadband": 5}, {"node": "Objects/Line1/*", "deadband": 5}]
            bench = Bench(tmp_path, port, nodes=nodes, history="off")

            async def work() -> None:
                for value in (1.0, 20.0):
                    await variables[0].write_value(value)
                    await asyncio.sleep(0.2)
                await bench.until(lambda: bench.collector.status.live >= 3)

            await bench.during(work)
            return bench

    bench = asyncio.run(run())
    assert bench.values("Line1/T0") == [0.0, 20.0]
    assert bench.values("ns=2;i=7001") == [None]


def test_a_full_spool_stops_reading_until_the_commit_and_history_makes_up_for_it(tmp_path: Path) -> None:
    works = PlantUnderTest(tmp_path / "works")

    def bench_with(limit_mb: float) -> Bench:
        bench = Bench(tmp_path, port, spool={"limit_mb": limit_mb}, queue_size=5_000)
        raw = works.settings.raw_path(CONTRACT.raw_name)
        places = Places(tmp_path / "spool", works.settings.landing / "opcua", raw, Pki(tmp_path / "pki"))
        bench.collector = Collector(bench.options, places, on_event=bench.told.append)
        return bench

    async def run() -> Collector:
        async with server_with(port, 1, history=HistoryDict()) as (server, variables):
            await server.historize_node_data_change(variables[0], period=None)

            async def write(first: int, count: int) -> None:
                for number in range(first, first + count):
                    await variables[0].write_value(float(number))
                await asyncio.sleep(0.5)

            first = bench_with(100)
            await first.during(lambda: write(1, 1_000))
            full = bench_with(first.collector.status.spool.bytes_held / 2**20)
            running = asyncio.create_task(full.collector.run())
            await full.until(lambda: full.collector.status.phase == "spool full")
            await write(1_001, 50)
            assert full.collector.status.received == 0
            await asyncio.to_thread(works.load)
            await full.until(lambda: full.collector.status.phase == "listening")
            full.collector.stop()
            await running
            return full.collector

    port = free_port()
    works.configure(port)
    collector = asyncio.run(run())
    assert [value for _, _, value in works.table()] == [float(number) for number in range(1_051)]
    assert (collector.status.historical, collector.status.spool.rows_acknowledged) == (50, 1_001)


def test_two_collectors_on_one_spool_are_refused(tmp_path: Path) -> None:
    async def run() -> None:
        port = free_port()
        async with server_with(port, 1):
            bench = Bench(tmp_path, port)

            async def work() -> None:
                with pytest.raises(SpoolInUseError):
                    await Bench(tmp_path, port).collector.run()

            await bench.during(work)

    asyncio.run(run())


@pytest.mark.parametrize("history", ["auto", "off"])
def test_a_gap_that_history_cannot_fill_is_told_with_its_times(tmp_path: Path, history: str) -> None:
    async def run() -> tuple[Bench, datetime]:
        port = free_port()
        async with server_with(port, 1) as (server, variables):

            async def refuse(params: ua.HistoryReadParameters) -> list[ua.HistoryReadResult]:
                code = ua.StatusCode(ua.StatusCodes.BadHistoryOperationUnsupported)
                return [ua.HistoryReadResult(StatusCode=code) for _ in params.NodesToRead]

            server.iserver.history_manager.read_history = refuse
            first = Bench(tmp_path, port, history=history)
            await first.during(lambda: asyncio.sleep(0.3))
            lost_at = datetime.now(UTC)
            await variables[0].write_value(5.0)
            await variables[0].write_value(6.0)
            await asyncio.sleep(1.2)  # the server's clock goes by the second
            second = Bench(tmp_path, port, history=history)
            await second.during(lambda: asyncio.sleep(0.5))
            assert first.told_of("lost") == []
            return second, lost_at

    bench, lost_at = asyncio.run(run())
    why = "history: off" if history == "off" else "BadHistoryOperationUnsupported"
    (told,) = bench.told_of("lost")
    assert told.endswith(f"of 1 signals without history: Line1/T0 ({why})")
    (gap,) = [json.loads(line) for line in (tmp_path / "spool" / "gaps.jsonl").read_text().splitlines()]
    assert datetime.fromisoformat(gap["start"]) < lost_at < datetime.fromisoformat(gap["end"])
    assert gap["signals"] == {"Line1/T0": why}
    assert bench.values("Line1/T0") == [0.0, 6.0]


class LosesAnswers:
    """A server that builds some publish responses and never sends them; it keeps them, as it must, until acknowledged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.to_lose = 0
        self.asked: list[int] = []
        build, again = InternalSubscription._pop_publish_result, InternalSubscription.republish

        def built(subscription: InternalSubscription) -> ua.PublishResult:
            result = build(subscription)
            to_client = subscription.pub_request_callback is not None  # and not to the server's own history
            while to_client and self.to_lose and result.NotificationMessage.NotificationData:
                self.to_lose -= 1
                result = build(subscription)
            return result

        def republished(subscription: InternalSubscription, number: int) -> ua.NotificationMessage:
            self.asked.append(number)
            return again(subscription, number)

        monkeypatch.setattr(InternalSubscription, "_pop_publish_result", built)
        monkeypatch.setattr(InternalSubscription, "republish", republished)


@pytest.mark.parametrize("kept", [True, False])
def test_a_lost_notification_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """By Republish where the server kept it, else by a new connection and history. Values go on after it, or not."""

    async def run() -> Bench:
        port = free_port()
        async with server_with(port, 1, history=HistoryDict()) as (server, variables):
            await server.historize_node_data_change(variables[0], period=None)
            answers = LosesAnswers(monkeypatch)
            bench = Bench(tmp_path, port)

            async def work() -> None:
                for number in range(1, 13):
                    answers.to_lose = number in (3, 4, 7, 12)  # the last is followed by keep-alives alone
                    if not kept and answers.to_lose:
                        monkeypatch.setattr(
                            InternalSubscription, "republish", lambda *_: ua.NotificationMessage()
                        )
                    await variables[0].write_value(float(number))
                    await asyncio.sleep(0.15)
                await bench.until(
                    lambda: bench.collector.status.live + bench.collector.status.historical >= 13
                )

            await bench.during(work)
            assert (bench.collector.status.connections == 1) is kept
            assert (len(answers.asked) == 4) is kept
            return bench

    bench = asyncio.run(run())
    assert bench.values("Line1/T0") == [float(number) for number in range(13)]
    assert bench.told_of("lost: ") == []
