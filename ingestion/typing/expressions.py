"""SQL expressions that turn one delivered column into one typed column.

Every expression yields NULL for what it cannot read, never an error and never a guess: rules.py then tells a blank
from garbage. Expressions refer to columns by the aliases of query.py: t<i> cleaned text, n<i> number,
v<i> the typed value. Local times stay local here: zones.py makes them UTC.
"""

import re
from collections.abc import Callable, Sequence

from ingestion.contracts import Column

NULL_DATE = "00000000"
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TRUE = (
    "true", "t", "yes", "y", "1", "x", "on", "wahr", "ja", "j", "ein", "vrai", "oui", "verdadero", "verdadeiro",
    "sí", "si", "sim", "vero", "sì", "waar", "sant", "prawda", "tak", "ano",
)  # fmt: skip
_FALSE = (
    "false", "f", "no", "n", "0", "off", "falsch", "nein", "aus", "faux", "non", "falso", "não", "nao", "onwaar",
    "nee", "falskt", "nej", "fałsz", "nie", "ne",
)  # fmt: skip
_MIDNIGHT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]00:00(:00(\.0+)?)?"
_ISO_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
FIRST_YEAR = "TIMESTAMP '1000-01-01'"
_ALIKE = (" \u00a0\u202f\u2009", "'\u2019")
_TIME = "([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]|240000"
_OFFSET_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?\s?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"


def literal(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def literals(values: Sequence[str]) -> str:
    """A SQL list of string literals, for IN."""
    return ", ".join(literal(value) for value in values)


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def cleaned(source: str, column: Column, *, keep_blanks: bool = False) -> str:
    """Text of a column: blank and the contract's nullValues become NULL; only text keeps its surrounding blanks."""
    text = source if keep_blanks else f"trim({source})"
    nulls = null_texts(column)
    if len(nulls) == 1:
        return f"nullif({text}, '')"
    return f"CASE WHEN {text} IN ({literals(nulls)}) THEN NULL ELSE {text} END"


def null_texts(column: Column) -> tuple[str, ...]:
    """Texts that mean NULL."""
    return ("", *column.null_values, *((NULL_DATE,) if column.parse == "dats" else ()))


def sentinels(column: Column) -> list[str] | None:
    """The nullValues that are plain numbers, as SQL; None if one has digits in another notation."""
    found = []
    for text in column.null_values:
        if _PLAIN_NUMBER.fullmatch(text):
            found.append(repr(float(text)))
        elif any(character.isdigit() for character in text):
            return None
    return list(dict.fromkeys(found))


def unless_null(source: str, column: Column, parse: Callable[[str], str]) -> str:
    """`parse` of the text as it stands, or of its trimmed form where that fails; a null of the contract is none."""
    nulls = literals(null_texts(column))
    is_null = f"{source} IN ({nulls}) OR (contains({source}, ' ') AND trim({source}) IN ({nulls}))"
    return f"CASE WHEN {is_null} THEN NULL ELSE coalesce({parse(source)}, {parse(f'trim({source})')}) END"


def number(text: str, sql_type: str, decimal: str, thousands: str) -> str:
    """A number in the contract's notation, with the sign before or (as SAP writes it) behind."""
    if decimal == "." and not thousands:
        trailing = f"CASE WHEN suffix({text}, '-') THEN TRY_CAST('-' || {text}[:-2] AS {sql_type}) END"
        return f"CASE WHEN NOT contains({text}, '_') THEN coalesce(TRY_CAST({text} AS {sql_type}), {trailing}) END"
    grouped = f"[0-9]{{1,3}}([{''.join(map(_escaped, alike(thousands)))}][0-9]{{3}})+|" if thousands else ""
    shape = f"[+-]?({grouped}[0-9]*)({_escaped(decimal)}[0-9]*)?([eE][+-]?[0-9]+)?-?"
    plain = f"replace({_without(text, thousands)}, {literal(decimal)}, '.')"
    signed = f"CASE WHEN suffix({plain}, '-') THEN '-' || {plain}[:-2] ELSE {plain} END"
    return f"CASE WHEN regexp_full_match({text}, {literal(shape)}) THEN TRY_CAST({signed} AS {sql_type}) END"


def integer(text: str, sql_type: str, thousands: str) -> str:
    """A whole number; 1.5 and 1e3 are not."""
    grouped = f"[0-9]{{1,3}}([{''.join(map(_escaped, alike(thousands)))}][0-9]{{3}})+|" if thousands else ""
    shape = f"[+-]?({grouped}[0-9]+)-?"
    plain = _without(text, thousands)
    signed = f"CASE WHEN suffix({plain}, '-') THEN '-' || {plain}[:-2] ELSE {plain} END"
    return f"CASE WHEN regexp_full_match({text}, {literal(shape)}) THEN TRY_CAST({signed} AS {sql_type}) END"


def boolean(text: str) -> str:
    """The usual words for yes and no in ten languages of plants, and SAP's X; the most frequent spellings first."""
    low = f"lower({text})"
    return (
        f"CASE WHEN {text} IN ('False', 'false', '0') THEN false WHEN {text} IN ('True', 'true', '1', 'X') THEN true "
        f"WHEN {low} IN ({literals(_TRUE)}) THEN true WHEN {low} IN ({literals(_FALSE)}) THEN false END"
    )


def date(text: str, parse_format: str | None) -> str:
    """A date; ISO if the contract names no format, also with the midnight that databases write behind it."""
    if parse_format is not None:
        return f"CAST({_moment(text, parse_format)} AS DATE)"
    midnight = (
        f"CASE WHEN regexp_full_match({text}, '{_MIDNIGHT}') THEN {_moment(f'{text}[1:10]', '%Y-%m-%d')} END"
    )
    return f"CAST(CASE WHEN {text} LIKE '____-__-__' THEN {_moment(text, '%Y-%m-%d')} ELSE {midnight} END AS DATE)"


def dats(text: str, parse_format: str | None) -> str:
    """SAP date YYYYMMDD (the null date 00000000 is NULL already)."""
    if parse_format is not None:
        return date(text, parse_format)
    return f"CASE WHEN regexp_full_match({text}, '[0-9]{{8}}') THEN {date(text, '%Y%m%d')} END"


def tims(text: str) -> str:
    """SAP time HHMMSS as HH:MM:SS; 240000 is the end of the day."""
    shown = f"{text}[1:2] || ':' || {text}[3:4] || ':' || {text}[5:6]"
    return f"CASE WHEN regexp_full_match({text}, '{_TIME}') THEN {shown} END"


def tims_interval(text: str) -> str:
    """SAP time HHMMSS as interval since midnight; blank is midnight."""
    seconds = (
        f"CAST({text}[1:2] AS BIGINT) * 3600 + CAST({text}[3:4] AS BIGINT) * 60 + CAST({text}[5:6] AS BIGINT)"
    )
    return f"CASE WHEN {text} IS NULL THEN to_seconds(0) WHEN regexp_full_match({text}, '{_TIME}') THEN to_seconds({seconds}) END"


def local_time(text: str, parse_format: str | None) -> str:
    """A local time without zone (TIMESTAMP); ISO with blank or T if the contract names no format.

    Several formats are separated by |: the first that fits the whole text counts.
    """
    if parse_format is not None:
        moments = [_moment(text, shape) for shape in parse_format.split("|")]
        return moments[0] if len(moments) == 1 else f"coalesce({', '.join(moments)})"
    # a format that does not fit costs DuckDB ten times one that does: look first; finer than microseconds is cut
    cast = f"TRY_CAST({text} AS TIMESTAMP)"
    return (
        f"CASE WHEN {text} LIKE '____-__-__ __:__:__' THEN {_moment(text, '%Y-%m-%d %H:%M:%S')} "
        f"WHEN regexp_full_match({text}, '{_ISO_TIME}') AND {cast} >= {FIRST_YEAR} THEN {cast} END"
    )


def _moment(text: str, shape: str) -> str:
    """strptime, but a year must have its four digits: DuckDB takes 25-10-06 for the year 25."""
    parsed = f"try_strptime({text}, {literal(shape)})"
    return f"CASE WHEN {parsed} >= {FIRST_YEAR} THEN {parsed} END" if "%Y" in shape else parsed


def person(text: str) -> str:
    """A personal number without leading zeros; 0 is nobody."""
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9]+') THEN nullif(ltrim({text}, '0'), '') ELSE {text} END"
    )


def pseudonym(text: str) -> str:
    """HMAC-SHA-256 of a personal number, its first 24 hex digits.

    The padded keys are variables of the connection (pseudonyms.py); without them there is no value.
    """
    inner = f"sha256(getvariable('pseudonym_inner') || encode({text}))"
    return f"sha256(getvariable('pseudonym_outer') || unhex({inner}))[1:24]"


def utc_timestamp(text: str) -> str:
    """ISO 8601 with Z or an offset; without one it is no UTC time."""
    return f"CASE WHEN regexp_full_match({text}, {literal(_OFFSET_TIME)}) THEN TRY_CAST({text} AS TIMESTAMPTZ) END"


def text_list(text: str, sql_type: str) -> str:
    """A list written as JSON numbers; one unreadable member makes the whole list unreadable."""
    cast = f"TRY_CAST({text} AS {sql_type})"
    broken = f"len(list_filter({cast}, lambda x: x IS NULL)) > 0"
    return f"CASE WHEN NOT coalesce({broken}, true) THEN {cast} END"


def native_list(cell: str, sql_type: str) -> str:
    """A list column as a list of numbers; NULL if a member that has a value loses it on the way."""
    cast = f"TRY_CAST({cell} AS {sql_type})"
    return f"CASE WHEN list_count({cast}) = list_count({cell}) THEN {cast} END"


def _without(text: str, thousands: str) -> str:
    return f"translate({text}, {literal(alike(thousands))}, '')" if thousands else text


def alike(thousands: str) -> str:
    """All characters that a mark is written with: locales and versions differ in the blank and the apostrophe."""
    return next((marks for marks in _ALIKE if thousands in marks), thousands)


def _escaped(character: str) -> str:
    """For a regular expression: anything may group thousands, also a (narrow) no-break space."""
    return "\\" + character if character in ".^$*+?()[]{}|\\" else character
