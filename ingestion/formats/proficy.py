"""CSV of GE Proficy Historian: sections [Tags], [Data] ..., each with its own header, and comments that begin with *.

Only [Data] is read; a file without any section is data. Columns that a header lacks are empty.
Format: https://www.gevernova.com/software/documentation/historian (CSV file formats)
"""

import csv
from collections.abc import Iterator, Sequence
from typing import ClassVar

from ingestion.delivery import Delivered
from ingestion.formats import text
from ingestion.formats.tabular import Row, TabularReader

_NEEDED = ("tagname", "timestamp", "value")


class ProficyReader(TabularReader):
    """Reads the [Data] sections of a file."""

    columns: ClassVar[tuple[str, ...]] = ("Tagname", "TimeStamp", "Value", "DataQuality", "EngineeringUnits")
    options: ClassVar[frozenset[str]] = frozenset({"encoding", "delimiter"})
    expected = "a CSV file of Proficy Historian with a [Data] section"

    def rows(self, file: Delivered) -> Iterator[Row]:
        """One row per line of data; one with more or fewer fields than its header is malformed."""
        text.check_head(self._contract, file)
        delimiter = str(self._contract.format_options.get("delimiter", ","))
        header: list[str] = []
        places: list[int | None] = []
        in_data, seen = True, False
        for number, line in self._lines(file):
            if line.startswith("*") or not line.strip():
                continue
            if line.startswith("["):
                in_data, header = line.strip().lower() == "[data]", []
                continue
            if not in_data:
                continue
            quoted = '"' in line
            fields = next(csv.reader([line], delimiter=delimiter), []) if quoted else line.split(delimiter)
            if not header:
                header, seen = self._header(file, number, fields), True
                places = [_place(header, column.lower()) for column in self.columns]
            elif len(fields) != len(header):
                yield Row(number, None, line)
            else:
                yield Row(number, [None if at is None else fields[at] for at in places], line)
        if not seen:
            raise self.unreadable(file, "whole file", "no [Data] section")

    def _lines(self, file: Delivered) -> Iterator[tuple[int, str]]:
        encoding = text.encoding_of(self._contract, file.path)
        try:
            with file.path.open(encoding=encoding, newline=None) as handle:
                for number, line in enumerate(handle, start=1):
                    yield number, line.lstrip("\ufeff").rstrip("\n")
        except UnicodeDecodeError:
            text.check_decodable(self._contract, file)
            raise

    def _header(self, file: Delivered, number: int, fields: Sequence[str]) -> list[str]:
        header = [field.strip().lower() for field in fields]
        if missing := [name for name in _NEEDED if name not in header]:
            raise self.unreadable(file, f"line {number}", f"a header without {', '.join(missing)}: {fields}")
        return header


def _place(header: Sequence[str], column: str) -> int | None:
    """Where a column stands, the last one of that name."""
    return len(header) - 1 - header[::-1].index(column) if column in header else None
