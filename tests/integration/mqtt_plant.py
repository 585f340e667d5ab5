"""A plant with MQTT sources, an edge node on a real connection, and what is asked of them afterwards."""

from __future__ import annotations

import asyncio
import atexit
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import duckdb
import pyarrow.parquet as pq
import yaml

from ingestion.contracts import load_contracts
from ingestion.lake.quarantine import QuarantinedRow, list_quarantine
from ingestion.lake.read import create_raw_views, pin_tables
from ingestion.load import load_table
from ingestion.plant import load_plant
from ingestion.settings import Settings
from tests.integration.homes import ROOT
from tests.unit.ingestion.connectors.sparkplug_edge import Edge, Expected, Published


@dataclass
class MqttHome:
    """A home and a plant folder whose sources are MQTT connections."""

    root: Path
    sources: Mapping[str, Mapping[str, Any]]

    def __post_init__(self) -> None:
        self.home, self.folder = self.root / "home", self.root / "plant"
        self.folder.mkdir(parents=True)
        site = {"site_code": "1000", "name": "Test", "timezone": "Europe/Berlin"}
        plant = {
            "name": "wired",
            "sites": [site],
            "sources": {
                system: {"connection": {"kind": "mqtt", **options}}
                for system, options in self.sources.items()
            },
        }
        (self.folder / "plant.yml").write_text(yaml.safe_dump(plant))
        self.settings = Settings(home=self.home, plant=self.folder, settle_seconds=0)
        self.plant = load_plant(self.folder, self.settings)

    def collect(self, *arguments: str) -> subprocess.Popen[str]:
        """`tundish collect mqtt` as a process of its own."""
        command = [str(Path(sys.executable).with_name("tundish")), "collect", "mqtt"]
        place = ["--home", str(self.home), "--plant", str(self.folder)]
        process = subprocess.Popen(
            [*command, *place, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        atexit.register(process.kill)  # a test that fails must not leave it; nothing for one that has ended
        return process

    async def until_landed(self, system: str, rows: int, patience_s: float = 60) -> None:
        """Wait until that many rows lie in the landing folder (or patience is over: the test will tell)."""
        folder = self.plant.source(system).path
        for _ in range(round(patience_s * 5)):
            await asyncio.sleep(0.2)
            if sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet")) >= rows:
                return

    def load(self, system: str) -> None:
        (contract,) = load_contracts([system])
        result = load_table(contract, self.plant.source(system), self.plant, self.settings)
        assert {batch.status for batch in result.batches} <= {"committed", "known"}

    def rows(self, system: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        (contract,) = load_contracts([system])
        warehouse = self.root / "warehouse.duckdb"
        create_raw_views(warehouse, [contract], pin_tables([contract], self.settings))
        with duckdb.connect(str(warehouse)) as connection:
            query = f"select {columns} from raw.{contract.raw_name} where {where} order by all"
            return connection.execute(query).fetchall()

    def readings(self, where: str = "status_code is distinct from 'stale'") -> list[Expected]:
        """Readings of Sparkplug edge nodes as the model writes them."""
        return self.rows("sparkplug_b", "signal, epoch_ms(reading_at), value", where)

    def put_aside(self, system: str) -> list[QuarantinedRow]:
        return list_quarantine(self.settings, f"{system}__readings")


def ready(collector: subprocess.Popen[str], sources: int = 2) -> str:
    """Wait until every source listens; what it said until then."""
    assert collector.stdout is not None
    heard = ""
    for line in collector.stdout:
        heard += line
        sources -= "listens to" in line
        if not sources:
            return heard
    raise AssertionError(f"the collector ended: {heard}")


def finish(collector: subprocess.Popen[str]) -> str:
    """End it as an operator does; what it said since."""
    collector.send_signal(signal.SIGTERM)
    output, _ = collector.communicate(timeout=60)
    assert collector.returncode == 0, output
    return output


@dataclass
class LiveEdge:
    """An edge node that publishes what the model says and is reborn when it is asked to."""

    port: int
    model: Edge
    qos: int = 1
    published: list[Published] = field(default_factory=list)
    rebirths: int = 0
    _client: aiomqtt.Client | None = None

    @asynccontextmanager
    async def connected(self) -> Any:
        """Connect with the will of a new session, give birth, and listen to commands."""
        self.model.session += 1
        will = self.model.will()
        last = aiomqtt.Will(will.topic, will.payload, qos=1)
        async with aiomqtt.Client(
            "127.0.0.1", self.port, will=last, identifier=f"edge-{self.model.name}"
        ) as client:
            self._client = client
            await client.subscribe(f"spBv1.0/G/NCMD/{self.model.name}", qos=1)
            await self.publish(*self.model.node_birth(new_session=False))
            listener = asyncio.create_task(self._listen(client))
            try:
                yield self
            finally:
                listener.cancel()
                with suppress(asyncio.CancelledError, aiomqtt.MqttError):
                    await listener

    def cut(self) -> None:
        """Lose the network without a word, so that the broker speaks the will."""
        assert self._client is not None
        sock = self._client._client.socket()
        sock.shutdown(socket.SHUT_RDWR)

    async def publish(self, *messages: Published) -> None:
        assert self._client is not None
        for one in messages:
            self.published.append(one)
            await self._client.publish(one.topic, one.payload, qos=self.qos)

    def expected(self) -> list[Expected]:
        return sorted(reading for one in self.published for reading in one.readings)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert b"Node Control/Rebirth" in bytes(message.payload)
            self.rebirths += 1
            await self.publish(*self.model.node_birth(new_session=False))


async def publish_json(port: int, messages: Sequence[tuple[str, Any]]) -> None:
    """Plain JSON messages at QoS 1; bytes are sent as they are."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for topic, content in messages:
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            await client.publish(topic, raw, qos=1)
