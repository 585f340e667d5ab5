"""One delivered column: its name, type, unit, whether it speaks of persons, with counts and guesses."""

from collections.abc import Sequence
from dataclasses import replace

from ingestion.profiling.model import ColumnProfile, Guess
from ingestion.profiling.names import column_name, distinct, hints_at_person, unit_of
from ingestion.profiling.native import native_type
from ingestion.profiling.notation import Notation
from ingestion.profiling.reading import Rows
from ingestion.profiling.sentinels import with_sentinels
from ingestion.profiling.types import Typed, guess_type
from ingestion.profiling.values import TEXT, Values

_MAIL = f"regexp_full_match({TEXT}, '[^@\\s]+@[^@\\s]+\\.[a-zA-Z]{{2,}}')"
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL")


def profiled(rows: Rows, notation: Notation, *, day_first: bool) -> list[tuple[ColumnProfile, Typed]]:
    """All columns of the sample, in the order of the headers."""
    names = distinct(_name(header) for header in rows.group.headers)
    found = []
    for header, name in zip(rows.group.headers, names, strict=True):
        values = Values.make(rows.connection, rows.column(header))
        kind = rows.native.get(header)
        typed = native_type(kind, values) if kind else guess_type(values, name, notation, day_first=day_first)
        typed, sentinels = (typed, ()) if kind else with_sentinels(typed, values)
        found.append((_column(header, name, typed, values, sentinels), typed))
    return found


def month_language(typed: Sequence[Typed]) -> str:
    """The language of month names in the table; empty if there is none."""
    return next((one.language for one in typed if one.language), "")


def _name(header: str) -> str:
    """Of a path its last step; `../id` and `@id` are named after what they belong to."""
    steps = [step for step in header.replace("@", "").split("/") if step not in ("", ".", "..", "#")]
    return column_name("_".join(steps[-2:]) if len(steps) > 1 else steps[0] if steps else header)


def _column(
    header: str, name: str, typed: Typed, values: Values, sentinels: Sequence[Guess]
) -> ColumnProfile:
    columns = typed.columns(name, header)
    guesses = [typed.guess, *sentinels]
    if (unit := unit_of(header)) and columns[0].type.startswith(_NUMBERS):
        columns = (replace(columns[0], unit=unit[0]), *columns[1:])
        guesses.append(Guess("unit", unit[0], "medium", unit[1]))
    guesses += [Guess("remark", "may be BOOLEAN", "low", remark) for remark in typed.remarks]
    statistics = values.statistics(typed.expression, typed.nulls)
    person = _person(header, values)
    if person:
        guesses = [_without_values(guess) for guess in guesses]
        guesses.append(person)
        statistics = replace(statistics, examples=(), least="", greatest="")
    return ColumnProfile(header, columns, statistics, tuple(guesses), is_personal=person is not None)


def _person(header: str, values: Values) -> Guess | None:
    if hint := hints_at_person(header):
        words = (
            f"{hint!r} in the name; values are not shown, and the column is not released unless you say so"
        )
        return Guess("personal data", "likely", "medium", words)
    if values.distinct and values.count(_MAIL) > values.distinct / 2:
        return Guess(
            "personal data", "e-mail addresses", "high", "most values have the shape of e-mail addresses"
        )
    return None


def _without_values(guess: Guess) -> Guess:
    """Evidence quotes values; of persons it must not."""
    if "'" not in guess.evidence:
        return guess
    return replace(guess, evidence="read from the values of the sample, which are not shown")
