"""Pipe tables: lists as SAP writes them to a local file, `|a|b|` between lines of dashes, headers on every page.

formatOptions of the contract: encoding (one name or a list, text.py); decimal, thousands, monthNames (typing/).

What is a row: a line that begins with `|`, unless it repeats the header. Lines of dashes, blank lines and what stands
outside the table (titles, page numbers) are no rows. Outside is what comes before the first header, or behind a line
of dashes, a blank line or another line outside: anything else without its first `|` is a broken row and put aside.
A text that holds `|` itself is cut where the header is. Rows of totals (`*` before
anything else) are put aside as well. Values lose the blanks around them. DuckDB reads a clean copy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, UnreadableFileError
from ingestion.formats import text
from ingestion.formats.base import Opened, RawRecord, Skipped, bounded, check_headers, unexpected_columns
from ingestion.formats.delimited import NEVER
from ingestion.formats.dialect import Dialect, numbered_names
from ingestion.formats.pipe_rows import Stretch, stretches
from ingestion.scratch import scratch_file
from ingestion.typing.expressions import literal
from ingestion.typing.inputs import Input

_OPTIONS = {"encoding", "decimal", "thousands", "monthNames"}
_COPY = Dialect("\x1f", "\x1e", header=False)
_BAR = "|"


@dataclass(frozen=True)
class Header:
    """The first line of the table: names by column, and where its bars stand (in characters)."""

    line: str

    @property
    def names(self) -> list[str]:
        """Names of the columns; one that occurs again gets its number behind it, one without name is `#<column>`."""
        cells = _cells(self.line)
        return numbered_names([cell or f"#{place}" for place, cell in enumerate(cells, start=1)])

    @cached_property
    def bars(self) -> int:
        """Number of bars."""
        return self.line.count(_BAR)

    @cached_property
    def first(self) -> str:
        """The first name."""
        return next((cell for cell in _cells(self.line) if cell), "")

    def is_repeated(self, line: str) -> bool:
        """True for a line that says the same."""
        return line == self.line or (self.first in line and self.cut(line) == _cells(self.line))

    def cut(self, line: str) -> list[str] | None:
        """The cells of a row; None if there are too few or too many."""
        if not line.endswith(_BAR):
            return None
        if line.count(_BAR) == self.bars:
            return _cells(line)
        bars = [place for place, character in enumerate(self.line) if character == _BAR]
        if len(line) != len(self.line) or any(line[place] != _BAR for place in bars):
            return None
        return [line[left + 1 : right].strip() for left, right in pairwise(bars)]


class _Row(NamedTuple):
    """A row's number, its line, and the text of that; None where the line is no whole row."""

    number: int
    line: text.Line
    shown: str | None


class PipeTableReader:
    """Reads the pipe tables of one contract."""

    malformed = ""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        if unknown := sorted(set(contract.format_options) - _OPTIONS):
            problem = f"unknown formatOptions {unknown} of a pipe table."
            raise ContractError(
                contract.path or contract.raw_name, problem, f"use {', '.join(sorted(_OPTIONS))}."
            )
        self._contract = contract
        self._scratch = scratch
        self._limit = limit

    def open(self, file: Delivered) -> Opened:
        """Find the header, check it, and copy the rows."""
        contract = self._contract
        text.head_line(contract, file, self._limit)
        text.check_decodable(contract, file)
        readable = text.as_utf8(contract, file, self._scratch)
        number, header = self._header(file, readable)
        check_headers(contract, file.name, f"line {number}", header.names, contract.headers)
        copy = scratch_file(self._scratch)
        rows: list[int] = []
        rules: list[str] = []
        with copy.open("wb") as out, readable.open("rb") as handle:
            for part in _Scan(header, self._limit).parts(handle):
                kept = part.copied if isinstance(part, Stretch) else _copied(part, header)
                if isinstance(part, _Row) and not kept:
                    rows.append(part.number)
                    rules.append(_broken(part.line))
                out.write(kept)
        return Opened(
            file=file,
            path=copy,
            text_path=readable,
            inputs={name: Input(f"f{index}") for index, name in enumerate(header.names)},
            signature=(header.line,),
            findings=unexpected_columns(
                contract, [name for name in header.names if not name.startswith("#")]
            ),
            skipped=Skipped(np.array(rows, dtype=np.int64), tuple(rules)),
        )

    def relation(self, files: Sequence[Opened]) -> str:
        """read_csv over the copies, as f0, f1 ...; what is not text is trimmed where it is parsed."""
        headers = list(files[0].inputs)
        parsed = {source for column in self._contract.columns for source in column.sources} - {
            source for column in self._contract.columns if column.parse == "text" for source in column.sources
        }
        fields = ", ".join(
            f"c{index} AS f{index}" if name in parsed else f"trim(c{index}, ' ') AS f{index}"
            for index, name in enumerate(headers)
        )
        names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(headers)))
        paths = ", ".join(literal(str(file.path)) for file in files)
        several = len(files) > 1
        return (
            f"(SELECT {fields}{', filename' if several else ''} FROM "
            f"read_csv([{paths}], auto_detect=false, header=false, columns={{{names}}}, "
            f"delim='{_COPY.delimiter}', quote='{_COPY.quote}', escape='{_COPY.quote}', "
            f"new_line='\\n', nullstr='{NEVER}', {text.line_bounds(self._limit)}, filename={str(several).lower()}))"
        )

    def screen(self, opened: Opened) -> Opened:
        """The copy is screened already."""
        return opened

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch rows by number."""
        wanted = set(rows)
        last = max(wanted, default=0)
        (line,) = opened.signature
        header = Header(str(line))
        with opened.text_path.open("rb") as handle:
            for row, line, shown in _Scan(header, self._limit).rows(handle):
                if row > last:
                    return
                if row in wanted:
                    raw = bounded(line.raw.decode("utf-8", errors="replace"))
                    cells = header.cut(shown) if shown is not None else None
                    yield RawRecord(row, line.number, raw, dict(zip(header.names, cells or (), strict=False)))

    def _header(self, file: Delivered, path: Path) -> tuple[int, Header]:
        """The first line with bars that names a column of the contract, else the first with bars, and its number."""
        first: tuple[int, Header] | None = None
        known = set(self._contract.headers)
        with path.open("rb") as handle:
            for line in text.lines(handle, self._limit):
                shown = line.raw.decode("utf-8", errors="replace").lstrip("\ufeff").rstrip()
                if not shown.lstrip().startswith(_BAR) or _is_rule(shown):
                    continue
                first = first or (line.number, Header(shown))
                if known & set(Header(shown).names):
                    return line.number, Header(shown)
        if first is None:
            expected, seen = "a table with | around its cells", "no such line"
            raise UnreadableFileError(self._contract.raw_name, file.name, "whole file", expected, seen)
        return first


@dataclass
class _Scan:
    """A walk over a file: `number` rows so far; `begun` behind the first header, `outside` the table."""

    header: Header
    limit: int
    number: int = 0
    begun: bool = False
    outside: bool = True

    def rows(self, handle: BinaryIO) -> Iterator[_Row]:
        """All rows, one by one."""
        for line in text.lines(handle, self.limit):
            if (row := self._row(line)) is not None:
                yield row

    def parts(self, handle: BinaryIO) -> Iterator[_Row | Stretch]:
        """All rows; neighbours that nothing is special about as one stretch."""
        for piece in text.blocks(handle, self.limit):
            for part in self._parts(piece):
                if isinstance(part, Stretch):
                    self.number += part.count
                    self.outside = False
                    yield part
                elif (row := self._row(part)) is not None:
                    yield row

    def _parts(self, piece: text.Block | text.Line) -> Iterator[Stretch | text.Line]:
        if isinstance(piece, text.Line):
            yield piece
        elif self.begun:
            yield from stretches(piece, self.header.bars, self.header.first, self.limit)
        else:
            yield from piece.lines(self.limit)

    def _row(self, line: text.Line) -> _Row | None:
        """None for a line that is no row."""
        shown = line.raw.decode("utf-8", errors="replace").rstrip()
        if not self.begun:
            self.begun = self.header.is_repeated(shown.lstrip("\ufeff"))
            return None
        kind = _kind(shown, self.header)
        if kind == "outside" and not line.too_long and (self.outside or not shown):
            self.outside = True
            return None
        self.outside = kind == "rule"
        if kind == "rule" or self.header.is_repeated(shown):
            return None
        self.number += 1
        return _Row(self.number, line, None if kind == "broken" or line.too_long else shown)


def _copied(row: _Row, header: Header) -> bytes:
    """A row as the copy holds it; nothing if it cannot be cut or is a total."""
    cells = None if row.shown is None else header.cut(row.shown)
    return b"" if cells is None or _is_total(cells) else f"{_COPY.joined(cells)}\n".encode()


def _kind(shown: str, header: Header) -> str:
    """What a line is: rule, bars (a row), outside, or broken: a row without its first bar."""
    if _is_rule(shown):
        return "rule"
    if shown.lstrip().startswith(_BAR):
        return "bars"
    return "broken" if shown.count(_BAR) >= max(1, header.bars - 1) else "outside"


def _broken(line: text.Line) -> str:
    if line.too_long:
        return "line_too_long"
    return "malformed_row" if line.ended else "truncated_row"


def _is_total(cells: list[str]) -> bool:
    first = next((cell for cell in cells if cell), "")
    return bool(first) and not first.strip("*")


def _is_rule(shown: str) -> bool:
    return "---" in shown and not shown.strip("-|+ ")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().split(_BAR)[1:-1]]
