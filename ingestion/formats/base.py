"""What every reader of a format offers, and the values that it hands over.

A reader opens a file (header checks; FileError holds the file), delivers its columns either as SQL that DuckDB reads
itself (text formats) or as Arrow tables, and can fetch single records again for the quarantine. Typing and row rules
are the same for all formats and stand in typing/.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import MissingColumnError
from ingestion.typing.query import Input

MAX_RAW_TEXT = 64 * 1024
HEAD_BYTES = 64 * 1024


@dataclass(frozen=True)
class RawRecord:
    """One record as delivered. `line` is where it starts (1-based); `values` are its fields by header.

    `place` is its path inside a nested document, such as orders/3/operations/1.
    """

    row: int
    line: int
    text: str
    values: Mapping[str, str | None] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True)
class Skipped:
    """Records that the reader leaves out because no parser could read them: ascending rows, and a rule for each."""

    rows: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A file whose header fits the contract.

    `path` is what is read: the file itself, or its transcoded or screened copy. `text_path` is where raw text comes
    from: all records, in UTF-8. `inputs` are the delivered columns by header. Files with equal `signature` can be
    read in one query.
    """

    file: Delivered
    path: Path
    text_path: Path
    inputs: Mapping[str, Input]
    signature: tuple[object, ...]
    findings: tuple[Finding, ...] = ()
    skipped: Skipped = Skipped()


class Reader(Protocol):
    """A format."""

    def open(self, file: Delivered) -> Opened:
        """Check the header; FileError if the file cannot be read."""

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """The records of these ascending row numbers, as delivered."""


@runtime_checkable
class TextReader(Reader, Protocol):
    """A format that DuckDB reads from the file."""

    malformed: str

    def relation(self, files: Sequence[Opened]) -> str:
        """SQL relation over files of one signature; of several files it has the column `filename`."""

    def screen(self, opened: Opened) -> Opened:
        """A copy without the records that stop DuckDB; they are listed in `skipped`."""


@runtime_checkable
class ArrowReader(Reader, Protocol):
    """A format that is read into Arrow.

    It may have an attribute `malformed`: SQL over its chunks that is true for a row that could not be read.
    """

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The columns c0, c1 ... in the order of `inputs`, in bounded pieces."""


def check_headers(
    contract: Contract, file: str, place: str, seen: Sequence[str], needed: Iterable[str]
) -> None:
    """MissingColumnError unless all `needed` headers are among those `seen`; hints name the nearest unused ones."""
    missing = [header for header in needed if header not in seen]
    if missing:
        unused = {header.casefold().strip(): header for header in seen if header not in contract.headers}
        hints = {
            header: [
                unused[near] for near in difflib.get_close_matches(header.casefold(), unused, n=2, cutoff=0.6)
            ]
            for header in missing
        }
        raise MissingColumnError(contract.raw_name, file, place, missing, hints)


def unexpected_columns(contract: Contract, seen: Sequence[str]) -> tuple[Finding, ...]:
    """One remark per column that the contract does not know; the file goes on without it."""
    return tuple(
        Finding(
            rule="unexpected_column",
            column=header,
            rows=0,
            message=f"{contract.raw_name}: column {header!r} is not in the contract and was left out. "
            "Next step: add it to the contract and raise its version if it is wanted.",
        )
        for header in seen
        if header not in contract.headers
    )


def bounded(text: str) -> str:
    """Raw text for the quarantine, cut with a note if it is very long."""
    if len(text) <= MAX_RAW_TEXT:
        return text
    return f"{text[:MAX_RAW_TEXT]} [cut here: {len(text)} characters in all]"
