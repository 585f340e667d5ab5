"""Delimited text: CSV and its relatives, as SAP, PI and MES exports write it. Options: dialect.py.

DuckDB reads well-formed files of a plain dialect in parallel. Where it finds a line that no reader can place, the
file is screened: such lines go to the quarantine, the others into a clean copy. Files of other dialects (terminators
of their own, delimiters that DuckDB does not take) are read from such a copy always.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import MissingColumnError, UnreadableFileError, WrongDelimiterError, WrongRowEndError
from ingestion.formats import terminated, text
from ingestion.formats.base import Opened, RawRecord, Skipped, bounded, check_headers, unexpected_columns
from ingestion.formats.dialect import MARK, dialect_of, numbered_names
from ingestion.scratch import scratch_file
from ingestion.typing.expressions import literal
from ingestion.typing.inputs import Input

_OTHER_DELIMITERS = (";", ",", "\t", "|", "~", ":")
NEVER = "\x01"  # DuckDB's text for null: a control character that no field consists of
Piece = text.Block | text.Line | terminated.Rows


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
    ends = np.flatnonzero(text.is_byte(piece.raw, b"\n"))
    delimiters = np.flatnonzero(text.is_byte(piece.raw, delimiter))
    if len(delimiters) != len(ends) * (fields - 1) or (fields == 1 and piece.records() is None):
        return 0
    before = np.searchsorted(delimiters, ends)
    regular = bool((before == np.arange(1, len(ends) + 1) * (fields - 1)).all())
    longest = int(np.diff(ends, prepend=-1).max())
    return len(ends) if regular and longest <= limit else 0


class DelimitedReader:
    """Reads the delimited files of one contract; copies go to `scratch`, lines are at most `limit` bytes long."""

    malformed = ""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract
        self._scratch = scratch
        self._limit = limit
        self._dialect = dialect_of(contract)
        self._first = 0 if self._dialect.header else 1  # number of the first record

    def open(self, file: Delivered) -> Opened:
        """Header checks: empty, binary, wrong encoding, row end or delimiter, missing and unexpected columns."""
        contract = self._contract
        first = text.head_line(contract, file, self._limit)
        headers = self._headers(first)
        try:
            check_headers(contract, file.name, "line 1", headers, contract.headers)
        except MissingColumnError:
            self._check_delimiter(file, first, headers)
            raise
        readable = text.as_utf8(contract, file, self._scratch)
        opened = Opened(
            file=file,
            path=readable,
            text_path=readable,
            inputs={header: Input(f"c{index}") for index, header in enumerate(headers)},
            signature=tuple(headers),
            findings=unexpected_columns(contract, headers, file.name),
        )
        if self._dialect.row_end:
            self._check_row_end(opened)
        if not self._dialect.header:
            self._check_fields(file, first, len(headers))
        return opened if self._dialect.plain else self.screen(opened)

    def relation(self, files: Sequence[Opened]) -> str:
        """read_csv over files of one header, all columns as text."""
        screened = files[0].path != files[0].text_path
        dialect = self._dialect.copy if screened else self._dialect
        names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(files[0].inputs)))
        paths = ", ".join(literal(str(file.path)) for file in files)
        new_line = ", new_line='\\n'" if screened else ""  # a copy has no other, but fields may hold one
        return (
            f"read_csv([{paths}], auto_detect=false, header={str(dialect.header).lower()}, columns={{{names}}}, "
            f"delim={literal(dialect.delimiter)}, quote={literal(dialect.quote)}, escape={literal(dialect.quote)}, "
            f"nullstr='{NEVER}', {text.line_bounds(self._limit)}, filename={str(len(files) > 1).lower()}{new_line})"
        )

    def screen(self, opened: Opened) -> Opened:
        """Check the encoding, then copy what can be read and list the rest by row."""
        text.check_decodable(self._contract, opened.file)
        copy = scratch_file(self._scratch)
        screening = _Screening(row=self._first)
        fields = len(opened.inputs)
        with copy.open("wb") as out:
            for piece in self._pieces(opened.text_path, fields):
                count, clean = self._whole(piece, fields)
                if count:
                    out.write(clean)
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
        if not self._spans_lines(opened.text_path):
            for row, line in text.pick(opened.text_path, rows, self._first, self._limit):
                yield self._raw_record(row, line, headers)
            return
        wanted = set(rows)
        last = max(wanted, default=0)
        for row, record in enumerate(self._records(opened.text_path, len(headers)), start=self._first):
            if row > last:
                return
            if row in wanted:
                yield self._raw_record(row, record, headers)

    # from the file to records

    def _spans_lines(self, path: Path) -> bool:
        """True if a record may be more than one line."""
        dialect = self._dialect
        return (
            bool(dialect.row_end)
            or dialect.multiline
            or (bool(dialect.quote) and text.holds(path, dialect.mark))
        )

    def _pieces(self, path: Path, fields: int) -> Iterator[Piece]:
        """Blocks of records; where lines have to be joined first, single records."""
        dialect = self._dialect
        with path.open("rb") as handle:
            if dialect.row_end:
                yield from terminated.rows(handle, terminated.RowEnd(dialect.row_end), self._limit)
            elif not self._spans_lines(path):
                yield from text.blocks(handle, self._limit)
            elif dialect.multiline:
                lacks = partial(self._lacks, fields=fields)
                source = text.lines(handle, self._limit)
                yield from text.joined(source, lacks, self._limit, partial(self._exceeds, fields=fields))
            else:
                yield from text.joined(text.lines(handle, self._limit), dialect.is_open, self._limit)

    def _records(self, path: Path, fields: int) -> Iterator[text.Line]:
        for piece in self._pieces(path, fields):
            for record in [piece] if isinstance(piece, text.Line) else piece.lines(self._limit):
                if record.raw or record.too_long:
                    yield record

    def _lacks(self, raw: bytes, fields: int) -> bool:
        return self._dialect.count(raw) < fields

    def _exceeds(self, raw: bytes, fields: int) -> bool:
        return self._dialect.count(raw) > fields

    # from records to the clean copy

    def _whole(self, piece: Piece, fields: int) -> tuple[int, bytes]:
        """(number of records, their bytes in the copy) if all records of a block are right at a glance, else (0, b"")."""
        dialect, copy = self._dialect, self._dialect.copy
        if isinstance(piece, text.Line) or dialect.is_quoted(piece.raw):
            return 0, b""
        if isinstance(piece, terminated.Rows):
            raw = piece.parted(dialect.separator, copy.separator)
        else:
            raw = text.unix_lines(piece.raw)
            raw = raw if copy is dialect else raw.replace(dialect.separator, copy.separator)
        if copy is not dialect and (copy.separator in piece.raw or copy.mark in piece.raw or b"\r" in raw):
            return 0, b""
        count = well_formed(text.Block(piece.number, raw), copy.separator, fields, self._limit)
        return count, self._unmarked(raw, b"\n") if count else b""

    def _unmarked(self, raw: bytes, start: bytes = b"") -> bytes:
        """Without byte order marks at the start of fields, if the contract asks for that."""
        if not self._dialect.inner_marks or MARK not in raw:
            return raw
        for before in {self._dialect.separator, self._dialect.copy.separator, start} - {b""}:
            raw = raw.replace(before + MARK, before)
        return raw.removeprefix(MARK)

    def _judge(self, record: text.Line, expected: int) -> tuple[bytes, str]:
        """(bytes for the clean copy, rule broken or '')."""
        dialect = self._dialect
        if record.too_long:
            return b"", "line_too_long"
        raw = self._unmarked(record.raw)
        raw = raw.removeprefix(MARK) if record.number == 1 else raw
        kept, fields = raw, dialect.count(raw)
        if dialect.is_quoted(raw) or dialect.copy is not dialect:
            try:
                parsed = dialect.split(raw.decode(), strict=True)
            except csv.Error:
                return b"", "malformed_row"
            fields = len(parsed)
            kept = dialect.copy.joined(parsed).encode()
        cut = not record.ended and (fields < expected or bool(dialect.row_end))
        if cut:
            return b"", "truncated_row"
        return (kept, "") if fields == expected else (b"", "malformed_row")

    # from records to the quarantine

    def _raw_record(self, row: int, record: text.Line, headers: Sequence[str]) -> RawRecord:
        shown = record.raw.decode("utf-8", errors="replace")
        if record.too_long:
            return RawRecord(
                row, record.number, f"{shown} [cut here: the line is longer than {self._limit} bytes]"
            )
        values = dict(zip(headers, self._dialect.split(shown), strict=False))
        return RawRecord(row, record.number, bounded(shown), values)

    # checks of the first line

    def _headers(self, first: str) -> list[str]:
        """Names of the fields."""
        if not self._dialect.header:
            columns = self._contract.format_options.get("columns")
            return [str(name) for name in columns] if columns else list(self._contract.headers)
        end = terminated.RowEnd(self._dialect.row_end).core.decode()
        return numbered_names(self._dialect.split(first.removesuffix(end)))

    def _check_delimiter(self, file: Delivered, first: str, headers: Sequence[str]) -> None:
        """WrongDelimiterError if another delimiter finds more of the contract's columns."""
        found = len(set(headers) & set(self._contract.headers))
        for other in _OTHER_DELIMITERS:
            fields = replace(self._dialect, delimiter=other).split(first)
            if other != self._dialect.delimiter and len(set(fields) & set(self._contract.headers)) > found:
                raise WrongDelimiterError(self._contract.raw_name, file.name, self._dialect.delimiter, other)

    def _check_fields(self, file: Delivered, first: str, fields: int) -> None:
        """WrongDelimiterError if the first row of a file without header is whole with another delimiter only."""
        delimiter = self._dialect.delimiter
        if fields == 1 or delimiter in first:
            return
        for other in _OTHER_DELIMITERS:
            if first.count(other) == fields - 1:
                raise WrongDelimiterError(self._contract.raw_name, file.name, delimiter, other)

    def _check_row_end(self, opened: Opened) -> None:
        """WrongRowEndError if no row within the limit ends as it should."""
        with opened.text_path.open("rb") as handle:
            head = handle.read(self._limit)
        end = terminated.RowEnd(self._dialect.row_end)
        if end.pattern.search(head) is None and not head.rstrip(b"\r\n").endswith(end.core or b"\n"):
            seen = head.partition(b"\n")[0][-4:] + (b"\n" if b"\n" in head else b"")
            shown = seen.decode("utf-8", errors="replace")
            raise WrongRowEndError(self._contract.raw_name, opened.file.name, self._dialect.row_end, shown)
