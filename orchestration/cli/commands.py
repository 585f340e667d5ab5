"""The commands of ``tundish``: names, options, help. Light to import, because ``--help`` must answer at once.

Here: what a user can type. Not here: the work, which ``perform`` imports from the module of the same name.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.adding import app as adding_app
from orchestration.cli.collecting import app as collect_app
from orchestration.cli.frame import (
    EXIT_CODES,
    FormatOption,
    HomeOption,
    OutputFormat,
    Place,
    PlantOption,
    perform,
)
from orchestration.cli.quality_commands import quality_app
from orchestration.cli.quarantine_commands import quarantine_app
from orchestration.cli.signaling import app as signals_app
from orchestration.cli.source_commands import source_app
from orchestration.cli.template_commands import template_app
from orchestration.cli.tracing import app as tracing_app

app = typer.Typer(
    name="tundish",
    help=(
        "Plant exports in, gated BI releases and ML feature tables out.\n\n"
        "Start with: tundish simulate, tundish run, tundish sql. " + EXIT_CODES
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
)
release_app = typer.Typer(help="List, show and switch releases.", no_args_is_help=True)
app.add_typer(adding_app)
app.add_typer(release_app, name="release")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(quality_app, name="quality")
app.add_typer(source_app, name="source")
app.add_typer(template_app, name="template")
app.add_typer(collect_app, name="collect")
app.add_typer(signals_app, name="signals")
app.add_typer(tracing_app)


class Target(StrEnum):
    """Engine that builds the models."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@app.command(epilog=EXIT_CODES)
def run(
    plant: PlantOption = None,
    home: HomeOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Build and release although nothing is new.")
    ] = False,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build incremental models anew (implies --force).")
    ] = False,
    target: Annotated[
        Target | None,
        typer.Option(
            help="Engine that builds the models. Default: TUNDISH_TARGET, else duckdb.", show_default=False
        ),
    ] = None,
) -> None:
    """Run the pipeline: new files to raw, warehouse, gates, release.

    Without new files it changes nothing and says so. A gate that fails leaves the former release current.

    Examples:

      tundish run

      tundish run --plant data/plants/adventureworks --home /srv/adventureworks

      tundish run --target spark
    """
    options = {"force": force or full_refresh, "full_refresh": full_refresh}
    perform("run", Place(home, plant), **options, target=target.value if target else None)


@app.command(epilog=EXIT_CODES)
def compare(
    plant: PlantOption = None, home: HomeOption = None, output: FormatOption = OutputFormat.TABLE
) -> None:
    """Compare what DuckDB and Spark built from this home's raw tables, table by table and row by row.

    Numbers in DOUBLE may differ by their rounding, everything else is equal or counts as a difference. Exits with 1
    if a table differs.

    Example:

      tundish run && tundish run --target spark && tundish compare
    """
    perform("compare", Place(home, plant), output=output.value)


@app.command(epilog=EXIT_CODES)
def doctor(plant: PlantOption = None, home: HomeOption = None) -> None:
    """Check the set-up and say what is wrong and what to do about it.

    Looks at Python and packages, the plant, its sources, dbt, every Delta table, every row of it, the release and the
    disk. Exits with 2 if something is wrong.

    Example:

      tundish doctor --plant data/plants/demo
    """
    perform("doctor", Place(home, plant))


@app.command(epilog=EXIT_CODES)
def parse(plant: PlantOption = None, home: HomeOption = None) -> None:
    """Let dbt parse the project for this plant, if code or plant have changed since: the slow part of a first run.

    A run does this by itself. Use it to see at once whether a changed model or plant can be read.

    Example:

      tundish parse --plant data/plants/demo
    """
    perform("parse", Place(home, plant))


@app.command(epilog=EXIT_CODES)
def simulate(
    *,
    plant: PlantOption = None,
    home: HomeOption = None,
    days: Annotated[int, typer.Option(min=1, help="Days of production.")] = 30,
    machines: Annotated[int, typer.Option(min=1, help="Machines of the first site.")] = 12,
    tags: Annotated[int, typer.Option(min=1, help="Historian tags of the first site.")] = 60,
    rate: Annotated[float, typer.Option(min=1.0, help="Average seconds between two values of a tag.")] = 30.0,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 42,
    only_after_day: Annotated[
        int, typer.Option(min=0, metavar="N", help="Leave out the exports of the first N days.")
    ] = 0,
    sensor_faults: Annotated[
        bool,
        typer.Option("--sensor-faults", help="Let sensors go wrong after three weeks; 29 days or more."),
    ] = False,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="Do nothing if this home already holds a simulation.")
    ] = False,
) -> None:
    """Write the exports of a simulated plant into the home's landing folder.

    Its first site looks like what SAP, an MES, a PI historian and vibration sensors deliver, faults included; the
    second one, of fixed size, like Odoo and an OPC UA server.

    Examples:

      tundish simulate --days 7 --home /tmp/try

      tundish simulate --days 8 --only-after-day 7 --home /tmp/try

      tundish simulate --tags 600 --rate 1
    """
    perform(
        "simulate",
        Place(home, plant),
        days=days,
        machines=machines,
        tags=tags,
        rate_s=rate,
        seed=seed,
        only_after_day=only_after_day,
        sensor_faults=sensor_faults,
        if_missing=if_missing,
    )


@app.command(epilog=EXIT_CODES)
def sql(
    query: Annotated[
        str, typer.Argument(help="One SELECT; - reads it from standard input; none lists the tables.")
    ] = "",
    plant: PlantOption = None,
    home: HomeOption = None,
    release: Annotated[str, typer.Option("--release", help="Release id. Default: the current one.")] = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Query a release, read-only, with DuckDB's SQL.

    Examples:

      tundish sql

      tundish sql "select * from mart_oee__line order by oee"

      tundish sql -f csv "select * from dim_equipment" > equipment.csv
    """
    perform("sql", Place(home, plant), query=query, release_id=release, output=output.value)


@release_app.command("list", epilog=EXIT_CODES)
def release_list(plant: PlantOption = None, home: HomeOption = None) -> None:
    """List releases, newest first, with the current one marked.

    Example:

      tundish release list
    """
    perform("releases", Place(home, plant), action="list", release_id="")


@release_app.command("show", epilog=EXIT_CODES)
def release_show(
    release_id: Annotated[
        str, typer.Argument(metavar="[RELEASE]", help="Release id. Default: the current one.")
    ] = "",
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Show what a release holds, where it came from and which gates it passed.

    Example:

      tundish release show
    """
    perform("releases", Place(home, plant), action="show", release_id=release_id)


@release_app.command("rollback", epilog=EXIT_CODES)
def release_rollback(
    release_id: Annotated[
        str, typer.Argument(metavar="RELEASE", help="Release to make current; see tundish release list.")
    ],
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Make an earlier release current again: one atomic switch after every file was verified.

    The next run releases again only when files, code or plant have changed.

    Example:

      tundish release rollback 20251105T061500Z-1a2b3c4d
    """
    perform("releases", Place(home, plant), action="rollback", release_id=release_id)


@app.command(epilog=EXIT_CODES)
def maintain(
    plant: PlantOption = None,
    home: HomeOption = None,
    keep_releases: Annotated[
        int, typer.Option(min=1, help="Newest releases to keep; the current one always stays.")
    ] = 30,
    verify_archive: Annotated[
        bool, typer.Option("--verify-archive", help="Read every archived file and compare it with its hash.")
    ] = False,
) -> None:
    """Compact and vacuum Delta tables, drop old releases and leftovers of killed runs, expire quarantined rows.

    Rows expire only as plant.yml says (quarantine.expire_after_days). Versions inside the audit horizon (TUNDISH_AUDIT_DAYS) stay readable.

    Example:

      tundish maintain --keep-releases 10
    """
    perform("maintain", Place(home, plant), keep_releases=keep_releases, verify_archive=verify_archive)


@app.command(epilog=EXIT_CODES)
def ui(
    plant: PlantOption = None,
    home: HomeOption = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 3000,
) -> None:
    """Open Dagster's UI and daemon on this machine only (127.0.0.1); stop with Ctrl-C.

    The daemon runs the daily schedule and starts a run when new files land.

    Example:

      tundish ui --port 3001
    """
    perform("ui", Place(home, plant), port=port)


@app.command(epilog=EXIT_CODES)
def dashboard(
    plant: PlantOption = None,
    home: HomeOption = None,
    release: Annotated[str, typer.Option(help="Release to show; default: the current one.")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 8050,
) -> None:
    """Show a release in the browser: OEE, downtime, scrap, delivery, maintenance, energy (127.0.0.1 only).

    Example:

      tundish dashboard --port 8051
    """
    perform("dashboard", Place(home, plant), release_id=release, port=port)
