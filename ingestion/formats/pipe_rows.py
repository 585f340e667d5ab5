"""Stretches of a pipe table that are nothing but whole rows: found and copied as a block, not line by line.

Belongs here: which lines of a block are plain beyond doubt. What any other line means stands in pipe_table.py, and a
plain line means the same there.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.formats import text

_BAR, _LINE_END, _FRAME = ord("|"), ord("\n"), 0x1E
_DOUBTFUL = (b"*", b"---", b"\x1e", b"\x1f", b"\r")  # totals, rules, marks of the copy
_COPIED = bytes.maketrans(b"|", b"\x1f")


@dataclass(frozen=True)
class Stretch:
    """`count` neighbouring rows, and their text in the copy."""

    count: int
    copied: bytes


def stretches(block: text.Block, bars: int, header: str, limit: int) -> Iterator[Stretch | text.Line]:
    """A block in order: stretches of rows with `bars` bars, and between them the lines that have to be looked at.

    `header` is a name that every line of headers holds; without one no line is plain beyond doubt.
    """
    raw = text.unix_lines(block.raw)
    codes = np.frombuffer(raw, dtype=np.uint8)
    ends = np.flatnonzero(codes == _LINE_END)
    if not header or len(ends) == 0:
        yield from block.lines(limit)
        return
    starts = np.concatenate([[0], ends[:-1] + 1])
    plain = _plain(codes, starts, ends, bars) & (ends - starts <= limit)
    for mark in (*_DOUBTFUL, header.encode()):
        for at in _places(raw, mark):
            plain[np.searchsorted(ends, at)] = False
    framed = codes.copy()
    framed[starts[plain]] = framed[ends[plain] - 1] = _FRAME  # which no plain row holds
    borders = [0, *(np.flatnonzero(np.diff(plain)) + 1).tolist(), len(ends)]
    for first, last in itertools.pairwise(borders):
        if plain[first]:
            rows = framed[starts[first] : ends[last - 1] + 1].tobytes()
            yield Stretch(last - first, rows.translate(_COPIED, bytes([_FRAME])))
        else:
            part = raw[starts[first] : ends[last - 1] + 1]
            yield from text.Block(block.number + first, part).lines(limit)
    if rest := raw[ends[-1] + 1 :]:
        yield from text.Block(block.number + len(ends), rest).lines(limit)


def _plain(
    codes: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], bars: int
) -> npt.NDArray[np.bool_]:
    """Lines that begin and end with a bar and have as many as they should."""
    found = np.flatnonzero(codes == _BAR)
    count = np.searchsorted(found, ends) - np.searchsorted(found, starts)
    framed = (codes[starts] == _BAR) & (codes[ends - 1] == _BAR) & (ends - starts > 1)
    plain: npt.NDArray[np.bool_] = framed & (count == bars)
    return plain


def _places(raw: bytes, mark: bytes) -> Iterator[int]:
    """Where a mark stands, once a line."""
    at = raw.find(mark)
    while at >= 0:
        yield at
        end = raw.find(b"\n", at)
        at = raw.find(mark, end) if end >= 0 else -1
