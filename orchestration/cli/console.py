"""Where commands print. Here: the one console, light to import. Not here: what is printed."""

from __future__ import annotations

import sys

from rich.console import Console


def open_console() -> Console:
    """Open standard output; where nobody looks at a terminal, lines are not broken at 80 columns."""
    console = Console(file=sys.stdout)
    return console if console.is_terminal else Console(file=sys.stdout, width=140)
