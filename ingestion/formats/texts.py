"""Rows of text on their way into Arrow: what readers of nested documents (JSON, XML) share."""

from collections.abc import Sequence

import pyarrow as pa

_ROWS = 32 * 1024
_CHARACTERS = 16 * 2**20
MALFORMED = "bad"  # a column of the chunks that is true where the reader could not read a row


class TextChunk:
    """Collects rows of `width` texts. take() gives columns c0, c1 ... and the column MALFORMED, and starts anew."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows: list[Sequence[str | None] | None] = []
        self._size = 0

    @property
    def rows(self) -> int:
        """Rows that wait."""
        return len(self._rows)

    @property
    def full(self) -> bool:
        """True if it is time to take()."""
        return len(self._rows) >= _ROWS or self._size >= _CHARACTERS

    def add(self, texts: Sequence[str | None] | None) -> None:
        """One row; None for a malformed one."""
        self._rows.append(texts)
        self._size += sum(map(len, filter(None, texts))) if texts else 0

    def take(self) -> pa.Table:
        """The waiting rows as a table."""
        empty = (None,) * self._width
        rows, self._rows, self._size = self._rows, [], 0
        try:
            columns = self._columns([row or empty for row in rows])
        except UnicodeEncodeError:  # half a surrogate pair is no text
            rows = [row if row is not None and all(map(_is_text, row)) else None for row in rows]
            columns = self._columns([row or empty for row in rows])
        bad = pa.array([row is None for row in rows], pa.bool_())
        return pa.table([*columns, bad], names=[*(f"c{index}" for index in range(self._width)), MALFORMED])

    def _columns(self, rows: Sequence[Sequence[str | None]]) -> list[pa.Array]:
        return [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]


def _is_text(text: str | None) -> bool:
    try:
        return text is None or bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False
