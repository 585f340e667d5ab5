r"""The grammar of InfluxDB line protocol, exactly: one line of text, one point or one error with its place.

    measurement[,tag=value ...] field=value[,field=value ...] [timestamp]

Values: 1.5 float, 1i integer, 1u unsigned, t T true True TRUE / f ... boolean, "text" (which may go over several
lines; \" \\ \n \r \t are escapes). A line that begins with # is a comment. Belongs here: single lines. Files, and the
fast way for lines that need none of this, stand in line_protocol.py; measurement and tags in typing/series.py.
"""

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

from ingestion.typing.series import SeriesError, head_end, parse_head, parse_name, series_key

Value: TypeAlias = float | int | bool | str
PRECISIONS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_COMMENT = re.compile(rb"#[^\x00-\x1f\x7f]*+\r?")
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_UNESCAPED = re.compile(rb'\\([\\"nrt])')
_PLAIN_VALUE = re.compile(rb"[^, \r\n]*+")
_FLOAT = re.compile(rb"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_TIME = re.compile(rb" *+(?:(-?[0-9]+) *+)?\r?")
_TEXTS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_BOOLEANS = {
    **dict.fromkeys((b"t", b"T", b"true", b"True", b"TRUE"), True),
    **dict.fromkeys((b"f", b"F", b"false", b"False", b"FALSE"), False),
}
_INTEGERS = {b"i": (-(2**63), 2**63 - 1), b"u": (0, 2**64 - 1)}


class LineError(ValueError):
    """A line breaks the grammar. `column` counts bytes from 1; `is_open`: a text has no closing quote yet."""

    def __init__(self, at: int, problem: str, *, is_open: bool = False) -> None:
        self.column = at + 1
        self.problem = problem
        self.is_open = is_open
        super().__init__(f"column {self.column}: {problem}")


@dataclass(frozen=True)
class Point:
    """One line: `head` is measurement and tags as written; `time_ns` is None where the line has no timestamp."""

    head: bytes
    fields: tuple[tuple[str, Value], ...]
    time_ns: int | None

    @property
    def series(self) -> str:
        """The series key in the one spelling."""
        return series_key(self.head)

    @property
    def measurement(self) -> str:
        """The measurement, without escapes."""
        return parse_head(self.head)[0]

    @property
    def tags(self) -> tuple[tuple[str, str], ...]:
        """(tag, value) by name, without escapes."""
        return parse_head(self.head)[1]


def parse_line(line: bytes, unit_ns: int) -> Point | None:
    """One line without its line feed, whose timestamps count `unit_ns` nanoseconds; None for a blank or comment.

    LineError says where and why it is no line; `is_open` where the following line may complete it.
    """
    start = len(line) - len(line.lstrip(b" "))
    if line[start:] in (b"", b"\r") or _COMMENT.fullmatch(line, start):
        return None
    end = head_end(line, start)
    try:
        series_key(line[start:end])
    except SeriesError as error:
        raise LineError(start + error.at, error.problem) from error
    at = _skip_blanks(line, end)
    fields: list[tuple[str, Value]] = []
    while True:
        at = _field(line, at, fields)
        if line[at : at + 1] != b",":
            break
        at += 1
    return Point(line[start:end], tuple(fields), _time(line, at, unit_ns))


def _skip_blanks(line: bytes, at: int) -> int:
    while line[at : at + 1] == b" ":
        at += 1
    return at


def _field(line: bytes, at: int, fields: list[tuple[str, Value]]) -> int:
    try:
        name, at = parse_name(line, at, "a field")
    except SeriesError as error:
        raise LineError(error.at, error.problem) from error
    if line[at : at + 1] != b"=":
        raise LineError(at, f"expected = after field {name!r}")
    value, at = _value(line, at + 1)
    fields.append((name, value))
    return at


def _value(line: bytes, at: int) -> tuple[Value, int]:
    if line[at : at + 1] == b'"':
        return _string(line, at)
    found = _PLAIN_VALUE.match(line, at)
    raw = found[0] if found else b""
    end = at + len(raw)
    if raw in _BOOLEANS:
        return _BOOLEANS[raw], end
    if raw[-1:] in _INTEGERS:
        return _integer(raw, at), end
    if not _FLOAT.fullmatch(raw):
        raise LineError(at, f"{raw[:40]!r} is no value")
    number = float(raw)
    if math.isinf(number):
        raise LineError(at, f"{raw[:40]!r} is beyond a 64-bit float")
    return number, end


def _string(line: bytes, at: int) -> tuple[str, int]:
    found = _STRING.match(line, at)
    if found is None:
        raise LineError(at, "a text without closing quote", is_open=True)
    try:
        return _UNESCAPED.sub(lambda mark: _TEXTS.get(mark[1], mark[1]), found[1]).decode(), found.end()
    except UnicodeDecodeError as error:
        raise LineError(at, "bytes that are not UTF-8") from error


def _integer(raw: bytes, at: int) -> int:
    low, high = _INTEGERS[raw[-1:]]
    digits = raw[:-1].removeprefix(b"-")
    if not digits.isdigit() or (low == 0 and raw.startswith(b"-")):
        raise LineError(at, f"{raw[:40]!r} is no integer")
    if len(digits.lstrip(b"0")) > 20 or not low <= (number := int(raw[:-1])) <= high:
        raise LineError(at, f"{raw[:40]!r} is beyond 64 bits")
    return number


def _time(line: bytes, at: int, unit_ns: int) -> int | None:
    found = _TIME.fullmatch(line, at)
    if found is None or (at < len(line) and line[at : at + 1] not in (b" ", b"\r")):
        raise LineError(at, f"{line[at : at + 40]!r} is no timestamp")
    if found[1] is None:
        return None
    if len(found[1]) > 40 or not -(2**63) <= (time_ns := int(found[1]) * unit_ns) < 2**63:
        raise LineError(at, f"{found[1][:40]!r} is beyond 64 bits of nanoseconds")
    return time_ns
