"""The usual spelling of a value first: one cheap try per row, and the whole parser only for rows where it fails.

Both ways give the same value: an attempt counts only where it proves that the parser of expressions.py reads the same.
The attempt is a column of its own, asked in a CASE: DuckDB computes what stands behind a CASE for the rows that get
there, but takes what a coalesce says twice (trim of the text) for all rows, which cost more than the parsing.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ingestion.contracts import Column
from ingestion.typing import expressions as ex

_WHOLE_DAY, _WHOLE_SECOND = "____-__-__", "____-__-__ __:__:__"


class Attempt(NamedTuple):
    """SQL of the try, and SQL that is true if its result `{q}` is the value."""

    sql: str
    holds: str = "{q} IS NOT NULL"


def is_possible(column: Column) -> bool:
    """False if the contract names a null that could be read as a value: then that has to be looked for first.

    SAP's null date is no date of its own notation.
    """
    nulls = (
        column.null_values if column.parse == "dats" and not column.parse_format else ex.null_texts(column)
    )
    return not any(character.isalnum() for text in nulls for character in text)


def attempt(source: str, column: Column, options: Mapping[str, Any], parse: Callable[[str], str]) -> Attempt:
    """The try for one column of text; `parse` itself where no spelling is more usual than others."""
    given = _not_blank(source, column)  # a failed parse would cost ten times a good one
    if column.parse == "integer":
        shown = "CAST({q} AS VARCHAR)"
        return Attempt(
            f"TRY_CAST({given} AS {column.type})", f"{shown} = {source} OR {shown} = trim({source})"
        )
    if column.parse in ("decimal", "number_else_null"):
        return _number(source, given, column, options)
    if column.parse in ("date", "local_timestamp") and "monthNames" not in options:
        return _moment(source, given, column) or Attempt(parse(given))
    return Attempt(parse(source if column.parse == "boolean" else given))


def value(source: str, column: Column, parse: Callable[[str], str], tried: Attempt, q: str) -> str:
    """The value, given the column `q` of the try."""
    rest = parse(
        ex.cleaned(source, column)
    )  # all that any parser reads with blanks around it the try reads too
    return f"CASE WHEN {tried.holds.format(q=q)} THEN {q} WHEN {_not_blank(source, column)} IS NOT NULL THEN {rest} END"


def _not_blank(source: str, column: Column) -> str:
    text = f"nullif({source}, '')"
    return f"nullif({text}, '{ex.NULL_DATE}')" if column.parse == "dats" else text


def _number(source: str, given: str, column: Column, options: Mapping[str, Any]) -> Attempt:
    """A cast; where another notation than 1234.5 is asked for, of texts without its thousands marks and our own dot."""
    decimal, thousands = str(options.get("decimal", ".")), str(options.get("thousands") or "")
    if decimal == "." and not thousands:
        return Attempt(
            f"TRY_CAST({given} AS {column.type})", f"{{q}} IS NOT NULL AND NOT contains({source}, '_')"
        )
    foreign = dict.fromkeys(("_", ".", *ex.alike(thousands)))
    without = [f"NOT contains({source}, {ex.literal(mark)})" for mark in foreign if mark != decimal]
    no_space = (
        f"{source} >= '+' AND right({source}, 1) >= '-'"  # a cast overlooks tabs and the like around a number
    )
    cast = f"TRY_CAST(replace({given}, {ex.literal(decimal)}, '.') AS {column.type})"
    is_number = "isfinite({q})" if column.type == "DOUBLE" else "{q} IS NOT NULL"  # a cast reads inf and nan
    return Attempt(cast, " AND ".join([is_number, *without, no_space]))


def _moment(source: str, given: str, column: Column) -> Attempt | None:
    """strptime of one format; None where several are asked for."""
    shape = column.parse_format
    if shape is None:
        like, iso = (
            (_WHOLE_DAY, "%Y-%m-%d") if column.parse == "date" else (_WHOLE_SECOND, "%Y-%m-%d %H:%M:%S")
        )
        parsed = f"CASE WHEN {source} LIKE '{like}' THEN try_strptime({source}, '{iso}') END"
    elif "|" in shape and column.parse == "local_timestamp":
        return None
    else:
        parsed = f"try_strptime({given}, {ex.literal(shape)})"
    holds = "{q} IS NOT NULL" if shape is not None and "%Y" not in shape else f"{{q}} >= {ex.FIRST_YEAR}"
    return Attempt(f"CAST({parsed} AS DATE)" if column.parse == "date" else parsed, holds)
