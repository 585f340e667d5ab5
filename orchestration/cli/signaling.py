"""``tundish signals``: names, options and help of the commands around the signal dictionary, light to import.

Here: what a user can type. Not here: the work (``propose_signals``).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.frame import EXIT_CODES, HomeOption, Place, PlantOption, perform

app = typer.Typer(help="Help with the plant's signal dictionary (signals.csv).", no_args_is_help=True)


@app.command(epilog=EXIT_CODES)
def propose(
    plant: PlantOption = None,
    home: HomeOption = None,
    under: Annotated[
        str, typer.Option("--under", metavar="PATH", help="Only below this browse path, without /Objects.")
    ] = "",
    machine: Annotated[
        str, typer.Option("--machine", metavar="CODE", help="Machine that carries these signals.")
    ] = "",
    max_gap_s: Annotated[
        float,
        typer.Option(
            "--max-gap", min=1.0, metavar="SECONDS", help="Longest silence that is no missing data."
        ),
    ] = 600,
) -> None:
    """Draft lines of signals.csv from delivered OPC UA nodesets, as CSV on standard output.

    Reads what the last tundish run made of the system opcua_nodeset: scalar numbers and booleans of machines, with
    units. Signals whose tag signals.csv has already are left out. A person checks the lines and adds limits.

    Examples:

      tundish signals propose > proposed.csv

      tundish signals propose --under Machines/Press1 --machine PRESS1
    """
    perform("propose_signals", Place(home, plant), under=under, machine=machine, max_gap_s=max_gap_s)


@app.callback()
def signals() -> None:
    """Help with the plant's signal dictionary (signals.csv)."""
