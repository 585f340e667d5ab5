"""A fetch killed at any moment leaves nothing half, and a large one needs no more memory than a small one."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion.connectors.pull import pull
from ingestion.settings import REPOSITORY
from tests.unit.ingestion.connectors.databases import DatabaseHome, Postgres
from tests.unit.ingestion.home import Home, column

pytestmark = pytest.mark.long
MODULE = "tests.unit.ingestion.connectors.test_fetch_kill"
CHANGES = {"mode": "incremental", "watermark": "write_date", "lagWindowS": 600}
ROWS = "SELECT n AS id, md5(n::text) AS name, timestamp '2026-01-01' + n * interval '1 s' AS write_date"


def big(root: Path, url: str, mode: str) -> tuple[DatabaseHome, object]:
    erp = DatabaseHome(Home(root), url)
    columns = [
        column("id", "BIGINT", key=1),
        column("name"),
        column("write_date", "TIMESTAMPTZ", parse="utc_timestamp"),
    ]
    return erp, erp.contract(columns, loadMode=mode, extract=CHANGES)


def child(root: Path, url: str, mode: str) -> subprocess.Popen[bytes]:
    """Fetch and load in a process of its own."""
    call = f"from {MODULE} import run; run({str(root)!r}, {url!r}, {mode!r})"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen([sys.executable, "-c", call], env=environment, cwd=REPOSITORY)


def run(root: str, url: str, mode: str) -> None:
    erp, contract = big(Path(root), url, mode)
    erp.take(contract)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_a_kill_leaves_nothing_half(tmp_path: Path, postgres: Postgres, mode: str):
    postgres.run(
        f"CREATE TABLE t AS {ROWS} FROM generate_series(1, 300000) n", "ALTER TABLE t ADD PRIMARY KEY (id)"
    )
    chance, last = random.Random(7), 300_000
    erp, contract = big(tmp_path, postgres.uri, mode)
    for _ in range(6):
        process = child(tmp_path, postgres.uri, mode)
        time.sleep(chance.uniform(1.0, 4.5))
        process.send_signal(signal.SIGKILL)
        assert process.wait() in (0, -signal.SIGKILL)
        for path in erp.home.inbox.glob("*.parquet"):
            assert pq.read_metadata(path).num_rows > 0, "what has its name is whole"
        postgres.run(f"INSERT INTO t {ROWS} FROM generate_series({last + 1}, {last + 5000}) n")
        last += 5000
    erp.take(contract)
    whole = erp.rows(contract, "count(*), count(DISTINCT id), min(id), max(id)", history=True)
    assert whole == [(last, last, 1, last)]
    assert not list(erp.home.inbox.glob(".*"))
    assert erp.fetch(contract) == []


def measure(root: str, url: str) -> None:
    erp, contract = big(Path(root), url, "append")
    pull(erp.home.source, [contract], erp.home.plant, erp.home.settings)  # type: ignore[list-item]
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def test_memory_does_not_grow_with_the_table(tmp_path: Path, postgres: Postgres):
    peaks = []
    for number, rows in enumerate((200_000, 2_000_000)):
        postgres.run("DROP TABLE IF EXISTS t", f"CREATE TABLE t AS {ROWS} FROM generate_series(1, {rows}) n")
        call = f"from {MODULE} import measure; measure({str(tmp_path / str(number))!r}, {postgres.uri!r})"
        (tmp_path / str(number)).mkdir()
        done = subprocess.run(
            [sys.executable, "-c", call],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] * 1.3 + 50, peaks
