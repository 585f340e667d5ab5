"""``tundish quarantine``: names, options and help of its commands. The work is in ``quarantine``."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
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

quarantine_app = typer.Typer(
    help="Work with rows that broke a rule and did not become raw.", no_args_is_help=True
)


class State(StrEnum):
    """What became of a quarantined row."""

    OPEN = "open"
    REPLAYED = "replayed"
    RELEASED = "released"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    ALL = "all"


TableArgument = Annotated[
    str, typer.Argument(metavar="TABLE", help="Raw table, for example mes__counters or mes.counters.")
]
RuleOption = Annotated[
    str, typer.Option("--rule", help="Only rows that broke this rule, for example type:value.")
]
FileOption = Annotated[
    str, typer.Option("--file", metavar="GLOB", help="Only rows of files of this name; * and ? may stand.")
]
RowOption = Annotated[
    list[str] | None, typer.Option("--row", metavar="ID", help="Only this row, as show names it; repeatable.")
]
BeforeOption = Annotated[
    datetime | None, typer.Option("--before", help="Only rows that were put aside before then (UTC).")
]
StateOption = Annotated[State, typer.Option("--state", help="Only rows that came to this.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; goes into the audit log.")]
ByOption = Annotated[
    str, typer.Option("--by", help="Who decides; goes into the audit log. Default: TUNDISH_PERSON.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All open rows of the table, whatever they broke.")]


@quarantine_app.command("list", epilog=EXIT_CODES)
def quarantine_list(
    *,
    state: StateOption = State.OPEN,
    plant: PlantOption = None,
    home: HomeOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Count rows by table and rule, with an example and what the rule asks for.

    Example:

      tundish quarantine list --state all
    """
    perform("quarantine", Place(home, plant), action="list", output=output.value, **_asked(state=state))


@quarantine_app.command("show", epilog=EXIT_CODES)
def quarantine_show(
    *,
    table: TableArgument,
    rule: RuleOption = "",
    file: FileOption = "",
    row: RowOption = None,
    state: StateOption = State.OPEN,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most rows to show.")] = 20,
    plant: PlantOption = None,
    home: HomeOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show rows with id, file, line, rule, what it asks for and the text as delivered.

    Example:

      tundish quarantine show mes__counters --rule range:total_count
    """
    asked = _asked(rule=rule, file=file, row=row, state=state)
    perform(
        "quarantine",
        Place(home, plant),
        action="show",
        table=table,
        limit=limit,
        output=output.value,
        **asked,
    )


@quarantine_app.command("export", epilog=EXIT_CODES)
def quarantine_export(
    *,
    table: TableArgument,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="A .csv, .json or .parquet file.")],
    rule: RuleOption = "",
    file: FileOption = "",
    row: RowOption = None,
    state: StateOption = State.OPEN,
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Write rows into a file, for whoever can mend them at the source.

    Example:

      tundish quarantine export mes__counters --to counters.csv
    """
    asked = _asked(rule=rule, file=file, row=row, state=state)
    perform("quarantine", Place(home, plant), action="export", table=table, to=to, **asked)


@quarantine_app.command("replay", epilog=EXIT_CODES)
def quarantine_replay(
    *,
    table: TableArgument,
    reason: ReasonOption = "",
    by: ByOption = "",
    rule: RuleOption = "",
    file: FileOption = "",
    row: RowOption = None,
    state: StateOption = State.OPEN,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would become raw and what would stay.")
    ] = False,
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Judge rows again under the contract as it is now; those that are good become raw, once, the others stay.

    Rows come from the archive, with the batch and time of their delivery: a later row of the same key still wins.
    With --state discarded rows that were given up come back.

    Examples:

      tundish quarantine replay mes__counters --dry-run

      tundish quarantine replay mes__counters --rule range:total_count --by "J. Doe" --reason "limit was wrong"
    """
    asked = _asked(rule=rule, file=file, row=row, state=state)
    told = {"reason": reason, "by": by, "dry_run": dry_run}
    perform("quarantine", Place(home, plant), action="replay", table=table, **told, **asked)


@quarantine_app.command("release", epilog=EXIT_CODES)
def quarantine_release(
    *,
    table: TableArgument,
    reason: ReasonOption = "",
    by: ByOption = "",
    rule: RuleOption = "",
    file: FileOption = "",
    row: RowOption = None,
    all_rows: AllOption = False,
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Let rows into raw although they break a rule; each carries the rule, its text and the decision in _extra.

    A value that could not be read is null. Rows that no reader can place and rows without their key cannot be released.

    Example:

      tundish quarantine release mes__counters --row 1f3c...:17 --by "J. Doe" --reason "checked at the machine"
    """
    asked = _asked(rule=rule, file=file, row=row) | {"reason": reason, "by": by, "every": all_rows}
    perform("quarantine", Place(home, plant), action="release", table=table, **asked)


@quarantine_app.command("discard", epilog=EXIT_CODES)
def quarantine_discard(
    *,
    table: TableArgument,
    reason: ReasonOption = "",
    by: ByOption = "",
    rule: RuleOption = "",
    file: FileOption = "",
    row: RowOption = None,
    before: BeforeOption = None,
    all_rows: AllOption = False,
    plant: PlantOption = None,
    home: HomeOption = None,
) -> None:
    """Give rows up: they no longer wait. Their text stays in the quarantine, and a replay can bring them back.

    Example:

      tundish quarantine discard mes__counters --rule malformed_row --by "J. Doe" --reason "test of the exporter"
    """
    asked = _asked(rule=rule, file=file, row=row, before=before)
    told = {"reason": reason, "by": by, "every": all_rows}
    perform("quarantine", Place(home, plant), action="discard", table=table, **told, **asked)


@quarantine_app.command("log", epilog=EXIT_CODES)
def quarantine_log(
    plant: PlantOption = None, home: HomeOption = None, output: FormatOption = OutputFormat.TABLE
) -> None:
    """Show who decided what about quarantined rows, when and why.

    Example:

      tundish quarantine log
    """
    perform("quarantine", Place(home, plant), action="log", output=output.value)


def _asked(
    *,
    rule: str = "",
    file: str = "",
    row: list[str] | None = None,
    state: State = State.OPEN,
    before: datetime | None = None,
) -> dict[str, object]:
    return {
        "rule": rule,
        "file": file,
        "rows": tuple(row or ()),
        "states": () if state is State.ALL else (state.value,),
        "before": before.replace(tzinfo=UTC) if before else None,
    }
