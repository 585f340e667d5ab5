"""What a column of text is: the narrowest type whose notation reads all its values, with what says so.

Words that mean "no value" (NULL, n/a, -) become nullValues. Numbers mixed with a few other words become two columns,
as contracts have it for historians. Everything that does not read as a whole stays text: nothing is lost.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingestion.contracts import Column
from ingestion.profiling.model import Confidence, Guess
from ingestion.profiling.moments import (
    Moment,
    formatted_moments,
    language_of,
    plain_moments,
    settled,
    together,
)
from ingestion.profiling.notation import Notation
from ingestion.profiling.values import TEXT, Values
from ingestion.typing import expressions as ex
from ingestion.typing import readings
from ingestion.typing.inputs import Input

_NULL_WORDS = {
    "null", "none", "nil", "nan", "na", "n/a", "n.a.", "#n/a", "#nv", "k.a.", "\\n", "(null)", "<null>", "-", "--", "---",
    "?", "missing", "unknown", "not available", "no data", ".",
    "0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00.00.0000 00:00:00", "00/00/0000",
}  # fmt: skip
_TEXT_NULLS = {"null", "\\n", "(null)", "<null>", "#n/a", "#nv"}
_TRUE_FALSE = {
    "true",
    "false",
    "wahr",
    "falsch",
    "yes",
    "no",
    "ja",
    "nein",
    "vrai",
    "faux",
    "oui",
    "non",
    "y",
    "n",
    "t",
    "f",
    "j",
}
_TIME_NAME = re.compile(
    r"(^|_)(time|ts|date|datum|zeit|stamp|timestamp|epoch|at|when|created|updated|modified)(_|$)"
)
_CLOCK_NAME = re.compile(r"(time|zeit|uhr|tim|uz|zet|ztv|ztb|tm$|z$)")
_EPOCHS = (
    ("s", 10**9, 2 * 10**9 + 2 * 10**8),
    ("ms", 10**12, 22 * 10**11),
    ("us", 10**15, 22 * 10**14),
    ("ns", 10**18, 22 * 10**17),
)
_MOSTLY, _MIXED = 0.9, 0.8
_EXACT_DIGITS = 15


@dataclass(frozen=True)
class Typed:
    """A contract column's part, the expression that gives its value, and what says so."""

    type: str
    parse: str
    expression: str
    confidence: Confidence
    evidence: str
    format: str | None = None
    nulls: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    language: str = ""
    remarks: tuple[str, ...] = field(default=())

    def columns(self, name: str, header: str) -> tuple[Column, ...]:
        """The contract's columns: one, or the number and the words beside it."""
        own = Column(
            name=name,
            sources=(header,),
            type=self.type,
            parse=self.parse,
            parse_format=self.format,
            null_values=self.nulls,
        )
        if not self.words:
            return (own,)
        return (own, Column(f"{name}_text", (header,), "VARCHAR", "text_else_null", values=self.words))

    @property
    def guess(self) -> Guess:
        """The guess about the type."""
        shape = f" {self.parse}" + (f" {self.format}" if self.format else "")
        return Guess("type", f"{self.type}{shape}", self.confidence, self.evidence)


def guess_type(values: Values, name: str, notation: Notation, *, day_first: bool) -> Typed:
    """The type of a column of text."""
    if not values.distinct:
        return _text(values, "low", "no value in the sample")
    for candidates in (_leading, _moments, _numbers):
        for typed in candidates(values, name, notation, day_first):
            if (whole := _if_whole(typed, values)) is not None:
                return whole
    return _mixed(values, notation) or _plain_text(values)


def _leading(values: Values, name: str, notation: Notation, day_first: bool) -> Iterator[Typed]:
    """What must not be taken for a number."""
    words = {text.casefold() for text in values.all(20)} if values.distinct <= 20 else set()
    words -= _NULL_WORDS
    if words and words <= _TRUE_FALSE and (len(words) > 1 or words <= {"true", "false"}):
        confidence: Confidence = "high" if len(words) > 1 else "medium"
        yield Typed("BOOLEAN", "boolean", ex.boolean(TEXT), confidence, f"only {_listed(sorted(words))}")
    yield from _dats(values)
    zeros = f"regexp_full_match({TEXT}, '0[0-9]+')"
    example = values.example(zeros)
    if example and not values.unread(f"CASE WHEN regexp_full_match({TEXT}, '[0-9]+') THEN 1 END")[0]:
        if values.longest == 6 and _CLOCK_NAME.search(name) and not values.unread(ex.tims(TEXT))[0]:
            yield Typed(
                "VARCHAR",
                "tims",
                ex.tims(TEXT),
                "medium",
                "HHMMSS as SAP writes times, and the name says time",
            )
        yield _text(values, "high", f"digits with leading zeros such as {example!r}: an id, no number")
    if long := values.example(f"regexp_full_match({TEXT}, '[0-9]{{19,}}')"):
        yield _text(values, "high", f"{long!r} is too long for a BIGINT: an id, no number")


def _dats(values: Values) -> Iterator[Typed]:
    moment = plain_moments()["dats"]
    if values.longest == 8 and values.count(f"regexp_full_match({TEXT}, '(19|20)[0-9]{{6}}')"):
        confidence: Confidence = "high" if values.distinct >= 5 else "medium"
        yield _of_moment(replace(moment, confidence=confidence), values)


def _moments(values: Values, name: str, notation: Notation, day_first: bool) -> Iterator[Typed]:
    plain = plain_moments()
    shares = values.readable({key: plain[key].expression for key in ("utc", "date", "local")})
    for key in ("utc", "date", "local"):
        if shares[key] >= _MOSTLY:
            yield _of_moment(plain[key], values)
    found = list(formatted_moments(values, language_of(values)))
    read = values.readable({str(place): moment.expression for place, moment in enumerate(found)})
    ranked = sorted(
        ((moment, read[str(place)]) for place, moment in enumerate(found)), key=lambda pair: -pair[1]
    )
    for moment, share in ranked:
        if share >= _MOSTLY:
            yield _of_moment(settled(moment, values, day_first=day_first), values)
    if both := together(ranked, values):
        yield _of_moment(both, values)
    yield from _epochs(values, name)


def _of_moment(moment: Moment, values: Values) -> Typed:
    low, high = values.span(moment.expression)
    confidence, evidence = moment.confidence, moment.evidence
    if moment.parse == "date" and moment.format is None and values.longest > len("2025-01-01"):
        confidence, evidence = "medium", "ISO dates with times that are all midnight"
    return Typed(
        moment.type,
        moment.parse,
        moment.expression,
        confidence,
        f"{evidence}; from {low} to {high}",
        format=moment.format,
        language=moment.language,
    )


def _epochs(values: Values, name: str) -> Iterator[Typed]:
    """Whole numbers of the size of this century's seconds; only where the name speaks of time too."""
    if not _TIME_NAME.search(name):
        return
    for unit, low, high in _EPOCHS:
        count = f"TRY_CAST({TEXT} AS HUGEINT)"
        if values.unread(f"CASE WHEN {count} BETWEEN {low} AND {high} THEN 1 END")[0]:
            continue
        column = Column("e", ("e",), "TIMESTAMPTZ", "epoch", parse_format=unit)
        words = f"whole numbers of the size of {unit} since 1970, and the name speaks of time"
        yield Typed(
            "TIMESTAMPTZ", "epoch", readings.expression(column, [Input(TEXT)]), "medium", words, format=unit
        )


def _numbers(values: Values, name: str, notation: Notation, day_first: bool) -> Iterator[Typed]:
    whole = ex.integer(TEXT, "BIGINT", notation.thousands)
    shares = values.readable({"whole": whole, "number": _number(notation, "DOUBLE")})
    if shares["whole"] >= _MOSTLY:
        yield Typed(
            "BIGINT", "integer", whole, "high", f"whole numbers{_signs(values)}", remarks=_zero_one(values)
        )
    if shares["number"] >= _MOSTLY:
        yield _exact(values, notation)


def _exact(values: Values, notation: Notation) -> Typed:
    """DOUBLE, or DECIMAL where the digits are more than a DOUBLE keeps."""
    plain = f"regexp_replace({TEXT}, '[^0-9{notation.decimal}]', '', 'g')"
    digits = f"length(ltrim(replace({plain}, '{notation.decimal}', ''), '0'))"
    scale = f"length(nullif(regexp_extract({TEXT}, '[{notation.decimal}]([0-9]+)', 1), ''))"
    fixed = f"NOT regexp_matches({TEXT}, '[eE]')"
    long = values.example(f"{fixed} AND {digits} > {_EXACT_DIGITS}")
    if not long:
        signs = _signs(values)
        return Typed("DOUBLE", "decimal", _finite(_number(notation, "DOUBLE")), "high", f"numbers{signs}")
    _, most = values.span(f"CASE WHEN {fixed} THEN coalesce({scale}, 0) END")
    kind = f"DECIMAL(38,{min(int(most or 0), 18)})"
    words = f"{long!r} has more digits than a DOUBLE keeps"
    return Typed(kind, "decimal", _number(notation, kind), "medium", words)


def _number(notation: Notation, kind: str) -> str:
    return ex.number(TEXT, kind, notation.decimal, notation.thousands)


def _finite(sql: str) -> str:
    return f"CASE WHEN isfinite({sql}) THEN {sql} END"


def _signs(values: Values) -> str:
    trailing = values.example(f"suffix({TEXT}, '-')")
    return f", the sign behind as in {trailing!r}" if trailing else ""


def _zero_one(values: Values) -> tuple[str, ...]:
    if set(values.all(3)) == {"0", "1"}:
        return ("only 0 and 1: they may mean no and yes",)
    return ()


def _if_whole(typed: Typed, values: Values) -> Typed | None:
    """The type if it reads every text, or all but words for "no value"; those become its nullValues."""
    rows, texts = values.unread(typed.expression)
    if not rows:
        return typed
    if len(texts) > 12 or not {text.casefold() for text in texts} <= _NULL_WORDS:
        return None
    words = f"{typed.evidence}; {_listed(texts)} in {rows:,} rows taken for no value"
    confidence: Confidence = "medium" if typed.confidence == "high" else typed.confidence
    return replace(typed, nulls=tuple(texts), confidence=confidence, evidence=words)


def _mixed(values: Values, notation: Notation) -> Typed | None:
    """Numbers with a few words between them."""
    sql = _finite(_number(notation, "DOUBLE"))
    rows, words = values.unread(sql)
    share = 1 - rows / values.filled
    if share < _MIXED or len(words) > 20 or any(re.search("[0-9]", word) for word in words):
        return None
    evidence = f"{share:.1%} numbers, the rest are the words {_listed(words)}: kept in a column of their own"
    return Typed("DOUBLE", "number_else_null", sql, "medium", evidence, words=tuple(words))


def _plain_text(values: Values) -> Typed:
    words = f"no notation of numbers, dates or times reads all values, such as {_listed(values.examples[:3])}"
    if values.distinct <= 12 and values.rows >= 10 * values.distinct:
        words = f"{values.distinct} different {'words' if values.distinct > 1 else 'word'}: {_listed(values.all(12))}"
    nulls = [text for text in values.all(40) if text.casefold() in _TEXT_NULLS]
    typed = _text(values, "high", words)
    if not nulls:
        return typed
    return replace(
        typed,
        nulls=tuple(nulls),
        evidence=f"{words}; {_listed(nulls)} taken for no value",
        confidence="medium",
    )


def _text(values: Values, confidence: Confidence, evidence: str) -> Typed:
    return Typed("VARCHAR", "text", TEXT, confidence, evidence)


def _listed(texts: Sequence[str]) -> str:
    shown = ", ".join(repr(text[:40]) for text in texts[:8])
    return f"{shown} ..." if len(texts) > 8 else shown
