"""Errors in the delivered files, each with a label that says what the pipeline must make of it.

Belongs here: drafts of text files that remember which of their records are faulty, and ways to spoil a record.
Does not belong here: which faults a table gets (exporters), file-level trouble (tests of ingestion make that).

A quarantined record is always an additional, spoilt copy: the good record is delivered too, so that the truth about
quantities and times does not depend on what quarantine holds back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from data.simulator.exporters.files import Landing

QUARANTINED, CORRECTED = "quarantined", "corrected"
SMALLEST_FILE = 40  # in fewer records one bad record could exceed the share at which a whole batch is held


@dataclass(frozen=True, slots=True)
class Fault:
    """One faulty record: `file` relative to the landing folder, `source_row` counted from 1 without header."""

    fault_kind: str
    table: str
    file: str
    source_row: int
    expected: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong with a record of a draft."""

    kind: str
    expected: str
    rule: str
    detail: str = ""


@dataclass(slots=True)
class Draft:
    """A text file in the making: records in order, some of them marked."""

    table: str
    file: str
    header: str | None
    encoding: str = "utf-8"
    records: list[tuple[str, Mark | None]] = field(default_factory=list)
    tail: str = ""

    def add(self, record: str, mark: Mark | None = None) -> None:
        """Append a record."""
        self.records.append((record, mark))

    def spoil(self, rng: np.random.Generator, mark: Mark, change: Callable[[str], str]) -> None:
        """Insert a changed copy of a random sound record right behind it; small files are left alone."""
        sound = [n for n, (_, other) in enumerate(self.records) if other is None]
        if len(self.records) < SMALLEST_FILE or not sound:
            return
        at = sound[int(rng.integers(len(sound)))]
        self.records.insert(at + 1, (change(self.records[at][0]), mark))

    def swap(self, rng: np.random.Generator, mark: Mark, same: Callable[[str], str]) -> None:
        """Exchange two neighbouring sound records for which `same` gives the same value."""
        pairs = [
            n for n in range(len(self.records) - 1)
            if self.records[n][1] is None and self.records[n + 1][1] is None
            and same(self.records[n][0]) == same(self.records[n + 1][0])
        ]  # fmt: skip
        if len(self.records) < SMALLEST_FILE or not pairs:
            return
        at = pairs[int(rng.integers(len(pairs)))]
        early, late = self.records[at][0], self.records[at + 1][0]
        self.records[at], self.records[at + 1] = (late, None), (early, mark)

    def truncate(self) -> None:
        """End the file in the middle of one more copy of its first record, without a line end."""
        if len(self.records) >= SMALLEST_FILE:
            first = self.records[0][0]
            self.tail = first[: max(3, len(first) // 3)]

    def write(self, landing: Landing, mtime_ms: int) -> list[Fault]:
        """Write the file and return its labels."""
        lines = ([self.header] if self.header is not None else []) + [record for record, _ in self.records]
        data = ("\n".join(lines) + "\n" + self.tail).encode(self.encoding)
        landing.write(self.file, lambda part: part.write_bytes(data), mtime_ms)
        return self.labels()

    def labels(self) -> list[Fault]:
        """Labels of the marked records in order."""
        found = [
            Fault(mark.kind, self.table, self.file, row, mark.expected, mark.rule, mark.detail)
            for row, (_, mark) in enumerate(self.records, start=1)
            if mark is not None
        ]
        if self.tail:
            row = len(self.records) + 1
            found.append(
                Fault("truncated_last_line", self.table, self.file, row, QUARANTINED, "truncated_row", "")
            )
        return found


def with_field(position: int, value: str, delimiter: str) -> Callable[[str], str]:
    """A change that replaces one field of a delimited record."""

    def change(record: str) -> str:
        fields = record.split(delimiter)
        fields[position] = value
        return delimiter.join(fields)

    return change


def pick(rng: np.random.Generator, choices: Sequence[tuple[Mark, Callable[[str], str]]], share: float,
         draft: Draft) -> None:  # fmt: skip
    """With probability `share` spoil one record of the draft by one of the choices."""
    if rng.random() < share:
        mark, change = choices[int(rng.integers(len(choices)))]
        draft.spoil(rng, mark, change)
