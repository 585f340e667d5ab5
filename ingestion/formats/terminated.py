"""Rows that end with a terminator of the export's own, such as `&|` and a line feed, instead of a bare line feed.

Belongs here: cutting a file into such rows, in bounded memory and with the line that each row starts on. A line feed
in the terminator may be CRLF. What a row holds is judged in delimited.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np

from ingestion.formats.text import Line, is_byte

_BLOCK = 1 << 17
_SHOWN = 1024  # of a row that is too long


@dataclass(frozen=True)
class RowEnd:
    """A terminator, given with plain line feeds."""

    text: str

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """Finds the terminator."""
        return re.compile(re.escape(self.text.encode()).replace(b"\\\n", b"\r?\n"))

    @cached_property
    def spellings(self) -> tuple[bytes, bytes]:
        """The terminator with line feed, and with CRLF."""
        return self.text.encode(), self.text.replace("\n", "\r\n").encode()

    def last(self, data: bytes) -> int:
        """Where the last terminator ends; 0 if there is none."""
        return max(at + len(mark) if (at := data.rfind(mark)) >= 0 else 0 for mark in self.spellings)

    @property
    def core(self) -> bytes:
        """The terminator without its line feed: what a file may end with if its last line feed was cut."""
        return self.text.rstrip("\n").encode()


@dataclass(frozen=True)
class Rows:
    """Whole rows of one stretch of a file; `number` is the line that the first one starts on."""

    number: int
    raw: bytes
    end: RowEnd

    def lines(self, limit: int) -> Iterator[Line]:
        """The rows one by one, without their terminator."""
        number, start = self.number, 0
        for match in self.end.pattern.finditer(self.raw):
            row = self.raw[start : match.start()]
            yield Line(number, row[:_SHOWN], too_long=True) if len(row) > limit else Line(number, row)
            number += self.raw.count(b"\n", start, match.end())
            start = match.end()

    def plain(self) -> bytes:
        """All rows with a line feed behind each and no other line feed; empty if rows hold line feeds themselves."""
        bare, with_return = self.end.spellings
        raw = self.raw.replace(with_return, bare) if b"\r" in self.raw else self.raw
        plain = raw.replace(bare, b"\n")
        return plain if plain.count(b"\n") == raw.count(bare) else b""

    def parted(self, separator: bytes, by: bytes) -> bytes:
        """The plain rows with the byte `by`, which they do not hold, for each separator."""
        bare, raw = self.end.spellings[0], self.raw
        if b"\r" in raw or not _apart(separator, bare) or not _only_marks(raw, separator, bare):
            return self.plain().replace(separator, by)
        return raw.translate(bytes.maketrans(separator[:1], by), separator[1:] + bare[:-1])


def _apart(separator: bytes, end: bytes) -> bool:
    """True if the two marks cannot overlap, nor one with itself, and the rows' only line feeds are those that end them."""
    begun_once = separator.count(separator[:1]) == 1 == end.count(end[:1])
    apart = separator[:1] not in end and end[:1] not in separator
    return begun_once and apart and end.find(b"\n") == len(end) - 1 and b"\n" not in separator


def _only_marks(raw: bytes, *marks: bytes) -> bool:
    """True if bytes of the marks, which are apart, stand nowhere but in them: then one pass takes all marks out."""
    counts = {mark: _count(raw, mark) for mark in marks}
    return all(
        np.count_nonzero(is_byte(raw, bytes([code])))
        == sum(counts[mark] * mark.count(code) for mark in marks)
        for code in {*b"".join(marks)}
    )


def _count(raw: bytes, mark: bytes) -> int:
    """How often a mark occurs; where it is frequent this is four times as quick as searching."""
    codes = np.frombuffer(raw, dtype=np.uint8)
    starts = max(len(codes) - len(mark) + 1, 0)
    found = codes[:starts] == mark[0]
    for offset, code in enumerate(mark[1:], start=1):
        found &= codes[offset : starts + offset] == code
    return int(np.count_nonzero(found))


def rows(handle: BinaryIO, end: RowEnd, limit: int) -> Iterator[Rows | Line]:
    """A file in short stretches of rows. A row longer than `limit` and the one without end come by themselves."""
    number, rest, pattern = 1, b"", end.pattern
    while chunk := handle.read(_BLOCK):
        data = rest + chunk
        if cut := end.last(data):
            yield Rows(number, data[:cut], end)
            number += data.count(b"\n", 0, cut)
        rest = data[cut:]
        if len(rest) > limit:
            shown, ended, passed, rest = _skip_row(handle, rest, pattern)
            yield Line(number, shown, ended, too_long=True)
            number += passed
    if cut := end.last(rest):
        yield Rows(number, rest[:cut], end)
        number += rest.count(b"\n", 0, cut)
    if (tail := rest[cut:]).strip():
        core, bare = end.core, tail.rstrip(b"\r\n")
        complete = bool(core) and bare.endswith(core)
        yield Line(number, bare.removesuffix(core) if complete else tail, ended=complete)


def _skip_row(handle: BinaryIO, seen: bytes, pattern: re.Pattern[bytes]) -> tuple[bytes, bool, int, bytes]:
    """Read on to the end of a row that is too long: (its start, whether it ends, line feeds passed, what follows)."""
    shown, passed, data = seen[:_SHOWN], 0, seen
    while (match := pattern.search(data)) is None:
        chunk = handle.read(_BLOCK)
        if not chunk:
            return shown, False, passed, b""
        kept = max(0, len(data) - 64)
        passed += data.count(b"\n", 0, kept)
        data = data[kept:] + chunk
    return shown, True, passed + data.count(b"\n", 0, match.end()), data[match.end() :]
