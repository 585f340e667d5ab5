"""Names: of columns and tables in snake case, units that headers tell, and headers that hint at persons."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import duckdb

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "µ": "u", "%": " pct ", "°": "deg"})  # fmt: skip
_BRACKETS = re.compile(r"[\[(]\s*([^\])]{1,12})\s*[\])]\s*$")
_UNITS = {
    "°c": "degC", "degc": "degC", "celsius": "degC", "°f": "degF", "degf": "degF", "k": "K", "kelvin": "K",
    "s": "s", "sec": "s", "seconds": "s", "sekunden": "s", "ms": "ms", "min": "min", "mins": "min", "minutes": "min",
    "minuten": "min", "h": "h", "hr": "h", "hours": "h", "std": "h", "stunden": "h", "d": "d", "days": "d",
    "mm": "mm", "cm": "cm", "m": "m", "km": "km", "um": "um", "µm": "um", "mm/s": "mm/s", "m/s": "m/s", "m/s2": "m/s2", "g": "g",
    "kg": "kg", "t": "t", "mg": "mg", "l": "l", "ml": "ml", "m3": "m3", "m³": "m3", "l/min": "l/min", "m3/h": "m3/h",
    "n": "N", "kn": "kN", "nm": "Nm", "bar": "bar", "mbar": "mbar", "pa": "Pa", "kpa": "kPa", "mpa": "MPa", "psi": "psi",
    "v": "V", "mv": "mV", "kv": "kV", "a": "A", "ma": "mA", "w": "W", "kw": "kW", "mw": "MW", "wh": "Wh", "kwh": "kWh",
    "mwh": "MWh", "kvar": "kvar", "hz": "Hz", "khz": "kHz", "rpm": "rpm", "1/min": "rpm", "u/min": "rpm",
    "%": "%", "pct": "%", "percent": "%", "ppm": "ppm", "db": "dB", "dba": "dBA", "eur": "EUR", "usd": "USD", "€": "EUR",
    "pcs": "pcs", "stk": "pcs", "rh": "%", "lux": "lx",
}  # fmt: skip
_AFTER_UNDERSCORE = {unit for unit in _UNITS if len(unit) > 1 and unit not in ("std", "min", "mins")} | {
    "s",
    "h",
    "c",
}
_MIXED_CASE = re.compile(
    r"(?<![a-zA-Z])(kWh|MWh|Wh|kHz|Hz|kPa|MPa|kVA|kN|Nm|kW|MW|mV|kV|mA|degC|degF|dB|pH)(?![a-zA-Z])"
)
_PERSONAL = re.compile(
    r"(^|_)(e?mail|phone|telefon|tel|mobile|fax|birth\w*|geburt\w*|dob|ssn|social_security|passport|iban|address|adresse|street|strasse|"
    r"(first|last|middle|sur|full|given|family|vor|nach)_?name|person\w*|employee\w*|worker\w*|operator\w*|user\w*|"
    r"mitarbeiter\w*|bediener\w*|benutzer\w*|pruefer|kontrolleur|werker|fahrer|driver|pernr|usnam|ernam|aenam|inspector|technician|supervisor|foreman|salary|gehalt|gender)(_|$)"
)


@cache
def _reserved() -> frozenset[str]:
    words = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
    with duckdb.connect() as connection:
        return frozenset(word for (word,) in connection.execute(words).fetchall())


def snake(text: str) -> str:
    """A header as a column name: `Air temperature [K]` is air_temperature_k, `StartDate` is start_date."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    plain = _MIXED_CASE.sub(lambda unit: unit[0].lower(), plain)
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    plain = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", plain)
    name = re.sub(r"\W+|_+", "_", plain).strip("_").lower()
    name = re.sub(r"_+", "_", name)
    return f"c_{name}" if name[:1].isdigit() else name or "unnamed"


def column_name(header: str) -> str:
    """snake(), and words that SQL keeps for itself get _value behind them."""
    name = snake(header)
    return f"{name}_value" if name in _reserved() else name


def distinct(names: Iterable[str]) -> list[str]:
    """The names, with a number behind those that come again."""
    taken: set[str] = set()
    found = []
    for name in names:
        number, one = 1, name
        while one in taken:
            number += 1
            one = f"{name}_{number}"
        taken.add(one)
        found.append(one)
    return found


def unit_of(header: str) -> tuple[str, str] | None:
    """(unit, where the header says so), or None."""
    if bracket := _BRACKETS.search(header):
        unit = _UNITS.get(bracket[1].strip().casefold())
        return (unit, f"{bracket[0].strip()} in the header") if unit else None
    if header.rstrip().endswith("%"):
        return "%", "% in the header"
    name, _, last = snake(header).rpartition("_")
    if name and last in _AFTER_UNDERSCORE:
        unit = "degC" if last == "c" else _UNITS[last]
        return (unit, f"_{last} at the end of the name") if last != "c" or "temp" in name else None
    return None


def hints_at_person(header: str) -> str:
    """The part of a header that hints at personal data; empty if there is none."""
    found = _PERSONAL.search(snake(header))
    return found[2] if found else ""
