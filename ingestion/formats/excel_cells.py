"""Single cells of workbooks: as text in the contract's notation, dates kept as numbers, and cells that hold an error.

calamine reads an error cell (#REF!, #N/A) as empty; in .xlsx and .xlsm they are found in the sheet's XML here. Other
workbooks (.xls, .xlsb, .ods) do not tell them from empty cells.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingestion.contracts import Column, Contract

_ERROR = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*? t="e"[^>]*>.*?<v>([^<]*)</v>', re.DOTALL)
_SHEET = re.compile(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"')
_RELATION = re.compile(r"<Relationship [^>]*>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_FIRST, _LAST = 1, 2_958_465  # serial numbers of 1900-01-01 and 9999-12-31
_MOMENTS = ("local_timestamp", "date")


@dataclass(frozen=True)
class Cells:
    """How cells of a contract's columns become text."""

    by_header: Mapping[str, Column]
    decimal: str
    padded: Mapping[str, int]

    @classmethod
    def of(cls, contract: Contract, padded: Mapping[str, int]) -> "Cells":
        """For this contract; `padded` are the widths to which numeric cells get their zeros back."""
        columns = {column.sources[0]: column for column in contract.columns if len(column.sources) == 1}
        return cls(columns, str(contract.format_options.get("decimal", ".")), padded)

    def text(self, cell: object, header: str, *, is_1904: bool = False) -> str | None:
        """A cell as the contract's parser expects it: dates in its format, numbers with its decimal mark."""
        if cell is None or cell == "":
            return None
        column = self.by_header.get(header)
        if column is not None and column.parse in _MOMENTS:
            cell = _moment(cell, is_1904=is_1904)
        if isinstance(cell, dt.datetime | dt.date) and column is not None and column.parse_format:
            return cell.strftime(column.parse_format)
        if type(cell) is dt.date and column is not None and column.parse == "local_timestamp":
            return f"{cell.isoformat()} 00:00:00"  # midnight: the workbook's reader makes it a plain date
        if header in self.padded and isinstance(cell, float) and cell.is_integer():
            return as_text(cell).zfill(self.padded[header])
        return as_text(cell).replace(".", self.decimal) if isinstance(cell, float) else as_text(cell)

    def lost_zeros(self, cell: object, header: str) -> bool:
        """True for a number where the column's pattern wants text with leading zeros, and zeros would mend it."""
        column = self.by_header.get(header)
        if not isinstance(cell, int | float) or isinstance(cell, bool) or header in self.padded:
            return False
        if column is None or column.parse != "text" or column.pattern is None:
            return False
        text = as_text(cell)
        if re.search(column.pattern, text):
            return False
        return any(re.search(column.pattern, text.zfill(width)) for width in range(len(text) + 1, 41))


def as_text(cell: object) -> str:
    """A cell as a person reads it; whole numbers without a decimal point."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)


def _moment(cell: object, *, is_1904: bool) -> object:
    """A date kept as its serial number (a cell without date format), as a datetime; anything else as it is."""
    if not isinstance(cell, float) or not _FIRST <= cell <= _LAST:
        return cell
    start = dt.datetime(1904, 1, 1) if is_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001 - plant-local
    return start + dt.timedelta(milliseconds=round(cell * 86_400_000))


def workbook_facts(path: Path, sheets: list[str]) -> tuple[bool, dict[str, dict[tuple[int, int], str]]]:
    """(dates count from 1904, error cells by sheet as {(row, column): text}, both from 1); nothing for other formats."""
    if not zipfile.is_zipfile(path):
        return False, {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return False, {}
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        targets = _targets(archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace"))
        errors = {}
        for name, relation in _SHEET.findall(book):
            place = targets.get(relation, "")
            if _plain(name) in sheets and place in names:
                errors[_plain(name)] = _errors(archive.read(place))
    return bool(re.search(r'date1904="(1|true)"', book)), errors


def _targets(relations: str) -> dict[str, str]:
    found = {}
    for text in _RELATION.findall(relations):
        fields = dict(re.findall(r'(\w+)="([^"]*)"', text))
        target = fields.get("Target", "")
        found[fields.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _errors(xml: bytes) -> dict[tuple[int, int], str]:
    if b't="e"' not in xml:
        return {}
    return {
        (int(row), _column_number(letters.decode())): text.decode("utf-8", "replace")
        for letters, row, text in _ERROR.findall(xml)
    }


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _plain(text: str) -> str:
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text
