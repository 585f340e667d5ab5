"""The command line: ``tundish``.

Here: commands, their options and what ``--help`` teaches; each command's work is in a module of its own that is
imported when the command is used, so that help answers at once. Not here: assets and jobs (``orchestration.defs``).
"""

from typing import NoReturn

from orchestration.cli.commands import app
from orchestration.lib.leaving import leave

__all__ = ["app", "main"]


def main() -> NoReturn:
    """Run the command that the arguments name, as a process of its own; a defect ends it with its trace."""
    try:
        app()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        leave(end.code or 0)
    leave(0)
