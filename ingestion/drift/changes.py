"""What differs between a delivered file and its contract, as values that a ledger keeps and a person reads.

Belongs here: one change, its wording, and findings made of changes. How changes are found out stands in diff.py.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.drift.policy import RELEASED
from ingestion.formats.base import Opened, unexpected_columns

RULE = "schema_drift"
_SHOWN = 20
Kind: TypeAlias = Literal["renamed", "missing", "new", "type"]
_WORDS = {"renamed": "renamed?", "missing": "missing", "new": "new", "type": "type"}


@dataclass(frozen=True)
class Change:
    """One difference. `old` is a header of the contract, `new` one of the file; `before` and `after` are types.

    `evidence` says what speaks for it, with values; `option` is what `tundish source accept` would be told.
    """

    kind: Kind
    old: str = ""
    new: str = ""
    before: str = ""
    after: str = ""
    evidence: str = ""
    option: str = ""

    def __str__(self) -> str:
        """One line: what, from, to, why."""
        names = " -> ".join(name for name in (self.old, self.new) if name)
        types = " -> ".join(name for name in (self.before, self.after) if name)
        return (
            f"{_WORDS[self.kind]:9} {names}: {types}{'; ' if types and self.evidence else ''}{self.evidence}"
        )


def drift_finding(contract: Contract, file: str, changes: Sequence[Change]) -> Finding:
    """The diff of a held file: its text in `message`, its changes in `sample`."""
    lines = "\n".join(f"  {change}" for change in changes)
    options = " ".join(change.option for change in changes if change.option)
    return Finding(
        rule=RULE,
        column=None,
        rows=0,
        sample=tuple(asdict(change) for change in changes),
        message=f"{contract.raw_name}: file {file} differs from contract {contract.version}:\n{lines}\n"
        f"Next step: if the source means it: tundish source accept {contract.raw_name} {options}".rstrip(),
    )


def changes_of(findings: Iterable[Finding]) -> list[Change]:
    """The changes that findings carry."""
    return [Change(**entry) for finding in findings if finding.rule == RULE for entry in finding.sample]


def with_examples(contract: Contract, opened: Opened, extras: Sequence[str]) -> tuple[Finding, ...]:
    """The remarks on an opened file; those on new columns say what became of the values, with the first of them.

    `extras` are texts of `_extra`; a column that only they have came late in the file and is remarked, too.
    """
    kept = [json.loads(text) for text in extras]
    told = {finding.column for finding in opened.findings}
    late = dict.fromkeys(name for row in kept for name in row if name not in told and name != RELEASED)

    def filled(finding: Finding) -> Finding:
        values = dict.fromkeys(str(row[finding.column]) for row in kept if finding.column in row)
        fate = "its values are kept as text in _extra" if values else "no value of it was kept"
        return replace(
            finding,
            sample=tuple({"value": value} for value in list(values)[:_SHOWN]),
            message=finding.message.replace("is not in the contract", f"is not in the contract, {fate}"),
        )

    return tuple(
        filled(finding) if finding.rule == "unexpected_column" else finding
        for finding in (*opened.findings, *unexpected_columns(contract, [*late]))
    )
