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

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import MissingColumnError, NewColumnError
from ingestion.typing.inputs import Input

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
    read in one query. `extra` is SQL for the text kept in `_extra` (null where a row has nothing to keep) of formats
    whose `inputs` do not hold the columns that the contract does not know.
    """

    file: Delivered
    path: Path
    text_path: Path
    inputs: Mapping[str, Input]
    signature: tuple[object, ...]
    findings: tuple[Finding, ...] = ()
    skipped: Skipped = Skipped()
    extra: str = ""


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
class StreamReader(TextReader, Protocol):
    """A text format whose relation may name streams instead of files."""

    def streams(self, files: Sequence[Opened]) -> Mapping[str, pa.RecordBatchReader]:
        """The streams that the relation over these files names; they are read once."""


@runtime_checkable
class ArrowReader(Reader, Protocol):
    """A format that is read into Arrow.

    It may have an attribute `malformed`: SQL over its chunks that is true for a row that could not be read.
    """

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The columns c0, c1 ... in the order of `inputs`, in bounded pieces."""


def relation_of(reader: TextReader, files: Sequence[Opened], connection: duckdb.DuckDBPyConnection) -> str:
    """The reader's relation over files of one signature, for one query of this connection."""
    if isinstance(reader, StreamReader):
        for name, stream in reader.streams(files).items():
            connection.register(name, stream)
    return reader.relation(files)


def check_headers(
    contract: Contract, file: str, place: str, seen: Sequence[str], needed: Iterable[str]
) -> None:
    """MissingColumnError unless all `needed` headers are among those `seen`; hints name the nearest unused ones.

    A header may come under a former name, and those that the contract calls optional may be absent.
    """
    policy = contract.drift
    missing = [
        header for header in needed if header not in policy.optional and policy.given_as(header, seen) is None
    ]
    if missing:
        unused = {name.casefold().strip(): name for name in policy.unknown(contract.headers, seen)}
        hints = {
            header: [
                unused[near] for near in difflib.get_close_matches(header.casefold(), unused, n=2, cutoff=0.6)
            ]
            for header in missing
        }
        raise MissingColumnError(contract.raw_name, file, place, missing, hints)


def unexpected_columns(contract: Contract, seen: Sequence[str], file: str = "") -> tuple[Finding, ...]:
    """One remark per column that the contract does not know; NewColumnError if its policy is to hold such files."""
    unknown = contract.drift.unknown(contract.headers, seen)
    if unknown and contract.drift.new_columns == "hold":
        raise NewColumnError(contract.raw_name, file, unknown)
    return tuple(
        Finding(
            rule="unexpected_column",
            column=header,
            rows=0,
            message=f"{contract.raw_name}: column {header!r} is not in the contract. "
            f"Next step: tundish source accept {contract.raw_name} if it is wanted, else name it in drift.ignored.",
        )
        for header in unknown
    )


def kept_columns(contract: Contract, seen: Sequence[str]) -> tuple[str, ...]:
    """The delivered columns that are worth reading: the contract's, as the file names them, and those kept in `_extra`."""
    given = [contract.drift.given_as(header, seen) for header in contract.headers]
    extra = contract.drift.unknown(contract.headers, seen) if contract.drift.new_columns == "evolve" else ()
    return (*dict.fromkeys(name for name in given if name is not None), *extra)


def bounded(text: str) -> str:
    """Raw text for the quarantine, cut with a note if it is very long."""
    if len(text) <= MAX_RAW_TEXT:
        return text
    return f"{text[:MAX_RAW_TEXT]} [cut here: {len(text)} characters in all]"
