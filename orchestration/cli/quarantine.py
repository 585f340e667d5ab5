"""Work of ``tundish quarantine``: asking, printing, and handing decisions on.

Not here: keeping rows (``ingestion.lake.quarantine``), bringing them into raw (``ingestion.recover``), what Dagster shows
(``orchestration.lib.quarantine_assets``).
"""

from __future__ import annotations

import sys
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from ingestion.contracts import Contract
from ingestion.errors import ConfigurationError
from ingestion.lake.decisions import Decision, counting_decisions
from ingestion.lake.quarantine import Selection, export_quarantine, list_quarantine, rule_counts
from ingestion.recover import Recovery, discard, recover
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows
from orchestration.cli.source import contract_named
from orchestration.lib.contract_gates import batch_gate
from orchestration.lib.lock import hold
from orchestration.lib.workspace import Workspace, open_workspace

LISTED = ("table", "rule", "state", "rows", "files", "first_at", "value", "expected")
SHOWN = ("row_id", "file", "line", "rule", "column", "value", "expected", "raw_text")
DECIDED = ("state", "decided_at", "decided_by", "reason")
LOGGED = (
    "decided_at",
    "action",
    "raw_name",
    "file",
    "rows",
    "rules",
    "decided_by",
    "reason",
    "contract_version",
)


def main(
    place: Place,
    *,
    action: str,
    table: str = "",
    output: str = "table",
    limit: int | None = None,
    to: Path | None = None,
    reason: str = "",
    by: str = "",
    dry_run: bool = False,
    every: bool = False,
    **asked: Any,
) -> Exit:
    """Do what ``action`` names; ``asked`` are fields of Selection."""
    workspace = open_workspace(home=place.home, plant=place.plant)
    selection = Selection(**asked)
    if action == "log":
        log = counting_decisions(workspace.settings).select(LOGGED).to_pylist()
        print_rows(LOGGED, [_joined(row.values()) for row in log], output)
        return Exit.OK
    if action == "list":
        found = [
            one
            for one in rule_counts(workspace.settings)
            if not selection.states or one.state in selection.states
        ]
        print_rows(LISTED, [tuple(getattr(one, name) for name in LISTED) for one in found], output)
        return Exit.OK
    contract = contract_named(workspace, table)
    if action == "show":
        return _show(workspace, contract, selection, limit=limit, output=output)
    if action == "export":
        return _export(workspace, contract, selection, to or Path())
    person = by or workspace.settings.person
    if dry_run:
        decision = Decision("replay", person or "nobody", reason or "dry run")
        return _recover(workspace, contract, selection, decision, dry_run=True)
    decision = Decision(action, person, reason)  # type: ignore[arg-type] # the commands name no other
    if action in ("release", "discard"):
        _require_choice(action, selection, every=every)
    with hold(workspace.lock_path, f"tundish quarantine {action}"):
        work = partial(_recover, dry_run=False) if action in ("replay", "release") else _discard
        return work(workspace, contract, selection, decision)


def _show(
    workspace: Workspace, contract: Contract, selection: Selection, *, limit: int | None, output: str
) -> Exit:
    names = SHOWN if len(selection.states) == 1 and "open" in selection.states else SHOWN + DECIDED
    rows = list_quarantine(workspace.settings, contract.raw_name, selection=selection, limit=limit)
    print_rows(names, [tuple(getattr(row, name) for name in names) for row in rows], output)
    return Exit.OK


def _export(workspace: Workspace, contract: Contract, selection: Selection, to: Path) -> Exit:
    rows = export_quarantine(workspace.settings, contract.raw_name, selection, to)
    sys.stdout.write(f"{rows:,} rows of {contract.raw_name} written to {to}\n")
    return Exit.OK


def _recover(
    workspace: Workspace, contract: Contract, selection: Selection, decision: Decision, *, dry_run: bool
) -> Exit:
    found = recover(
        contract,
        workspace.plant.source(contract.system),
        workspace.plant,
        workspace.settings,
        selection=selection,
        decision=decision,
        batch_gate=batch_gate(workspace, contract),
        dry_run=dry_run,
    )
    _tell(contract, found, dry_run=dry_run)
    if found.taken and not dry_run:
        show_in_dagster(workspace, contract.system)
    return Exit.FAILED if found.held else Exit.OK


def _tell(contract: Contract, found: Recovery, *, dry_run: bool) -> None:
    would = "would become" if dry_run else "became"
    sys.stdout.write(f"{contract.raw_name}: {found.taken:,} rows {would} raw, {found.kept:,} stay\n")
    for finding in found.findings:
        sys.stdout.write(f"  stays: {finding.message}\n")
    for message in found.held:
        sys.stdout.write(f"  not taken: {message}\n")
    for finding in found.remarks:
        sys.stdout.write(f"  remark: {finding.message}\n")
    if found.taken and not dry_run:
        sys.stdout.write("Next step: tundish run builds and releases with them.\n")


def _discard(workspace: Workspace, contract: Contract, selection: Selection, decision: Decision) -> Exit:
    rows = discard(contract, workspace.settings, selection=selection, decision=decision)
    sys.stdout.write(f"{contract.raw_name}: {rows:,} rows discarded\n")
    if rows:
        show_in_dagster(workspace, contract.system)
    return Exit.OK


def show_in_dagster(workspace: Workspace, *systems: str) -> None:
    """Let Dagster's UI show the quarantine of these systems as it is now."""
    for system in systems:
        from orchestration.lib.quarantine_assets import (  # noqa: PLC0415 - seconds of import, after the work
            report_quarantine,
        )

        report_quarantine(workspace, system)


def _require_choice(action: str, selection: Selection, *, every: bool) -> None:
    """ConfigurationError unless it was said which rows; a slip must not give up a whole table."""
    chosen = any(getattr(selection, field.name) for field in fields(selection) if field.name != "states")
    if not chosen and not every:
        raise ConfigurationError(
            f"quarantine {action}",
            "no rows are chosen.",
            "choose by --rule, --file or --row (tundish quarantine show), or say --all.",
        )


def _joined(values: Any) -> tuple[Any, ...]:
    return tuple(", ".join(value) if isinstance(value, list) else value for value in values)
