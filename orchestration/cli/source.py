"""Work of ``tundish source``. Not here: finding differences and editing contracts (``ingestion.drift``)."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ingestion.contracts import SOURCES, Contract, load_contracts
from ingestion.drift.accept import Accepted, AcceptError, accept
from ingestion.drift.waiting import Waiting, waiting
from ingestion.errors import ConfigurationError
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows
from orchestration.lib import generate
from orchestration.lib.workspace import Workspace, open_workspace

LISTED = ("table", "file", "rule", "state")


def main(place: Place, *, action: str, table: str, output: str, changes: dict[str, list[str]]) -> Exit:
    """List what waits, show a difference, or take it into the contract."""
    workspace = open_workspace(home=place.home, plant=place.plant)
    if action == "list":
        found = [item for contract in workspace.contracts for item in waiting(contract, workspace.settings)]
        print_rows(LISTED, [tuple(getattr(item, name) for name in LISTED) for item in found], output)
        return Exit.OK
    contract = contract_named(workspace, table)
    found = waiting(contract, workspace.settings)
    if action == "diff":
        print_diff(contract, found)
        return Exit.OK
    accepted = accepted_from(changes) if changes else proposed(contract, found)
    after = accept(contract, accepted)
    sys.stdout.write(f"{contract.raw_name}: contract {contract.version} -> {after.version}\n  {after.path}\n")
    for line in after.drift.history[-1:]:
        sys.stdout.write(f"  {line}\n")
    if after.path is not None and after.path.is_relative_to(SOURCES):
        for path in generate.write():
            sys.stdout.write(f"  {path} follows\n")
    sys.stdout.write("Next step: tundish run takes the held files in.\n")
    return Exit.OK


def contract_named(workspace: Workspace, table: str) -> Contract:
    """The contract of `system.table` or `system__table`."""
    wanted = table.replace(".", "__", 1)
    for contract in workspace.contracts:
        if contract.raw_name == wanted:
            return contract
    every = sorted({contract.raw_name for contract in [*workspace.contracts, *load_contracts()]})
    near = [name for name in every if name.startswith(wanted.split("__", maxsplit=1)[0])] or every
    raise ConfigurationError(
        "source", f"no table of this plant is called {table!r}.", f"use one of: {', '.join(near)}."
    )


def print_diff(contract: Contract, found: Sequence[Waiting]) -> None:
    """Old against new columns, a file at a time."""
    if not found:
        sys.stdout.write(f"{contract.raw_name}: nothing waits, contract {contract.version} fits.\n")
    for item in found:
        sys.stdout.write(f"{item.file} ({item.rule}; {item.state}), contract {contract.version}\n")
        for change in item.changes:
            sys.stdout.write(f"  {change}\n")
        if not item.changes:
            sys.stdout.write(f"  {item.message}\n")
    if options := options_of(found):
        sys.stdout.write(f"Next step: tundish source accept {contract.raw_name} {' '.join(options)}\n")


def options_of(found: Sequence[Waiting]) -> list[str]:
    """What accept would be told to take all proposals."""
    return list(dict.fromkeys(change.option for item in found for change in item.changes if change.option))


def proposed(contract: Contract, found: Sequence[Waiting]) -> Accepted:
    """All new columns; AcceptError if more than that is asked for, because guesses are for people to confirm."""
    changes = [change for item in found for change in item.changes]
    if not changes:
        raise AcceptError(contract.raw_name, "nothing waits.", "tundish source list")
    held = any(item.rule in {"missing_column", "type_changed"} for item in found)
    if held or any(change.kind != "new" for change in changes):
        step = f"say what happened: tundish source accept {contract.raw_name} {' '.join(options_of(found))}"
        raise AcceptError(contract.raw_name, "columns were renamed, removed or changed their type.", step)
    return Accepted(added={change.new: "" for change in changes})


def accepted_from(changes: dict[str, list[str]]) -> Accepted:
    """What the options say; ConfigurationError if one has no `=`."""
    return Accepted(
        renames=dict(_pair("--rename", text) for text in changes.get("rename", ())),
        removed=changes.get("remove", ()),
        added=dict(_pair("--add", text, "") for text in changes.get("add", ())),
        ignored=changes.get("ignore", ()),
        types=dict(_pair("--type", text) for text in changes.get("type", ())),
    )


def _pair(option: str, text: str, default: str | None = None) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark and default is None:
        raise ConfigurationError(option, f"{text!r} has no '='.", f"write {option} {text}=...")
    return name, value if mark else str(default)
