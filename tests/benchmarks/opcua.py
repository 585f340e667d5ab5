"""OPC UA: value changes a second, from a server in a process of its own to landed files; nothing may be lost.

    python -m tests.benchmarks.opcua [--minutes 10] [--rate 10000] [--nodes 1000] [--ceiling]

For `--minutes` the server changes `--rate` values a second, first with the collector, then with a bare asyncua client
(its own Subscription and a handler that only counts) as the best known reader. Printed are the values that came, those
that are missing, the processor time of a value on either side and, from that, what one core could take at most.
`--ceiling` raises the rate until values come late. Not part of `make bench`: minutes, not seconds.
"""

import argparse
import asyncio
import multiprocessing
import resource
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow.dataset as ds
from asyncua import Client, Server, ua

from ingestion.connectors.opcua.collector import Collector, Places
from ingestion.connectors.opcua.options import OpcUaOptions, Selection
from ingestion.connectors.opcua.security import Pki

NAMESPACE = "urn:tundish:benchmark"
TICK_S = 0.05
SETTLE_S = 3.0
LATE_S = 2.0


@dataclass(frozen=True)
class Outcome:
    """One run: values that the server changed and that came, seconds of processors, the latest arrival."""

    label: str
    changed: int
    came: int
    seconds: float
    client_cpu_s: float
    server_cpu_s: float
    late_s: float

    def line(self) -> str:
        each = 1e6 * self.client_cpu_s / max(self.came, 1)
        theirs = 1e6 * self.server_cpu_s / max(self.changed, 1)
        return (
            f"{self.label:<10} {self.came:>10,} of {self.changed:,} values, {self.changed - self.came:,} missing, "
            f"{self.changed / self.seconds:,.0f}/s; {each:.1f} us of a core each (server {theirs:.1f}), "
            f"one core takes {1e6 / each:,.0f}/s; latest {self.late_s:.1f} s after its time"
        )


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# the server


def serve(port: int, nodes: int, rate: int, seconds: float, pipe: Connection) -> None:
    asyncio.run(_serve(port, nodes, rate, seconds, pipe))


async def _serve(port: int, nodes: int, rate: int, seconds: float, pipe: Connection) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    line = await server.nodes.objects.add_object(ua.NodeId(1, index), "Line1")
    ids = [
        (await line.add_variable(ua.NodeId(1000 + number, index), f"T{number}", 0.0)).nodeid
        for number in range(nodes)
    ]
    await server.start()
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    before, started, changed = cpu_s(), time.monotonic(), 0
    while (passed := time.monotonic() - started) < seconds:
        due = int(passed * rate)
        at = datetime.now(UTC)
        while changed < due:
            changed += 1  # so that the first value is none that the nodes had before
            value = ua.DataValue(ua.Variant(float(changed), ua.VariantType.Double), SourceTimestamp=at)
            await server.write_attribute_value(ids[changed % nodes], value)
            if changed % 200 == 0:
                await asyncio.sleep(0)  # a server that is late still answers
        await asyncio.sleep(TICK_S)
    pipe.send((changed, time.monotonic() - started, cpu_s() - before))
    await asyncio.to_thread(pipe.recv)
    await server.stop()


# the clients


def collect(port: int, folder: Path, pipe: Connection) -> None:
    asyncio.run(_collect(port, folder, pipe))


async def _collect(port: int, folder: Path, pipe: Connection) -> None:
    options = OpcUaOptions(
        f"opc.tcp://127.0.0.1:{port}/",
        (Selection("Objects/Line1/*", queue_size=10_000),),
        anonymous=True,
        security="None",
        history="off",
        publishing_ms=250,
    )
    places = Places(folder / "spool", folder / "landing", folder / "raw", Pki(folder / "pki"))
    collector = Collector(options, places, on_event=lambda text: print("  ", text))
    running = asyncio.create_task(collector.run())
    while collector.status.phase != "listening":
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    first, before = collector.status.received, cpu_s()
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    collector.stop()
    await running
    pipe.send((collector.status.received - first, cpu_s() - before))


def count(port: int, folder: Path, pipe: Connection) -> None:
    asyncio.run(_count(port, pipe))


class Counter:
    """The least that a client of asyncua can do with a value."""

    def __init__(self) -> None:
        self.values = 0

    def datachange_notification(self, node: object, value: object, data: object) -> None:
        self.values += 1


async def _count(port: int, pipe: Connection) -> None:
    counter = Counter()
    async with Client(f"opc.tcp://127.0.0.1:{port}/", timeout=30, watchdog_intervall=30) as client:
        index = await client.get_namespace_index(NAMESPACE)
        line = client.get_node(ua.NodeId(1, index))
        subscription = await client.create_subscription(250, counter)
        await subscription.subscribe_data_change(await line.get_variables(), queuesize=10_000)
        await asyncio.sleep(1.0)
        first, before = counter.values, cpu_s()
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        pipe.send((counter.values - first, cpu_s() - before))


CLIENTS = {"tundish": collect, "asyncua": count}


def measure(label: str, *, rate: int, seconds: float, nodes: int, port: int) -> Outcome:
    """Server and client in processes of their own; the client is stopped some seconds after the last change."""
    folder = Path(tempfile.mkdtemp(prefix="tundish-opcua-"))
    start = multiprocessing.get_context("spawn")
    server_pipe, server_end = start.Pipe()
    client_pipe, client_end = start.Pipe()
    server = start.Process(target=serve, args=(port, nodes, rate, seconds, server_end))
    client = start.Process(target=CLIENTS[label], args=(port, folder, client_end))
    try:
        server.start()
        server_pipe.recv()
        client.start()
        client_pipe.recv()
        server_pipe.send("go")
        changed, took, server_cpu = server_pipe.recv()
        time.sleep(SETTLE_S)
        client_pipe.send("stop")
        came, client_cpu = client_pipe.recv()
        server_pipe.send("stop")
        client.join()
        server.join()
        late = 0.0
        if label == "tundish":
            came, late = _landed(folder)
            came -= nodes  # the first value of each node is no change
        return Outcome(label, changed, came, took, client_cpu, server_cpu, late)
    finally:
        for process in (client, server):
            if process.is_alive():
                process.kill()
        shutil.rmtree(folder)


def _landed(folder: Path) -> tuple[int, float]:
    """Rows of the landed files, and by how much the latest file was built after its newest value."""
    paths = sorted((folder / "landing").glob("*.parquet"))
    rows = ds.dataset([str(path) for path in paths]).count_rows()
    newest = [
        max(ds.dataset(str(path)).to_table(columns=["reading_at"]).column(0).to_pylist()) for path in paths
    ]
    built = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in paths]
    delays = [(there - at).total_seconds() for there, at in zip(built[:-1], newest[:-1], strict=True)]
    return rows, max(delays, default=0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=1_000)
    parser.add_argument("--port", type=int, default=48_620)
    parser.add_argument("--ceiling", action="store_true")
    given = parser.parse_args()
    seconds = given.minutes * 60
    lost = 0
    for label in CLIENTS:
        outcome = measure(label, rate=given.rate, seconds=seconds, nodes=given.nodes, port=given.port)
        print(outcome.line(), flush=True)
        lost += outcome.changed - outcome.came if label == "tundish" else 0
    rate = given.rate
    while given.ceiling:
        rate = int(rate * 1.25)
        outcome = measure("tundish", rate=rate, seconds=20.0, nodes=given.nodes, port=given.port)
        print(f"asked for {rate:,}/s: {outcome.line()}", flush=True)
        if outcome.changed != outcome.came or outcome.changed < 0.97 * rate * 20:
            break
    raise SystemExit(1 if lost else 0)


if __name__ == "__main__":
    main()
