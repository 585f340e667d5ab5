"""OPC UA: prepared notifications from a server to landed files, against asyncua as it comes, which only counts them.

The server (opcua_server.py) has built its notifications before the clock runs and sends them as fast as they are taken:
so the collector is measured, not a server. What a steady rate for minutes loses is asked by opcua_sustained.py.
"""

import asyncio
import multiprocessing
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tests.benchmarks.table import Benchmark, Contender, Work, at_most, register
from tests.integration.ports import free_port

VALUES = 300_000
NODES = 1_000
_PUBLISHING_MS = 10


def prepare(folder: Path, scale: float) -> Work:
    """How many values; the server makes them."""
    values = max(1, int(VALUES * scale))
    (folder / "values").write_text(str(values))
    return Work(values)


def listening(label: str, data: Path, target: Path) -> Callable[[], int]:
    """A server with everything prepared and a client that listens; the timed part lets them go."""
    from tests.benchmarks.opcua_clients import CLIENTS, landed_rows  # noqa: PLC0415
    from tests.benchmarks.opcua_server import pour  # noqa: PLC0415

    values, port = int((data / "values").read_text()), free_port()
    start = multiprocessing.get_context("spawn")
    pipe, end = start.Pipe()
    server = start.Process(target=pour, args=(port, NODES, values, end), daemon=True)
    server.start()
    pipe.recv()
    runner, stack = asyncio.Runner(), AsyncExitStack()

    async def subscribed():
        client = await stack.enter_async_context(CLIENTS[label](port, NODES, target, _PUBLISHING_MS))
        pipe.send("prepare")
        await asyncio.to_thread(pipe.recv)
        return client

    client = runner.run(subscribed())

    async def drained() -> None:
        pipe.send("go")
        while client.received < NODES + values:
            await asyncio.sleep(0.005)
        await stack.aclose()

    def run() -> int:
        runner.run(drained())
        pipe.send("stop")
        return landed_rows(target) - NODES if label == "tundish" else client.received - NODES

    return run


register(
    Benchmark(
        name="opcua",
        title="300,000 values of 1,000 nodes by subscription, prepared by the server, one core each",
        prepare=prepare,
        contenders={
            "tundish": Contender("Tundish collector, to landed files", partial(listening, "tundish")),
            "asyncua": Contender("asyncua, counting only", partial(listening, "asyncua")),
        },
        reference="asyncua",
        goals=(at_most(1.0, "asyncua"),),
        module=__name__,
    )
)
