"""`tundish collect mqtt` on a real broker: what edge nodes and machines publish is what the raw tables hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.integration.mosquitto import Mosquitto
from tests.integration.mqtt_broker import BrokerProcess
from tests.integration.mqtt_plant import LiveEdge, MqttHome, finish, publish_json, ready
from tests.unit.ingestion.connectors import sparkplug_wire as wire
from tests.unit.ingestion.connectors.sparkplug_edge import Edge, Published

UMH = {"topic": "umh/v1/+/+/+/+/_historian/#"}


@pytest.fixture(scope="module")
def broker() -> Iterator[BrokerProcess]:
    with BrokerProcess() as running:
        yield running


@pytest.fixture
def faithful(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto") as running:
        yield running


def home(root: Path, port: int, **more: object) -> MqttHome:
    common = {"host": "127.0.0.1", "port": port, "land_s": 1, "backoff_s": 0.2, **more}
    return MqttHome(root, {"sparkplug_b": common, "mqtt_json": {**common, "topics": [UMH]}})


def test_sparkplug_and_json_from_broker_to_raw(broker: BrokerProcess, tmp_path: Path) -> None:
    plant = home(tmp_path, broker.port)
    collector = plant.collect()
    ready(collector)
    edge = LiveEdge(broker.port, Edge(name="E1"))
    alien = wire.payload([wire.metric(None, ("int_value", 1), alias=99)], seq=40)

    async def story() -> None:
        async with edge.connected():
            for _ in range(300):
                await edge.publish(edge.model.any_data())
            await edge.publish(edge.model.device_death("D1"))
        machine = "umh/v1/acme/ulm/l1/press/_historian/axis"
        await publish_json(
            broker.port,
            [
                (machine, {"timestamp_ms": 1_700_000_000_000, "x": 1.5, "state": "running"}),
                (machine, b"{broken"),
                ("spBv1.0/G/NDATA/E2", alien),
            ],
        )
        await asyncio.sleep(3)

    asyncio.run(story())
    output = finish(collector)
    assert "asks G/E2 for a rebirth" in output
    plant.load("sparkplug_b")
    plant.load("mqtt_json")
    alive = "status_code is distinct from 'stale'"
    assert plant.readings(alive) == [reading for reading in edge.expected() if reading[2] is not None]
    dead = plant.rows(
        "sparkplug_b", "distinct signal", "status_code = 'stale' and status = 'bad' and value is null"
    )
    assert [signal_name for (signal_name,) in dead] == [f"G/E1/D1:m{index}" for index in range(3)]
    (unknown,) = plant.put_aside("sparkplug_b")
    assert unknown.rule == "required:signal"
    assert "alias 99 is unknown" in unknown.raw_text
    topic = "umh/v1/acme/ulm/l1/press/_historian/axis"
    assert plant.rows("mqtt_json", "signal, value, value_text, epoch_ms(reading_at)") == [
        (f"{topic}/state", None, "running", 1_700_000_000_000),
        (f"{topic}/x", 1.5, None, 1_700_000_000_000),
    ]
    (broken,) = plant.put_aside("mqtt_json")
    assert json.loads(json.loads(broken.raw_text)["value_text"])["payload"] == "{broken"


def test_lost_edge_node_turns_bad(broker: BrokerProcess, tmp_path: Path) -> None:
    plant = home(tmp_path, broker.port)
    collector = plant.collect("--system", "sparkplug_b")
    ready(collector, 1)
    edge = LiveEdge(broker.port, Edge(name="E3", devices=1))

    async def story() -> None:
        async with edge.connected():
            await edge.publish(edge.model.data())
            edge.cut()
        await asyncio.sleep(2)

    asyncio.run(story())
    finish(collector)
    plant.load("sparkplug_b")
    dead = plant.rows("sparkplug_b", "signal, status", "status_code = 'stale'")
    assert dead == [(name, "bad") for name in sorted(edge.model.signals())]


@pytest.mark.long
def test_collector_killed_again_and_again_loses_and_doubles_nothing(
    faithful: Mosquitto, tmp_path: Path
) -> None:
    plant = home(tmp_path, faithful.port)
    random = Random(7)
    edges = [LiveEdge(faithful.port, Edge(name=f"K{index}", random=Random(index))) for index in range(3)]
    running = plant.collect("--system", "sparkplug_b")
    ready(running, 1)

    async def publish(edge: LiveEdge, done: asyncio.Event) -> None:
        async with edge.connected():
            while not done.is_set():
                await edge.publish(edge.model.any_data())
                await asyncio.sleep(0.005)

    async def story() -> None:
        nonlocal running
        done = asyncio.Event()
        tasks = [asyncio.create_task(publish(edge, done)) for edge in edges]
        for _ in range(6):
            await asyncio.sleep(random.uniform(0.5, 4))
            running.kill()
            running.communicate()
            await asyncio.sleep(random.uniform(0, 1))
            running = plant.collect("--system", "sparkplug_b")
        await asyncio.sleep(5)
        done.set()
        await asyncio.gather(*tasks)
        await plant.until_landed("sparkplug_b", sum(len(edge.expected()) for edge in edges))

    asyncio.run(story())
    finish(running)
    plant.load("sparkplug_b")
    expected = sorted(reading for edge in edges for reading in edge.expected())
    assert len(expected) > 2000
    assert plant.readings() == expected
    assert plant.readings("status <> 'good' and status_code <> 'stale'") == []
    assert plant.put_aside("sparkplug_b") == []


@pytest.mark.long
def test_broker_that_dies_is_found_again_and_what_was_stored_meanwhile_is_historical(
    faithful: Mosquitto, tmp_path: Path
) -> None:
    plant = home(tmp_path, faithful.port)
    collector = plant.collect("--system", "sparkplug_b")
    ready(collector, 1)
    edge = LiveEdge(faithful.port, Edge(name="R", devices=1))
    stored: list[Published] = []

    async def live(seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            await edge.publish(edge.model.any_data())
            await asyncio.sleep(0.02)

    async def story() -> None:
        async with edge.connected():
            await live(2)
            await asyncio.sleep(1)  # all of it has arrived
            lost_at = edge.model.now_ms
            faithful.kill()
        edge.model.now_ms += 60_000
        await asyncio.sleep(1)
        faithful.start()  # it has forgotten every session
        await asyncio.to_thread(ready, collector, 1)
        async with edge.connected():
            for second in range(20):
                stored.append(edge.model.data("D0", lost_at + 1000 * second + 1))
                await edge.publish(stored[-1])
            await live(2)
        await plant.until_landed("sparkplug_b", len(edge.expected()))

    asyncio.run(story())
    finish(collector)
    plant.load("sparkplug_b")
    assert plant.readings() == edge.expected()
    late = plant.rows("sparkplug_b", "signal, epoch_ms(reading_at), value", "is_historical")
    assert late == sorted(reading for one in stored for reading in one.readings)


@pytest.mark.long
def test_full_spool_stops_reading_and_goes_on_when_rows_are_committed(
    faithful: Mosquitto, tmp_path: Path
) -> None:
    plant = home(tmp_path, faithful.port, spool={"limit_mb": 0.03}, land_s=0.5)
    collector = plant.collect("--system", "sparkplug_b")
    ready(collector, 1)
    edge = LiveEdge(faithful.port, Edge(name="F"))
    heard: list[str] = []

    def until_it_waits() -> None:
        assert collector.stdout is not None
        for line in collector.stdout:
            heard.append(line)
            if "Collecting waits" in line:
                return

    async def story() -> None:
        async with edge.connected():
            waits = asyncio.create_task(asyncio.to_thread(until_it_waits))
            for _ in range(5000):
                await edge.publish(edge.model.any_data())
                if waits.done():
                    break
            for _ in range(200):
                await edge.publish(edge.model.any_data())
        for _ in range(60):
            await asyncio.to_thread(plant.load, "sparkplug_b")
            if len(plant.readings()) == len(edge.expected()):
                return
            await asyncio.sleep(1)

    asyncio.run(story())
    assert "tundish run" in heard[-1]
    finish(collector)
    plant.load("sparkplug_b")
    assert plant.readings() == edge.expected()
