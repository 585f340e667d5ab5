"""MQTT: Sparkplug B messages of QoS 1 from a socket to landed readings, against clients that only count them.

A sender in a process of its own plays the broker: it answers CONNECT and SUBSCRIBE, then sends prepared packets as
fast as they are taken and reads acknowledgements. So the collector is measured, not a broker.
"""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.subject import home_of
from tests.benchmarks.table import Benchmark, Contender, Work, at_least, register

MESSAGES = 100_000
METRICS = 5
RATE = 10_000  # value changes a second, as asked of OPC UA; the other clients here keep and decode nothing
_PATIENCE_S = 60
_TOPIC = "spBv1.0/G/NDATA/E"


def prepare(folder: Path, scale: float) -> Work:
    """Packets of one edge node: a birth, then changes of five metrics by alias."""
    from tests.unit.ingestion.connectors import sparkplug_wire as wire  # noqa: PLC0415

    count = max(1, int(MESSAGES * scale))
    born = [wire.metric(f"m{alias}", ("double_value", 0.0), alias=alias, kind=10) for alias in range(METRICS)]
    with (folder / "packets").open("wb") as out:
        out.write(published("spBv1.0/G/NBIRTH/E", wire.payload(born, seq=0, at=1_700_000_000_000), 2, 1))
        for number in range(1, count):
            at = 1_700_000_000_000 + number
            metrics = [
                wire.metric(None, ("double_value", number * 0.5), alias=alias, at=at)
                for alias in range(METRICS)
            ]
            payload = wire.payload(metrics, seq=number % 256, at=at)
            out.write(published(_TOPIC, payload, 2, number % 65535 + 1))
    (folder / "count").write_text(str(count))
    return Work(count * METRICS, (folder / "packets").stat().st_size)


def published(topic: str, payload: bytes, flags: int, packet_id: int) -> bytes:
    """A PUBLISH packet of MQTT 3.1.1 with a packet id."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + packet_id.to_bytes(2, "big") + payload
    size, length = bytearray(), len(body)
    while True:
        length, digit = length >> 7, length & 0x7F
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([3 << 4 | flags, *size]) + body


def send(packets: Path, port: int) -> None:
    """Play the broker for one client."""
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(_PATIENCE_S)
        print("listening", flush=True)
        client, _ = server.accept()
    client.settimeout(None)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.recv(4096)
    client.sendall(b"\x20\x02\x00\x00")
    asked = client.recv(65536)
    number = asked[3:5] if asked[1] & 0x80 else asked[2:4]  # behind a length of one byte or two
    client.sendall(b"\x90" + bytes([2 + 6]) + number + b"\x01" * 6)

    def drain() -> None:
        while client.recv(1 << 16):
            pass

    draining = threading.Thread(target=drain, daemon=True)
    draining.start()
    client.sendall(packets.read_bytes())
    draining.join()  # until the client goes


def sender(data: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A sender that listens, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", __name__, str(data / "packets"), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"listening"
    return process, port


def collector(data: Path, target: Path) -> Callable[[], int]:
    """Journal, acknowledge, decode, spool, land."""
    from ingestion.connectors.mqtt.collector import Collector  # noqa: PLC0415
    from ingestion.plant import Connection  # noqa: PLC0415

    count = int((data / "count").read_text())
    process, port = sender(data)
    connection = Connection("mqtt", {"host": "127.0.0.1", "port": port, "land_s": 1})
    parts = home_of("sparkplug_b", target / "landing", target / "home", connection=connection)
    listening = Collector(*parts, lambda _: None)

    def run() -> int:
        stop = threading.Event()
        thread = threading.Thread(target=listening.run, args=(stop,))
        thread.start()
        while listening.counts["messages"] < count:
            time.sleep(0.01)
        stop.set()
        thread.join()
        process.kill()
        process.wait()
        return listening.counts["rows_landed"]

    return run


def counting(data: Path, target: Path) -> Callable[[], int]:
    """aiomqtt as it comes: acknowledges on arrival, decodes nothing, keeps nothing."""
    import aiomqtt  # noqa: PLC0415

    count = int((data / "count").read_text())
    process, port = sender(data)

    async def listen() -> None:
        async with aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe([(f"a/{number}", 1) for number in range(6)])
            left = count
            async for _ in client.messages:
                left -= 1
                if not left:
                    process.kill()
                    process.wait()
                    return

    def run() -> int:
        try:
            asyncio.run(listen())
        except aiomqtt.MqttError as error:
            sys.stderr.write(f"{target.name}: {error}\n")
        return count * METRICS

    return run


def bare(data: Path, target: Path) -> Callable[[], int]:
    """paho as it comes, with a counter: the client below both."""
    from paho.mqtt import client as paho  # noqa: PLC0415
    from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

    count = int((data / "count").read_text())
    process, port = sender(data)
    seen = threading.Semaphore(0)
    left = count

    def on_message(_client: Any, _data: Any, _message: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            seen.release()

    def run() -> int:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=target.name[:20])
        client.on_connect = lambda known, *_: known.subscribe([(f"a/{number}", 1) for number in range(6)])
        client.on_message = on_message
        client.connect("127.0.0.1", port)
        client.loop_start()
        seen.acquire()
        process.kill()
        process.wait()
        client.disconnect()
        client.loop_stop()
        return count * METRICS

    return run


if __name__ == "__main__":
    send(Path(sys.argv[1]), int(sys.argv[2]))
else:
    register(
        Benchmark(
            name="mqtt",
            title="100,000 Sparkplug B messages of 5 metrics, QoS 1, one core each for sender and client",
            prepare=prepare,
            contenders={
                "tundish": Contender("Tundish collector, to landed files", collector),
                "aiomqtt": Contender("aiomqtt, counting only", counting),
                "paho": Contender("paho, counting only", bare),
            },
            reference="aiomqtt",
            goals=(at_least(RATE),),
            module=__name__,
        )
    )
