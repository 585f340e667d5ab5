"""``tundish source``: names, options and help of the commands about changed sources. The work is in ``source``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.frame import EXIT_CODES, HomeOption, Place, PlantOption, perform

source_app = typer.Typer(help="Look at files that wait because their source changed.", no_args_is_help=True)
TableArgument = Annotated[
    str, typer.Argument(metavar="TABLE", help="System and table, for example sap_ecc.afru or sap_ecc__afru.")
]


class SourceFormat(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@source_app.command("list", epilog=EXIT_CODES)
def source_list(
    plant: PlantOption = None,
    home: HomeOption = None,
    output: Annotated[
        SourceFormat, typer.Option("--format", "-f", help="How rows are printed.")
    ] = SourceFormat.TABLE,
) -> None:
    """List held files and new columns: what waits for a decision.

    Example:

      tundish source list
    """
    perform("source", Place(home, plant), action="list", table="", output=output.value, changes={})


@source_app.command("diff", epilog=EXIT_CODES)
def source_diff(table: TableArgument, plant: PlantOption = None, home: HomeOption = None) -> None:
    """Show how held files and new columns of a table differ from its contract, with evidence.

    Example:

      tundish source diff mes.counters
    """
    perform("source", Place(home, plant), action="diff", table=table, output="table", changes={})


@source_app.command("accept", epilog=EXIT_CODES)
def source_accept(
    *,
    table: TableArgument,
    plant: PlantOption = None,
    home: HomeOption = None,
    rename: Annotated[
        list[str] | None, typer.Option("--rename", metavar="OLD=NEW", help="A header that has a new name.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="OLD", help="A header that no longer comes.")
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="NEW[=TYPE]", help="A new header to keep; text without a type."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="NEW", help="A new header that is not wanted.")
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", metavar="HEADER=TYPE", help="A header of another type.")
    ] = None,
) -> None:
    """Take changes of a source into its contract as a new version; held files load on the next run.

    Without an option it takes what `source diff` proposes if that is new columns only; anything else must be said.

    Examples:

      tundish source accept mes.counters

      tundish source accept sap_ecc.afru --rename LMNGA=YIELD --remove GRUND
    """
    given = {"rename": rename, "remove": remove, "add": add, "ignore": ignore, "type": type_}
    changes = {name: list(values) for name, values in given.items() if values}
    perform("source", Place(home, plant), action="accept", table=table, output="table", changes=changes)
