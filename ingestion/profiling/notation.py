"""How numbers are written in a table: decimal mark and thousands mark, one notation for all its columns."""

from dataclasses import dataclass

from ingestion.profiling.model import Guess
from ingestion.profiling.reading import Rows
from ingestion.profiling.values import TEXT, Values
from ingestion.typing.expressions import number

_FIXED = ("json", "jsonl", "xml", "parquet", "excel")
_MARKS = ".,''\u2019 \u00a0\u202f"  # a quote stands twice in SQL
_NUMBER_LIKE = f"regexp_full_match({TEXT}, '[+-]?[0-9{_MARKS}]*[0-9][0-9{_MARKS}]*([eE][+-]?[0-9]+)?-?')"


@dataclass(frozen=True)
class Notation:
    """Marks of numbers; thousands empty for none."""

    decimal: str = "."
    thousands: str = ""

    @property
    def options(self) -> dict[str, str]:
        """As formatOptions; nothing for the default."""
        found = {"decimal": self.decimal} if self.decimal != "." else {}
        return found | ({"thousands": self.thousands} if self.thousands else {})


_NOTATIONS = (
    Notation(),
    Notation(","),
    Notation(".", ","),
    Notation(",", "."),
    Notation(".", " "),
    Notation(",", " "),
    Notation(".", "'"),
    Notation(",", "'"),
)


def guess_notation(rows: Rows) -> tuple[Notation, Guess | None]:
    """The notation that reads the most columns, the plainest first; no guess where no number has a mark."""
    if rows.group.format in _FIXED:
        return _NOTATIONS[0], None
    read = dict.fromkeys(_NOTATIONS, 0)
    examples: dict[Notation, str] = {}
    ambiguous = ""
    for header in rows.group.headers:
        values = Values.make(rows.connection, rows.column(header))
        marked = values.example(f"{_NUMBER_LIKE} AND regexp_matches({TEXT}, '[.,'' ]')")
        if not marked:
            continue
        shares = values.readable({str(place): _sql(one) for place, one in enumerate(_NOTATIONS)})
        whole = [one for place, one in enumerate(_NOTATIONS) if shares[str(place)] > 0.8]
        for one in whole:
            read[one] += 1
            examples.setdefault(one, marked)
        if {_NOTATIONS[1], _NOTATIONS[2]} <= set(whole):
            ambiguous = marked
    best = max(_NOTATIONS, key=lambda one: read[one])
    if not read[best]:
        return _NOTATIONS[0], None
    return _settled(best, read, examples, ambiguous, str(rows.group.options.get("delimiter", "")))


def _settled(
    best: Notation, read: dict[Notation, int], examples: dict[Notation, str], ambiguous: str, delimiter: str
) -> tuple[Notation, Guess]:
    equal = read[_NOTATIONS[1]] == read[_NOTATIONS[2]] and best in _NOTATIONS[1:3]
    if equal and ambiguous:
        best = _NOTATIONS[1] if delimiter == ";" else _NOTATIONS[2]
        meaning = "a decimal comma" if best.decimal == "," else "a mark of thousands"
        words = f"in {ambiguous!r} the comma may be either; taken for {meaning} because fields are cut by {delimiter!r}"
        return best, Guess("numbers", _words(best), "low", words)
    others = [one for one in _NOTATIONS if one != best and read[one] == read[best]]
    words = f"reads {read[best]} columns with marked numbers, such as {examples[best]!r}"
    return best, Guess(
        "numbers", _words(best), "high" if not others or best == _NOTATIONS[0] else "medium", words
    )


def _words(notation: Notation) -> str:
    thousands = f", thousands {notation.thousands!r}" if notation.thousands else ""
    return f"decimal {notation.decimal!r}{thousands}"


def _sql(notation: Notation) -> str:
    return number(TEXT, "DOUBLE", notation.decimal, notation.thousands)
