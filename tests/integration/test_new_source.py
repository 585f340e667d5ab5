"""A folder of files that no contract knows goes to a released table by three commands, in a copy of the tree."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.integration.homes import ROOT, environment

pytestmark = pytest.mark.long  # one whole run of the warehouse
ZONE = ZoneInfo("Europe/Berlin")
FIRST = dt.datetime(2025, 10, 25, tzinfo=dt.UTC)
DAYS = 3
COMMAND = [sys.executable, "-c", "from orchestration.cli import main; main()"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has."""
    copy = tmp_path_factory.mktemp("clone") / "tundish"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    return copy


def moments(day: int) -> list[dt.datetime]:
    """A stop every five minutes of a UTC day; the second day has the repeated hour."""
    return [FIRST + dt.timedelta(days=day, minutes=5 * step) for step in range(288)]


def deliver(folder: Path) -> None:
    folder.mkdir(parents=True)
    for day in range(DAYS):
        lines = ["Stop-Nr;Maschine;Beginn;Dauer [min];Bediener;Grund"]
        for step, moment in enumerate(moments(day)):
            local = moment.astimezone(ZONE).strftime("%d.%m.%Y %H:%M:%S")
            minutes = f"{step % 9},{step % 4 * 25:02d}"
            lines.append(f"{day}{step:05d};MC{step % 5:02d};{local};{minutes};Anna Muster;Störung {step % 3}")
        path = folder / f"stops_{FIRST + dt.timedelta(days=day):%Y%m%d}.csv"
        path.write_text("\r\n".join(lines) + "\r\n", encoding="cp1252")
        at = moments(day)[-1].timestamp() + 120
        os.utime(path, (at, at))
    (folder / "machines.csv").write_text(
        "Maschine;Bezeichnung\n" + "".join(f"MC{n:02d};Säge {n}\n" for n in range(5))
    )


def tundish(tree: Path, *arguments: object) -> str:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=tree,
        env={**environment(), "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
        timeout=550,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def expected(folder: Path) -> tuple[int, float, dt.datetime]:
    """Rows, minutes and the last instant, read by the csv module."""
    rows = [
        row
        for path in sorted(folder.glob("stops_*.csv"))
        for row in csv.DictReader(path.read_text(encoding="cp1252").splitlines(), delimiter=";")
    ]
    return len(rows), sum(float(row["Dauer [min]"].replace(",", ".")) for row in rows), moments(DAYS - 1)[-1]


def test_files_become_a_released_table(tree: Path, tmp_path: Path):
    folder, plant, home = tmp_path / "exports", tmp_path / "myplant", tmp_path / "home"
    deliver(folder)
    said = tundish(tree, "profile", folder, "--system", "packaging", "--home", home)
    assert "timezone: Europe/Berlin (high confidence)" in said
    assert "864 of 864 sampled rows load through the draft" in said
    tundish(tree, "new-source", "drafts/packaging", "--release", "all", "--plant", plant, "--add-to-plant")
    place = ("--plant", plant, "--home", home)
    assert "released " in tundish(tree, "run", *place)
    query = """
        select count(*) as stops, round(sum(dauer_min), 6) as minutes, count(distinct beginn_at) as instants,
            strftime(max(beginn_at) at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ') as last_at, min(grund) as reason
        from fct_packaging__stops"""
    (found,) = json.loads(tundish(tree, "sql", query, "--format", "json", *place))
    rows, minutes, last = expected(folder)
    assert found == {
        "stops": rows,
        "minutes": pytest.approx(minutes),
        "instants": rows,  # both occurrences of the repeated hour are told apart
        "last_at": last.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reason": "Störung 0",
    }
    columns = json.loads(tundish(tree, "sql", "describe fct_packaging__stops", "--format", "json", *place))
    names = {column["column_name"] for column in columns}
    assert "stop_nr" in names
    assert "bediener" not in names, "a column about persons is not released"
