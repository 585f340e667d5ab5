"""``tundish profile`` and ``tundish new-source``: names, options and help, light to import.

Here: what a user can type. Not here: the work (``profile``, ``new_source``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.frame import EXIT_CODES, HomeOption, Place, PlantOption, perform

app = typer.Typer()


@app.command(epilog=EXIT_CODES)
def profile(
    *,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Sample files, or folders of them.")],
    system: Annotated[
        str,
        typer.Option(
            "--system", metavar="NAME", help="Name of the system: small letters, digits, underscores."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the folder of drafts goes.")
    ] = Path("drafts"),
    timezone: Annotated[
        str,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="Zone of local times, e.g. Europe/Berlin, if the files tell no other.",
        ),
    ] = "",
    rows: Annotated[int, typer.Option("--rows", min=100, help="Rows to look at per table.")] = 200_000,
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Look at sample files of a new system and write draft contracts, with a page that says what each guess rests on.

    Files of one table are found by name and columns. Each draft is proved: the sample is loaded through it.

    Examples:

      tundish profile /mnt/exports/packaging --system packaging

      tundish profile orders.csv stops.xlsx --system line5 --timezone Europe/Berlin --out /tmp/drafts
    """
    perform(
        "profile",
        Place(home, plant),
        paths=paths,
        system=system,
        out=out,
        timezone=timezone,
        rows=rows,
    )


@app.command("new-source", epilog=EXIT_CODES)
def new_source(
    *,
    drafts: Annotated[
        Path, typer.Argument(metavar="DRAFTS", help="The folder that tundish profile wrote: drafts/<system>.")
    ],
    release: Annotated[
        list[str] | None,
        typer.Option(
            "--release", metavar="TABLE", help="Release this table as it is (repeat; all for every one)."
        ),
    ] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(
            "--adapter", metavar="TABLE=ENTITY", help="Begin an adapter of this table to a canonical entity."
        ),
    ] = None,
    with_personal: Annotated[
        bool, typer.Option("--with-personal", help="Release columns about persons too.")
    ] = False,
    add_to_plant: Annotated[
        bool, typer.Option("--add-to-plant", help="Add the source to plant.yml; a missing one is written.")
    ] = False,
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Turn drafts into a source of the tree: contracts, staging models, dbt sources, and the lines for plant.yml.

    A table that no canonical entity covers is released as it is: fct_<system>__<table>, or dim_ if it comes in full.

    Examples:

      tundish new-source drafts/packaging --release all --plant data/plants/mine --add-to-plant

      tundish new-source drafts/line5 --adapter orders=production_order
    """
    perform(
        "new_source",
        Place(home, plant),
        drafts=drafts,
        release=release or [],
        adapter=adapter or [],
        with_personal=with_personal,
        add=add_to_plant,
    )
