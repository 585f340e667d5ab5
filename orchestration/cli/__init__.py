"""The command line: ``tundish``.

Here: commands, their options and what ``--help`` teaches; each command's work is in a module of its own that is
imported when the command is used, so that help answers at once. Not here: assets and jobs (``orchestration.defs``).
"""

from orchestration.cli.commands import app

__all__ = ["app"]
