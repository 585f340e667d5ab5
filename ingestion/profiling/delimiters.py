"""The dialect of delimited text, guessed from its first lines: marks between fields and rows, quotes, header.

Cutting a line into fields is left to formats/dialect.py, so a guess is tried with the very code that reads the file
later. The dialect whose rows agree best on a number of fields wins. Encodings stand in encodings.py.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.formats.dialect import Dialect, numbered_names
from ingestion.profiling.model import Guess

_DELIMITERS = (";", ",", "\t", "|", "~", "+|", "||", "^", "\x1f", ":")
_USUAL = (";", ",", "\t", "|")
_ROW_END = re.compile(r"([^\w\s\"';,.|]{0,2}\|)\r?\n")
_LINES = 400
_VALUE = re.compile(r"[+-]?[\d.,:/ T-]*\d[\d.,:/ TZ+-]*|(?i:true|false|null|nan)")
_ENOUGH = 0.9


@dataclass(frozen=True)
class Found:
    """A dialect, what the first record says, and how well it fits: the share of records with that many fields."""

    dialect: Dialect
    records: tuple[tuple[str, ...], ...]
    fit: float

    @property
    def width(self) -> int:
        """Number of fields of most records."""
        return Counter(map(len, self.records)).most_common(1)[0][0]


def guess_dialect(head: str, *, whole: bool) -> Found | None:
    """The dialect of the text; None if no delimiter makes records of equal width. `whole`: the head is all there is."""
    found = [_tried(head, dialect, whole=whole) for dialect in _candidates(head)]
    fitting = [one for one in found if one is not None and one.width > 1 and one.fit >= _ENOUGH]
    if not fitting:
        return _single_column(head, whole=whole)
    return max(fitting, key=_rank)


def has_header(found: Found) -> Guess:
    """Whether the first record names the columns."""
    first, rest = found.records[0], found.records[1:]
    names = [cell.strip() for cell in first]
    valued = [name for name in names if not name or _VALUE.fullmatch(name)]
    again = [name for place, name in enumerate(names) if any(_at(row, place) == name for row in rest)]
    if valued:
        return Guess("header", "no", "high", f"the first row holds values such as {valued[0]!r}")
    if len(again) > len(names) / 2:
        return Guess("header", "no", "medium", f"{again[0]!r} of the first row occurs again below it")
    if len(set(names)) < len(names):
        return Guess("header", "yes", "medium", "the first row holds words, some of them twice")
    contrast = sum(
        any(_VALUE.fullmatch(_at(row, place).strip() or "-") for row in rest) for place in range(len(names))
    )
    if contrast:
        words = (
            f"the first row holds words, {contrast} of {len(names)} columns hold numbers or times below it"
        )
        return Guess("header", "yes", "high", words)
    return Guess("header", "yes", "low", "all rows hold words; the first one has no word twice")


def headers_of(found: Found, *, header: bool) -> tuple[str, ...]:
    """The headers as the reader will name them; made up where there are none."""
    if header:
        return tuple(numbered_names(list(found.records[0])))
    return tuple(f"column_{place}" for place in range(1, found.width + 1))


def _candidates(head: str) -> list[Dialect]:
    """Terminators of their own first: a text that has one is cut by nothing else."""
    ends = Counter(match[1] for match in _ROW_END.finditer(head))
    lines = head.count("\n")
    marked = [end for end, count in ends.items() if lines and count >= 0.5 * lines and len(end) > 1]
    if marked:
        between = [mark for mark in ("+|", "|", "||", "\t", ",") if mark not in marked[0]]
        return [Dialect(mark, "", row_end=f"{marked[0]}\n") for mark in between if mark in head]
    quotes = ['"'] + ["'"] * ("'" in head) + [""] * ('"' in head)
    return [Dialect(mark, quote) for mark in _DELIMITERS if mark in head for quote in quotes]


def _tried(head: str, dialect: Dialect, *, whole: bool) -> Found | None:
    try:
        records = _records(head, dialect, whole=whole)
    except csv.Error:
        return None
    if not records:
        return None
    width = len(records[0])
    fit = sum(len(record) == width for record in records) / len(records)
    return Found(dialect, tuple(tuple(record) for record in records if len(record) == width), fit)


def _records(head: str, dialect: Dialect, *, whole: bool) -> list[list[str]]:
    """The first records; what the end of the head cuts is left out."""
    text = head.replace("\r\n", "\n").removeprefix("\ufeff")
    parts = text.split(dialect.row_end or "\n")
    if not whole or not parts[-1].strip():
        parts = parts[:-1]
    records: list[list[str]] = []
    waiting = ""
    for part in parts:
        record = f"{waiting}\n{part}" if waiting else part
        if dialect.is_open(record.encode()):
            waiting = record
            continue
        waiting = ""
        if record:
            records.append(dialect.split(record, strict=True))
        if len(records) >= _LINES:
            break
    if waiting and len(waiting) > len(text) / 2:
        raise csv.Error("a quote that never closes")
    return records


def _single_column(head: str, *, whole: bool) -> Found | None:
    lines = head.splitlines()
    if any(sum(mark in line for line in lines) > len(lines) / 3 for mark in _USUAL):
        return None
    found = _tried(head, Dialect(","), whole=whole)
    return found if found is not None and found.width == 1 and found.fit == 1.0 else None


def _rank(found: Found) -> tuple[float, ...]:
    """A mark that wraps whole fields beats one that does not; then fit, then width, then the usual marks."""
    dialect = found.dialect
    return (
        dialect.delimiter != ":",  # stands in times
        round(found.fit, 2),
        bool(dialect.row_end),
        _wraps(found),
        _types(found),
        found.width,
        len(dialect.delimiter),
        dialect.quote == '"',
        -_DELIMITERS.index(dialect.delimiter),
    )


def _wraps(found: Found) -> float:
    """0.0 where quotes of no use stand around fields, which a dialect with that quote would take off."""
    cells = [cell for record in found.records[:50] for cell in record if cell]
    wrapped = sum(len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "\"'" for cell in cells)
    return -round(wrapped / len(cells), 1) if cells else 0.0


def _types(found: Found) -> float:
    """Share of columns that hold values of one kind below the header: the true delimiter leaves whole values."""
    rows = found.records[1:51]
    if not rows:
        return 0.0
    kinds = [{_kind(_at(row, place)) for row in rows} - {""} for place in range(found.width)]
    return round(sum(len(kind) <= 1 for kind in kinds) / len(kinds), 2)


def _kind(cell: str) -> str:
    if not cell.strip():
        return ""
    return "value" if _VALUE.fullmatch(cell.strip()) else "word"


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""
