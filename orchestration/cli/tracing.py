"""``tundish trace``: names, options and help, light to import.

Here: what a user can type. Not here: the work (``trace``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.frame import (
    EXIT_CODES,
    FormatOption,
    HomeOption,
    OutputFormat,
    Place,
    PlantOption,
    perform,
)

app = typer.Typer()


class Way(StrEnum):
    """Where a trace goes."""

    BACKWARD = "backward"
    FORWARD = "forward"


class Part(StrEnum):
    """What a trace shows."""

    LOTS = "lots"
    MACHINES = "machines"
    CONDITIONS = "conditions"


@app.command(epilog=EXIT_CODES)
def trace(
    *,
    lot: Annotated[str, typer.Argument(metavar="LOT", help="Batch number, or lot id where several have it.")],
    plant: PlantOption = None,
    home: HomeOption = None,
    direction: Annotated[
        Way, typer.Option(help="backward: what went into the lot; forward: what it went into.")
    ] = Way.BACKWARD,
    part: Annotated[
        Part | None,
        typer.Option(help="Only this part. Default: all as tables, lots as CSV or JSON.", show_default=False),
    ] = None,
    release: Annotated[str, typer.Option("--release", help="Release id. Default: the current one.")] = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Trace a material lot through a release: lots, orders, machines and process conditions.

    Examples:

      tundish trace F1000126

      tundish trace R10100000 --direction forward --part lots -f csv
    """
    options = {"direction": direction.value, "part": part.value if part else "", "release_id": release}
    perform("trace", Place(home, plant), lot=lot, output=output.value, **options)
