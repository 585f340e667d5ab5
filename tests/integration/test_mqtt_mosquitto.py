"""`tundish collect mqtt` on Mosquitto: both protocol versions, client certificates, STATE, sessions over a restart."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.integration.certificates import Authority
from tests.integration.mosquitto import Mosquitto
from tests.integration.mqtt_plant import LiveEdge, MqttHome, finish, publish_json, ready
from tests.unit.ingestion.connectors.sparkplug_edge import Edge

PROTOCOLS = ("3.1.1", "5")
FIRST_MS = 1_700_000_000_000
STATE = "spBv1.0/STATE/tundish"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


def home(root: Path, port: int, **more: Any) -> MqttHome:
    common = {"host": "127.0.0.1", "port": port, "land_s": 0.3, "backoff_s": 0.2, "backoff_max_s": 0.5}
    topics = [{"topic": "press/+", "values": ["value"]}]
    return MqttHome(
        root, {"sparkplug_b": {**common, **more}, "mqtt_json": {**common, **more, "topics": topics}}
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_published_while_the_collector_is_away_waits_for_it(
    broker: Mosquitto, tmp_path: Path, protocol: str
) -> None:
    plant = home(tmp_path, broker.port, protocol=protocol)
    collector = plant.collect("--system", "sparkplug_b")
    assert "new session" in ready(collector, 1)
    edge = LiveEdge(broker.port, Edge(name="A"))

    async def story() -> None:
        nonlocal collector
        async with edge.connected():
            await edge.publish(*(edge.model.any_data() for _ in range(50)))
            collector.send_signal(signal.SIGKILL)
            await asyncio.to_thread(collector.communicate)
            await edge.publish(
                *(edge.model.any_data() for _ in range(1_500))
            )  # more than 1,000, its usual limit
            collector = plant.collect("--system", "sparkplug_b")
            assert "session goes on" in await asyncio.to_thread(ready, collector, 1)
            await edge.publish(*(edge.model.any_data() for _ in range(50)))
            await plant.until_landed("sparkplug_b", len(edge.expected()))
        assert edge.rebirths == 0

    asyncio.run(story())
    assert_same(plant, edge, finish(collector))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_broker_that_restarts_knows_the_session_and_what_waits_in_it(
    broker: Mosquitto, tmp_path: Path, protocol: str
) -> None:
    """While it is restarted nobody listens; what it had accepted before comes after, once."""
    plant = home(tmp_path, broker.port, protocol=protocol)
    collector = plant.collect("--system", "sparkplug_b")
    ready(collector, 1)
    edge = LiveEdge(broker.port, Edge(name="B"))

    async def story() -> None:
        async with edge.connected():
            await edge.publish(*(edge.model.any_data() for _ in range(100)))
            collector.send_signal(signal.SIGSTOP)  # what comes now stays unacknowledged, or queued
            await edge.publish(*(edge.model.any_data() for _ in range(500)))
            await asyncio.to_thread(broker.stop)
        collector.send_signal(signal.SIGCONT)
        await asyncio.to_thread(broker.start)
        assert "session goes on" in await asyncio.to_thread(ready, collector, 1)
        async with edge.connected():
            await edge.publish(*(edge.model.any_data() for _ in range(50)))
            await plant.until_landed("sparkplug_b", len(edge.expected()))

    asyncio.run(story())
    assert_same(plant, edge, finish(collector))


def test_messages_of_qos_2_come_once(broker: Mosquitto, tmp_path: Path) -> None:
    plant = home(tmp_path, broker.port)
    collector = plant.collect("--system", "sparkplug_b")
    ready(collector, 1)
    edge = LiveEdge(broker.port, Edge(name="C"), qos=2)

    async def story() -> None:
        nonlocal collector
        async with edge.connected():
            for _ in range(3):
                await edge.publish(*(edge.model.any_data() for _ in range(150)))
                collector.kill()
                await asyncio.to_thread(collector.communicate)
                collector = plant.collect("--system", "sparkplug_b")
            await plant.until_landed("sparkplug_b", len(edge.expected()))

    asyncio.run(story())
    assert_same(plant, edge, finish(collector))


def test_client_certificates(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "pki")
    certificate, key = authority.issue("collector")
    alien, alien_key = Authority(tmp_path / "alien", "Other CA").issue("collector")
    with Mosquitto(tmp_path / "broker", authority) as secured:

        def secure(name: str, tls: Any) -> MqttHome:
            return home(tmp_path / name, secured.port, host="localhost", tls=tls)

        ca = str(authority.path)
        good = secure("good", {"ca": ca, "cert": str(certificate), "key": str(key)}).collect()
        output = ready(good) + finish(good)
        assert "clear text" not in output
        assert "u'collector'" in secured.log.read_text()  # the broker knows the user by the certificate
        strangers = [
            secure("none", {"ca": ca}),
            secure("alien", {"ca": ca, "cert": str(alien), "key": str(alien_key)}),
            secure("system", True),  # the system's authorities do not know this broker
        ]
        running = [stranger.collect("--system", "sparkplug_b", "--for", "2") for stranger in strangers]
        told = [process.communicate(timeout=60)[0] for process in running]
    assert all("connected to" not in text for text in told), told
    for text, reason in zip(
        told, ("certificate required", "unknown ca", "certificate verify failed"), strict=True
    ):
        assert reason in text, told


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_state_of_a_primary_host(broker: Mosquitto, tmp_path: Path, protocol: str) -> None:
    """Online while it listens; offline when it leaves, by its own word, and when it dies, by its will."""
    plant = home(tmp_path, broker.port, protocol=protocol, primary_host="tundish")
    with states_of(broker.port) as states:
        for leave in (signal.SIGTERM, signal.SIGKILL):
            collector = plant.collect("--system", "sparkplug_b")
            ready(collector, 1)
            states.until(online=True)
            collector.send_signal(leave)
            collector.communicate(timeout=30)
            states.until(online=False)
        said = [json.loads(payload)["online"] for payload in states.seen]
        assert said == [True, False, True, False]
        births, wills = states.times(online=True), states.times(online=False)
        assert births == wills, (
            "the will has the time of its birth, so that a late one is told from a new one"
        )
    assert retained(broker.port) == states.seen[-1]


@pytest.mark.long
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_everything_killed_in_turn_loses_and_doubles_nothing(
    broker: Mosquitto, tmp_path: Path, protocol: str
) -> None:
    """Collector killed, broker restarted, collector killed while the broker is down, again and again."""
    plant = home(tmp_path, broker.port, protocol=protocol)
    collector = plant.collect()
    ready(collector)
    edge = LiveEdge(broker.port, Edge(name="D"))
    pressed: list[int] = []

    async def burst() -> None:
        async with edge.connected():
            await edge.publish(*(edge.model.any_data() for _ in range(200)))
        fresh = range(len(pressed), len(pressed) + 200)
        pressed.extend(fresh)
        await publish_json(
            broker.port, [("press/1", {"timestamp_ms": FIRST_MS + n, "value": n}) for n in fresh]
        )

    async def story() -> None:
        nonlocal collector
        for turn in range(6):
            await burst()
            if turn % 3 != 1:
                collector.kill()
                await asyncio.to_thread(collector.communicate)
            if turn % 3 != 0:
                await asyncio.to_thread(broker.stop)
                await asyncio.to_thread(broker.start)
            if turn % 3 != 1:
                collector = plant.collect()
        await burst()
        await plant.until_landed("sparkplug_b", len(edge.expected()))
        await plant.until_landed("mqtt_json", len(pressed))

    asyncio.run(story())
    assert_same(plant, edge, finish(collector))
    plant.load("mqtt_json")
    told = plant.rows("mqtt_json", "signal, epoch_ms(reading_at), value")
    assert told == [("press/1", FIRST_MS + n, float(n)) for n in pressed]


def assert_same(plant: MqttHome, edge: LiveEdge, output: str) -> None:
    """What was published is raw, each reading once, all of it good, nothing put aside."""
    plant.load("sparkplug_b")
    expected = edge.expected()
    assert plant.readings() == expected, output
    assert plant.readings("status <> 'good' and status_code <> 'stale'") == []
    assert plant.put_aside("sparkplug_b") == []


class states_of:  # noqa: N801 - reads as a sentence
    """An edge node's view: every STATE message as it comes."""

    def __init__(self, port: int) -> None:
        self.seen: list[bytes] = []
        self._news = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(STATE, qos=1)
        self._client.loop_start()

    def __enter__(self) -> states_of:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def until(self, *, online: bool) -> None:
        with self._news:
            assert self._news.wait_for(
                lambda: bool(self.seen) and json.loads(self.seen[-1])["online"] is online, timeout=30
            )

    def times(self, *, online: bool) -> list[int]:
        said = [json.loads(payload) for payload in self.seen]
        return [one["timestamp"] for one in said if one["online"] is online]

    def _take(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        with self._news:
            self.seen.append(bytes(message.payload))
            self._news.notify_all()


def retained(port: int) -> bytes:
    """What a newcomer hears at once."""

    async def hear() -> bytes:
        async with aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe(STATE)
            async for message in client.messages:
                return bytes(message.payload)
        raise AssertionError("no state is kept")

    return asyncio.run(asyncio.wait_for(hear(), 10))
