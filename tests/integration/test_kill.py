"""Kill a run anywhere, run again: the result equals that of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from tests.integration.homes import DEMO, ROOT, TUNDISH, environment, succeed

pytestmark = [pytest.mark.long, pytest.mark.kill]

POINTS = 10
SEED = 20251026
# Columns that name the run or the moment, not the content.
TECHNICAL = {
    "_release_id",
    "_ingested_at",
    "_source_ingested_at",
    "ingested_at",
    "balance_at",  # of a stock: when it was read into the lake
}
# Tables about runs: a killed one is told too.
ABOUT_RUNS = {"fct_quality_result", "mart_trust__dataset_day"}
# Sums of floats depend on the order of their addends, and two threads give no fixed order. A standard
# deviation from sums of squares shows that rounding most, as small absolute differences near zero.
RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Content:
    """Rows of one table in a fixed order: columns that have to be equal, and floats beside them."""

    exact: pa.Table
    floats: pa.Table


def content(con: duckdb.DuckDBPyConnection, relation: str) -> Content:
    """Everything but the technical columns, ordered by the columns that are exact, then by the floats."""
    described = con.execute(f"describe select * from {relation}").fetchall()
    types = {name: kind for name, kind, *_ in described if name not in TECHNICAL}
    floats = sorted(name for name, kind in types.items() if kind in {"DOUBLE", "FLOAT"})
    exact = sorted(types.keys() - set(floats))
    listed = ", ".join(f'"{name}"' for name in [*exact, *floats])
    rows = con.sql(f"select {listed} from {relation} order by {listed}").to_arrow_table()
    return Content(rows.select(exact), rows.select(floats))


def assert_same(found: dict[str, Content], expected: dict[str, Content]) -> None:
    """Same tables, same rows; floats may differ by rounding only."""
    assert found.keys() == expected.keys()
    for table, wanted in expected.items():
        held = found[table]
        assert held.exact.num_rows == wanted.exact.num_rows, table
        for name in wanted.exact.column_names:
            assert held.exact[name].equals(wanted.exact[name]), f"{table}.{name}"
        for name in wanted.floats.column_names:
            np.testing.assert_allclose(
                held.floats[name].to_numpy(),
                wanted.floats[name].to_numpy(),
                rtol=RELATIVE_TOLERANCE,
                atol=ABSOLUTE_TOLERANCE,
                err_msg=f"{table}.{name}",
            )


def live_files(table: Path) -> list[str]:
    """Data files of the newest version of a Delta table, from its log alone (no checkpoint at these sizes)."""
    live: set[str] = set()
    for log in sorted((table / "_delta_log").glob("*.json")):
        for line in log.read_text(encoding="utf-8").splitlines():
            action = json.loads(line)
            if "add" in action:
                live.add(action["add"]["path"])
            elif "remove" in action:
                live.discard(action["remove"]["path"])
    return [str(table / path) for path in sorted(live)]


def outcome(home: Path) -> dict[str, Content]:
    """What a reader of this home gets: released tables, raw rows, quarantined rows."""
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    released = home / "released" / "bi"
    current = json.loads((released / "current.json").read_text(encoding="utf-8"))["release_id"]
    found: dict[str, Content] = {}
    for file in sorted((released / f"v={current}").rglob("*.parquet")):
        if file.stem not in ABOUT_RUNS:
            relation = f"read_parquet('{file}', hive_partitioning = false)"
            found[f"released/{file.stem}"] = content(con, relation)
    for zone in ("raw", "quarantine"):
        for table in sorted((home / "lake" / zone).iterdir()):
            files = live_files(table)
            if files:
                con.register("rows", ds.dataset(files, format="parquet", partitioning=None).to_table())
                found[f"{zone}/{table.name}"] = content(con, "rows")
    return found


def start(home: Path) -> subprocess.Popen[str]:
    """A run in a process group of its own, which tells as it moves on."""
    return subprocess.Popen(
        [TUNDISH, "run", "--home", str(home), "--plant", str(DEMO)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def run_and_kill(home: Path, lines: int, after_s: float) -> bool:
    """Start a run, kill its whole process group some seconds after a line. True if it was still running."""
    with start(home) as process:
        assert process.stdout is not None
        try:
            for _ in range(lines):
                process.stdout.readline()
            process.wait(timeout=after_s)
        except subprocess.TimeoutExpired:
            return True
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return False


@dataclass(frozen=True)
class CalmRun:
    """A delivery, when a run over it told something and how long it took, undisturbed, and what comes of it."""

    landed: Path
    told_s: list[float]
    duration_s: float
    outcome: dict[str, Content]
    still_running: list[bool]

    def point(self, share: float) -> tuple[int, float]:
        """A share of the run as lines and the seconds after the last of them: a loaded machine moves it little."""
        at = self.duration_s * share
        told = [second for second in self.told_s if second <= at]
        return len(told), at - (told[-1] if told else 0.0)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> CalmRun:
    """Three days of a small demo plant."""
    landed, home = tmp_path_factory.mktemp("landed"), tmp_path_factory.mktemp("calm")
    succeed("simulate", "--days", "3", "--machines", "4", "--tags", "20", "--rate", "300", home=landed)
    shutil.copytree(landed, home, copy_function=shutil.copy2, dirs_exist_ok=True)
    started = time.monotonic()
    with start(home) as process:
        assert process.stdout is not None
        told_s = [time.monotonic() - started for _ in process.stdout]
    assert process.returncode == 0
    return CalmRun(landed, told_s, time.monotonic() - started, outcome(home), [])


@pytest.mark.parametrize("tenth", range(POINTS // 2))
def test_a_killed_run_repeats_to_the_same_result(calm: CalmRun, tenth: int, tmp_path: Path) -> None:
    """One point in each tenth of the run, at random within it: late in the first run, early in the second."""
    home = shutil.copytree(calm.landed, tmp_path / "home", copy_function=shutil.copy2)
    for point in (tenth + POINTS // 2, tenth):
        share = (point + random.Random(SEED + point).random()) / POINTS
        calm.still_running.append(run_and_kill(home, *calm.point(share)))
    succeed("run", home=home)
    assert_same(outcome(home), calm.outcome)
    succeed("doctor", home=home)


def test_the_runs_were_killed_while_they_worked(calm: CalmRun) -> None:
    assert len(calm.still_running) == POINTS
    assert sum(calm.still_running) >= POINTS - 2
