"""Dialects of delimited text: what separates fields and rows, read from the formatOptions of a contract.

delimiter    one or more characters between fields (default `,`)
quote        the character around fields that hold a delimiter; empty: the export quotes nothing (default `"`, with
             rowEnd or multiline empty)
header       false: the first line is a row, names come from `columns` (default true)
columns      names of the fields of a file without header, in order (default: the contract's headers)
rowEnd       what ends a row (default: line feed; a line feed in it may also be CRLF), e.g. "&|\\n"
multiline    true: fields that are not quoted hold line feeds; a row goes on until it has all its delimiters
innerMarks   true: byte order marks at the start of fields (concatenated or XML columns) are left out of the values
encoding     one name or a list of names (formats/text.py); decimal, thousands: notation of numbers (typing/)
monthNames   language of month names in local times (typing/months.py)

Belongs here: the options, their check, and cutting one record into fields. Files stand in delimited.py.
"""

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.contracts import Contract
from ingestion.errors import ContractError

MARK = "\ufeff".encode()
_OPTIONS = {
    "delimiter",
    "quote",
    "header",
    "columns",
    "rowEnd",
    "multiline",
    "innerMarks",
    "encoding",
    "decimal",
    "thousands",
    "monthNames",
}
_MAX_NATIVE_DELIMITER = 4  # bytes that DuckDB takes
_UNIT, _GUARD = "\x1f", "\x1e"  # delimiter and quote of copies: no text holds them
csv.field_size_limit(sys.maxsize)  # lines are limited already, and a long field is no error


@dataclass(frozen=True)
class Dialect:
    """How records are cut. `row_end` is empty for plain lines."""

    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    row_end: str = ""
    multiline: bool = False
    inner_marks: bool = False

    @property
    def plain(self) -> bool:
        """True if DuckDB reads files of this dialect as they are."""
        return not self.row_end and not self.inner_marks and len(self.separator) <= _MAX_NATIVE_DELIMITER

    @property
    def copy(self) -> "Dialect":
        """The dialect of clean copies: this one where it can hold every text, else control characters."""
        keeps = self.plain and self.quote and not self.multiline
        return self if keeps else Dialect(_UNIT, _GUARD, self.header)

    @property
    def separator(self) -> bytes:
        """The delimiter in UTF-8."""
        return self.delimiter.encode()

    @property
    def mark(self) -> bytes:
        """The quote in UTF-8; empty if there is none."""
        return self.quote.encode()

    def is_quoted(self, raw: bytes) -> bool:
        """True if the record has a quote."""
        return bool(self.quote) and self.mark in raw

    def is_open(self, raw: bytes) -> bool:
        """True if a quoted field has not ended yet."""
        if not self.is_quoted(raw) or raw.count(self.mark) % 2 == 0:
            return False
        return raw.startswith(self.mark) or self.separator + self.mark in raw

    def count(self, raw: bytes) -> int:
        """Number of fields of a record without quotes."""
        return raw.count(self.separator) + 1

    def split(self, record: str, *, strict: bool = False) -> list[str]:
        """The fields of one record; csv.Error if `strict` and the quotes do not fit."""
        if not self.is_quoted(record.encode()):
            return record.split(self.delimiter)
        single = self.delimiter if len(self.delimiter) == 1 else _UNIT
        text = record if single == self.delimiter else record.replace(self.delimiter, _UNIT)
        fields = next(csv.reader([text], delimiter=single, quotechar=self.quote, strict=strict), [])
        return (
            fields if single == self.delimiter else [field.replace(_UNIT, self.delimiter) for field in fields]
        )

    def joined(self, fields: Sequence[str]) -> str:
        """One record of these fields, quoted where they need it."""
        plain = self.delimiter.join(fields)
        if plain.count(self.delimiter) == len(fields) - 1 and not any(
            mark in plain for mark in (self.quote, "\r", "\n")
        ):
            return plain
        special = (self.delimiter, self.quote, "\r", "\n")
        doubled = self.quote * 2
        return self.delimiter.join(
            f"{self.quote}{field.replace(self.quote, doubled)}{self.quote}"
            if any(mark in field for mark in special)
            else field
            for field in fields
        )


def dialect_of(contract: Contract) -> Dialect:
    """The dialect of a contract; ContractError names an option that cannot be."""
    options = contract.format_options
    if unknown := sorted(set(options) - _OPTIONS):
        _refuse(contract, f"unknown formatOptions {unknown} of delimited text", sorted(_OPTIONS))
    multiline = bool(options.get("multiline", False))
    row_end = str(options.get("rowEnd", "\n"))
    quote = str(options.get("quote", "" if multiline or row_end.strip("\r\n") else '"'))
    dialect = Dialect(
        delimiter=str(options.get("delimiter", ",")),
        quote=quote,
        header=bool(options.get("header", True)),
        row_end="" if row_end in ("\n", "\r\n") else row_end.replace("\r\n", "\n"),
        multiline=multiline,
        inner_marks=bool(options.get("innerMarks", False)),
    )
    problems = {
        "formatOptions.delimiter is empty": not dialect.delimiter,
        "formatOptions.rowEnd is empty": not row_end,
        "formatOptions.quote has more than one character": len(quote) > 1,
        "formatOptions.multiline is for fields that are not quoted": multiline and bool(quote),
        "formatOptions.rowEnd holds the delimiter": dialect.delimiter in dialect.row_end,
        "formatOptions.columns are for files without header": bool(options.get("columns")) and dialect.header,
    }
    for problem, present in problems.items():
        if present:
            _refuse(contract, problem, ["another value"])
    return dialect


def numbered_names(names: Sequence[str]) -> list[str]:
    """The names of a header; one that occurs again gets its number behind it, as in `Unit#2`."""
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        numbered.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return numbered


def _refuse(contract: Contract, problem: str, allowed: Sequence[str]) -> None:
    raise ContractError(contract.path or contract.raw_name, f"{problem}.", f"use {', '.join(allowed)}.")
