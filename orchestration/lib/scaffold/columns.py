"""How raw columns are named in staging: times end in _at, days in _date, measures in their unit."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from ingestion.contracts import Column, Contract

INGESTED = "_ingested_at"
_TIME_WORDS = re.compile(r"_?(timestamp|datetime|date_time|date|time|ts|utc|at)$")
_DAY_WORDS = re.compile(r"_?(datum|date|day|at)$")
_UNIT_NAMES = {"%": "pct", "m/s2": "m_s2", "mm/s": "mm_s", "m/s": "m_s", "l/min": "l_min", "m3/h": "m3_h"}


def staged_names(columns: Sequence[Column]) -> dict[str, str]:
    """Staging name by raw name, each once."""
    found: dict[str, str] = {}
    for column in columns:
        name, number = _staged(column), 1
        while name in found.values():
            number += 1
            name = f"{_staged(column)}_{number}"
        found[column.name] = name
    return found


def _staged(column: Column) -> str:
    if column.type == "TIMESTAMPTZ":
        return f"{_TIME_WORDS.sub('', column.name) or 'recorded'}_at"
    if column.type == "DATE":
        return f"{_DAY_WORDS.sub('', column.name) or 'recorded'}_date"
    suffix = unit_suffix(column.unit)
    return column.name if not suffix or column.name.endswith(f"_{suffix}") else f"{column.name}_{suffix}"


def unit_suffix(unit: str | None) -> str:
    """A unit as the end of a column's name."""
    return "" if not unit else _UNIT_NAMES.get(unit, re.sub(r"\W+", "_", unit).strip("_").lower())


def sentence(column: Column) -> str:
    """The description of a column; times say that they are UTC by now."""
    text = column.description.rstrip(".") or column.name
    return f"{text}; UTC." if column.type == "TIMESTAMPTZ" else f"{text}."


def comment(words: str, names: Sequence[str]) -> str:
    """Lines of an SQL comment that lists names; nothing without names."""
    if not names:
        return ""
    return "\n".join(f"-- {line}" for line in textwrap.wrap(f"{words}: {', '.join(names)}", 100)) + "\n"


def grain(contract: Contract) -> str:
    """The sentence that opens the descriptions of a table's models."""
    names = staged_names(contract.columns)
    if contract.key:
        return f"One row per {', '.join(names[name] for name in contract.key)}."
    return f"One row per delivered record of {contract.table}."
