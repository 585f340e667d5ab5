"""Many small files in one run against the same rows in one file; and a table that has taken in very many files.

Both compare Tundish with itself: what a file costs besides its rows, and what a long history costs besides the new.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.subject import loader, shipped
from tests.benchmarks.table import Benchmark, Contender, Work, at_most, register

FILES = 10_000
LANDED = 100_000
APPENDED_ROWS = 20_000
_LOADS = 100  # in which the landed files came
_HEADER = "Tag,Timestamp,Value,UOM,Questionable\n"


def lines(first: int, count: int) -> Iterator[str]:
    """Readings of winter months, about 48 bytes each."""
    for number in range(first, first + count):
        seconds, tag = divmod(number, 60)
        day, rest = divmod(seconds, 86_400)
        moment = f"{1 + day % 28:02}-{('Nov', 'Dec')[day // 28 % 2]}-25"
        clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
        yield f"L1.M{tag % 12:02}.S{tag},{moment} {clock},{number % 9973 / 10},mm/s,False\n"


def write_lines(path: Path, first: int, count: int) -> None:
    """One export."""
    path.write_text(_HEADER + "".join(lines(first, count)))


def prepare_small(folder: Path, scale: float) -> Work:
    """Files of 1 kB to 1 MB, sizes spread evenly over the orders of magnitude, and all their rows in one file."""
    chance, first = random.Random(1), 0
    (folder / "many").mkdir()
    (folder / "one").mkdir()
    with (folder / "one" / "pi_all.csv").open("w") as whole:
        whole.write(_HEADER)
        for number in range(int(FILES * scale)):
            count = int(1000 * 10 ** (3 * chance.random())) // 48
            write_lines(folder / "many" / f"pi_{number:06}.csv", first, count)
            whole.writelines(lines(first, count))
            first += count
    return Work(first, (folder / "one" / "pi_all.csv").stat().st_size)


def readings(inbox: Path, home: Path) -> Callable[[], int]:
    """Tundish with contract and gate on one folder."""
    return loader(shipped("pi_historian")(home), inbox, home, zone="Europe/Berlin")


def small(kind: str) -> Callable[[Path, Path], Callable[[], int]]:
    """All files of one kind into an empty home."""
    return lambda data, target: readings(data / kind, target)


def prepare_landed(folder: Path, scale: float) -> Work:
    """A home whose table has taken in very many files, which still lie in its landing folder."""
    inbox = folder / "in"
    inbox.mkdir()
    run = readings(inbox, folder / "home")
    each = max(1, int(LANDED * scale) // _LOADS)
    for load in range(_LOADS):
        for number in range(load * each, (load + 1) * each):
            write_lines(inbox / f"pi_{number:06}.csv", number * 5, 5)
        run()
    return Work(APPENDED_ROWS)


def landed(kind: str) -> Callable[[Path, Path], Callable[[], Any]]:
    """One more file: into an empty home; into the long-lived one; there with all former files still in the folder."""

    def start(data: Path, target: Path) -> Callable[[], Any]:
        inbox, home = target / "in", target / "home" if kind == "empty" else data / "home"
        if kind == "kept":
            inbox = data / "in"
        inbox.mkdir(exist_ok=True)
        fresh = inbox / f"pi_new{time.time_ns()}.csv"
        write_lines(fresh, time.time_ns() % 10**7, APPENDED_ROWS)
        os.utime(fresh, (1, 1))
        return readings(inbox, home)

    return start


register(
    Benchmark(
        name="small_files",
        title="10,000 files of 1 kB to 1 MB in one run against their rows in one file",
        prepare=prepare_small,
        contenders={
            "many": Contender("Tundish, 10,000 small files", small("many")),
            "one": Contender("Tundish, the same rows in one file", small("one")),
        },
        reference="one",
        goals=(at_most(2, "one", "many"),),
        module=__name__,
        keeps=True,
    )
)
register(
    Benchmark(
        name="landed_files",
        title="one more file for a table that holds 100,000",
        prepare=prepare_landed,
        contenders={
            "landed": Contender("Tundish, 100,000 files landed, folder cleared", landed("landed")),
            "kept": Contender("Tundish, 100,000 files landed and still there", landed("kept")),
            "empty": Contender("Tundish, empty table", landed("empty")),
        },
        reference="empty",
        goals=(at_most(1.5, "empty", "landed"),),
        module=__name__,
    )
)
