"""``tundish quality``: names, options and help of its commands. The work is in ``quality`` and ``drift``."""

from __future__ import annotations

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

quality_app = typer.Typer(help="What the gates found, over runs.", no_args_is_help=True)


@quality_app.command("report", epilog=EXIT_CODES)
def quality_report(
    run_id: Annotated[str, typer.Option("--run", help="Id of a run. Default: the last one.")] = "",
    release: Annotated[
        str, typer.Option("--release", help="Id of a release, or current: the page that was stored with it.")
    ] = "",
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Write the page that says what failed, where, since when, with example rows and what to do; print where it lies.

    It is one file that needs no other, for any browser, offline. Scores by dataset and day are in mart_trust__dataset_day.

    Examples:

      tundish quality report

      xdg-open $(tundish quality report --release current)
    """
    perform("quality", Place(home, plant), run_id=run_id, release_id=release)


@quality_app.command("drift", epilog=EXIT_CODES)
def quality_drift(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Print all that was ever told, not only what is new.")
    ] = False,
    plant: PlantOption = None,
    home: HomeOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Say which features of which machine began to drift since the last look; exits with 1 if one did, once.

    Compares the last seven days of the current release with the weeks before (PSI, Kolmogorov-Smirnov, Wasserstein). Each event
    is kept as a row in lake/drift_events; the sensor `drift` of Dagster tells the same.

    Example:

      tundish quality drift || python retrain.py
    """
    perform("drift", Place(home, plant), everything=everything, output=output.value)
