"""Kill loading, replay and discard at random moments, go on: every row is where it would be undisturbed, and there once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.lake.balance import table_balance
from ingestion.lake.quarantine import Selection, list_quarantine
from tests.integration.homes import ROOT
from tests.unit.ingestion.home import Home, column

pytestmark = pytest.mark.long

POINTS = 8
SEED = 7
ROWS = 30_000
WORK = """
import sys
from pathlib import Path
from ingestion.lake.decisions import Decision
from ingestion.lake.quarantine import Selection
from ingestion.recover import discard, recover
from tests.integration.test_quarantine_kill import contract_of
from tests.unit.ingestion.home import Home

home = Home(Path(sys.argv[1]))
print("begins", flush=True)
home.load(contract_of(home, 10))
wider = contract_of(home, 100)
recover(wider, home.source, home.plant, home.settings, selection=Selection(rule="range:qty"), decision=Decision("replay", "A. Person", "wider"))
discard(wider, home.settings, selection=Selection(), decision=Decision("discard", "A. Person", "no number"))
"""


def contract_of(home: Home, limit: int):
    columns = [column("id", "BIGINT", key=1), column("qty", "DOUBLE", logicalTypeOptions={"maximum": limit})]
    return home.contract(columns, files="*.csv", maxQuarantinedPct=100, loadMode="upsert")


def delivered(root: Path) -> Home:
    """A file of which a third is good at once, a third after the fix, a third never."""
    home = Home(root)
    texts = ["5", "50", "x"]
    home.deliver("a.csv", "id,qty\n" + "".join(f"{row},{texts[row % 3]}\n" for row in range(ROWS)))
    return home


def work(home: Home, kill_after_s: float | None = None) -> float:
    """Do all of it in a process of its own; seconds from its first step to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-c", WORK, str(home.root)]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        started = time.monotonic()
        try:
            process.wait(timeout=kill_after_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return -1.0
    assert process.returncode == 0
    return time.monotonic() - started


def state(home: Home) -> tuple[list[object], dict[int, str]]:
    rows = home.rows(contract_of(home, 100), "id, qty, _source_row", history=True, order="all")
    aside = list_quarantine(home.settings, selection=Selection(states=()))
    return rows, {row.source_row: row.state for row in aside}


def test_killed_anywhere_and_begun_again_every_row_is_there_once(tmp_path: Path) -> None:
    calm = delivered(tmp_path / "calm")
    duration_s = min(work(calm), work(delivered(tmp_path / "warm")))
    expected, chance, killed = state(calm), random.Random(SEED), 0
    assert len(expected[0]) == ROWS * 2 // 3
    for point in range(POINTS):
        home = delivered(tmp_path / f"{point}")
        killed += work(home, duration_s * (point + chance.random()) / POINTS) < 0
        if home.settings.raw_path("sys__t").exists():
            assert table_balance(home.settings, "sys__t").problems == ()
        work(home)
        assert state(home) == expected
        balance = table_balance(home.settings, "sys__t")
        assert balance.problems == ()
        assert (balance.read, balance.discarded, balance.quarantined) == (ROWS, ROWS // 3, 0)
    assert killed >= POINTS // 2
