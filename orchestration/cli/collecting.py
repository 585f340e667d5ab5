"""``tundish collect``: names, options and help of the collectors of live sources, light to import.

Here: what a user can type. Not here: the work (``collect_mqtt`` and its like).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.frame import EXIT_CODES, HomeOption, Place, PlantOption, perform

app = typer.Typer(help="Listen to live sources and land what they say.", no_args_is_help=True)

SystemOption = Annotated[
    list[str] | None,
    typer.Option("--system", metavar="NAME", help="Only this source of plant.yml; may be repeated."),
]
ForOption = Annotated[
    float | None,
    typer.Option(
        "--for", min=0.0, metavar="SECONDS", help="Stop after that time. Default: run until Ctrl-C."
    ),
]


@app.command(epilog=EXIT_CODES)
def mqtt(
    plant: PlantOption = None,
    home: HomeOption = None,
    system: SystemOption = None,
    seconds: ForOption = None,
) -> None:
    """Listen to MQTT brokers: Sparkplug B edge nodes and plain JSON topics.

    Takes the sources of plant.yml whose connection is of kind mqtt. Messages lie on disk before they are
    acknowledged; landed files become raw with the next tundish run.

    Examples:

      tundish collect mqtt --plant plants/mine --home /srv/mine

      tundish collect mqtt --system sparkplug_b --for 60
    """
    perform("collect_mqtt", Place(home, plant), systems=system or [], seconds=seconds)


@app.command(epilog=EXIT_CODES)
def opcua(
    plant: PlantOption = None,
    home: HomeOption = None,
    system: SystemOption = None,
    seconds: ForOption = None,
) -> None:
    """Subscribe to OPC UA servers; what was missed meanwhile is filled in by HistoryRead.

    Takes the sources of plant.yml whose connection is of kind opcua. Values lie on disk before anything else, land
    as files every few seconds and stay in the spool until tundish run has committed them. Ctrl-C or SIGTERM ends it
    in order; after a kill it goes on where it was.

    Examples:

      tundish collect opcua --plant plants/mine --home /srv/mine

      tundish collect opcua --for 60
    """
    perform("collect_opcua", Place(home, plant), systems=system or [], seconds=seconds)
