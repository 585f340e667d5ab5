"""Taking changes of a source into its contract: a new version of the file, written so that nothing else changes.

Belongs here: what each change means for a contract, the next version, and the refusal of what would lose or
reinterpret rows that are held. How text is edited stands in edit.py.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingestion.contracts import Column, Contract, load_contract
from ingestion.contracts.column_types import DEFAULT_PARSE, arrow_type, logical_type
from ingestion.drift.edit import ContractText
from ingestion.drift.widening import widens
from ingestion.errors import ConfigurationError, ContractError


class AcceptError(ConfigurationError):
    """A change cannot be taken into the contract."""


@dataclass(frozen=True)
class Accepted:
    """What a person accepts, in headers of the files: renames old -> new, headers that no longer come, new columns
    with their types ("" for text), new columns that are not wanted, and new types of columns.
    """

    renames: Mapping[str, str] = field(default_factory=dict)
    removed: Sequence[str] = ()
    added: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def breaking(self) -> bool:
        """True for what consumers or exporters must know of: anything but new columns."""
        return bool(self.renames or self.removed or self.types)


def accept(contract: Contract, accepted: Accepted) -> Contract:
    """Write the next version of the contract file and return it; AcceptError, and the file as it was, if it cannot be."""
    path = contract.path
    if path is None or not (accepted.breaking or accepted.added or accepted.ignored):
        raise AcceptError(contract.raw_name, "there is nothing to accept.", "tundish source list")
    before = path.read_text(encoding="utf-8")
    draft = _Draft(contract, ContractText(before))
    draft.apply(accepted)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(draft.edited.text, encoding="utf-8")
    fresh.replace(path)
    try:
        return load_contract(path)
    except ContractError:
        path.write_text(before, encoding="utf-8")
        raise


def next_version(version: str, *, breaking: bool) -> str:
    """Major for breaking changes, else minor."""
    major, minor, *_ = [*(int(part) for part in re.findall(r"\d+", version)), 0, 0]
    return f"{major + 1}.0.0" if breaking else f"{major}.{minor + 1}.0"


class _Draft:
    """A contract's text on its way to the next version."""

    def __init__(self, contract: Contract, edited: ContractText) -> None:
        self.edited = edited
        self._contract = contract
        self._notes: list[str] = []
        policy = contract.drift
        self._former = {now: list(names) for now, names in policy.former_names.items()}
        self._optional = set(policy.optional)
        self._ignored = set(policy.ignored)
        self._added = set(policy.added)

    def apply(self, accepted: Accepted) -> None:
        """All changes, then version and history."""
        steps: list[tuple[Iterable[tuple[str, str]], Callable[[str, str], None]]] = [
            (accepted.renames.items(), self._rename),
            (((name, "") for name in accepted.removed), self._remove),
            (accepted.types.items(), self._retype),
            (accepted.added.items(), self._add),
            (((name, "") for name in accepted.ignored), self._ignore),
        ]
        for items, step in steps:
            for name, value in items:
                step(name, value)
        version = next_version(self._contract.version, breaking=accepted.breaking)
        self.edited.set_version(version)
        self.edited.set_custom("drift", self._policy(version))

    def _rename(self, old: str, new: str) -> None:
        column = self._column(old)
        sources = [new if source == old else source for source in column.sources]
        if len(sources) == 1:
            self.edited.set_property(column.name, "physicalName", new)
        else:
            self.edited.set_property(column.name, "transformSourceObjects", sources)
        self._former[new] = [old, *self._former.pop(old, [])]
        if old in self._optional:
            self._optional = (self._optional - {old}) | {new}
        self._notes.append(f"{old} renamed to {new}")

    def _remove(self, header: str, _: str) -> None:
        column = self._column(header)
        if column.required or column.key_position is not None:
            kind = "key" if column.key_position is not None else "required"
            raise self._refused(
                f"{header} is a {kind} column, rows without it mean nothing.", "ask for it at the source."
            )
        self._optional.add(header)
        self._notes.append(f"{header} no longer delivered, null from now on")

    def _retype(self, header: str, kind: str) -> None:
        """A wider type takes the held values along; any other begins a new column, the old one keeps what it has."""
        column = self._column(header)
        if widens(column.type, kind):
            self.edited.set_property(column.name, "physicalType", kind)
            self._notes.append(f"{header} widened from {column.type} to {kind}")
            return
        if column.required or column.key_position is not None or self._used(column):
            raise self._refused(
                f"{header} is {column.type} in every row that is held and part of the key, required or the source of "
                f"another column; {kind} does not hold all its values.",
                "describe the new form as a table of its own.",
            )
        major = next_version(self._contract.version, breaking=True).split(".")[0]
        fresh = f"{column.name}_v{major}"
        self.edited.set_property(column.name, "customProperties", [{"property": "parse", "value": "absent"}])
        self._add_column(fresh, header, kind, f"Takes the place of {column.name}, which was {column.type}.")
        self._notes.append(f"{header} is {kind} now: {fresh}; {column.name} keeps what it has")

    def _used(self, column: Column) -> bool:
        return len(column.sources) > 1 or any(
            other.parse == "utc_date_of" and column.name in other.sources for other in self._contract.columns
        )

    def _add(self, header: str, kind: str) -> None:
        name = re.sub(r"\W+", "_", header.casefold()).strip("_") or "column"
        if name in {column.name for column in self._contract.columns}:
            raise self._refused(f"a column {name} exists already.", f"--rename, or --ignore {header}.")
        version = next_version(self._contract.version, breaking=False)
        self._add_column(name, header, kind or "VARCHAR", f"Delivered as {header} since version {version}.")
        self._added.add(header)
        self._notes.append(f"{header} added as {kind or 'VARCHAR'}")

    def _add_column(self, name: str, header: str, kind: str, description: str) -> None:
        try:
            arrow_type(kind)
        except KeyError:
            raise self._refused(
                f"there is no type {kind!r}.", f"use one of: {', '.join(DEFAULT_PARSE)}."
            ) from None
        self.edited.add_property(
            {
                "name": name,
                "physicalName": header,
                "logicalType": logical_type(kind),
                "physicalType": kind,
                "description": description,
            }
        )

    def _ignore(self, header: str, _: str) -> None:
        self._ignored.add(header)
        self._notes.append(f"{header} ignored")

    def _column(self, header: str) -> Column:
        for column in self._contract.columns:
            if header in column.sources and column.parse not in ("utc_date_of", "absent"):
                return column
        known = ", ".join(self._contract.headers)
        raise self._refused(f"the contract has no header {header!r}.", f"use one of: {known}.")

    def _policy(self, version: str) -> dict[str, Any]:
        note = f"{version} {datetime.now(UTC):%Y-%m-%d}: {'; '.join(self._notes)}"
        policy: dict[str, Any] = {
            "newColumns": self._contract.drift.new_columns,
            "ignored": sorted(self._ignored),
            "formerNames": self._former,
            "optional": sorted(self._optional),
            "added": sorted(self._added),
            "history": [*self._contract.drift.history, note],
        }
        return {key: value for key, value in policy.items() if value}

    def _refused(self, problem: str, next_step: str) -> AcceptError:
        return AcceptError(self._contract.path or self._contract.raw_name, problem, next_step)
