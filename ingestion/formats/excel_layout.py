"""Where the table lies on a sheet, by formatOptions of the contract: sheets, header lines, cross tables, total rows.

- `sheet`: the sheet's name, or a pattern such as `Week *`; the first sheet unless told. `sheets: all` takes every one
- `sheetColumn`: the header under which the sheet's name is delivered
- `headerRow`: line of the (first) header, 1 unless told; `headerSearch: 20`: look for it in the first 20 lines
- `headerRows: 2`: lines of the header; merged cells count for all columns below, lines are joined by ` / `
- `unpivot: {ids: [...], header: Day, value: Pieces}`: a cross table; each further column becomes rows
- `leaveOut: {Header: regex}`: rows that are no records (totals, footers), by the text in one column
- `padZeros: {Header: width}`: numeric cells that get their leading zeros back
- `decimal`, `thousands`: notation of numbers kept as text
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ingestion.contracts import Contract
from ingestion.errors import ContractError
from ingestion.formats.excel_cells import as_text

KNOWN = (
    "sheet",
    "sheets",
    "sheetColumn",
    "headerRow",
    "headerRows",
    "headerSearch",
    "unpivot",
    "leaveOut",
    "padZeros",
    "decimal",
    "thousands",
)
Row = Sequence[object]


@dataclass(frozen=True)
class Unpivot:
    """Columns `ids` stay; of every other column the header goes to `header` and the cell to `value`."""

    ids: tuple[str, ...]
    header: str
    value: str


@dataclass(frozen=True)
class Layout:
    """The options, checked."""

    sheet: str | None
    all_sheets: bool
    sheet_column: str | None
    header_row: int
    header_rows: int
    header_search: int
    unpivot: Unpivot | None
    leave_out: Mapping[str, re.Pattern[str]]
    pad_zeros: Mapping[str, int]

    def chosen(self, names: Sequence[str]) -> list[str]:
        """The sheets to be read, in the order of the workbook."""
        if self.all_sheets:
            return list(names)
        if self.sheet is None:
            return list(names[:1])
        return [name for name in names if name == self.sheet] or [
            name for name in names if fnmatchcase(name, self.sheet)
        ]

    def header_at(self, rows: Sequence[Row], needed: Sequence[str]) -> int:
        """Index of the first header line: the one in which all needed headers stand, if it is to be searched."""
        if self.header_search:
            for index in range(min(self.header_search, len(rows))):
                if set(needed) <= set(self.headers(rows, index)):
                    return index
        return self.header_row - 1

    def headers(self, rows: Sequence[Row], index: int) -> list[str]:
        """One text per column; of several lines the upper ones reach to the right until the next text."""
        lines = [[as_text(cell).strip() for cell in row] for row in rows[index : index + self.header_rows]]
        if len(lines) == 1:
            return [as_text(cell) for cell in rows[index]]
        width = max((len(line) for line in lines), default=0)
        given = [_wide(line, width) for line in lines]
        filled = [*(_filled(line) for line in given[:-1]), given[-1]]
        return [
            " / ".join(dict.fromkeys(part for part in parts if part)) if any(own) else ""
            for parts, own in zip(zip(*filled, strict=True), zip(*given, strict=True), strict=True)
        ]


def _wide(line: Sequence[str], width: int) -> list[str]:
    return [*line, *[""] * (width - len(line))]


def _filled(line: Sequence[str]) -> list[str]:
    found, last = [], ""
    for text in line:
        last = text or last
        found.append(last)
    return found


def layout_of(contract: Contract) -> Layout:
    """The contract's layout; ContractError names what is wrong and what is allowed."""
    place = contract.path or contract.raw_name
    try:
        return built(contract.format_options)
    except (TypeError, ValueError, KeyError, AttributeError, re.error) as error:
        raise ContractError(place, f"formatOptions: {error}.", "see docs/how-to/excel.md.") from error


def built(given: Mapping[str, Any]) -> Layout:
    """The layout that these formatOptions describe; TypeError or ValueError if they describe none."""
    if unknown := sorted(set(given) - set(KNOWN)):
        raise ValueError(f"unknown {', '.join(unknown)}; known are {', '.join(KNOWN)}")
    if given.get("sheets", "all") != "all":
        raise ValueError(f"sheets is {given['sheets']!r}, use all, or sheet with a name or pattern")
    lines = {name: int(given.get(name, default)) for name, default in _LINES.items()}
    if lines["headerRow"] < 1 or not 1 <= lines["headerRows"] <= 5 or lines["headerSearch"] < 0:
        raise ValueError("headerRow counts from 1, headerRows is 1 to 5, headerSearch 0 or more")
    return Layout(
        sheet=given.get("sheet"),
        all_sheets="sheets" in given,
        sheet_column=given.get("sheetColumn"),
        header_row=lines["headerRow"],
        header_rows=lines["headerRows"],
        header_search=lines["headerSearch"],
        unpivot=_unpivot(given.get("unpivot")),
        leave_out={str(name): re.compile(str(text)) for name, text in (given.get("leaveOut") or {}).items()},
        pad_zeros={str(name): int(width) for name, width in (given.get("padZeros") or {}).items()},
    )


_LINES = {"headerRow": 1, "headerRows": 1, "headerSearch": 0}


def _unpivot(given: Mapping[str, Any] | None) -> Unpivot | None:
    if given is None:
        return None
    if set(given) != {"ids", "header", "value"}:
        raise ValueError("unpivot needs ids (a list of headers), header and value")
    return Unpivot(tuple(str(name) for name in given["ids"]), str(given["header"]), str(given["value"]))
