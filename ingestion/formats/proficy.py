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
        header: list[str] = []
        in_data, seen = True, False
        for number, line in self._lines(file):
            if line.startswith("*") or not line.strip():
                continue
            if line.startswith("["):
                in_data, header = line.strip().lower() == "[data]", []
                continue
            if not in_data:
                continue
            fields = next(csv.reader([line], delimiter=self._delimiter), [])
            if not header:
                header, seen = self._header(file, number, fields), True
            else:
                yield Row(number, self._texts(header, fields), line)
        if not seen:
            raise self.unreadable(file, "whole file", "no [Data] section")

    @property
    def _delimiter(self) -> str:
        return str(self._contract.format_options.get("delimiter", ","))

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

    def _texts(self, header: Sequence[str], fields: Sequence[str]) -> list[str | None] | None:
        if len(fields) != len(header):
            return None
        given = dict(zip(header, fields, strict=True))
        return [given.get(column.lower()) for column in self.columns]
