"""SQL of the columns of a canonical reading: value by type, status and flags from quality codes, epoch times.

Belongs here: the parses that historian and live contracts use beside the plain ones of expressions.py. The tables of
quality codes stand in quality_codes.py, what a canonical reading is in ingestion/readings.py.

reading_value   number; true and false are 1 and 0; anything else NULL (first filled of several sources)
reading_text    the text where reading_value has no number, and integers beyond 2**53 digit by digit
status_of ...   see status.py
epoch           integer since 1970 UTC; parseFormat s, ms, us or ns, of two sources e.g. `s ns` (their sum)
nanoseconds     what a TIMESTAMPTZ (microseconds) cuts off, 0 to 999; same parseFormat, none for ISO 8601 text
absent          NULL: the system does not deliver it
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ingestion.contracts import CODE_PARSES, Column, Contract
from ingestion.typing import expressions as ex
from ingestion.typing import status
from ingestion.typing.inputs import Input
from ingestion.typing.months import NAMES
from ingestion.typing.quality_codes import CODES

PARSES = ("reading_value", "reading_text", "epoch", "nanoseconds", "absent", *CODE_PARSES)
UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_EXACT = 2**53
_LAST_US = 253_402_300_800_000_000  # the year 10000


def joined_text(column: Column, given: Sequence[Input]) -> str:
    """SQL of the first source that is filled, as text."""
    texts = [ex.cleaned(_as_text(source), column) for source in given]
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def number(column: Column, given: Sequence[Input], text: str, options: Mapping[str, Any]) -> str:
    """SQL of a DOUBLE, possibly not finite; NULL where the text is no number."""
    if len(given) == 1 and given[0].kind == "other" and not column.null_values:
        return f"TRY_CAST({given[0].sql} AS DOUBLE)"
    return ex.number(text, "DOUBLE", str(options.get("decimal", ".")), str(options.get("thousands") or ""))


def value(number: str, text: str) -> str:
    """SQL of the value, given that of the number."""
    return (
        f"CASE WHEN isfinite({number}) THEN {number} WHEN lower({text}) = 'true' THEN 1.0 "
        f"WHEN lower({text}) = 'false' THEN 0.0 END"
    )


def text_of(value: str, text: str) -> str:
    """SQL of the text of a reading, given that of its value."""
    exact = f"abs({value}) >= {_EXACT} AND regexp_full_match({text}, '[+-]?[0-9]+')"
    return f"CASE WHEN {value} IS NULL OR ({exact}) THEN {text} END"


def expression(column: Column, given: Sequence[Input]) -> str:
    """SQL of a column of any other of PARSES."""
    texts = [_as_text(source) for source in given]
    if column.parse == "absent":
        return f"CAST(NULL AS {column.type})"
    if column.parse == "status_of":
        return status.status_sql(texts, status.notations(column.parse_format))
    if column.parse in CODE_PARSES:
        flag = column.parse.removesuffix("_of")
        return status.flag_sql(flag, texts, status.notations(column.parse_format))
    if column.parse == "nanoseconds" and column.parse_format is None:
        digits = f"regexp_extract({texts[0]}, '[.][0-9]{{6}}([0-9]{{1,3}})', 1)"
        return f"CASE WHEN {texts[0]} IS NOT NULL THEN CAST(rpad({digits}, 3, '0') AS INTEGER) END"
    return _epoch(column, texts)


def constants(contract: Contract, delivered: Collection[str]) -> dict[str, str | bool | None]:
    """Columns that have one value in every row, whatever a file of these `delivered` columns holds.

    That is what the system does not deliver, and what follows from a quality that it does not rate.
    """
    found: dict[str, str | bool | None] = {}
    for column in contract.columns:
        unrated = column.parse in CODE_PARSES and set((column.parse_format or "").split()) == {"unrated"}
        if column.parse == "absent" or (
            column.parse == "reading_text" and contract.drift.given_as(column.sources[0], delivered) is None
        ):
            found[column.name] = None
        elif unrated and (column.parse != "status_of" or "good" in (column.enum or ("good",))):
            found[column.name] = "good" if column.parse == "status_of" else False
    return found


def problems(contract: Contract) -> list[str]:
    """What is wrong with the reading columns of a contract, in words; nothing if it is right."""
    columns, language = contract.columns, contract.format_options.get("monthNames")
    found = [] if language is None or language in NAMES else [f"monthNames: use one of {', '.join(NAMES)}."]
    for column in columns:
        formats = (column.parse_format or "").split()
        if column.parse in CODE_PARSES:
            known = all(name in CODES for name in formats)
            if not known or len(formats) != len(column.sources):
                names = ", ".join(CODES)
                found.append(f"{column.name}: parseFormat names one notation per source, of: {names}.")
        if (column.parse == "epoch" and not formats) or not _units_fit(column, formats):
            found.append(f"{column.name}: parseFormat names one unit per source, of: {', '.join(UNITS)}.")
        if column.parse == "reading_text" and not any(other.parse == "reading_value" for other in columns):
            found.append(f"{column.name}: reading_text needs a column with parse reading_value.")
    return found


def _units_fit(column: Column, formats: Sequence[str]) -> bool:
    if column.parse not in ("epoch", "nanoseconds") or not formats:
        return True
    return len(formats) == len(column.sources) and all(unit in UNITS for unit in formats)


def _epoch(column: Column, texts: Sequence[str]) -> str:
    """The instant in microseconds, cut towards the past, or what was cut off in nanoseconds."""
    units = (column.parse_format or "").split()
    whole, rest = [], []
    for text, unit in zip(texts, units, strict=True):
        count = f"TRY_CAST(trim({text}) AS HUGEINT)"
        exact = f"CASE WHEN regexp_full_match(trim({text}), '[+-]?[0-9]{{1,20}}') THEN {count} END"
        whole.append(f"({exact}) * {UNITS[unit]}")
        rest.append(f"(({exact}) * {UNITS[unit]}) % 1000")
    nanos = " + ".join(whole)
    cut = f"((({' + '.join(rest)}) % 1000 + 1000) % 1000)"
    if column.parse == "nanoseconds":
        return f"CAST({cut} AS INTEGER)"
    micros = f"(({nanos} - {cut}) // 1000)"
    return f"CASE WHEN abs({micros}) < {_LAST_US} THEN make_timestamptz(CAST({micros} AS BIGINT)) END"


def _as_text(given: Input) -> str:
    return given.sql if given.kind == "text" else f"CAST({given.sql} AS VARCHAR)"
