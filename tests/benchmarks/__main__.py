"""`make bench`: runs the registered benchmarks and prints one table.

    python -m tests.benchmarks [--only NAME ...] [--scale 0.1] [--repeats 3] [--folder DIR] [--json FILE] [--busy] [--list]

Exits with 1 if a benchmark fails, or a figure is missed at full scale; smaller runs show figures without judging by exit code, since fixed
costs weigh more there.
"""

import argparse
import importlib
import json
import os
import pkgutil
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

import tests.benchmarks as package
from tests.benchmarks.table import (
    BENCHMARKS,
    Benchmark,
    BenchmarkError,
    Results,
    run_benchmark,
    slowness,
)

_HEADINGS = (
    "benchmark",
    "engine",
    "rows",
    "median s",
    "all runs",
    "CPU s",
    "rows/s",
    "MB/s",
    "peak MiB",
    "x reference",
)


def load_benchmarks() -> Mapping[str, Benchmark]:
    """Import every module of this folder, so that each registers what it measures."""
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in {"__main__", "worker"}:
            importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(BENCHMARKS.items()))


def show(console: Console, found: Mapping[str, tuple[Benchmark, Results]], scale: float) -> None:
    """The table: one group of rows per benchmark, ours first."""
    title = f"scale {scale:g}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    table = Table(title=title, title_justify="left")
    for position, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if position < 2 else "right")
    for benchmark, results in found.values():
        for name, contender in benchmark.contenders.items():
            if name in results:
                table.add_row(*_row(benchmark, results, name))
            else:
                table.add_row(benchmark.name, contender.label, "", "not installed", contender.how_to_get)
        table.add_section()
    console.print(table)


def _row(benchmark: Benchmark, results: Results, name: str) -> list[str]:
    measured = results[name]
    reference = "reference" if name == benchmark.reference else ""
    if not reference and benchmark.reference in results:
        reference = f"{slowness(measured) / slowness(results[benchmark.reference]):.2f}"
    return [
        benchmark.name,
        benchmark.contenders[name].label,
        f"{measured.work.rows:,}",
        f"{measured.median:.2f}",
        " ".join(f"{seconds:.2f}" for seconds in measured.seconds),
        f"{measured.median_cpu:.2f}",
        f"{measured.work.rows / measured.median:,.0f}",
        f"{measured.work.bytes / measured.median / 1e6:,.1f}" if measured.work.bytes else "",
        f"{measured.peak:,.0f}",
        reference,
    ]


def show_parts(console: Console, found: Mapping[str, tuple[Benchmark, Results]], most: int = 40) -> None:
    """Where a run spends its seconds, contenders side by side: the parts that differ most come first."""
    for benchmark, results in found.values():
        if not any(measured.parts for measured in results.values()):
            continue
        table = Table(title=f"{benchmark.name}: median seconds by part", title_justify="left")
        table.add_column("part")
        for name in (*results, "ratio"):
            table.add_column(name, justify="right")
        for part, seconds in grown_parts(results)[:most]:
            ratio = f"{seconds[-1] / seconds[0]:.2f}" if seconds[0] else ""
            table.add_row(part, *(f"{value:.2f}" for value in seconds), ratio)
        console.print(table)


def grown_parts(results: Results) -> list[tuple[str, list[float]]]:
    """Each part with its median seconds of every contender; those that differ most come first."""
    names = sorted({part for measured in results.values() for part in measured.parts})
    parts = [
        (name, [statistics.median(measured.parts.get(name, [0.0])) for measured in results.values()])
        for name in names
    ]
    return sorted(parts, key=lambda part: -abs(part[1][0] - part[1][-1]))


def judge(console: Console, found: Mapping[str, tuple[Benchmark, Results]]) -> bool:
    """Print every figure that is asked for; True if all were reached."""
    reached = True
    for name, (benchmark, results) in found.items():
        for goal in benchmark.goals:
            text, passed = goal(results)
            word = "[green]reached[/green]" if passed else "[red]missed[/red] "
            console.print(f"{word} {name}: {text}", highlight=False)
            reached = reached and passed
    return reached


def as_json(found: Mapping[str, tuple[Benchmark, Results]], scale: float) -> str:
    """All figures for machines."""
    return json.dumps(
        {
            "scale": scale,
            "cores": os.cpu_count(),
            "benchmarks": {
                name: {
                    contender: {
                        "rows": measured.work.rows,
                        "bytes": measured.work.bytes,
                        "seconds": measured.seconds,
                        "cpu": measured.cpu,
                        "peak_mib": measured.peaks,
                        "parts": measured.parts,
                    }
                    for contender, measured in results.items()
                }
                for name, (_, results) in found.items()
            },
        },
        indent=1,
    )


def main() -> None:
    """Prepare, measure, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Speed and memory.")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="only this benchmark; may be repeated"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full input")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where inputs and targets go (full scale: about 15 GB)")
    parser.add_argument(
        "--busy", action="store_true", help="others use this machine too: compare seconds on the processors"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    given = parser.parse_args()
    console = Console() if Console().is_terminal else Console(width=180)
    known = load_benchmarks()
    if given.list:
        for name, benchmark in known.items():
            console.print(f"{name:24} {benchmark.title}", highlight=False)
        return
    if unknown := sorted(set(given.only or ()) - set(known)):
        parser.error(f"no benchmark {', '.join(unknown)}; use one of: {', '.join(known)}")
    found: dict[str, tuple[Benchmark, Results]] = {}
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="tundish-bench-", dir=given.folder) as scratch:
        for name in given.only or known:
            steps = run_benchmark(
                known[name], Path(scratch), scale=given.scale, repeats=given.repeats, by_cpu=given.busy
            )
            try:
                for done, results in steps:
                    console.print(done, highlight=False)
                    found[name] = (known[name], results)
            except BenchmarkError as error:  # the others go on: what was measured is shown
                found.pop(name, None)
                failed.append(str(error))
    show(console, found, given.scale)
    show_parts(console, found)
    if given.json:
        given.json.write_text(as_json(found, given.scale), encoding="utf-8")
    reached = judge(console, found)
    for error in failed:
        console.print(f"[red]failed[/red]  {error}", highlight=False)
    raise SystemExit(0 if not failed and (reached or given.scale < 1) else 1)


if __name__ == "__main__":
    main()
