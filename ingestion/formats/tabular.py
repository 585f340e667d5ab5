"""What readers share that parse a file in Python into rows of the same named columns.

Belongs here: headers, chunks, and fetching records again. How a format's file becomes rows: its own module.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, EmptyFileError, UnreadableFileError
from ingestion.formats.base import Opened, RawRecord, bounded, check_headers
from ingestion.formats.json_text import shown
from ingestion.formats.texts import MALFORMED, TextChunk
from ingestion.typing.inputs import Input


@dataclass(frozen=True)
class Row:
    """One record: the texts of the reader's columns, None if it is malformed.

    `given` is what was delivered: text, cells of a line, or a decoded value.
    """

    line: int
    texts: Sequence[str | None] | None
    given: Any
    place: str = ""

    @property
    def text(self) -> str:
        """What was delivered, as text."""
        if isinstance(self.given, str):
            return self.given
        return ",".join(self.given) if isinstance(self.given, list) else shown(self.given)


class TabularReader(ABC):
    """A reader whose files have `columns`, whatever the file says; `options` are its formatOptions."""

    malformed = MALFORMED
    columns: ClassVar[tuple[str, ...]]
    options: ClassVar[frozenset[str]] = frozenset()
    expected: ClassVar[str]

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract
        self._limit = limit
        known = self.options | {"decimal", "thousands", "monthNames"}
        if unknown := sorted(set(contract.format_options) - known):
            problem = f"unknown formatOptions {unknown} of {contract.format}."
            place = contract.path or contract.raw_name
            raise ContractError(place, problem, f"use {', '.join(sorted(known))}.")

    @abstractmethod
    def rows(self, file: Delivered) -> Iterator[Row]:
        """All records in order; FileError for what cannot be read."""

    def findings(self, file: Delivered) -> tuple[Finding, ...]:
        """Remarks about the file as a whole."""
        return ()

    def open(self, file: Delivered) -> Opened:
        """Header checks, and a first look."""
        if file.size == 0:
            raise EmptyFileError(self._contract.raw_name, file.name)
        check_headers(self._contract, file.name, self.expected, self.columns, self._contract.headers)
        next(self.rows(file), None)
        used = [self.columns.index(header) for header in self._contract.headers]
        inputs = {self.columns[place]: Input(f"c{index}") for index, place in enumerate(used)}
        return Opened(file, file.path, file.path, inputs, (self.expected,), self.findings(file))

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The contract's columns as text, in bounded pieces."""
        used = [self.columns.index(header) for header in opened.inputs]
        chunk = TextChunk(len(used))
        for row in self.rows(opened.file):
            chunk.add(None if row.texts is None else [row.texts[place] for place in used])
            if chunk.full:
                yield chunk.take()
        if chunk.rows:
            yield chunk.take()

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch records by number."""
        wanted, last = set(rows), max(rows, default=0)
        for number, row in enumerate(islice(self.rows(opened.file), last), start=1):
            if number in wanted:
                values = dict(zip(self.columns, row.texts or (), strict=False))
                yield RawRecord(number, row.line, bounded(row.text), values, place=row.place)

    def unreadable(self, file: Delivered, place: str, seen: str) -> UnreadableFileError:
        """The error that holds a file."""
        return UnreadableFileError(self._contract.raw_name, file.name, place, self.expected, seen)
