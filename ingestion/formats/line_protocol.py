"""InfluxDB line protocol: one record per field of a line, or per line that breaks the grammar.

formatOptions:
    precision   what timestamps count: ns (default), us, ms or s

Columns (physicalName): signal (measurement,tags field; see typing/series.py), time, nanoseconds (what time cuts off),
value (number; booleans 1 and 0), text (strings, and integers of 2**53 and beyond).

Two ways, one outcome. Plain files (no quotes, no escapes, three parts a line) are cut by Arrow (line_columns.py), which
stops at the first line that is anything else. Then, or where a look at the bytes shows it before, the file is screened: the
exact grammar of line_grammar.py reads every line, good records go into a Parquet copy and the others are listed.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
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
from ingestion.formats.line_columns import instants, looks_plain, plain_lines
from ingestion.formats.line_grammar import PRECISIONS, Point
from ingestion.formats.line_scan import BadLine, Found, Reading, parse_or_bad, readings_of, scan
from ingestion.typing.expressions import literal
from ingestion.typing.inputs import Input

_COLUMNS = {
    "signal": Input("signal"),
    "time": Input("time", "timestamptz"),
    "nanoseconds": Input("nanoseconds", "other"),
    "value": Input("value", "other"),
    "text": Input("text"),
}
_PLAIN_COLUMNS = {name: given for name, given in _COLUMNS.items() if name != "text"}
_SCHEMA = pa.schema(
    [
        ("signal", pa.string()),
        ("value", pa.float64()),
        ("text", pa.string()),
        ("time", pa.timestamp("us", tz="UTC")),
        ("nanoseconds", pa.int32()),
    ]
)
_COPY_ROWS = 64 * 1024
_SAMPLE_BYTES = 64 * 1024
_FIELD = re.compile(rb"^[^ \n]+ ([A-Za-z][A-Za-z0-9_]*)=", re.MULTILINE)
_SEVERAL = re.compile(rb"^[^ \n]+ [^ \n]*,", re.MULTILINE)


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
        return opened if looks_plain(file.path, self._limit) else self.screen(opened)

    def relation(self, files: Sequence[Opened]) -> str:
        """One row per record; DuckDB raises an error at a line that is not plain."""
        if files[0].signature[0] == "screened":
            paths = ", ".join(literal(str(file.path)) for file in files)
            return f"read_parquet([{paths}]{', filename=true' if len(files) > 1 else ''})"
        return _stream_of(files)

    def streams(self, files: Sequence[Opened]) -> Mapping[str, pa.RecordBatchReader]:
        """What the relation of plain files reads."""
        (way, *several), usual = files[0].signature, files[0].inputs["signal"].usual.strip()
        if way == "screened":
            return {}
        lines = plain_lines(
            [file.path for file in files],
            usual,
            several=bool(several[0]),
            unit_ns=self._unit_ns,
            limit=self._limit,
        )
        return {_stream_of(files): lines}

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


def _stream_of(files: Sequence[Opened]) -> str:
    """A name for what these files hold."""
    paths = "\n".join(str(file.path) for file in files)
    return f"lines_{hashlib.sha256(paths.encode()).hexdigest()[:16]}"


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


def _table(chunk: Sequence[Reading]) -> pa.Table:
    signals, values, texts, stamps = zip(*chunk, strict=True) if chunk else [()] * 4
    ns = pa.array(stamps, pa.int64())
    return pa.table(
        [
            pa.array(signals, pa.string()),
            pa.array(values, pa.float64()),
            pa.array(texts, pa.string()),
            *instants(ns),
        ],
        schema=_SCHEMA,
    )
