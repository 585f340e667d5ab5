"""What waits for a decision: held files and new columns, as the ledger tells them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.drift.changes import Change, changes_of
from ingestion.drift.guess import inferred_type, shown
from ingestion.lake.ledger import Entry, contract_hash, read_ledger
from ingestion.settings import Settings


@dataclass(frozen=True)
class Waiting:
    """One held file, or one new column of committed files. `state` says what the next run will do."""

    table: str
    file: str
    rule: str
    state: str
    message: str
    changes: tuple[Change, ...] = ()


def waiting(contract: Contract, settings: Settings) -> list[Waiting]:
    """Held files that still lie where they were delivered, then new columns that the contract does not know."""
    last: dict[str, Entry] = {
        entry["sha256"]: entry for entry in read_ledger(settings, contract.raw_name).entries()
    }
    return [*_held(contract, last), *_new_columns(contract, last)]


def _held(contract: Contract, last: dict[str, Entry]) -> Iterator[Waiting]:
    now = contract_hash(contract)
    for entry in last.values():
        if entry["status"] != "held":
            continue
        findings = _findings(entry)
        path = Path(entry["path"])
        there = path.exists() or path.parent.is_file()
        state = "waits" if entry["contract_hash"] == now else "the next run tries it again"
        yield Waiting(
            contract.raw_name,
            entry["file"],
            findings[0].rule if findings else "",
            state if there else "no longer in the folder",
            entry["message"],
            tuple(changes_of(findings)),
        )


def _new_columns(contract: Contract, last: dict[str, Entry]) -> Iterator[Waiting]:
    seen: dict[str, tuple[str, list[str]]] = {}
    for entry in last.values():
        for finding in _findings(entry) if entry["status"] == "committed" else []:
            if finding.rule == "unexpected_column" and finding.column is not None:
                values = seen.setdefault(finding.column, (entry["file"], []))[1]
                values += [str(sample["value"]) for sample in finding.sample]
    for header in contract.drift.unknown(contract.headers, seen):
        file, values = seen[header]
        kind = inferred_type(values)
        change = Change(
            "new", "", header, "", kind, f"e.g. {shown(values) or 'no values'}", f"--add {header}"
        )
        yield Waiting(contract.raw_name, file, "unexpected_column", "kept in _extra", str(change), (change,))


def _findings(entry: Entry) -> list[Finding]:
    return [Finding(**finding) for finding in json.loads(entry["findings"])]
