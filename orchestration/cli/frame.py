"""What all commands share: options, exit codes, late import of the work, errors as text.

Here: the frame around a command. Not here: commands (``commands``) and their work (a module each).
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from orchestration.lib.garbage import collect_rarely

PlantOption = Annotated[
    Path | None,
    typer.Option(
        "--plant",
        metavar="DIR",
        help="Folder of the plant's configuration. Default: TUNDISH_PLANT, else data/plants/demo.",
        show_default=False,
    ),
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Folder of landing, lake, warehouse and releases. Default: TUNDISH_HOME, else data/runtime.",
        show_default=False,
    ),
]


class OutputFormat(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


FormatOption = Annotated[OutputFormat, typer.Option("--format", "-f", help="How rows are printed.")]

EXIT_CODES = (
    "Exit codes: 0 done; 1 the pipeline failed or a gate blocked (the former release stays); "
    "2 wrong usage or set-up; 3 another run works on this home."
)


class Exit(IntEnum):
    """Exit codes that scripts can rely on."""

    OK = 0
    FAILED = 1
    SETUP = 2
    LOCKED = 3


@dataclass(frozen=True)
class Place:
    """Home and plant as given on the command line; None means the setting's own default."""

    home: Path | None
    plant: Path | None


def perform(module: str, place: Place, **options: Any) -> NoReturn:
    """Import ``orchestration.cli.<module>``, call its ``main`` and leave with its exit code.

    Errors that Tundish raises on purpose become their message and a code; any other is a defect and shows its trace.
    """
    collect_rarely()
    work = importlib.import_module(f"orchestration.cli.{module}")
    errors = importlib.import_module("orchestration.cli.failures")
    try:
        code = work.main(place, **options)
    except errors.EXPECTED as error:
        sys.stderr.write(f"tundish: {error}\n")
        code = errors.exit_code(error)
    raise typer.Exit(int(code))
