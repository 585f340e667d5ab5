"""Delimited text: CSV and its relatives, as SAP, PI and MES exports write it.

DuckDB reads well-formed files in parallel. Where it finds a line that no reader can place, the file is screened:
such lines go to the quarantine, the others into a clean copy.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import MissingColumnError, UnreadableFileError, WrongDelimiterError
from ingestion.formats import text
from ingestion.formats.base import Opened, RawRecord, Skipped, bounded, check_headers, unexpected_columns
from ingestion.typing.expressions import literal
from ingestion.typing.query import Input

_OTHER_DELIMITERS = (";", ",", "\t", "|", "~", ":")
NEVER = "\x01"  # DuckDB's text for null: a control character that no field consists of


class DelimitedReader:
    """Reads the delimited files of one contract; copies go to `scratch`, lines are at most `limit` bytes long."""

    malformed = ""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        options = contract.format_options
        self._contract = contract
        self._scratch = scratch
        self._limit = limit
        self._delimiter = str(options.get("delimiter", ","))
        self._quote = str(options.get("quote", '"'))
        self._has_header = bool(options.get("header", True))

    def open(self, file: Delivered) -> Opened:
        """Header checks: empty, binary, wrong encoding, wrong delimiter, missing and unexpected columns."""
        contract = self._contract
        first = text.head_line(contract, file, self._limit)
        headers = self._split(first) if self._has_header else list(contract.headers)
        try:
            check_headers(contract, file.name, "line 1", headers, contract.headers)
        except MissingColumnError:
            self._check_delimiter(file, first, headers)
            raise
        readable = text.as_utf8(contract, file, self._scratch)
        return Opened(
            file=file,
            path=readable,
            text_path=readable,
            inputs={header: Input(f"c{index}") for index, header in enumerate(headers)},
            signature=tuple(headers),
            findings=unexpected_columns(contract, headers),
        )

    def relation(self, files: Sequence[Opened]) -> str:
        """read_csv over files of one header, all columns as text."""
        names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(files[0].inputs)))
        paths = ", ".join(literal(str(file.path)) for file in files)
        return (
            f"read_csv([{paths}], auto_detect=false, header={str(self._has_header).lower()}, columns={{{names}}}, "
            f"delim={literal(self._delimiter)}, quote={literal(self._quote)}, escape={literal(self._quote)}, "
            f"nullstr='{NEVER}', max_line_size={self._limit}, filename={str(len(files) > 1).lower()})"
        )

    def screen(self, opened: Opened) -> Opened:
        """Check the encoding, then copy what can be read and list the rest by row."""
        text.check_decodable(self._contract, opened.file)
        copy = text.scratch_file(self._scratch)
        rows: list[int] = []
        rules: list[str] = []
        with copy.open("wb") as out:
            for row, record in self._numbered(opened.text_path):
                kept, rule = self._judge(record, len(opened.inputs))
                if rule and row == 0:
                    place, seen = f"line {record.number}", "a broken header"
                    raise UnreadableFileError(
                        self._contract.raw_name, opened.file.name, place, "a header", seen
                    )
                if rule:
                    rows.append(row)
                    rules.append(rule)
                else:
                    out.write(kept + b"\n")
        skipped = Skipped(np.array(rows, dtype=np.int64), tuple(rules))
        return Opened(
            opened.file,
            copy,
            opened.text_path,
            opened.inputs,
            opened.signature,
            opened.findings,
            skipped,
            screened=True,
        )

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch records by number from the file's text."""
        wanted = iter(rows)
        target = next(wanted, None)
        for row, record in self._numbered(opened.text_path):
            if target is None:
                return
            if row == target:
                yield self._raw_record(row, record, list(opened.inputs))
                target = next(wanted, None)

    def _numbered(self, path: Path) -> Iterator[tuple[int, text.Line]]:
        """Records with their number; the header is record 0."""
        with path.open("rb") as handle:
            found = text.joined(text.lines(handle, self._limit), self._is_open, self._limit)
            yield from enumerate(found, start=0 if self._has_header else 1)

    def _is_open(self, raw: bytes) -> bool:
        quote = self._quote.encode()
        if quote not in raw or raw.count(quote) % 2 == 0:
            return False
        return raw.startswith(quote) or self._delimiter.encode() + quote in raw

    def _judge(self, record: text.Line, expected: int) -> tuple[bytes, str]:
        """(bytes for the clean copy, rule broken or '')."""
        if record.too_long:
            return b"", "line_too_long"
        delimiter = self._delimiter.encode()
        kept, fields = record.raw, record.raw.count(delimiter) + 1
        if self._quote.encode() in record.raw:
            try:
                parsed = self._split(record.raw.decode(), strict=True)
            except csv.Error:
                return b"", "malformed_row"
            fields = len(parsed)
            kept = self._joined(parsed).encode()
        if fields == expected:
            return kept, ""
        return b"", "truncated_row" if fields < expected and not record.ended else "malformed_row"

    def _split(self, line: str, *, strict: bool = False) -> list[str]:
        if len(self._delimiter) != 1:
            return line.split(self._delimiter)
        return next(csv.reader([line], delimiter=self._delimiter, quotechar=self._quote, strict=strict), [])

    def _joined(self, fields: Sequence[str]) -> str:
        special = (self._delimiter, self._quote, "\r", "\n")
        doubled = self._quote * 2
        return self._delimiter.join(
            f"{self._quote}{field.replace(self._quote, doubled)}{self._quote}"
            if any(mark in field for mark in special)
            else field
            for field in fields
        )

    def _raw_record(self, row: int, record: text.Line, headers: Sequence[str]) -> RawRecord:
        shown = record.raw.decode("utf-8", errors="replace")
        if record.too_long:
            return RawRecord(
                row, record.number, f"{shown} [cut here: the line is longer than {self._limit} bytes]"
            )
        values = dict(zip(headers, self._split(shown), strict=False))
        return RawRecord(row, record.number, bounded(shown), values)

    def _check_delimiter(self, file: Delivered, first: str, headers: Sequence[str]) -> None:
        """WrongDelimiterError if another delimiter finds more of the contract's columns."""
        found = len(set(headers) & set(self._contract.headers))
        for other in _OTHER_DELIMITERS:
            fields = next(csv.reader([first], delimiter=other, quotechar=self._quote), [])
            if other != self._delimiter and len(set(fields) & set(self._contract.headers)) > found:
                raise WrongDelimiterError(self._contract.raw_name, file.name, self._delimiter, other)
