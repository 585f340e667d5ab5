"""Values that stand for "none" or "no end": dates such as 9999-12-31 and numbers such as -9999, far off all others.

A value counts only where it lies apart from the rest of its column, so that a real -9999 among many such numbers stays
one. Dates and negative numbers become nullValues of the draft; positive numbers are remarked, since counters reach them.
Words (NULL, n/a) are found while the type is guessed (types.py).
"""

from collections.abc import Sequence
from dataclasses import replace

from ingestion.profiling.model import Guess
from ingestion.profiling.types import Typed
from ingestion.profiling.values import TEXT, Values
from ingestion.typing.expressions import literals

_DAYS = ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "2099-12-31", "9999-12-31")
_APART_DAYS = 20 * 365
_NEGATIVE = (-999, -999.25, -9999, -99999, -999999, -32768, -2147483648)
_POSITIVE = (9999, 99999, 999999, 9999999, 99999999, 32767, 65535, 2147483647)
_MOMENTS, _NUMBERS = ("DATE", "TIMESTAMPTZ"), ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL")
_OTHERS = 5  # different values beside it that a number needs to be told apart


def with_sentinels(typed: Typed, values: Values) -> tuple[Typed, tuple[Guess, ...]]:
    """The type with these texts as nullValues, and what was found of them."""
    if typed.type in _MOMENTS:
        return _of_moments(typed, values)
    if typed.type.startswith(_NUMBERS):
        return _of_numbers(typed, values)
    return typed, ()


def _of_moments(typed: Typed, values: Values) -> tuple[Typed, tuple[Guess, ...]]:
    guesses: list[Guess] = []
    if typed.parse == "dats" and (rows := values.rows_of(f"{TEXT} = '00000000'")):
        words = f"'00000000' in {rows:,} rows is how SAP writes no date: read as null anyway"
        guesses.append(Guess("sentinel", "00000000", "high", words))
    day = f"CAST({typed.expression} AS DATE)"
    found: list[str] = []
    for sentinel in _DAYS:
        at = f"({day} = DATE '{sentinel}' AND {TEXT} <> '00000000')"
        rows = values.rows_of(at)
        rest = f"CASE WHEN {day} NOT IN ({_dates(_DAYS)}) AND {TEXT} <> '00000000' THEN {day} END"
        low, high = values.span(rest)
        if not rows or not low:
            continue
        far = values.rows_of(
            f"{at} AND (DATE '{low}' - {day} > {_APART_DAYS} OR {day} - DATE '{high}' > {_APART_DAYS})"
        )
        if far:
            texts = values.texts(at)
            meaning = "no end" if sentinel > high else "no date"
            words = f"{_shown(texts)} in {rows:,} rows, all others from {low} to {high}: likely {meaning}, taken for no value"
            guesses.append(Guess("sentinel", sentinel, "medium", words))
            found += texts
    return _without(typed, found), tuple(guesses)


def _of_numbers(typed: Typed, values: Values) -> tuple[Typed, tuple[Guess, ...]]:
    guesses: list[Guess] = []
    found: list[str] = []
    number = f"CAST({typed.expression} AS DOUBLE)"
    for sentinel in (*_NEGATIVE, *_POSITIVE):
        at = f"{number} = {sentinel}"
        rows = values.rows_of(at)
        if rows < 2 or values.count(f"{number} <> {sentinel}") < _OTHERS:
            continue
        known = ", ".join(map(str, (*_NEGATIVE, *_POSITIVE)))
        low, high = values.span(f"CASE WHEN {number} NOT IN ({known}) THEN {number} END")
        if not low or not (float(low) > sentinel / 2 if sentinel < 0 else float(high) < sentinel / 2):
            continue
        texts = values.texts(at)
        seen = f"{_shown(texts)} in {rows:,} rows, all others from {low} to {high}"
        if sentinel < 0:
            guesses.append(Guess("sentinel", str(sentinel), "medium", f"{seen}: taken for no value"))
            found += texts
        else:
            words = f"{seen}: if it means no value, write it into nullValues"
            guesses.append(Guess("sentinel", str(sentinel), "low", words))
    return _without(typed, found), tuple(guesses)


def _without(typed: Typed, texts: Sequence[str]) -> Typed:
    """The type that reads these texts as no value."""
    if not texts:
        return typed
    expression = f"CASE WHEN {TEXT} NOT IN ({literals(texts)}) THEN {typed.expression} END"
    return replace(typed, nulls=(*typed.nulls, *texts), expression=expression)


def _dates(days: Sequence[str]) -> str:
    return ", ".join(f"DATE '{day}'" for day in days)


def _shown(texts: Sequence[str]) -> str:
    return ", ".join(map(repr, texts[:3]))
