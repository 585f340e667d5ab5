"""Excel workbooks (xlsx, xls, xlsb, ods): sheets become rows of text, in the contract's notation.

Where the table lies is decided in excel_layout.py (there are the options too), what a cell says in excel_cells.py.
Values that Excel has damaged are caught here: error cells and lost leading zeros put their row aside, a column of
times that all say 00:00.0 holds the file.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import EmptyFileError, FileError, UnreadableFileError
from ingestion.formats.base import Opened, RawRecord, Skipped, bounded, check_headers, unexpected_columns
from ingestion.formats.excel_cells import Cells, workbook_facts
from ingestion.formats.excel_layout import Row, Unpivot, layout_of
from ingestion.typing.inputs import Input

_KEPT_ROWS = 20_000
_SHOWN_TIME = re.compile(r"[0-9]{2}:[0-9]{2}\.[0-9]")  # what is left of a time shown as mm:ss.0
ERROR_CELL, LOST_ZEROS = "error_cell", "lost_leading_zeros"


class DamagedColumnError(FileError):
    """Every value of a column is the same remainder of a time: Excel saved what it showed."""

    rule = "damaged_column"

    def __init__(self, table: str, file: str, place: str, header: str, value: str) -> None:
        self.header = header
        self.value = value
        super().__init__(
            table,
            file,
            place,
            f"every value of column {header!r} is {value!r}: Excel showed times as mm:ss.0 and saved what it showed.",
            "export the file again without opening it in Excel, or format the column as date and time first.",
        )


@dataclass(frozen=True)
class _Record:
    """One delivered row: where it lies, its cells by header, and the rule that it breaks."""

    sheet: str
    line: int
    cells: Mapping[str, object]
    rule: str | None


@dataclass(frozen=True)
class _Table:
    """All chosen sheets of a workbook."""

    headers: tuple[str, ...]
    records: Sequence[_Record]
    left_out: int
    is_1904: bool


class ExcelReader:
    """Reads the workbooks of one contract. A workbook is held in memory while it is read (at most a million rows);

    small ones stay there, because they are asked for their header, their rows and the bad ones of these.
    """

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract
        self._layout = layout_of(contract)
        self._cells = Cells.of(contract, self._layout.pad_zeros)
        self._kept: dict[Delivered, _Table] = {}

    def open(self, file: Delivered) -> Opened:
        """Header checks; UnreadableFileError for no workbook or no such sheet."""
        if file.size == 0:
            raise EmptyFileError(self._contract.raw_name, file.name)
        table = self._table(file)
        self._check_damage(file, table)
        seen = list(dict.fromkeys(table.headers))
        return Opened(
            file=file,
            path=file.path,
            text_path=file.path,
            inputs={header: Input(f"c{index}") for index, header in enumerate(seen)},
            signature=tuple(seen),
            findings=(*unexpected_columns(self._contract, seen, file.name), *self._left_out(file, table)),
            skipped=_skipped(table.records),
        )

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The sheets as one table of text, without the rows that are put aside."""
        table = self._table(opened.file)
        good = [record for record in table.records if record.rule is None]
        columns = [
            pa.array([self._text(table, record, str(header)) for record in good], pa.string())
            for header in opened.signature
        ]
        yield pa.table(columns, names=[f"c{index}" for index in range(len(columns))])

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch rows by number; the raw text is the row as a JSON object."""
        table = self._table(opened.file)
        for row in rows:
            record = table.records[row - 1]
            values = {header: self._text(table, record, header) for header in record.cells}
            yield RawRecord(row, record.line, bounded(json.dumps(values, ensure_ascii=False)), values)

    def _text(self, table: _Table, record: _Record, header: str) -> str | None:
        return self._cells.text(record.cells.get(header), header, is_1904=table.is_1904)

    def _left_out(self, file: Delivered, table: _Table) -> tuple[Finding, ...]:
        if not table.left_out:
            return ()
        name = self._contract.raw_name
        message = (
            f"{name}: file {file.name}: {table.left_out} rows are no records by leaveOut and were left out."
        )
        return (Finding(rule="left_out_rows", column=None, rows=0, message=message),)

    def _check_damage(self, file: Delivered, table: _Table) -> None:
        for header in table.headers:
            texts = (self._text(table, record, header) for record in table.records)
            shown = (text for text in texts if text is not None)
            value = next(shown, "")
            if (
                _SHOWN_TIME.fullmatch(value)
                and len(table.records) > 1
                and all(text == value for text in shown)
            ):
                raise DamagedColumnError(self._contract.raw_name, file.name, "whole file", header, value)

    def _table(self, file: Delivered) -> _Table:
        if file not in self._kept:
            if sum(len(table.records) for table in self._kept.values()) > _KEPT_ROWS:
                self._kept.clear()
            self._kept[file] = self._parsed(file)
        return self._kept[file]

    def _parsed(self, file: Delivered) -> _Table:
        pages = self._pages(file)
        is_1904, errors = workbook_facts(file.path, list(pages))
        headers: dict[str, None] = {}
        records: list[_Record] = []
        left_out = 0
        for sheet, rows in pages.items():
            names, found, dropped = self._page(file, sheet, rows, errors.get(sheet, {}))
            headers |= dict.fromkeys(names)
            records += found
            left_out += dropped
        return _Table(tuple(headers), records, left_out, is_1904)

    def _page(
        self, file: Delivered, sheet: str, rows: Sequence[Row], errors: Mapping[tuple[int, int], str]
    ) -> tuple[list[str], list[_Record], int]:
        layout, name = self._layout, self._contract.raw_name
        needed = self._needed()
        at = layout.header_at(rows, needed)
        if len(rows) <= at:
            raise EmptyFileError(name, file.name)
        headers = layout.headers(rows, at)
        seen = [header for header in headers if header]
        check_headers(self._contract, file.name, f"sheet {sheet}, row {at + 1}", seen, needed)
        records: list[_Record] = []
        left_out = 0
        for line, row in enumerate(rows[at + layout.header_rows :], start=at + layout.header_rows + 1):
            cells = {header: cell for header, cell in zip(headers, row, strict=False) if header}
            wrong = (
                {
                    headers[column - 1]: text
                    for (where, column), text in errors.items()
                    if where == line and column <= len(headers)
                }
                if errors
                else {}
            )
            if not wrong and all(cell in ("", None) for cell in row):
                continue
            if self._is_left_out(cells):
                left_out += 1
                continue
            records += self._records_of(sheet, line, cells | wrong, wrong)
        return self._delivered(seen), records, left_out

    def _records_of(
        self, sheet: str, line: int, cells: Mapping[str, object], wrong: Mapping[str, str]
    ) -> Iterator[_Record]:
        extra = {self._layout.sheet_column: sheet} if self._layout.sheet_column else {}
        parts = [cells] if self._layout.unpivot is None else _unpivoted(cells, self._layout.unpivot)
        for part in parts:
            used = [header for header in part if header in self._contract.headers]
            rule = None
            if any(str(part[header]) in wrong.values() for header in used if wrong):
                rule = ERROR_CELL
            elif any(self._cells.lost_zeros(part[header], header) for header in used):
                rule = LOST_ZEROS
            yield _Record(sheet, line, {**part, **extra}, rule)

    def _is_left_out(self, cells: Mapping[str, object]) -> bool:
        return any(
            pattern.search(self._cells.text(cells.get(header), header) or "")
            for header, pattern in self._layout.leave_out.items()
        )

    def _needed(self) -> list[str]:
        """Headers that a sheet must have."""
        made = {self._layout.sheet_column}
        if self._layout.unpivot is not None:
            made |= {self._layout.unpivot.header, self._layout.unpivot.value}
        return [header for header in self._contract.headers if header not in made]

    def _delivered(self, seen: Sequence[str]) -> list[str]:
        """Headers that rows have."""
        unpivot = self._layout.unpivot
        names = list(seen) if unpivot is None else [*unpivot.ids, unpivot.header, unpivot.value]
        return [*names, self._layout.sheet_column] if self._layout.sheet_column else names

    def _pages(self, file: Delivered) -> dict[str, Sequence[Row]]:
        """The chosen sheets and their rows."""
        name, expected = self._contract.raw_name, "an Excel workbook"
        try:
            book = CalamineWorkbook.from_path(str(file.path))
            chosen = self._layout.chosen(book.sheet_names)
            if not chosen:
                wanted = f"a sheet {self._layout.sheet or 'at all'!r}"
                seen = f"sheets {', '.join(book.sheet_names) or 'none'}"
                raise UnreadableFileError(name, file.name, "workbook", wanted, seen)
            return {
                sheet: list(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
                for sheet in chosen
            }
        except (CalamineError, OSError, ValueError) as error:
            raise UnreadableFileError(
                name, file.name, "byte 0", expected, f"something else ({error})"
            ) from error


def _unpivoted(cells: Mapping[str, object], unpivot: Unpivot) -> Iterator[Mapping[str, object]]:
    """One row per filled cell of a cross table; headers that are dates or numbers come as their text."""
    ids = {header: cells.get(header) for header in unpivot.ids}
    for header, cell in cells.items():
        if header not in unpivot.ids and cell not in ("", None):
            yield {**ids, unpivot.header: header, unpivot.value: cell}


def _skipped(records: Sequence[_Record]) -> Skipped:
    bad = [(row, record.rule) for row, record in enumerate(records, start=1) if record.rule is not None]
    return Skipped(np.array([row for row, _ in bad], dtype=np.int64), tuple(rule for _, rule in bad))
