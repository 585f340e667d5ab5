"""Lines of line protocol, one after the other, by the exact grammar: files as they come, not only plain ones.

Belongs here: cutting a file into lines, texts that go over several lines, and the short way for the most usual line.
What a line means stands in line_grammar.py, how a file becomes a relation in line_protocol.py.
"""

import re
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, NamedTuple, TypeAlias

from ingestion.formats import text
from ingestion.formats.line_grammar import LineError, Point, Value, parse_line
from ingestion.typing.series import canonical, signal_of

_EXACT = 2**53
_MAX_JOINED = 1 << 16  # a text over more than this is an unclosed quote
_USUAL = re.compile(
    rb'([^ "\\#][^ "\\]* [^ "\\,=]+)=(?:(-?[0-9]+(?:\.[0-9]+)?)|"([^"\\]*)") (-?[0-9]{1,19})\r?'
)


class Reading(NamedTuple):
    """One record: number or text of a signal; `ns` is None where the line has no timestamp."""

    signal: str
    value: float | None
    text: str | None
    ns: int | None


class Line(NamedTuple):
    """One line without its line feed; a too long one holds its beginning only."""

    number: int
    raw: bytes
    ended: bool
    too_long: bool


@dataclass(frozen=True)
class BadLine:
    """A line that breaks the grammar: the rule, and where and why."""

    rule: str
    problem: str


Found: TypeAlias = list[Reading] | BadLine


def read_points(content: bytes, unit_ns: int) -> Iterator[Point | BadLine]:
    """The points of a text in memory, and in their place the lines that are none."""
    for _, found in _points(BytesIO(content), max(len(content), 1), unit_ns):
        yield found


def scan(handle: BinaryIO, limit: int, unit_ns: int) -> Iterator[tuple[Line, Found]]:
    """Each line that is not blank or a comment: its records, or what is wrong with it."""
    source, waiting = _lines(handle, limit), deque[Line]()
    while (line := waiting.popleft() if waiting else next(source, None)) is not None:
        usual = None if line.too_long else _usual(line.raw, unit_ns)
        if usual is not None:
            yield line, [usual]
            continue
        whole, found = _parsed(line, source, waiting, limit=limit, unit_ns=unit_ns)
        if found is not None:
            yield whole, readings_of(found) if isinstance(found, Point) else found


def parse_or_bad(line: bytes, unit_ns: int) -> Point | BadLine | None:
    """One line by itself; None for a blank or comment."""
    try:
        return parse_line(line, unit_ns)
    except LineError as error:
        return BadLine("malformed_row", str(error))


def readings_of(point: Point) -> list[Reading]:
    """One record per field of a line."""
    series = point.series
    return [Reading(signal_of(series, name), *_typed(value), point.time_ns) for name, value in point.fields]


def _usual(raw: bytes, unit_ns: int) -> Reading | None:
    """A line of one number or one text without escapes; None for any other, which the grammar then judges."""
    parts = _USUAL.fullmatch(raw)
    if parts is None:
        return None
    try:
        signal = canonical(parts[1].decode())
        content = None if parts[3] is None else parts[3].decode()
    except UnicodeDecodeError:
        return None
    ns = int(parts[4]) * unit_ns
    if signal is None or not -(2**63) <= ns < 2**63:
        return None
    if content is not None:
        return Reading(signal, None, content, ns)
    number = float(parts[2])
    return Reading(signal, number, None, ns) if number - number == 0 else None  # not finite: to the grammar


def _points(handle: BinaryIO, limit: int, unit_ns: int) -> Iterator[tuple[Line, Point | BadLine]]:
    source, waiting = _lines(handle, limit), deque[Line]()
    while (line := waiting.popleft() if waiting else next(source, None)) is not None:
        whole, found = _parsed(line, source, waiting, limit=limit, unit_ns=unit_ns)
        if found is not None:
            yield whole, found


def _parsed(
    line: Line, source: Iterator[Line], waiting: deque[Line], *, limit: int, unit_ns: int
) -> tuple[Line, Point | BadLine | None]:
    """What the grammar makes of a line, with the following ones where its text goes on."""
    if line.too_long:
        return line, BadLine("line_too_long", f"longer than {limit} bytes")
    try:
        return line, parse_line(line.raw, unit_ns)
    except LineError as error:
        whole = _completed(line, source, waiting, unit_ns) if error.is_open else None
        return whole or (line, BadLine("malformed_row" if line.ended else "truncated_row", str(error)))


def _completed(
    line: Line, source: Iterator[Line], waiting: deque[Line], unit_ns: int
) -> tuple[Line, Point] | None:
    """The line with the following ones that close its text; None, and they wait again, if none does."""
    taken, raw = [], line.raw
    while len(raw) <= _MAX_JOINED:
        more = waiting.popleft() if waiting else next(source, None)
        if more is None:
            break
        taken.append(more)
        raw += b"\n" + more.raw
        if b'"' not in more.raw:
            continue
        found = parse_or_bad(raw, unit_ns)
        if isinstance(found, Point):
            return Line(line.number, raw, more.ended, too_long=False), found
    waiting.extendleft(reversed(taken))
    return None


def _lines(handle: BinaryIO, limit: int) -> Iterator[Line]:
    """Lines as they are: a carriage return stays, since only one before a line feed is allowed. No byte order mark."""
    if handle.read(len(BOM_UTF8)) != BOM_UTF8:
        handle.seek(0)
    for piece in text.blocks(handle, limit):
        if isinstance(piece, text.Line):
            yield Line(piece.number, piece.raw, piece.ended, piece.too_long)
            continue
        parts = piece.raw.split(b"\n")
        last = parts.pop()
        for number, part in enumerate(parts, start=piece.number):
            yield Line(number, part, True, len(part) > limit)
        if last:
            yield Line(piece.number + len(parts), last, ended=False, too_long=len(last) > limit)


def _typed(value: Value) -> tuple[float | None, str | None]:
    if isinstance(value, str):
        return None, value
    return float(value), str(value) if isinstance(value, int) and abs(value) >= _EXACT else None
