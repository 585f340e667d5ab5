"""What share of a full run its gates take: gate 1 while files load, dbt's tests, gate 3 on the candidate.

    python -m tests.benchmarks --only gate_share

Times are the run's own: gates by the clock around them, dbt's tests by dbt's run results. Belongs here: one run of the demo
plant and whose seconds they are. Does not belong here: how fast a gate is by itself (gates.py).
"""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps
from itertools import pairwise
from pathlib import Path
from typing import Any

from orchestration.cli.frame import Place
from orchestration.lib.dbt_results import last_build
from tests.benchmarks.new_day import PLANT, tundish
from tests.benchmarks.table import Benchmark, Contender, Results, Work, register

MOST = 0.15
GATES, WHOLE = ("contract gate", "dbt tests", "release gate"), "whole run"
Span = tuple[float, float, bool]
"""Begin and end of a node in seconds, and whether it is a test."""


def prepare(folder: Path, scale: float) -> Work:
    """A home with 30 days of exports of the demo plant; the number of readings follows the scale."""
    tundish(folder, "simulate", "--rate", f"{30 / scale:.1f}")
    return Work(1, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))


def start(data: Path, target: Path) -> Callable[[], Work]:
    """The run in this process, with a clock around gate 1 of each file and around gate 3."""
    shutil.copytree(data, target, dirs_exist_ok=True)
    from orchestration.cli import run as command  # noqa: PLC0415 - only in the process that runs
    from orchestration.lib import candidate, contract_gates  # noqa: PLC0415 - as above

    spent: dict[str, list[float]] = {gate: [] for gate in GATES}
    contract_gates.evaluate_batch = clocked(contract_gates.evaluate_batch, spent[GATES[0]])
    candidate.evaluate_release = clocked(drawn(candidate.evaluate_release), spent[GATES[2]])

    def run() -> Work:
        begun = time.perf_counter()
        if command.main(Place(target, PLANT), force=False, full_refresh=False):
            raise SystemExit("the run failed")
        whole = time.perf_counter() - begun
        spent[GATES[1]].append(seconds_of_tests(spans(target / "dbt" / "target")))
        return Work(1, 0, {**{gate: sum(seconds) for gate, seconds in spent.items()}, WHOLE: whole})

    return run


def clocked(work: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    """The same work; how long each call took goes into `seconds`. Loads side by side count in full."""

    @wraps(work)
    def timed(*given: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return work(*given, **named)
        finally:
            seconds.append(time.perf_counter() - begun)

    return timed


def drawn(work: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    """Work that gives its results one by one, done as a whole."""

    def done(*given: Any, **named: Any) -> list[Any]:
        return list(work(*given, **named))

    return done


def spans(target: Path) -> list[Span]:
    """When each node of the last build was executed."""
    build = last_build(target) or {"results": []}
    return [
        (*(datetime.fromisoformat(step[end]).timestamp() for end in ("started_at", "completed_at")),
         result["unique_id"].startswith("test."))
        for result in build["results"]
        for step in result["timing"]
        if step["name"] == "execute"
    ]  # fmt: skip


def seconds_of_tests(nodes: Sequence[Span]) -> float:
    """The tests' part of the build: seconds in which several nodes run are shared among them."""
    moments = sorted({moment for begin, end, _ in nodes for moment in (begin, end)})
    found = 0.0
    for begin, end in pairwise(moments):
        running = [is_test for first, last, is_test in nodes if first <= begin and last >= end]
        found += (end - begin) * sum(running) / len(running) if running else 0.0
    return found


def small_share(results: Results) -> tuple[str, bool]:
    """Gates take at most their share of the whole run."""
    (measured,) = results.values()
    shares = [
        sum(measured.parts[gate][n] for gate in GATES) / whole
        for n, whole in enumerate(measured.parts[WHOLE])
    ]
    share = sorted(shares)[len(shares) // 2]
    return f"gates at most {MOST:.0%} of a full run: {share:.1%}", share <= MOST


register(
    Benchmark(
        name="gate_share",
        title="gates in a full run of the demo plant",
        prepare=prepare,
        contenders={"tundish": Contender("a full run", start)},
        reference="tundish",
        goals=(small_share,),
        module=__name__,
        most_repeats=1,
    )
)
