"""One demo plant for all tests that only read what a run made."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.lock import hold
from tests.integration.homes import succeed


@dataclass(frozen=True)
class DemoRun:
    """A finished run: its home and what the command printed."""

    home: Path
    output: str

    @property
    def truth(self) -> Path:
        return self.home / "truth"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Thirty days of the demo plant over the end of summer time, with fewer readings than by default.

    Run once for all workers of a parallel test run: the folder above theirs is common.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    home, printed = root / "demo", root / "demo-output.txt"
    with hold(root / "demo.lock", "the demo run of the tests", wait=True):
        if not printed.exists():
            succeed("simulate", "--days", "30", "--rate", "600", home=home)
            printed.write_text(succeed("run", home=home), encoding="utf-8")
    return DemoRun(home, printed.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def release(demo: DemoRun) -> duckdb.DuckDBPyConnection:
    """The current release with the truth beside it, in one connection."""
    bi = demo.home / "released" / "bi"
    current = json.loads((bi / "current.json").read_text(encoding="utf-8"))
    database = next((bi / f"v={current['release_id']}").glob("*.duckdb"))
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    con.execute(f"attach '{database}' as bi (read_only)")
    for file in sorted(demo.truth.glob("*.parquet")):
        con.execute(f"create table truth_{file.stem} as select * from read_parquet('{file}')")
    con.execute("use bi")
    return con


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return con.execute(sql).fetchall()
