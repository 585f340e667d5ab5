"""Our ingestion beside other engines on one generated historian export: time, ratios, peak memory.

    python -m tests.benchmarks.historian [--rows 10000000] [--rows-large 50000000] [--repeats 3] [--folder DIR]

Repeats are interleaved, each in a process of its own; the median counts. Exits with 1 if a figure is missed:
at most 1.5 times the limit, faster than polars and dlt, under 2 GiB, and the large export in no more memory.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.exports import write_export

ROOT = Path(__file__).resolve().parents[2]
DLT_ENVIRONMENT = ROOT / "data" / "runtime" / "bench-dlt"
MAX_RATIO = 1.5
MAX_MIB = 2048
MEMORY_TOLERANCE = 1.15  # allocators differ by some percent from run to run
LABELS = {
    "ours": "Tundish (rules, gate, exactly once)",
    "limit": "DuckDB CSV to Parquet (the limit)",
    "polars": "polars to Delta",
    "dlt": "dlt to Delta",
}


@dataclass
class Measured:
    """All runs of one contender: seconds, and peak resident memory in MiB."""

    seconds: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def peak(self) -> float:
        return max(self.peaks)


def measure(name: str, export: Path, rows: int, *, python: str = sys.executable, into: Measured) -> None:
    """One run in a fresh process and folder; the kernel tells the peak of that process."""
    target = export.parent / "target"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DO_NOT_TRACK": "1",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }
    command = [python, "-m", "tests.benchmarks.contenders", name, str(export), str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{name} failed with exit code {child.returncode}; its error stands above.")
    result = json.loads(printed.splitlines()[-1])
    assert result["rows"] == rows, f"{name} brought {result['rows']} of {rows} rows"
    into.seconds.append(result["seconds"])
    into.peaks.append(usage.ru_maxrss / 1024)
    shutil.rmtree(target)


def show(
    console: Console,
    runs: dict[str, Measured],
    rows: int,
    megabytes: float,
    large: tuple[int, Measured] | None,
) -> None:
    """The table: median seconds, rows per second, ratio to the limit, peak memory."""
    table = Table(
        title=f"{rows:,} historian rows ({megabytes:,.0f} MB CSV), {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    for heading in ("engine", "median s", "all runs", "rows/s", "x limit", "peak MiB"):
        table.add_column(heading, justify="left" if heading == "engine" else "right")
    limit = runs["limit"].median
    for name, label in LABELS.items():
        if name not in runs:
            table.add_row(label, "not installed", "make bench-dlt", "", "", "")
            continue
        run = runs[name]
        every = " ".join(f"{seconds:.2f}" for seconds in run.seconds)
        table.add_row(
            label,
            f"{run.median:.2f}",
            every,
            f"{rows / run.median:,.0f}",
            f"{run.median / limit:.2f}",
            f"{run.peak:,.0f}",
        )
    if large is not None:
        count, run = large
        table.add_row(
            f"Tundish, {count:,} rows",
            f"{run.median:.2f}",
            "",
            f"{count / run.median:,.0f}",
            "",
            f"{run.peak:,.0f}",
        )
    console.print(table)


def verdicts(runs: dict[str, Measured], large: tuple[int, Measured] | None) -> list[tuple[str, bool]]:
    """What is asked for, and whether it was reached."""
    ours, ratio = runs["ours"], runs["ours"].median / runs["limit"].median
    found = [(f"at most {MAX_RATIO} x the limit: {ratio:.2f}", ratio <= MAX_RATIO)]
    found += [
        (f"faster than {name}: {runs[name].median / ours.median:.1f} x", ours.median < runs[name].median)
        for name in ("polars", "dlt")
        if name in runs
    ]
    found.append((f"under {MAX_MIB} MiB: {ours.peak:,.0f}", ours.peak < MAX_MIB))
    if large is not None:
        peak = large[1].peak
        found.append(
            (
                f"large export in no more memory: {peak:,.0f} to {ours.peak:,.0f} MiB",
                peak <= ours.peak * MEMORY_TOLERANCE,
            )
        )
    return found


def main() -> None:
    """Generate, measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument(
        "--rows-large", type=int, default=50_000_000, help="0 leaves the memory comparison out"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="where exports and targets go (about 5 GB)")
    parser.add_argument(
        "--dlt-environment", type=Path, default=DLT_ENVIRONMENT, help="made by make bench-dlt"
    )
    given = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="tundish-bench-", dir=given.folder) as scratch:
        folder = Path(scratch)
        export = folder / "export.csv"
        console.print(f"writing {given.rows:,} rows ...")
        write_export(export, given.rows)
        pythons = {"dlt": str(given.dlt_environment / "bin" / "python")}
        runs = {name: Measured() for name in LABELS if Path(pythons.get(name, sys.executable)).exists()}
        for repeat in range(given.repeats):
            for name, run in runs.items():
                console.print(f"run {repeat + 1} of {given.repeats}: {LABELS[name]}")
                measure(name, export, given.rows, python=pythons.get(name, sys.executable), into=run)
        megabytes = export.stat().st_size / 1e6
        export.unlink()
        large = _large(given.rows_large, folder, console) if given.rows_large else None
    show(console, runs, given.rows, megabytes, large)
    reached = verdicts(runs, large)
    for text, passed in reached:
        console.print(f"[green]reached[/green] {text}" if passed else f"[red]missed[/red]  {text}")
    raise SystemExit(0 if all(passed for _, passed in reached) else 1)


def _large(rows: int, folder: Path, console: Console) -> tuple[int, Measured]:
    export = folder / "large.csv"
    console.print(f"writing and reading {rows:,} rows ...")
    write_export(export, rows)
    run = Measured()
    measure("ours", export, rows, into=run)
    return rows, run


if __name__ == "__main__":
    main()
