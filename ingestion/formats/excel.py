"""Excel workbooks (xlsx, xls, xlsb, ods): one sheet, a header row, data below. Cells become text in the contract's notation."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import EmptyFileError, UnreadableFileError
from ingestion.formats.base import Opened, RawRecord, bounded, check_headers, unexpected_columns
from ingestion.typing.query import Input


class ExcelReader:
    """Reads the workbooks of one contract. A workbook is held in memory while it is read (at most a million rows)."""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        options = contract.format_options
        self._contract = contract
        self._sheet = options.get("sheet")
        self._header_row = int(options.get("headerRow", 1))
        self._decimal = str(options.get("decimal", "."))
        self._formats = {
            column.sources[0]: column.parse_format
            for column in contract.columns
            if column.parse_format is not None
        }
        self._moments = {
            column.sources[0] for column in contract.columns if column.parse == "local_timestamp"
        }

    def open(self, file: Delivered) -> Opened:
        """Header checks; UnreadableFileError for no workbook or no such sheet."""
        if file.size == 0:
            raise EmptyFileError(self._contract.raw_name, file.name)
        rows = self._rows(file)
        if len(rows) < self._header_row:
            raise EmptyFileError(self._contract.raw_name, file.name)
        headers = [_text(cell) for cell in rows[self._header_row - 1]]
        seen = [header for header in headers if header]
        place = f"sheet {self._sheet or 'first'}, row {self._header_row}"
        check_headers(self._contract, file.name, place, seen, self._contract.headers)
        return Opened(
            file=file,
            path=file.path,
            text_path=file.path,
            inputs={header: Input(f"c{index}") for index, header in enumerate(headers) if header},
            signature=tuple(headers),
            findings=unexpected_columns(self._contract, seen, file.name),
        )

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The sheet as one table of text."""
        width = len(opened.signature)
        data = [row for _, row in self._data(opened)]
        columns = [
            pa.array(
                [self._cell(row[index], str(header)) if index < len(row) else None for row in data],
                pa.string(),
            )
            for index, header in enumerate(opened.signature)
        ]
        yield pa.table(columns, names=[f"c{index}" for index in range(width)])

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch rows by number; the raw text is the row as a JSON object."""
        data = self._data(opened)
        for row in rows:
            line, cells = data[row - 1]
            shown = zip(opened.signature, cells, strict=False)
            values = {str(header): self._cell(cell, str(header)) for header, cell in shown if header}
            yield RawRecord(row, line, bounded(json.dumps(values, ensure_ascii=False)), values)

    def _data(self, opened: Opened) -> list[tuple[int, list[object]]]:
        """(row in the sheet, cells) of the rows below the header that are not blank."""
        numbered = enumerate(self._rows(opened.file), start=1)
        return [
            (number, row)
            for number, row in numbered
            if number > self._header_row and any(cell not in ("", None) for cell in row)
        ]

    def _rows(self, file: Delivered) -> list[list[object]]:
        name, expected = self._contract.raw_name, "an Excel workbook"
        try:
            book = CalamineWorkbook.from_path(str(file.path))
            wanted = self._sheet or (book.sheet_names[0] if book.sheet_names else "")
            if wanted not in book.sheet_names:
                seen = f"sheets {', '.join(book.sheet_names) or 'none'}"
                raise UnreadableFileError(name, file.name, "workbook", f"a sheet {wanted!r}", seen)
            return list(book.get_sheet_by_name(wanted).to_python(skip_empty_area=False))
        except (CalamineError, OSError, ValueError) as error:
            raise UnreadableFileError(
                name, file.name, "byte 0", expected, f"something else ({error})"
            ) from error

    def _cell(self, cell: object, header: str) -> str | None:
        """A cell as the contract's parser expects it: true dates in its format, numbers with its decimal mark."""
        if cell is None or cell == "":
            return None
        if isinstance(cell, dt.datetime | dt.date) and (shape := self._formats.get(header)):
            return cell.strftime(shape)
        if type(cell) is dt.date and header in self._moments:
            return f"{cell.isoformat()} 00:00:00"  # midnight: the workbook's reader makes it a plain date
        if isinstance(cell, float):
            return _text(cell).replace(".", self._decimal)
        return _text(cell)


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)
