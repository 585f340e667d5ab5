"""Homes, server processes and collector processes for the tests of OPC UA, and what must be equal in the end."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from deltalake import DeltaTable

from ingestion.contracts import SOURCES, load_contract
from ingestion.lake.read import count_rows
from ingestion.load import load_table
from ingestion.plant import load_plant
from ingestion.settings import Settings
from tests.integration.homes import ROOT
from tests.integration.ports import free_port, wait_for_port

CONTRACT = load_contract(SOURCES / "opcua" / "readings.contract.yml")
SERVERS = ("asyncua_plant", "opcua_plant")
Row = tuple[str, datetime, float]


@dataclass
class PlantUnderTest:
    """A server's folder, the plant's folder and its home."""

    root: Path
    kind: str = "asyncua_plant"
    server_port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("server", "plant"):
            (self.root / name).mkdir(parents=True)
        self.settings = Settings(home=self.root / "home", plant=self.root / "plant", settle_seconds=0)

    def configure(self, port: int, **options: Any) -> None:
        connection = {
            "kind": "opcua",
            "url": f"opc.tcp://127.0.0.1:{port}/",
            "nodes": ["Objects/Line1/*"],
            "security": "None",
            "anonymous": True,
            "publishing_ms": 100,
            "keepalive_s": 1,
            "timeout_s": 2,
            "land_s": 1,
            "history_lag_s": 0.5,
            "backoff_s": 0.2,
            "backoff_max_s": 1,
            **options,
        }
        plant = {
            "name": "test",
            "sites": [{"site_code": "1000", "name": "Test", "timezone": "Europe/Berlin"}],
            "sources": {"opcua": {"connection": connection}},
        }
        (self.root / "plant" / "plant.yml").write_text(yaml.safe_dump(plant))

    def start_server(self, rate: float = 50.0) -> subprocess.Popen[bytes]:
        module = f"tests.integration.opcua.{self.kind}"
        arguments = [str(self.root / "server"), str(self.server_port), "--rate", str(rate)]
        process = self._start([sys.executable, "-m", module, *arguments])
        wait_for_port(self.server_port)
        return process

    def start_collector(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "from orchestration.cli import main; main()", "collect", "opcua"]
        place = ["--plant", str(self.root / "plant"), "--home", str(self.root / "home")]
        return self._start([*command, *place])

    def stop_all(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def load(self) -> None:
        plant = load_plant(self.settings.plant, self.settings)
        load = load_table(CONTRACT, plant.source("opcua"), plant, self.settings)
        assert all(batch.status in ("committed", "known") for batch in load.batches), load.batches
        assert not sum(batch.rows_quarantined for batch in load.batches)

    def table(self) -> list[Row]:
        """What became raw: (signal, time, value)."""
        self.load()
        raw = DeltaTable(self.settings.raw_path(CONTRACT.raw_name)).to_pyarrow_table()
        assert count_rows(CONTRACT, self.settings) == raw.num_rows
        rows = raw.select(["signal", "reading_at", "value"]).to_pylist()
        return sorted((row["signal"], row["reading_at"].astimezone(UTC), row["value"]) for row in rows)

    def recorded(self) -> list[Row]:
        """What the server recorded, read past the server: its SQLite file."""
        with sqlite3.connect(f"file:{self.root / 'server' / 'history.db'}?mode=ro", uri=True) as connection:
            tables = [
                name for (name,) in connection.execute("select name from sqlite_master where type='table'")
            ]
            rows = [
                (f"Line1/T{int(table.partition('_')[2]) - 1000}", _utc(at), float(value))
                for table in tables
                for at, value in connection.execute(f'select SourceTimestamp, Value from "{table}"')
            ]
        return sorted(rows)

    def written(self) -> set[datetime]:
        """Times of all changes, also of those that were never recorded."""
        lines = (self.root / "server" / "written.txt").read_text().splitlines()
        return {_utc(line) for line in lines}

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        log = (self.root / f"log{len(self.processes)}.txt").open("wb")
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(timeout=30)


def _utc(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
