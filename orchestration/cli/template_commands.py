"""``tundish template``: names, options and help of the canonical import format. The work is in ``template``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.frame import EXIT_CODES, HomeOption, Place, PlantOption, perform

template_app = typer.Typer(
    help="The canonical import format: files that any system's export script can write.", no_args_is_help=True
)


class FileForm(StrEnum):
    """What a template is written as."""

    CSV = "csv"
    PARQUET = "parquet"


@template_app.command("list", epilog=EXIT_CODES)
def template_list() -> None:
    """List the entities, their key and how many columns they need.

    Example:

      tundish template list
    """
    perform("template", Place(None, None), action="list")


@template_app.command("write", epilog=EXIT_CODES)
def template_write(
    entities: Annotated[list[str] | None, typer.Argument(metavar="[ENTITY]...", help="Default: all.")] = None,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder for the files.")] = Path(
        "templates"
    ),
    form: Annotated[FileForm, typer.Option("--format", "-f", help="Kind of the empty file.")] = FileForm.CSV,
) -> None:
    """Write an empty file per entity, and a page that says what each column means.

    Example:

      tundish template write machine_state counter --to /tmp/templates
    """
    perform("template", Place(None, None), action="write", names=entities or [], to=to, form=form.value)


@template_app.command("check", epilog=EXIT_CODES)
def template_check(
    *,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or folders of files.")],
    plant: PlantOption = None,
    home: HomeOption = None,
    zone: Annotated[
        str,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="Zone of the wall clock in the files. Default: that of the source canonical in plant.yml, "
            "else of the plant's first site.",
        ),
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most wrong rows to show per file.")] = 20,
) -> None:
    """Check files against their templates without loading them: the readers, rules and gate of the pipeline.

    Prints file, line, rule, value and next step of what is wrong, and ends with 1 if anything is.

    Example:

      tundish template check export/ --plant data/plants/mine
    """
    perform("template", Place(home, plant), action="check", paths=paths, zone=zone, limit=limit)
