"""OPC UA: a steady rate of value changes for minutes, from a server in a process of its own to landed files.

    python -m tests.benchmarks.opcua_sustained [--minutes 10] [--rate 10000] [--nodes 1000] [--bare] [--ceiling]

Nothing may be lost. Printed are the values that came, those that are missing, the processor time of a value on either
side, the load of the machine, and how late values came. `--bare` runs asyncua as it comes as well; `--ceiling` raises
the rate until server and collector together do not follow. Not part of `make bench`: minutes, not seconds.
"""

import argparse
import asyncio
import multiprocessing
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.benchmarks.opcua_clients import CLIENTS, landed_rows
from tests.benchmarks.opcua_server import cpu_s, pace
from tests.integration.ports import free_port

SETTLE_S = 3.0
CEILING_S = 20.0
PUBLISHING_MS = 250


@dataclass(frozen=True)
class Outcome:
    """One run: values that the server changed and that came, seconds of processors, the latest arrival, the load."""

    label: str
    changed: int
    came: int
    seconds: float
    client_cpu_s: float
    server_cpu_s: float
    late_s: float
    load: float

    def line(self) -> str:
        each = 1e6 * self.client_cpu_s / max(self.came, 1)
        theirs = 1e6 * self.server_cpu_s / max(self.changed, 1)
        return (
            f"{self.label:<10} {self.came:>10,} of {self.changed:,} values, {self.changed - self.came:,} missing, "
            f"{self.changed / self.seconds:,.0f}/s for {self.seconds:,.0f} s; {each:.1f} us of a core each "
            f"(server {theirs:.1f}); latest {self.late_s:.1f} s after its time; load {self.load:.1f}"
        )


def listen(label: str, port: int, nodes: int, folder: Path, pipe: Connection) -> None:
    """One client, in a process of its own."""
    asyncio.run(_listen(label, port, nodes, folder, pipe))


async def _listen(label: str, port: int, nodes: int, folder: Path, pipe: Connection) -> None:
    async with CLIENTS[label](port, nodes, folder, PUBLISHING_MS) as client:
        before = cpu_s()
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        came = client.received - nodes
    pipe.send((came, cpu_s() - before))


def measure(label: str, *, rate: int, seconds: float, nodes: int) -> Outcome:
    """Server and client in processes of their own; the client is stopped some seconds after the last change."""
    folder, port = Path(tempfile.mkdtemp(prefix="tundish-opcua-")), free_port()
    start = multiprocessing.get_context("spawn")
    server_pipe, server_end = start.Pipe()
    client_pipe, client_end = start.Pipe()
    server = start.Process(target=pace, args=(port, nodes, rate, seconds, server_end))
    client = start.Process(target=listen, args=(label, port, nodes, folder, client_end))
    try:
        server.start()
        server_pipe.recv()
        client.start()
        client_pipe.recv()
        server_pipe.send("go")
        changed, took, server_cpu = server_pipe.recv()
        load = os.getloadavg()[0]
        time.sleep(SETTLE_S)
        client_pipe.send("stop")
        came, client_cpu = client_pipe.recv()
        server_pipe.send("stop")
        client.join()
        server.join()
        late = 0.0
        if label == "tundish":
            came, late = landed_rows(folder) - nodes, lateness_s(folder)
        return Outcome(label, changed, came, took, client_cpu, server_cpu, late, load)
    finally:
        for process in (client, server):
            if process.is_alive():
                process.kill()
        shutil.rmtree(folder)


def lateness_s(folder: Path) -> float:
    """By how much the latest file was built after its newest value; the last one waits for the end anyway."""
    delays = [
        path.stat().st_mtime - _newest(path).timestamp()
        for path in sorted((folder / "landing").glob("*.parquet"))[:-1]
    ]
    return max(delays, default=0.0)


def _newest(path: Path) -> datetime:
    newest = pc.max(pq.read_table(path, columns=["reading_at"]).column(0)).as_py()
    assert isinstance(newest, datetime)
    return newest.astimezone(UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=1_000)
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--ceiling", action="store_true")
    given = parser.parse_args()
    lost = 0
    for label in CLIENTS if given.bare else ("tundish",):
        outcome = measure(label, rate=given.rate, seconds=given.minutes * 60, nodes=given.nodes)
        print(outcome.line(), flush=True)
        lost += outcome.changed - outcome.came if label == "tundish" else 0
    rate = given.rate
    while given.ceiling:
        rate = int(rate * 1.25)
        outcome = measure("tundish", rate=rate, seconds=CEILING_S, nodes=given.nodes)
        print(f"asked for {rate:,}/s: {outcome.line()}", flush=True)
        if outcome.changed != outcome.came or outcome.changed < 0.97 * rate * CEILING_S:
            break
    raise SystemExit(1 if lost else 0)


if __name__ == "__main__":
    main()
