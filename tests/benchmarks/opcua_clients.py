"""The two clients of the OPC UA benchmarks: Tundish's collector, and asyncua as it comes with a handler that counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pyarrow.dataset as ds
from asyncua import Client, ua

from ingestion.connectors.opcua.collector import Collector, Places
from ingestion.connectors.opcua.options import OpcUaOptions, Selection
from ingestion.connectors.opcua.security import Pki
from tests.benchmarks.opcua_server import NAMESPACE

QUEUE = 10_000


class Listening(Protocol):
    """A client that listens to all nodes; `received` values came since it was opened."""

    @property
    def received(self) -> int:
        """Values that came, first values of the nodes among them."""


class _Collecting:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    @property
    def received(self) -> int:
        return self._collector.status.received


class _Counting:
    """The least that a client of asyncua can do with a value."""

    def __init__(self) -> None:
        self.received = 0

    def datachange_notification(self, node: object, value: object, data: object) -> None:
        self.received += 1


@asynccontextmanager
async def collecting(port: int, nodes: int, folder: Path, publishing_ms: float) -> AsyncIterator[Listening]:
    """Decode, spool, land; all of it is landed behind the context."""
    options = OpcUaOptions(
        f"opc.tcp://127.0.0.1:{port}/",
        (Selection("Objects/Line1/*", queue_size=QUEUE),),
        anonymous=True,
        security="None",
        history="off",
        publishing_ms=publishing_ms,
    )
    places = Places(folder / "spool", folder / "landing", folder / "raw", Pki(folder / "pki"))
    collector = Collector(options, places, on_event=lambda text: print("  ", text))
    running = asyncio.create_task(collector.run())
    while collector.status.received < nodes:
        await asyncio.sleep(0.02)
    try:
        yield _Collecting(collector)
    finally:
        collector.stop()
        await running


@asynccontextmanager
async def counting(port: int, nodes: int, folder: Path, publishing_ms: float) -> AsyncIterator[Listening]:
    """Decode and count; nothing is kept."""
    counter = _Counting()
    async with Client(f"opc.tcp://127.0.0.1:{port}/", timeout=30, watchdog_intervall=30) as client:
        line = client.get_node(ua.NodeId(1, await client.get_namespace_index(NAMESPACE)))
        subscription = await client.create_subscription(publishing_ms, counter)
        await subscription.subscribe_data_change(await line.get_variables(), queuesize=QUEUE)
        while counter.received < nodes:
            await asyncio.sleep(0.02)
        yield counter


CLIENTS = {"tundish": collecting, "asyncua": counting}


def landed_rows(folder: Path) -> int:
    """Rows of all landed files."""
    return ds.dataset([str(path) for path in (folder / "landing").glob("*.parquet")]).count_rows()
