"""Units of signals: how a text names one, what kind of quantity it is, and its factor and offset to base units.

Belongs here: all that Tundish knows of units. Pint does the arithmetic; SQL only multiplies and adds. A value v of a unit is
v * factor + offset in SI base units, so a source unit s becomes the unit t of the dictionary by

    v * (s.factor / t.factor) + (s.offset - t.offset) / t.factor

Spellings are those of pint (degC, mm/s, kWh) and those that plants use beside them: m3/h, bar(g), rpm, Nm. A pressure with
(g), or g as in barg and psig, is above a standard atmosphere of 101 325 Pa; with (a) or without it is absolute. Text in
braces, such as {batch}, is a unit of its own that nothing else converts to (the annotations of UCUM).
"""

import re
from dataclasses import dataclass
from functools import cache
from tokenize import TokenError
from typing import Any

UNIT_EXAMPLES = "a unit such as degC, bar(g), mm/s, m3/h, kWh, 1 or {any name}"
# What plants write, where pint means something else or nothing by it.
_SPELLINGS = {
    "cfm": "ft**3/min", "gpm": "gallon/min", "pcs": "piece", "pc": "piece", "Stk": "piece", "St": "piece", "U/min": "rpm",
    "rev/min": "rpm", "pH": "acidity", "Std": "hour", "mil": "thou", "mils": "thou", "%RH": "%",
}  # fmt: skip
# What pint takes for something else: turns for frequencies, apparent for active power, pieces for numbers, Nm for yarn.
_DEFINITIONS = (
    "newton_meter = newton * meter = Nm",
    "normal_cubic_meter = [normal_volume]",
    "piece = [piece]",
    "acidity = [acidity]",
    "turn_of_shaft = [rotation]",
    "rpm = turn_of_shaft / minute",
    "apparent_watt = [apparent_power] = VA",
    "reactive_watt = [reactive_power] = var",
)
_AMBIGUOUS = {"C": "degC or coulomb", "F": "degF or farad"}
_GAUGE = re.compile(r"(?P<unit>.+?)[ _]?(\((?P<marked>[ga])\)|(?<=bar|psi|kPa|MPa|hPa)(?P<plain>[ga]))")
_ANNOTATION = re.compile(r"\{[^{}]+\}")
_NORMAL = re.compile(r"Nm(?:3|³|\*\*3)")
_POWER = re.compile(r"(?<=[A-Za-z])([23])(?![0-9])")
# What pint's parser raises: PintError is an AttributeError, ValueError or TypeError in each of its kinds.
_UNREADABLE = (
    AttributeError,
    ValueError,
    TypeError,
    ArithmeticError,
    AssertionError,
    SyntaxError,
    TokenError,
)
_PRESSURE = {"[mass]": 1.0, "[length]": -1.0, "[time]": -2.0}


class UnitError(ValueError):
    """A text that names no unit, or two units of different kinds; says what to write instead."""


@dataclass(frozen=True)
class Scale:
    """What a unit measures, as text that is equal for units that convert to each other, and its way to SI base units."""

    dimension: str
    factor: float
    offset: float


@dataclass(frozen=True)
class Conversion:
    """value * factor + offset."""

    factor: float
    offset: float


@cache
def scale_of(text: str) -> Scale:
    """The scale of a unit. Raises UnitError if the text names none."""
    if _ANNOTATION.fullmatch(text):
        return Scale(text, 1.0, 0.0)
    if text in _AMBIGUOUS:
        raise UnitError(f"unit {text!r} may be {_AMBIGUOUS[text]}: write one of them.")
    if gauge := _GAUGE.fullmatch(text):
        return _pressure(text, gauge["unit"], above_atmosphere="g" in (gauge["marked"], gauge["plain"]))
    return _scale(text)


def conversion(source: str, target: str) -> Conversion:
    """From a value in `source` to one in `target`. Raises UnitError if a text names no unit or their kinds differ."""
    given, wanted = scale_of(source), scale_of(target)
    if given.dimension != wanted.dimension:
        raise UnitError(
            f"{source!r} is {_kind(given)} and {target!r} is {_kind(wanted)}: they do not convert."
        )
    return Conversion(given.factor / wanted.factor, (given.offset - wanted.offset) / wanted.factor)


def _kind(scale: Scale) -> str:
    return scale.dimension or "a plain number"


def _pressure(text: str, unit: str, *, above_atmosphere: bool) -> Scale:
    found = scale_of(unit)
    if found.dimension != _dimension(_PRESSURE):
        raise UnitError(f"unit {text!r}: only pressures are gauge (g) or absolute (a).")
    atmosphere: float = _registry().Quantity(1, "atm").to_base_units().magnitude if above_atmosphere else 0.0
    return Scale(found.dimension, found.factor, atmosphere)


def _scale(text: str) -> Scale:
    registry = _registry()
    spelled = _POWER.sub(r"**\1", _NORMAL.sub("normal_cubic_meter", _SPELLINGS.get(text, text)))
    try:
        if " " in text:
            raise ValueError(text)
        unit = registry.parse_units(spelled)
        factor, _ = registry.get_base_units(unit, check_nonmult=False)
        at_zero, at_one = (registry.Quantity(x, unit).to_base_units().magnitude for x in (0.0, 1.0))
    except _UNREADABLE as error:
        raise UnitError(f"unit {text!r} is not known: write {UNIT_EXAMPLES}.") from error
    if abs(at_one - at_zero - factor) > 1e-9 * abs(factor):  # logarithmic: a line cannot convert it
        return Scale(f"{{{unit}}}", 1.0, 0.0)
    return Scale(_dimension(unit.dimensionality), float(factor), float(at_zero))


def _dimension(powers: Any) -> str:
    """Base quantities and their powers in one order, such as `length time^-1`; empty for a plain number."""
    parts = (f"{name.strip('[]')}^{power:g}" for name, power in sorted(powers.items()))
    return " ".join(part.removesuffix("^1") for part in parts)


@cache
def _registry() -> Any:
    import pint  # noqa: PLC0415 - a quarter of a second, only where a unit is new

    registry: Any = pint.UnitRegistry(on_redefinition="ignore")
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry
