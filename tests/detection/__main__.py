"""`make bench-detection`: recall, precision and delay of every kind of sensor fault, beside simple baselines.

    python -m tests.detection [--seeds 24] [--days 40] [--tuning]

Plants 1 to 100 are there to tune detectors on; what is printed by default was measured on plants from 101 on, which no
threshold was chosen by. Exits with 1 if a figure that is asked for is missed.
"""

import argparse
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from quality.health.detect import find_flags
from quality.health.flags import Flag
from quality.health.hours import SignalHours
from tests.detection.baselines import fixed_thresholds, k_sigma
from tests.detection.plant import simulated_case
from tests.detection.score import LABELLED, SOUND_H, Score, add_case

METHODS: dict[str, Callable[[SignalHours], Iterable[Flag]]] = {
    "tundish": find_flags,
    "fixed thresholds": fixed_thresholds,
    "k-sigma": k_sigma,
}
STRICT = ("stuck", "spike", "silence", "unit_jump", "duplicate", "gap", "out_of_range")
FIRST_TUNING, FIRST_HOLDOUT = 1, 101
LEAST, FALSE_DRIFTS_A_YEAR = 0.95, 1.0


def main() -> None:
    """Simulate seed by seed, judge by each method, print, compare with what is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.detection", description="Detection of sensor faults."
    )
    parser.add_argument("--seeds", type=int, default=24, help="simulated plants of 60 signals, at most 100")
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--tuning", action="store_true", help="plants to tune on instead of those held out")
    given = parser.parse_args()
    first_seed = FIRST_TUNING if given.tuning else FIRST_HOLDOUT
    console = Console() if Console().is_terminal else Console(width=140)
    scores: dict[str, dict[str, Score]] = {name: defaultdict(Score) for name in METHODS}
    years = 0.0
    with tempfile.TemporaryDirectory(prefix="tundish-detection-") as folder:
        for seed in range(first_seed, first_seed + min(given.seeds, FIRST_HOLDOUT - FIRST_TUNING)):
            case = simulated_case(Path(folder), seed, days=given.days)
            for name, method in METHODS.items():
                add_case(scores[name], case, method(case.hours))
            years += case.hours.shape[0] * (case.hours.shape[1] - SOUND_H) / 8766
            told = f"plant {seed}: {len(case.signals)} signals, {len(case.faults)} faults"
            console.print(told, highlight=False)
    kind = "tuning" if given.tuning else "held out"
    show(console, scores, f"{given.seeds} plants, {kind}: {years:.1f} signal-years after the sound weeks")
    raise SystemExit(0 if judge(console, scores["tundish"], years) else 1)


def show(console: Console, scores: Mapping[str, Mapping[str, Score]], title: str) -> None:
    """One group of rows per kind of fault, one row per method."""
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(
        ("fault", "method", "injected", "recall", "precision", "findings", "median delay h")
    ):
        table.add_column(heading, justify="left" if place < 2 else "right")
    for kind in LABELLED:
        for name, of_kind in scores.items():
            score = of_kind[kind]
            delay = f"{statistics.median(score.delays):.1f}" if score.delays else ""
            table.add_row(
                kind, name, str(score.injected), f"{score.recall:.3f}", f"{score.precision:.3f}", str(score.findings), delay
            )  # fmt: skip
        table.add_section()
    console.print(table)


def judge(console: Console, scores: Mapping[str, Score], years: float) -> bool:
    """Print each figure that is asked for; True if all are reached."""
    drift = scores["drift"]
    false_a_year = (drift.findings - drift.right) / years
    goals = [
        (f"{kind}: recall and precision at least {LEAST}: {scores[kind].recall:.3f}, {scores[kind].precision:.3f}",
         scores[kind].recall >= LEAST and scores[kind].precision >= LEAST)
        for kind in STRICT
    ]  # fmt: skip
    goals += [
        (f"drift: found within 3 days of 2 sigma: {drift.in_time} of {drift.injected}", drift.in_time == drift.injected),
        (f"drift: under {FALSE_DRIFTS_A_YEAR:g} false alarm per signal-year: {false_a_year:.2f}", false_a_year < FALSE_DRIFTS_A_YEAR),
    ]  # fmt: skip
    for text, passed in goals:
        word = "[green]reached[/green]" if passed else "[red]missed[/red] "
        console.print(f"{word} {text}", highlight=False)
    return all(passed for _, passed in goals)


if __name__ == "__main__":
    main()
