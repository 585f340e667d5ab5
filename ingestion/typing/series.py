r"""Series of InfluxDB in one spelling: `measurement,tag=value,tag=value field`, tags by name, escaped where needed.

Belongs here: reading and writing the part of a line-protocol line before its values. Two spellings of a series (tags
in another order, needless escapes) are one signal. Rules: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol

A text column with parseFormat `series` is brought into this spelling once per distinct text (rows.py). The backslash
escapes a comma, an equals sign and a blank, in a measurement only comma and blank; anywhere else it stands for itself.
"""

import re
from functools import lru_cache

import duckdb
import pyarrow as pa

FORMAT = "series"
_OUTSIDE = rb", \x00-\x1f\x7f"
_MEASUREMENT = re.compile(rb"(?:[^\\" + _OUTSIDE + rb"]|\\[, ]|\\)++")
_NAME = re.compile(rb"(?:[^\\=" + _OUTSIDE + rb"]|\\[,= ]|\\)++")
_HEAD = re.compile(rb"(?:[^ \\]|\\ |\\)*+")
_ESCAPED, _ESCAPED_IN_MEASUREMENT = re.compile(rb"\\([,= ])"), re.compile(rb"\\([, ])")
_SPECIAL, _SPECIAL_IN_MEASUREMENT = re.compile(r"([,= ])"), re.compile(r"([, ])")
_COMMA, _EQUALS = b",", b"="


class SeriesError(ValueError):
    """A measurement or tag breaks the grammar; `at` is the offset of the byte."""

    def __init__(self, at: int, problem: str) -> None:
        self.at = at
        self.problem = problem
        super().__init__(f"byte {at}: {problem}")


def head_end(line: bytes, start: int = 0) -> int:
    """Offset of the first blank that is not escaped: where measurement and tags end."""
    found = _HEAD.match(line, start)
    return found.end() if found else start


@lru_cache(maxsize=65_536)
def parse_head(head: bytes) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Measurement and (tag, value) pairs by name; SeriesError if the grammar is broken or a tag comes twice."""
    measurement = _MEASUREMENT.match(head)
    if measurement is None or head.startswith(b"#"):
        raise SeriesError(0, "a measurement does not begin like this")
    at, tags = measurement.end(), {}
    while at < len(head):
        if head[at : at + 1] != _COMMA:
            raise SeriesError(at, "expected a comma or a blank")
        name, at = _name(head, at + 1, "a tag")
        if head[at : at + 1] != _EQUALS:
            raise SeriesError(at, "expected = after a tag")
        value, at = _name(head, at + 1, "the value of a tag")
        if name in tags:
            raise SeriesError(at, f"tag {name!r} comes twice")
        tags[name] = value
    plain = _decoded(_ESCAPED_IN_MEASUREMENT.sub(rb"\1", measurement[0]), 0)
    return plain, tuple(sorted(tags.items(), key=lambda tag: tag[0].encode()))


def parse_name(line: bytes, at: int, what: str) -> tuple[str, int]:
    """A tag or field name and the offset behind it; SeriesError if there is none."""
    return _name(line, at, what)


@lru_cache(maxsize=65_536)
def series_key(head: bytes) -> str:
    """Measurement and tags in the one spelling; SeriesError as parse_head."""
    measurement, tags = parse_head(head)
    escaped = _SPECIAL_IN_MEASUREMENT.sub(r"\\\1", measurement)
    return escaped + "".join(f",{_spelled(name)}={_spelled(value)}" for name, value in tags)


def signal_of(series: str, field: str) -> str:
    """The canonical signal of a field of a series."""
    return f"{series} {_spelled(field)}"


@lru_cache(maxsize=65_536)
def canonical(text: str) -> str | None:
    """A signal `measurement,tags field` in the one spelling; None if it is none."""
    raw = text.encode()
    end = head_end(raw)
    try:
        field, at = _name(raw, end + 1, "a field")
        return signal_of(series_key(raw[:end]), field) if at == len(raw) else None
    except SeriesError:
        return None


def spelled(encoded: pa.Array, usual: str = "") -> pa.Array:
    """Series in their one spelling, `usual` behind those that have no field; duckdb.Error, as of any line that is not
    plain, if one is none: screen the file.
    """
    texts = encoded.dictionary.to_pylist()
    one = [canonical(text if " " in text else text + usual) for text in texts]
    if None in one:
        raise duckdb.InvalidInputException(f"no series: {texts[one.index(None)]!r}")
    if one == texts:
        return encoded
    again = pa.DictionaryArray.from_arrays(encoded.indices, pa.array(one, pa.string()))
    return again if len(set(one)) == len(one) else again.dictionary_decode().dictionary_encode()


def spelled_key(measurement: str, tags: dict[str, str]) -> str:
    """The series key of plain texts."""
    escaped = _SPECIAL_IN_MEASUREMENT.sub(r"\\\1", measurement)
    ordered = sorted(tags.items(), key=lambda tag: tag[0].encode())
    return escaped + "".join(f",{_spelled(name)}={_spelled(value)}" for name, value in ordered)


def _name(line: bytes, at: int, what: str) -> tuple[str, int]:
    found = _NAME.match(line, at)
    if found is None:
        raise SeriesError(at, f"expected {what}")
    return _decoded(_ESCAPED.sub(rb"\1", found[0]), at), found.end()


def _decoded(raw: bytes, at: int) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise SeriesError(at + error.start, "bytes that are not UTF-8") from error


@lru_cache(maxsize=65_536)
def _spelled(name: str) -> str:
    return _SPECIAL.sub(r"\\\1", name)
