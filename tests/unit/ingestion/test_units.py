"""Units: what a text names, conversion against formulas worked out by hand, and what a contract makes of a unit."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.signals.units import UnitError, conversion, scale_of
from tests.unit.ingestion.home import Home, column

ATMOSPHERE = 101_325.0
# Formulas of the definitions of the units (SI brochure, NIST SP 811), not of any library.
BY_HAND: dict[tuple[str, str], Callable[[float], float]] = {
    ("degF", "degC"): lambda f: (f - 32) * 5 / 9,
    ("degC", "degF"): lambda c: c * 9 / 5 + 32,
    ("degC", "K"): lambda c: c + 273.15,
    ("°F", "K"): lambda f: (f + 459.67) * 5 / 9,
    ("bar", "kPa"): lambda p: p * 100,
    ("bar(g)", "bar"): lambda p: p + ATMOSPHERE / 1e5,
    ("barg", "kPa"): lambda p: p * 100 + ATMOSPHERE / 1e3,
    ("psig", "bar(a)"): lambda p: (p * 4.4482216152605 / 0.0254**2 + ATMOSPHERE) / 1e5,
    ("psi", "mbar"): lambda p: p * 4.4482216152605 / 0.0254**2 / 100,
    ("psig", "bar(g)"): lambda p: p * 4.4482216152605 / 0.0254**2 / 1e5,
    ("kWh", "MJ"): lambda e: e * 3.6,
    ("kcal", "kJ"): lambda e: e * 4.184,
    ("hp", "kW"): lambda p: p * 550 * 0.3048 * 4.4482216152605 / 1e3,
    ("W", "kW"): lambda p: p / 1e3,
    ("m3/h", "l/min"): lambda q: q * 1000 / 60,
    ("gpm", "l/min"): lambda q: q * 3.785411784,
    ("in/s", "mm/s"): lambda v: v * 25.4,
    ("lbf", "kN"): lambda f: f * 4.4482216152605 / 1e3,
    ("Nm", "kNm"): lambda m: m / 1e3,
    ("mils", "µm"): lambda d: d * 25.4,
    ("%", "1"): lambda x: x / 100,
    ("rpm", "U/min"): lambda n: n,
    ("Nm3/h", "Nm³/min"): lambda q: q / 60,
    ("{batch}", "{batch}"): lambda n: n,
    ("dB", "dB"): lambda n: n,
}


@pytest.mark.parametrize("pair", BY_HAND, ids="->".join)
@settings(deadline=None)  # the first unit loads the registry
@given(value=st.floats(-1e6, 1e6))
def test_conversion_is_that_of_the_definitions(pair: tuple[str, str], value: float) -> None:
    way = conversion(*pair)
    assert math.isclose(
        value * way.factor + way.offset, BY_HAND[pair](value), rel_tol=1e-9, abs_tol=1e-9 * (1 + abs(value))
    )


@settings(deadline=None)
@given(st.sampled_from(sorted({unit for pair in BY_HAND for unit in pair})))
def test_a_unit_is_itself_exactly(unit: str) -> None:
    way = conversion(unit, unit)
    assert (way.factor, way.offset) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("source", "target"),
    [("kW", "kWh"), ("kVA", "kW"), ("kvar", "kVA"), ("rpm", "Hz"), ("pcs", "%"), ("{batch}", "{lot}"), ("{batch}", "1"),
     ("Nm3/h", "m3/h"), ("pH", "1"), ("dB", "1"), ("degC", "bar"), ("Nm", "N")],
)  # fmt: skip
def test_units_of_another_kind_do_not_convert(source: str, target: str) -> None:
    with pytest.raises(UnitError, match="do not convert"):
        conversion(source, target)


@pytest.mark.parametrize(
    "text",
    ["degX", "KW", "Mpa", "3 bar", "bar/0", "kg(g)", "a b", "(((", "/", "m/", '"', "2**9999999", "1e999"],
)
def test_a_text_that_names_no_unit_is_told(text: str) -> None:
    with pytest.raises(UnitError, match=r"is not known|only pressures"):
        scale_of(text)


@pytest.mark.parametrize(("text", "instead"), [("C", "degC"), ("F", "degF")])
def test_ambiguous_letters_are_asked_about(text: str, instead: str) -> None:
    with pytest.raises(UnitError, match=f"may be {instead}"):
        scale_of(text)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    with suppress(UnitError):
        scale = scale_of(text)
        assert math.isfinite(scale.factor)
        assert scale.factor > 0


SCALES = [
    column(f"unit_{part}", kind, parse=f"unit_{part}", transformSourceObjects=["unit"])
    for part, kind in (("dimension", "VARCHAR"), ("factor", "DOUBLE"), ("offset", "DOUBLE"))
]


def test_a_contract_derives_the_scale_and_puts_unknown_units_aside(tmp_path: Path) -> None:
    home = Home(tmp_path)
    contract = home.contract([column("tag", key=1), column("unit"), *SCALES], maxQuarantinedPct=60)
    home.deliver("t.csv", "tag,unit\na,degC\nb,degX\nc,\nd,bar(g)\n")
    home.load(contract)
    assert home.rows(contract, "tag, unit_dimension, unit_factor, unit_offset") == [
        ("a", "temperature", 1.0, 273.15),
        ("c", None, None, None),
        ("d", "length^-1 mass time^-2", 1e5, ATMOSPHERE),
    ]
    [row] = home.quarantine(contract)
    assert (row.line, row.rule, row.value) == (3, "unit:unit", "degX")
    assert "a unit such as degC" in row.expected
