"""Delimited text: CSV and its relatives, as SAP, PI and MES exports write it.

DuckDB reads well-formed files in parallel. Where it finds a line that no reader can place, the file is screened:
such lines go to the quarantine, the others into a clean copy.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
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
_LINE_END = ord("\n")
NEVER = "\x01"  # DuckDB's text for null: a control character that no field consists of


@dataclass
class _Screening:
    """What screening found so far; `row` is the number of the next record, the header has 0."""

    row: int
    rows: list[int] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)

    @property
    def header_broken(self) -> bool:
        return self.rows[:1] == [0]

    def note(self, kept: bytes, rule: str) -> bytes:
        """Count a record; the bytes for the clean copy."""
        if rule:
            self.rows.append(self.row)
            self.rules.append(rule)
        self.row += 1
        return b"" if rule else kept + b"\n"


def well_formed(piece: text.Block | text.Line, delimiter: bytes, fields: int, limit: int) -> int:
    """Number of lines of a block whose lines all end, have `fields` fields and are no longer than `limit`; else 0."""
    if isinstance(piece, text.Line) or not piece.raw.endswith(b"\n") or len(delimiter) != 1:
        return 0
    codes = np.frombuffer(piece.raw, dtype=np.uint8)
    ends = np.flatnonzero(codes == _LINE_END)
    delimiters = np.flatnonzero(codes == delimiter[0])
    if len(delimiters) != len(ends) * (fields - 1) or piece.records() is None:
        return 0
    before = np.searchsorted(delimiters, ends)
    regular = bool((before == np.arange(1, len(ends) + 1) * (fields - 1)).all())
    longest = int(np.diff(ends, prepend=-1).max())
    return len(ends) if regular and longest <= limit else 0


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
        screening = _Screening(row=0 if self._has_header else 1)
        with copy.open("wb") as out:
            for piece in self._pieces(opened.text_path):
                fields = len(opened.inputs)
                count = well_formed(piece, self._delimiter.encode(), fields, self._limit)
                if count and isinstance(piece, text.Block):
                    out.write(piece.raw.replace(b"\r\n", b"\n"))
                    screening.row += count
                    continue
                for record in [piece] if isinstance(piece, text.Line) else piece.lines(self._limit):
                    if record.raw or record.too_long:
                        out.write(screening.note(*self._judge(record, fields)))
        if screening.header_broken:
            place, seen = "line 1", "a broken header"
            raise UnreadableFileError(self._contract.raw_name, opened.file.name, place, "a header", seen)
        skipped = Skipped(np.array(screening.rows, dtype=np.int64), tuple(screening.rules))
        return replace(opened, path=copy, skipped=skipped)

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch records by number from the file's text."""
        headers = list(opened.inputs)
        if not text.holds(opened.text_path, self._quote.encode()):
            for row, line in text.pick(opened.text_path, rows, 0 if self._has_header else 1, self._limit):
                yield self._raw_record(row, line, headers)
            return
        wanted = set(rows)
        last = max(wanted, default=0)
        with opened.text_path.open("rb") as handle:
            found = text.joined(text.lines(handle, self._limit), self._is_open, self._limit)
            for row, record in enumerate(found, start=0 if self._has_header else 1):
                if row > last:
                    return
                if row in wanted:
                    yield self._raw_record(row, record, headers)

    def _pieces(self, path: Path) -> Iterator[text.Block | text.Line]:
        """Blocks of lines; where the file has quotes, records, since those may go over several lines."""
        quoted = text.holds(path, self._quote.encode())
        with path.open("rb") as handle:
            if quoted:
                yield from text.joined(text.lines(handle, self._limit), self._is_open, self._limit)
            else:
                yield from text.blocks(handle, self._limit)

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
