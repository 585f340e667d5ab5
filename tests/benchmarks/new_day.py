"""One new day on a short and on a ten times longer history of the demo plant: the day has to cost the same.

    python -m tests.benchmarks --only new_day [--scale 0.1]

The long history holds 200 M readings at scale 1, which take ten minutes to make. Belongs here: making the histories, putting a day on
top, seconds by dbt node and by step of the run. Does not belong here: comparing, drawing (`__main__.py`).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.table import (
    ROOT,
    Benchmark,
    Contender,
    Work,
    at_most,
    no_more_memory,
    register,
)

SHORT_DAYS = 14
"""Whole weeks, so that both new days are Mondays; ten times as many are too."""
TIMES = 10
READINGS = 200_000_000
SENSORS = 66
"""What the simulator's rate is spread over: 60 tags, and 20 sensors of the second plant that report a third as often."""
PLANT = ROOT / "data" / "plants" / "demo"
HISTORIES = {"short": SHORT_DAYS, "long": SHORT_DAYS * TIMES}
WRITTEN_ONCE = {"archive", "landing", "lake"}
"""Folders of a home whose files are replaced, never changed: 25 GB at scale 1, which a run would pay for that follows their copying."""
_STEP = re.compile(r"^ *([\d.]+) s {2}(.+)$", re.MULTILINE)


def prepare(folder: Path, scale: float) -> Work:
    """Homes that have taken in a history, and the exports of the day after it."""
    rate_s = SHORT_DAYS * TIMES * 86_400 * SENSORS / (READINGS * scale)
    for name, days in HISTORIES.items():
        home, day = folder / name / "home", folder / name / "day"
        tundish(home, "simulate", "--days", str(days), "--rate", f"{rate_s:.1f}")
        tundish(home, "run")
        (home / "landing").rename(folder / name / "landing")
        tundish(
            home,
            "simulate",
            "--days",
            str(days + 1),
            "--rate",
            f"{rate_s:.1f}",
            "--only-after-day",
            str(days),
        )
        (home / "landing").rename(day)
        (folder / name / "landing").rename(home / "landing")
        home.rename(folder / name / "history")
    return _size(folder / "short" / "day")


def on_top_of(name: str) -> Callable[[Path, Path], Callable[[], Work]]:
    """The run over one day on top of the named history; a home stays where it was made, which its ledger names."""

    def start(data: Path, target: Path) -> Callable[[], Work]:
        home, history, day = (data / name / folder for folder in ("home", "history", "day"))

        def put(source: str, copy: str) -> None:
            folder = Path(source).relative_to(history).parts[0]
            (os.link if folder in WRITTEN_ONCE else shutil.copyfile)(source, copy)

        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(history, home, copy_function=put)
        shutil.copytree(day, home / "landing", dirs_exist_ok=True)

        def run() -> Work:
            begun = time.perf_counter()
            printed = tundish(home, "run")
            steps = steps_of(printed, time.perf_counter() - begun)
            return replace(_size(day), parts={**steps, **nodes_of(home)})

        return run

    return start


def tundish(home: Path, *arguments: str) -> str:
    """What a command of this checkout prints; it has to succeed."""
    command = [
        str(Path(sys.executable).with_name("tundish")),
        *arguments,
        "--home",
        str(home),
        "--plant",
        str(PLANT),
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _size(folder: Path) -> Work:
    """A delivered day: one row, for the run over it is what is compared; and its bytes."""
    return Work(1, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))


def nodes_of(home: Path) -> Mapping[str, float]:
    """Seconds of each dbt node of the last build."""
    said = json.loads((home / "dbt" / "target" / "run_results.json").read_text(encoding="utf-8"))
    return {
        f"dbt {result['unique_id'].split('.')[2]}": result["execution_time"] for result in said["results"]
    }


def steps_of(printed: str, total_s: float) -> Mapping[str, float]:
    """Seconds of each step, by the time at which the next one began; the last lasts until the end."""
    begun = [
        (float(at), "warehouse" if what.startswith("warehouse") else what)
        for at, what in _STEP.findall(printed)
    ]
    firsts = [step for place, step in enumerate(begun) if place == 0 or begun[place - 1][1] != step[1]]
    ends = [*(at for at, _ in firsts[1:]), total_s]
    return {f"step {what}": end - at for (at, what), end in zip(firsts, ends, strict=True)}


register(
    Benchmark(
        name="new_day",
        title="a new day on ten times the history",
        prepare=prepare,
        contenders={
            "short": Contender(f"a day on {HISTORIES['short']} days", on_top_of("short")),
            "long": Contender(f"a day on {HISTORIES['long']} days", on_top_of("long")),
        },
        reference="short",
        goals=(at_most(1.3, "short", "long"), no_more_memory("short", "long")),
        module=__name__,
    )
)
