"""InfluxDB line protocol: one record per field of a line, or per line that breaks the grammar.

formatOptions:
    precision   what timestamps count: ns (default), us, ms or s

Columns (physicalName): signal (measurement,tags field; see typing/series.py), time, nanoseconds (what time cuts off),
value (number; booleans 1 and 0), text (strings, and integers of 2**53 and beyond).

Two ways, one outcome. Plain files (no quotes, no escapes, three parts a line) are read by DuckDB, which stops at the
first line that is anything else. Then, or where a look at the bytes shows it before, the file is screened: the exact
grammar of line_grammar.py reads every line, good records go into a Parquet copy and the others are listed.
"""

import re
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError
from ingestion.formats import text
from ingestion.formats.base import Opened, RawRecord, Skipped, bounded, check_headers
from ingestion.formats.line_grammar import PRECISIONS, Point
from ingestion.formats.line_scan import BadLine, Found, Reading, parse_or_bad, readings_of, scan
from ingestion.typing.expressions import literal, literals
from ingestion.typing.inputs import Input

_COLUMNS = {
    "signal": Input("signal"),
    "time": Input("make_timestamptz(us)", "timestamptz"),
    "nanoseconds": Input("nanoseconds", "other"),
    "value": Input("value", "other"),
    "text": Input("text"),
}
_PLAIN_COLUMNS = {name: given for name, given in _COLUMNS.items() if name != "text"}
_SCHEMA = pa.schema(
    [("signal", pa.string()), ("value", pa.float64()), ("text", pa.string()), ("ns", pa.int64())]
)
_COPY_ROWS = 64 * 1024
_SAMPLE_BYTES = 64 * 1024
_BLANKS_AND_QUOTES = (b'"', b"\\", b"\t", b"\v", b"\f")
_NOT_PLAIN = (*_BLANKS_AND_QUOTES, BOM_UTF8, b"\r")
_FIELD = re.compile(rb"^[^ \n]+ ([A-Za-z][A-Za-z0-9_]*)=", re.MULTILINE)
_SEVERAL = re.compile(rb"^[^ \n]+ [^ \n]*,", re.MULTILINE)
_TRUE, _FALSE = ("t", "T", "true", "True", "TRUE"), ("f", "F", "false", "False", "FALSE")
_SHORT_INTEGER = "-?[0-9]{1,15}i|[0-9]{1,15}u"
_NANOSECONDS = (  # nineteen digits: any other spelling of so high a count has an exponent
    "(count >= 1000000000000000000 AND strlen(stamp) = 19 AND NOT contains(stamp, 'e') AND NOT contains(stamp, 'E'))"
)
_VALUE = (  # the rest of a CASE for a value that is no usual number, given its text; an error for what needs its digits
    f"WHEN regexp_full_match(shown, '{_SHORT_INTEGER}') THEN CAST(shown[:-2] AS DOUBLE) "
    f"WHEN shown IN ({literals(_TRUE)}) THEN 1.0 WHEN shown IN ({literals(_FALSE)}) THEN 0.0 "
    "ELSE error('not a plain value') END"
)


class LineProtocolReader:
    """Reads the line-protocol files of one contract."""

    malformed = ""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract
        self._scratch = scratch
        self._limit = limit
        precision = str(contract.format_options.get("precision", "ns"))
        if precision not in PRECISIONS:
            problem = f"formatOptions.precision is {precision!r}."
            raise ContractError(
                contract.path or contract.raw_name, problem, f"use one of: {', '.join(PRECISIONS)}."
            )
        self._unit_ns = PRECISIONS[precision]
        self._seen: dict[Path, set[bytes]] = {}  # marks of each file's bytes

    def open(self, file: Delivered) -> Opened:
        """A look at the bytes tells which way to read; EmptyFileError and UnreadableFileError for what is no text."""
        text.check_head(self._contract, file)
        check_headers(self._contract, file.name, "line protocol", tuple(_COLUMNS), self._contract.headers)
        with file.path.open("rb") as handle:
            sample = handle.read(_SAMPLE_BYTES)
        several = _SEVERAL.search(sample) is not None
        field = _FIELD.search(sample)
        signal = replace(_COLUMNS["signal"], usual=f" {field[1].decode()}" if field is not None else "")
        opened = Opened(file, file.path, file.path, {**_PLAIN_COLUMNS, "signal": signal}, ("plain", several))
        seen = self._seen[file.path] = _marks(file.path)
        return opened if _looks_plain(seen) else self.screen(opened)

    def relation(self, files: Sequence[Opened]) -> str:
        """One row per record; DuckDB raises an error at a line that is not plain."""
        paths = ", ".join(literal(str(file.path)) for file in files)
        name = ", filename" if len(files) > 1 else ""
        if files[0].signature[0] == "screened":
            found = f"read_parquet([{paths}]{', filename=true' if name else ''})"
        else:
            found = self._plain(paths, name, files)
        cut = "CAST(CASE WHEN rest < 0 THEN rest + 1000 ELSE rest END AS INTEGER) AS nanoseconds"
        us = "ns // 1000 - CAST(rest < 0 AS BIGINT) AS us"
        return f"(SELECT *, {us}, {cut} FROM (SELECT *, ns % 1000 AS rest FROM {found}))"

    def screen(self, opened: Opened) -> Opened:
        """Read by the exact grammar into a copy; records that break it are listed."""
        if opened.signature[0] == "screened":
            return opened
        copy = text.scratch_file(self._scratch)
        rows: list[int] = []
        rules: list[str] = []
        count = 0
        with pq.ParquetWriter(copy, _SCHEMA) as writer, opened.text_path.open("rb") as handle:
            chunk: list[Reading] = []
            for _, found in scan(handle, self._limit, self._unit_ns):
                if isinstance(found, BadLine):
                    count += 1
                    rows.append(count)
                    rules.append(found.rule)
                else:
                    count += len(found)
                    chunk += found
                if len(chunk) >= _COPY_ROWS:
                    writer.write_table(_table(chunk))
                    chunk = []
            writer.write_table(_table(chunk))
        skipped = Skipped(np.array(rows, dtype=np.int64), tuple(rules))
        return replace(opened, path=copy, inputs=_COLUMNS, signature=("screened",), skipped=skipped)

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch records by number; the raw text is the line."""
        if opened.signature == ("plain", False):
            for row, line in text.pick(opened.text_path, rows, 1, self._limit):
                point = parse_or_bad(line.raw, self._unit_ns)
                found = readings_of(point) if isinstance(point, Point) else point or []
                yield _record(row, line.number, line.raw, found, 0)
            return
        wanted, first = deque(rows), 1
        with opened.text_path.open("rb") as handle:
            for source, found in scan(handle, self._limit, self._unit_ns):
                count = 1 if isinstance(found, BadLine) else len(found)
                while wanted and wanted[0] < first + count:
                    row = wanted.popleft()
                    yield _record(row, source.number, source.raw, found, row - first)
                if not wanted:
                    return
                first += count

    def _plain(self, paths: str, name: str, files: Sequence[Opened]) -> str:
        """Lines of measurement, fields and time, cut at blanks by the CSV reader; several fields are unnested.

        A select for each step, since DuckDB computes what a CASE says twice two times; substring() is twice as quick as
        a slice, and the usual field needs none: its name is left out, and added once per distinct series. What the bytes
        of the file do not hold is not looked for.
        """
        several = bool(files[0].signature[1])
        marks = set[bytes]().union(*(self._seen[file.text_path] for file in files))
        usual = files[0].inputs["signal"].usual.strip()
        lines = (
            f"read_csv([{paths}], auto_detect=false, header=false, columns={{'head': 'VARCHAR', 'given': 'VARCHAR', "
            f"'stamp': 'VARCHAR'}}, delim=' ', quote='', escape='', nullstr='\x01', {text.line_bounds(self._limit)}, "
            f"filename={str(bool(name)).lower()})"
        )
        if several:
            lines = f"(SELECT head, unnest(string_split(given, ',')) AS given, stamp{name} FROM {lines})"
        cut = f"(SELECT *, instr(given, '=') AS eq, TRY_CAST(stamp AS BIGINT) AS count FROM {lines})"
        shown = f"(SELECT *, substring(given, eq + 1) AS shown FROM {cut})"
        cast = f"(SELECT *, TRY_CAST(shown AS DOUBLE) AS number FROM {shown})"
        regular = f"({_NANOSECONDS} OR CAST(count AS VARCHAR) = stamp) AND eq > 1 AND (head < '#' OR head >= '$')"  # no comment
        if self._unit_ns > 1:
            most = (2**63 - 1) // self._unit_ns
            regular += f" AND count BETWEEN -{most} AND {most}"
        signal = "concat(head, ' ', substring(given, 1, eq - 1))"
        if usual:
            signal = f"CASE WHEN starts_with(given, {literal(f'{usual}=')}) THEN head ELSE {signal} END"
        number = "isfinite(number)" + (" AND NOT contains(shown, '_')" if b"_" in marks else "")
        number += " AND NOT starts_with(shown, '+')" if b"=+" in marks else ""
        return (
            f"(SELECT {signal} AS signal, CASE WHEN {number} THEN number {_VALUE} AS value, "
            f"CASE WHEN {regular} THEN count * {self._unit_ns} ELSE error('not a plain line') END AS ns{name} FROM {cast})"
        )


def _record(row: int, number: int, raw: bytes, found: Found, place: int) -> RawRecord:
    shown = bounded(raw.decode("utf-8", errors="replace"))
    if isinstance(found, BadLine):
        return RawRecord(row, number, f"{shown} [{found.problem}]")
    given = found[place] if found else Reading("", None, None, None)
    values = {
        name: None if cell is None else str(cell)
        for name, cell in zip(("signal", "value", "text", "time"), given, strict=True)
    }
    return RawRecord(row, number, shown, values)


def _looks_plain(seen: set[bytes]) -> bool:
    return not seen.intersection(_NOT_PLAIN)


def _marks(path: Path) -> set[bytes]:
    """Which bytes the file has that decide how it is read: a quote, an escape, a byte order mark, a carriage return that
    ends no line, a blank that a cast to a number overlooks, or a number's underscore or plus. What else is not plain,
    DuckDB meets."""
    seen: set[bytes] = set()
    with path.open("rb") as handle:
        if handle.read(len(BOM_UTF8)) == BOM_UTF8:
            return {BOM_UTF8}
        handle.seek(0)
        while chunk := handle.read(1 << 20):
            while chunk.endswith((b"\r", b"=")) and (more := handle.read(1)):
                chunk += more
            for mark in (*_BLANKS_AND_QUOTES, b"_", b"=+"):
                if mark[-1:] in chunk and mark in chunk:  # one byte is found thirty times as quickly as two
                    seen.add(mark)
            if b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"):
                seen.add(b"\r")
    return seen


def _table(chunk: Sequence[Reading]) -> pa.Table:
    columns = list(zip(*chunk, strict=True)) or [()] * len(_SCHEMA)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
    )
