"""The table of `make bench`: what a benchmark is, where it registers, how it runs and what its rows say.

A benchmark is a module of this folder that calls register() when it is imported: who competes, on which input, who is
the reference, and what is asked for. Each contender runs in a process of its own (worker.py), repeats are
interleaved, the median counts. Drawing and the command line stand in __main__.py; no engine is imported here.
"""

import json
import mmap
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_TOUCHED = 3 * 2**30
_QUIET = {"DO_NOT_TRACK": "1", "RUNTIME__DLTHUB_TELEMETRY": "false"}


@dataclass(frozen=True)
class Work:
    """What was moved: rows, and bytes of the input where there is a file; `parts` are seconds by the part of a run.

    `check` is done after the clock has stopped; SystemExit if the work is not what it has to be.
    """

    rows: int
    bytes: int = 0
    parts: Mapping[str, float] = field(default_factory=dict)
    check: Callable[[], None] | None = None


Prepare = Callable[[Path, float], Work]
"""(input folder, scale) -> what lies there now. Runs once, in a process of its own."""
Run = Callable[[], int | Work]
"""The timed part. A number of rows must be that of the prepared input; Work speaks for itself."""
Start = Callable[[Path, Path], Run]
"""(input folder, empty target folder) -> the timed part; imports and set-up belong before it."""


@dataclass(frozen=True)
class Contender:
    """One way to do the work. `python` is an interpreter of another environment; without it there, it is left out."""

    label: str
    start: Start
    python: Path | None = None
    how_to_get: str = ""


@dataclass
class Measured:
    """All runs of one contender: seconds by the clock and on the processors, and peak resident memory in MiB.

    `by_cpu`: the machine is used by others too, so that the clock says little; seconds on the processors are compared.
    """

    work: Work = Work(0)
    by_cpu: bool = False
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)

    @property
    def median_cpu(self) -> float:
        """Median seconds on the processors, user and system."""
        return statistics.median(self.cpu)

    @property
    def peak(self) -> float:
        """Highest peak."""
        return max(self.peaks)


Results = Mapping[str, Measured]
Goal = Callable[[Results], tuple[str, bool]]
"""What is asked for, in words with the figure, and whether it was reached."""


@dataclass(frozen=True)
class Benchmark:
    """`contenders` by name, ours first. `reference` is whom the ratio compares with, the best known reader.

    `most_repeats`: one that takes many minutes is not repeated as often as the others. `keeps`: what contenders wrote stays until
    all have run, since ext4 looks a minute long at each file that was just deleted before it makes a new one: with thousands of them
    whoever runs next would pay.
    """

    name: str
    title: str
    prepare: Prepare
    contenders: Mapping[str, Contender]
    reference: str
    goals: Sequence[Goal] = ()
    module: str = ""
    most_repeats: int | None = None
    keeps: bool = False


class BenchmarkError(Exception):
    """A contender failed, or did not do its work."""


BENCHMARKS: dict[str, Benchmark] = {}


def register(benchmark: Benchmark) -> None:
    """Make a benchmark part of the table."""
    BENCHMARKS[benchmark.name] = benchmark


# goals


def at_most(ratio: float, of: str, name: str = "tundish") -> Goal:
    """`name` takes at most `ratio` times as long per row as `of`."""

    def judge(results: Results) -> tuple[str, bool]:
        seen = slowness(results[name]) / slowness(results[of])
        return f"{name} at most {ratio:g} x {of}: {seen:.2f}", seen <= ratio

    return judge


def faster_than(other: str, times: float = 1.0, name: str = "tundish") -> Goal:
    """`name` is at least `times` as fast as `other`, where that is installed."""

    def judge(results: Results) -> tuple[str, bool]:
        if other not in results:
            return f"{other} is not installed, not compared", True
        seen = slowness(results[other]) / slowness(results[name])
        return f"{name} at least {times:g} x as fast as {other}: {seen:.1f}", seen >= times

    return judge


def at_least(rate: float, name: str = "tundish") -> Goal:
    """`name` moves at least `rate` rows a second."""

    def judge(results: Results) -> tuple[str, bool]:
        seen = 1e6 / slowness(results[name])
        return f"{name} at least {rate:,.0f} rows/s: {seen:,.0f}", seen >= rate

    return judge


def under_mib(limit: float, name: str = "tundish") -> Goal:
    """`name` stays under `limit` MiB of resident memory."""

    def judge(results: Results) -> tuple[str, bool]:
        return f"{name} under {limit:g} MiB: {results[name].peak:,.0f}", results[name].peak < limit

    return judge


def no_more_memory(than: str, name: str, tolerance: float = 1.05) -> Goal:
    """`name` needs no more memory than `than`; allocators differ by some percent from run to run."""

    def judge(results: Results) -> tuple[str, bool]:
        seen, limit = results[name].peak, results[than].peak
        return f"{name} in no more memory than {than}: {seen:,.0f} to {limit:,.0f} MiB", (
            seen <= limit * tolerance
        )

    return judge


def slowness(measured: Measured) -> float:
    """Median seconds for a million rows."""
    seconds = measured.median_cpu if measured.by_cpu else measured.median
    return seconds / max(measured.work.rows, 1) * 1e6


# running


def run_benchmark(
    benchmark: Benchmark, folder: Path, *, scale: float, repeats: int, by_cpu: bool = False
) -> Iterator[tuple[str, Results]]:
    """Prepare, then run all contenders in turns; yields (what was done, results so far) after each step. BenchmarkError."""
    data = folder / "input"
    for left in (data, *folder.glob("target*")):  # of one that failed
        shutil.rmtree(left, ignore_errors=True)
    data.mkdir(parents=True)
    answer = _worker(benchmark, sys.executable, "prepare", str(data), str(scale))
    work = Work(int(answer["rows"]), int(answer["bytes"]))
    there = [name for name, contender in benchmark.contenders.items() if installed(contender)]
    results = {name: Measured(work, by_cpu) for name in there}
    yield f"{benchmark.name}: input of {work.rows:,} rows, {work.bytes / 1e6:,.1f} MB", results
    repeats = min(repeats, benchmark.most_repeats or repeats)
    for repeat in range(repeats):
        for name, measured in results.items():
            _measure(benchmark, name, folder, measured)
            yield (
                f"{benchmark.name}: {name}, run {repeat + 1} of {repeats}: {measured.seconds[-1]:.2f} s",
                results,
            )
    shutil.rmtree(data)
    for target in folder.glob("target*"):
        shutil.rmtree(target)


def installed(contender: Contender) -> bool:
    """False for a contender whose environment is not there."""
    return contender.python is None or contender.python.exists()


def _measure(benchmark: Benchmark, name: str, folder: Path, into: Measured) -> None:
    target = folder / f"target{len(into.seconds)}-{name}"
    target.mkdir()
    python = str(benchmark.contenders[name].python or sys.executable)
    _touch_memory()
    answer = _worker(benchmark, python, name, str(folder / "input"), str(target))
    if answer["bytes"] is None:
        rows, expected = answer["rows"], into.work.rows
        if rows != expected:
            raise BenchmarkError(f"{benchmark.name}: {name} brought {rows} of {expected} rows")
    else:
        into.work = Work(int(answer["rows"]), int(answer["bytes"]))
    for part, seconds in (answer["parts"] or {}).items():
        into.parts.setdefault(part, []).append(seconds)
    into.seconds.append(float(answer["seconds"]))
    into.cpu.append(float(answer["cpu"]))
    into.peaks.append(float(answer["peak_mib"]))
    if not benchmark.keeps:
        shutil.rmtree(target)


def _touch_memory() -> None:
    """Have free memory ready: a virtual machine gets pages from its host when they are touched first, and gives free ones
    back after seconds. Whoever ran next would pay for that, up to half of its seconds.
    """
    with mmap.mmap(-1, _TOUCHED) as memory:
        for at in range(0, _TOUCHED, mmap.PAGESIZE):
            memory[at] = 1


def _worker(benchmark: Benchmark, python: str, *arguments: str) -> dict[str, Any]:
    """What the worker printed last: seconds, cpu, rows, bytes, parts, peak_mib."""
    command = [python, "-m", "tests.benchmarks.worker", benchmark.module, benchmark.name, *arguments]
    environment = {**os.environ, **_QUIET, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode != 0:
        name = arguments[0]
        raise BenchmarkError(f"{benchmark.name}: {name} failed with exit code {done.returncode}; see above.")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
