"""Plain lines of line protocol, column by column: three parts a line, cut at blanks, without quotes and escapes.

Belongs here: the quick way, by Arrow. What it cannot take is an error (pa.ArrowInvalid), and the file goes the exact way
of line_scan.py: nothing here decides what such a line means.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

_INSTANT = pa.timestamp("us", tz="UTC")
_SCHEMA = pa.schema(
    [("signal", pa.string()), ("value", pa.float64()), ("time", _INSTANT), ("nanoseconds", pa.int32())]
)
_BY_FILE = _SCHEMA.append(pa.field("filename", pa.string()))
_LINE = {"head": pa.string(), "given": pa.binary(), "stamp": pa.int64()}
# Longest lines to a block: with one the batches are small, with more they leave the processor's cache.
_BLOCK_LINES = 2
_TRUE, _FALSE = ("t", "T", "true", "True", "TRUE"), ("f", "F", "false", "False", "FALSE")
_SHORT_INTEGER = "^(-?[0-9]{1,15}i|[0-9]{1,15}u)$"

_NEVER = (b'"', b"\\", b"\t", b"\v", b"\f")
_COMMENT, _PLUS, _HEXADECIMAL = b"\n#", re.compile(rb" [^ \n]*=\+"), re.compile(rb" 0[xX]")


def looks_plain(path: Path, limit: int) -> bool:
    """False for a file whose bytes are not plain: a quote, an escape, a comment, a byte order mark, a carriage return that
    ends no line, a blank, a plus or a hexadecimal number that Arrow overlooks, a line that may be longer than `limit`.
    """
    with path.open("rb") as handle:
        if handle.read(len(BOM_UTF8)) in (BOM_UTF8, b""):
            return False
        handle.seek(0)
        while chunk := handle.read(limit // 2):
            if not chunk.endswith(b"\n"):
                rest = handle.readline(limit // 2)
                if len(rest) == limit // 2 and not rest.endswith(b"\n"):
                    return False
                chunk += rest
            if _has_marks(chunk):
                return False
    return True


def _has_marks(chunk: bytes) -> bool:
    """Whole lines; one byte is found thirty times as quickly as two."""
    return (
        any(mark in chunk for mark in _NEVER)
        or (b"#" in chunk and (chunk.startswith(b"#") or _COMMENT in chunk))
        or (b"+" in chunk and _PLUS.search(chunk) is not None)
        or ((b"x" in chunk or b"X" in chunk) and _HEXADECIMAL.search(chunk) is not None)
        or (b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"))
    )


def plain_lines(
    paths: Sequence[Path], usual: str, *, several: bool, unit_ns: int, limit: int
) -> pa.RecordBatchReader:
    """The records of plain files, in order: signal, value, time, nanoseconds; of several files filename too.

    `usual`: the field that most lines have, whose name their signals leave out. `several`: lines may have more than one
    field. `limit`: the most bytes of a line. pa.ArrowInvalid at the first batch that is not plain.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        for path in paths:
            for lines in _cut(path, limit):
                columns = _records(lines, usual, several=several, unit_ns=unit_ns)
                if len(paths) > 1:
                    columns.append(pa.repeat(pa.scalar(str(path)), len(columns[0])))
                yield pa.record_batch(columns, schema=schema)

    schema = _BY_FILE if len(paths) > 1 else _SCHEMA
    return pa.RecordBatchReader.from_batches(schema, batches())


def _cut(path: Path, limit: int) -> Iterator[pa.RecordBatch]:
    with pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(column_names=list(_LINE), block_size=_BLOCK_LINES * limit),
        parse_options=pa_csv.ParseOptions(delimiter=" ", quote_char=False, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(column_types=_LINE, null_values=[]),
    ) as lines:
        yield from lines


def _records(lines: pa.RecordBatch, usual: str, *, several: bool, unit_ns: int) -> list[pa.Array]:
    """Signal, value, time and nanoseconds of each field."""
    head, given, stamp = lines.columns
    if several:
        fields = pc.split_pattern(given, ",")
        place, given = pc.list_parent_indices(fields), pc.list_flatten(fields)
        head, stamp = head.take(place), stamp.take(place)
    name = f"{usual}="
    if usual and pc.all(pc.starts_with(given, name)).as_py():
        behind = pc.binary_replace_slice(given, 0, len(name), b"")
        shown = behind.view(pa.string())  # whatever bytes these are: no cast takes what is no number
    else:
        field, shown = _named(given.cast(pa.string()))
        head = pc.if_else(pc.equal(field, usual), head, pc.binary_join_element_wise(head, field, " "))
    return [head, _numbers(shown), *instants(stamp if unit_ns == 1 else pc.multiply_checked(stamp, unit_ns))]


def instants(ns: pa.Array) -> list[pa.Array]:
    """Nanoseconds of the epoch as an instant of microseconds and the nanoseconds, from 0 to 999, that it cuts off."""
    filled = np.asarray(ns.fill_null(0))
    us = filled // 1000
    rest = pa.array((filled - us * 1000).astype(np.int32))
    time = pa.array(us).view(_INSTANT)
    if not ns.null_count:
        return [time, rest]
    missing = ns.is_null()
    return [pc.if_else(missing, None, time), pc.if_else(missing, None, rest)]


def _named(given: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Names of fields and the texts of their values."""
    parts = pc.split_pattern(given, "=", max_splits=1)
    if not pc.all(pc.equal(pc.list_value_length(parts), 2)).as_py():
        raise pa.ArrowInvalid("a field without a value")
    field = pc.list_element(parts, 0)
    if pc.any(pc.equal(field, "")).as_py():
        raise pa.ArrowInvalid("a field without a name")
    return field, pc.list_element(parts, 1)


def _numbers(shown: pa.Array) -> pa.Array:
    """Values as numbers: an error for those that are none, and for integers that need all their digits."""
    try:
        numbers = shown.cast(pa.float64())
    except pa.ArrowInvalid:
        numbers = _spelled_out(shown).cast(pa.float64())
    if not np.isfinite(numbers.to_numpy()).all():
        raise pa.ArrowInvalid("a number that is not finite")
    return numbers


def _spelled_out(shown: pa.Array) -> pa.Array:
    """Short integers without their suffix, booleans as 1 and 0."""
    short = pc.match_substring_regex(shown, _SHORT_INTEGER)
    shown = pc.if_else(short, pc.utf8_slice_codeunits(shown, 0, -1), shown)
    for texts, number in ((_TRUE, "1"), (_FALSE, "0")):
        shown = pc.if_else(pc.is_in(shown, pa.array(texts)), number, shown)
    return shown
