"""Annotated CSV of InfluxDB: several tables in a file, each with #datatype, #group and #default rows and a header.

Tables with _field and _value give a reading per row; pivoted ones (a column per field) one per filled field, their
tags are the columns of the group key. Columns (physicalName): signal (measurement,tags field), time, value, text,
and datatype. A table of errors means that the query broke off: the file is held with the message.
Format: https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ingestion.delivery import Delivered
from ingestion.formats import text
from ingestion.formats.tabular import Row, TabularReader
from ingestion.typing.series import signal_of, spelled_key

_NUMBERS = {"double", "long", "unsignedLong"}
_EXACT = 2**53
_PLACES = ("", "result", "table")


@dataclass
class _Table:
    """Annotations and header of the table that is being read, by column."""

    datatypes: Sequence[str] = ()
    groups: Sequence[str] = ()
    defaults: Sequence[str] = ()
    header: Sequence[str] = ()
    tags: Sequence[int] = ()
    fields: Sequence[int] = ()
    series: dict[tuple[str, ...], str | None] = field(default_factory=dict)

    def begin(self, header: Sequence[str]) -> None:
        """Tell tags from fields."""
        width = len(header)
        self.header = header
        self.defaults = [*self.defaults, *[""] * (width - len(self.defaults))]
        self.datatypes = [*self.datatypes, *["double"] * (width - len(self.datatypes))]
        plain = [at for at, name in enumerate(header) if name not in _PLACES and not name.startswith("_")]
        if "_value" in header:
            self.tags = plain
            return
        in_group = {at for at, group in enumerate(self.groups) if group == "true"}
        self.tags = [at for at in plain if at in in_group]
        self.fields = [at for at in plain if at not in in_group]

    def values(self, cells: Sequence[str]) -> list[str]:
        """Cells with their defaults."""
        return [cell or default for cell, default in zip(cells, self.defaults, strict=False)]

    def cell(self, name: str, cells: Sequence[str]) -> str:
        """The cell of a column by name; empty if there is no such column."""
        return cells[self.header.index(name)] if name in self.header else ""

    def series_of(self, cells: Sequence[str]) -> str | None:
        """The series key of a record; None without a measurement."""
        measurement = self.cell("_measurement", cells)
        key = (measurement, *(cells[at] for at in self.tags))
        if key not in self.series:
            tags = {self.header[at]: cells[at] for at in self.tags if cells[at]}
            self.series[key] = spelled_key(measurement, tags) if measurement else None
        return self.series[key]


class AnnotatedCsvReader(TabularReader):
    """Reads the annotated CSV files of one contract."""

    columns: ClassVar[tuple[str, ...]] = ("signal", "time", "value", "text", "datatype")
    expected = "annotated CSV of InfluxDB"

    def rows(self, file: Delivered) -> Iterator[Row]:
        """One row per value; a record with other columns than its header is malformed."""
        text.check_head(self._contract, file)
        table, annotated = _Table(), False
        for line, cells in self._cells(file):
            first = cells[0] if cells else ""
            if not any(cells):
                table, annotated = _Table(), False
            elif first.startswith("#"):
                table = table if annotated else _Table()
                annotated = True
                self._annotate(table, cells)
            elif annotated or not table.header:
                annotated = False
                table.begin(cells)
                self._check(file, line, table)
            elif "error" in table.header:
                problem = table.cell("error", table.values(cells))
                raise self.unreadable(file, f"line {line}", f"an error of the query: {problem}")
            else:
                yield from self._readings(table, line, cells)

    def _cells(self, file: Delivered) -> Iterator[tuple[int, list[str]]]:
        try:
            with file.path.open(encoding="utf-8-sig", newline="") as handle:
                reader = csv.reader(handle)
                for cells in reader:
                    yield reader.line_num, cells
        except UnicodeDecodeError:
            text.check_decodable(self._contract, file)
            raise
        except csv.Error as error:
            raise self.unreadable(file, "body", str(error)) from error

    @staticmethod
    def _annotate(table: _Table, cells: Sequence[str]) -> None:
        values = ["", *cells[1:]]
        if cells[0] == "#datatype":
            table.datatypes = values
        elif cells[0] == "#group":
            table.groups = values
        elif cells[0] == "#default":
            table.defaults = values

    def _check(self, file: Delivered, line: int, table: _Table) -> None:
        if "error" not in table.header and "_time" not in table.header:
            seen = f"a header without _time: {','.join(table.header)[:200]}"
            raise self.unreadable(file, f"line {line}", seen)

    def _readings(self, table: _Table, line: int, cells: Sequence[str]) -> Iterator[Row]:
        if len(cells) != len(table.header):
            yield Row(line, None, cells)
            return
        given = table.values(cells)
        series, time = table.series_of(given), table.cell("_time", given)
        if "_value" in table.header:
            named = [(table.cell("_field", given), table.header.index("_value"))]
        else:
            named = [(table.header[at], at) for at in table.fields if given[at]]
        for name, at in named:
            signal = signal_of(series, name) if series and name else None
            datatype = table.datatypes[at]
            yield Row(line, [signal, time, *_typed(given[at], datatype), datatype], cells)


def _typed(cell: str, datatype: str) -> tuple[str | None, str | None]:
    """(number, text) of a cell."""
    if not cell:
        return None, None
    if datatype in _NUMBERS or datatype == "boolean":
        is_long = datatype != "double" and cell.lstrip("+-").isdigit() and abs(int(cell)) >= _EXACT
        return cell, cell if is_long or not _is_number(cell, datatype) else None
    return None, cell


def _is_number(cell: str, datatype: str) -> bool:
    return datatype == "boolean" or cell.lower().lstrip("+-") not in ("nan", "inf", "infinity")
