"""The closing table of a run: rows by system, gates, OEE by line, where the release lies and how to query it.

Here: what a person reads at the end. Not here: where the figures come from (``outcome``, the release itself).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.cli.outcome import Outcome
from orchestration.lib.workspace import Workspace
from serving.release import Release, current_release

OEE_TABLE = "mart_oee__line"
OEE_COLUMNS = ("site_code", "line", "availability", "effectiveness", "quality_ratio", "oee")
SHOWN_REMARKS = 5


def print_closing(console: Console, workspace: Workspace, outcome: Outcome, log: Path) -> None:
    """Print what came of the run."""
    release = current_release(workspace.settings.released)
    if outcome.systems:
        console.print(systems_table(outcome))
    if outcome.gates:
        console.print(gates_table(outcome))
    _print_remarks(console, outcome)
    waiting = sum(counts["files_waiting"] for counts in outcome.systems.values())
    if waiting:
        console.print(
            f"[yellow]waiting[/yellow]  {waiting} files may still be written; the next run takes them"
        )
    if outcome.failures:
        _print_failure(console, outcome, release, log)
        return
    if release is not None:
        _print_release(console, workspace, outcome, release)
    console.print(f"log      {log}", soft_wrap=True, highlight=False)


def systems_table(outcome: Outcome) -> Table:
    """Return rows read, committed and quarantined by system, with their sum."""
    table = Table(title="Rows of this run", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("system")
    for heading in ("files", "known", "held", "rows read", "committed", "quarantined"):
        table.add_column(heading, justify="right")
    names = (
        "files_committed",
        "files_known",
        "files_held",
        "rows_read",
        "rows_committed",
        "rows_quarantined",
    )
    for system, counts in outcome.systems.items():
        table.add_row(system, *(f"{counts[name]:,}" for name in names))
    table.add_section()
    sums = (sum(counts[name] for counts in outcome.systems.values()) for name in names)
    table.add_row("all", *(f"{value:,}" for value in sums))
    return table


def gates_table(outcome: Outcome) -> Table:
    """Return how many checks of each gate passed, warned and failed."""
    table = Table(title="Gates", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("gate")
    for heading in ("passed", "warned", "failed"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for name, gate in outcome.gates.items():
        verdict = (
            "[red]blocked" if gate.failed else "[yellow]open, with warnings" if gate.warned else "[green]open"
        )
        table.add_row(name, str(gate.passed), str(gate.warned), str(gate.failed), verdict)
    return table


def oee_table(release: Release) -> Table | None:
    """Return OEE by line as the release holds it, or None if it has no such mart."""
    held = {table.name for table in release.manifest.tables} if release.manifest else set()
    if OEE_TABLE not in held:
        return None
    with duckdb.connect(str(release.duckdb_path), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(OEE_COLUMNS)} from {OEE_TABLE} order by site_code, line"
        ).fetchall()
    table = Table(title="OEE by line", title_justify="left", box=box.SIMPLE_HEAD)
    for position, column in enumerate(OEE_COLUMNS):
        table.add_column(column, justify="left" if position < 2 else "right")
    for site, line, *ratios in rows:
        table.add_row(str(site), str(line), *("-" if ratio is None else f"{ratio:.4f}" for ratio in ratios))
    return table


def _print_remarks(console: Console, outcome: Outcome) -> None:
    for gate in outcome.gates.values():
        if gate.failed:
            continue
        for remark in gate.remarks[:SHOWN_REMARKS]:
            console.print(f"[yellow]warning[/yellow]  {escape(remark)}", soft_wrap=True, highlight=False)
        if len(gate.remarks) > SHOWN_REMARKS:
            console.print(f"         and {len(gate.remarks) - SHOWN_REMARKS} more, see the log")


def _print_failure(console: Console, outcome: Outcome, release: Release | None, log: Path) -> None:
    for failure in outcome.failures[: 2 * SHOWN_REMARKS]:
        console.print(f"[red]failed[/red]   {escape(failure)}", soft_wrap=True, highlight=False)
    stays = (
        f"release {release.release_id} stays current and unchanged" if release else "there is no release yet"
    )
    console.print(f"Nothing was released; {stays}.", soft_wrap=True, highlight=False)
    console.print(f"log      {log}", soft_wrap=True, highlight=False)


def _print_release(console: Console, workspace: Workspace, outcome: Outcome, release: Release) -> None:
    table = oee_table(release)
    if table is not None:
        console.print(table)
    if outcome.nothing_new:
        console.print(f"[bold]nothing new: release {release.release_id} is current[/bold]", highlight=False)
    else:
        console.print(f"[bold green]released {release.release_id}[/bold green]", highlight=False)
    example = OEE_TABLE if table is not None else next(iter(_bi_tables(release)), "...")
    lines = (
        f"BI       {release.duckdb_path}",
        f"features {workspace.settings.released / 'features'}",
        f"query    tundish sql --home {workspace.settings.home} 'select * from {example}'",
        f"         or any DuckDB client, read-only: duckdb -readonly {release.duckdb_path}",
    )
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


def _bi_tables(release: Release) -> list[str]:
    return (
        [table.name for table in release.manifest.tables if table.dataset == "bi"] if release.manifest else []
    )
