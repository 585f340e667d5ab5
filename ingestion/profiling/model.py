"""What profiling finds out, as value objects: guesses with their evidence, columns, tables, the whole. No I/O here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ingestion.contracts import Column, Contract
from ingestion.delivery import Delivered

Confidence: TypeAlias = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Guess:
    """One guess: what it is about, what is guessed, how sure that is and what was seen that says so."""

    about: str
    value: str
    confidence: Confidence
    evidence: str

    def __str__(self) -> str:
        """One sentence, as contracts keep it."""
        return f"{self.about}: {self.value} ({self.confidence} confidence): {self.evidence}"


@dataclass(frozen=True)
class Sample:
    """One file as it is looked at: whole, or a head of it (`share` says so in words, empty if whole)."""

    file: Delivered
    origin: str
    share: str = ""


@dataclass(frozen=True)
class Recognised:
    """How a file is read: a format of contracts with its options, the headers of its columns, and why.

    `known_as` names a system whose contracts read such files already; `problem` says why no contract can be drafted.
    `part` tells tables of one file apart: the sheet of a workbook. Headers without `header` line are made up.
    """

    format: str
    options: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    known_as: str = ""
    problem: str = ""
    part: str = ""


@dataclass(frozen=True)
class Group:
    """The files of one table, in delivery order, all of one format. `files` and `archives` are the globs of its contract."""

    name: str
    files: str
    format: str
    options: Mapping[str, Any]
    headers: tuple[str, ...]
    optional: frozenset[str]
    samples: tuple[Sample, ...]
    guesses: tuple[Guess, ...] = ()
    part: str = ""
    archives: str = ""


@dataclass(frozen=True)
class Statistics:
    """Counts over the rows that were read: of blanks (null or empty), of distinct texts; least, greatest, examples."""

    rows: int
    blank: int
    distinct: int
    least: str = ""
    greatest: str = ""
    longest: int = 0
    examples: tuple[str, ...] = ()

    @property
    def blank_pct(self) -> float:
        """Share of rows without a value, in percent."""
        return 100.0 * self.blank / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class ColumnProfile:
    """One delivered column and what it becomes: mostly one contract column, two for numbers mixed with words."""

    header: str
    columns: tuple[Column, ...]
    statistics: Statistics
    guesses: tuple[Guess, ...]
    is_personal: bool = False


@dataclass(frozen=True)
class Check:
    """What came of loading the sample through the draft: rows, and each reason why a row or a file did not get in."""

    rows_read: int = 0
    rows_committed: int = 0
    rows_quarantined: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """True if every row of every file became raw."""
        return not self.reasons and self.rows_read == self.rows_committed


@dataclass(frozen=True)
class TableProfile:
    """One table: the draft of its contract and how it was come by."""

    group: Group
    contract: Contract
    columns: tuple[ColumnProfile, ...]
    guesses: tuple[Guess, ...]
    sampled: str
    rows: int
    check: Check = Check()


@dataclass(frozen=True)
class Profile:
    """All that was found below the given paths.

    `left_out` are (file, why) of files that no draft covers; `notes` say which of many files were looked at.
    """

    system: str
    root: str
    zone: Guess
    tables: tuple[TableProfile, ...]
    left_out: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
