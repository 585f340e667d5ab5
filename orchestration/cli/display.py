"""How a run shows that it moves on: bars on a terminal, lines elsewhere.

Here: two reporters. Not here: the protocol (``lib.progress``), the closing table (``closing``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from orchestration.lib.progress import Reporter

MODELS = "warehouse"


class Display(Reporter, Protocol):
    """A reporter that is drawn."""


@contextmanager
def open_display(console: Console) -> Iterator[Display]:
    """Show progress inside the block, as the console can."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[phase]:<22}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.description}"),
    )
    with Progress(*columns, console=console, redirect_stdout=False, redirect_stderr=False) as progress:
        yield Bars(progress)


class Bars:
    """One bar per phase on a terminal."""

    def __init__(self, progress: Progress) -> None:
        """Draw on ``progress``, which the caller starts and stops."""
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._systems: dict[str, TaskID] = {}
        self._phase = ""
        self._begin("definitions")

    def system(self, system: str) -> None:
        """Begin the bar of a system."""
        self._end(self._phase)
        self._systems[system] = self._progress.add_task("", total=None, phase=f"raw {system}")

    def loaded(self, system: str) -> None:
        """End the bar of a system."""
        if system in self._systems:
            self._progress.update(self._systems[system], completed=1, total=1, description="")

    def bytes_read(self, table: str, done: int, total: int) -> None:
        """Move the system's bar."""
        bar = self._systems[table.split("__", maxsplit=1)[0]]
        self._progress.update(bar, description=table, completed=done, total=max(total, 1))

    def models(self, name: str, done: int, total: int) -> None:
        """Move the bar of the warehouse."""
        if self._phase != MODELS:
            self._begin(MODELS)
        self._progress.update(self._tasks[MODELS], description=name, completed=done, total=total)

    def note(self, text: str) -> None:
        """Begin a bar that only turns."""
        self._begin(text)

    def _begin(self, phase: str) -> None:
        self._end(self._phase)
        self._phase = phase
        if phase not in self._tasks:
            self._tasks[phase] = self._progress.add_task("", total=None, phase=phase)

    def _end(self, phase: str) -> None:
        if phase in self._tasks:
            self._progress.update(self._tasks[phase], completed=1, total=1, description="")


class Lines:
    """One line per phase and tenth of the warehouse, with seconds since the start."""

    def __init__(self, console: Console) -> None:
        """Print on ``console``."""
        self._console = console
        self._started = time.monotonic()
        self._tenth = -1
        self._print("definitions")

    def system(self, system: str) -> None:
        """Say which system is read."""
        self._print(f"raw {system}")

    def loaded(self, system: str) -> None:
        """Say nothing: the closing table tells."""

    def bytes_read(self, table: str, done: int, total: int) -> None:
        """Say nothing: a table is quick or the next line comes soon."""

    def models(self, name: str, done: int, total: int) -> None:
        """Say each tenth of the warehouse."""
        tenth = 10 * done // max(total, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            self._print(f"warehouse {done}/{total} {name}")

    def note(self, text: str) -> None:
        """Say it."""
        self._print(text)

    def _print(self, text: str) -> None:
        self._console.print(f"{time.monotonic() - self._started:6.1f} s  {text}", highlight=False)
