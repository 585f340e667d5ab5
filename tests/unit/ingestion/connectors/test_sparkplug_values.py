"""Every data type of Sparkplug B: from bytes written by hand to the value of a reading, or a reason why not."""

import contextlib
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.connectors.mqtt.datatypes import DataType, Value, WireError, moment, scalar
from ingestion.connectors.mqtt.flatten import Leaf, leaves
from ingestion.connectors.mqtt.quality import meaning_of
from ingestion.connectors.mqtt.schema import Payload
from tests.unit.ingestion.connectors import sparkplug_wire as wire


def parsed(content: bytes) -> Any:
    (metric,) = Payload.FromString(wire.payload([content])).metrics
    return metric


def leaves_of(content: bytes, kind: DataType) -> list[Leaf]:
    return list(leaves(parsed(content), "m", kind, lambda name: None))


def read(kind: DataType, pair: wire.Value) -> Value:
    (leaf,) = leaves_of(wire.metric("m", pair), kind)
    assert leaf.value is not None
    return leaf.value


WIDTHS = {"Int8": 8, "Int16": 16, "Int32": 32, "Int64": 64}


@given(st.data())
def test_signed_integers_in_twos_complement(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(WIDTHS)))
    width = WIDTHS[name]
    number = data.draw(st.integers(-(2 ** (width - 1)), 2 ** (width - 1) - 1))
    field, carrier = ("long_value", 64) if width == 64 else ("int_value", 32)
    for width_on_wire in (width, carrier):  # of its own width, or sign-extended
        found = read(DataType[name], (field, number & (1 << width_on_wire) - 1))
        exact = number if abs(number) >= 2**53 else None
        assert found == Value(float(number), None if exact is None else str(exact))


@given(st.integers(0, 2**64 - 1))
def test_unsigned_64_keeps_its_digits(number: int) -> None:
    found = read(DataType.UInt64, ("long_value", number))
    assert found.number == float(number)
    assert int(found.text or found.number or 0) == number


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_float_is_widened_exactly(number: float) -> None:
    assert read(DataType.Float, ("float_value", number)) == Value(number)


@pytest.mark.parametrize(
    ("kind", "pair", "expected"),
    [
        ("UInt8", ("int_value", 255), Value(255.0)),
        ("UInt32", ("int_value", 2**32 - 1), Value(4294967295.0)),
        ("UInt32", ("long_value", 2**32 - 1), Value(4294967295.0)),
        ("Int32", ("long_value", 2**64 - 5), Value(-5.0)),
        ("Double", ("double_value", 21.5), Value(21.5)),
        ("Double", ("double_value", float("nan")), Value(None, "NaN", finite=False)),
        ("Float", ("float_value", float("-inf")), Value(None, "-Infinity", finite=False)),
        ("Boolean", ("boolean_value", True), Value(1.0)),
        ("Boolean", ("boolean_value", False), Value(0.0)),
        ("String", ("string_value", "Läuft\n"), Value(None, "Läuft\n")),
        ("Text", ("string_value", ""), Value(None, "")),
        ("UUID", ("string_value", "7f1c"), Value(None, "7f1c")),
        ("DateTime", ("long_value", 1_700_000_000_123), Value(None, "2023-11-14T22:13:20.123Z")),
        ("DateTime", ("long_value", 2**64 - 1000), Value(None, "1969-12-31T23:59:59.000Z")),
        ("Bytes", ("bytes_value", b"\0\xff"), Value(None, "AP8=")),
        ("File", ("bytes_value", b"abc"), Value(None, "YWJj")),
    ],
)
def test_scalar_types(kind: str, pair: wire.Value, expected: Value) -> None:
    assert read(DataType[kind], pair) == expected


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("Int8Array", struct.pack("<2b", -23, 123), [-23, 123]),
        ("Int16Array", struct.pack("<2h", -30000, 30000), [-30000, 30000]),
        ("Int32Array", struct.pack("<2i", -1, 315338746), [-1, 315338746]),
        ("Int64Array", struct.pack("<q", -(2**62)), [-(2**62)]),
        ("UInt8Array", bytes([23, 250]), [23, 250]),
        ("UInt16Array", struct.pack("<2H", 30, 52360), [30, 52360]),
        ("UInt32Array", struct.pack("<I", 2**32 - 1), [2**32 - 1]),
        ("UInt64Array", struct.pack("<Q", 2**64 - 1), [2**64 - 1]),
        ("FloatArray", struct.pack("<2f", 1.5, float("inf")), [1.5, "Infinity"]),
        ("DoubleArray", struct.pack("<d", 12.25), [12.25]),
        ("BooleanArray", b"\x0c\0\0\0\x34\xd0", [bit == "1" for bit in "001101001101"]),
        ("StringArray", b"ABC\0hello\0", ["ABC", "hello"]),
        ("DateTimeArray", struct.pack("<q", 1256102875335), ["2009-10-21T05:27:55.335Z"]),
        ("Int8Array", b"", []),
        ("StringArray", b"", []),
    ],
)
def test_arrays_become_json(kind: str, content: bytes, expected: list[Any]) -> None:
    found = read(DataType[kind], ("bytes_value", content))
    assert found.number is None
    assert json.loads(found.text or "") == expected


@pytest.mark.parametrize(
    ("kind", "pair", "why"),
    [
        ("Int8", ("int_value", 300), "300 is no signed integer of 8 bits"),
        ("UInt8", ("int_value", 256), "256 is no unsigned integer of 8 bits"),
        ("UInt16", ("long_value", 2**40), "is no unsigned integer of 16 bits"),
        ("Double", ("int_value", 1), "a value in int_value is no Double"),
        ("Int32", ("double_value", 1.0), "a value in double_value is no Int32"),
        ("Boolean", ("string_value", "true"), "a value in string_value is no Boolean"),
        ("Double", None, "no value of type Double and not marked as null"),
        ("DateTime", ("long_value", 1_700_000_000_000_000), "is not in milliseconds since 1970"),
        ("Int16Array", ("bytes_value", b"\0\0\0"), "3 bytes are no whole Int16Array"),
        ("BooleanArray", ("bytes_value", b"\x09\0\0\0\xff"), "no whole BooleanArray"),
        ("BooleanArray", ("bytes_value", b"\x09"), "no whole BooleanArray"),
        ("StringArray", ("bytes_value", b"abc"), "has no end"),
        ("StringArray", ("bytes_value", b"\xff\0"), "not in UTF-8"),
        ("Unknown", ("int_value", 1), "cannot stand here"),
        ("PropertySet", ("string_value", "x"), "cannot stand here"),
        ("Template", ("int_value", 1), "is no Template"),
        ("DataSet", None, "no value of type DataSet"),
    ],
)
def test_what_does_not_fit_is_told_and_not_bent(kind: str, pair: wire.Value, why: str) -> None:
    with pytest.raises(WireError, match=why):
        leaves_of(wire.metric("m", pair), DataType[kind])


@given(st.sampled_from(list(DataType)), st.binary(max_size=40))
def test_no_bytes_break_the_reader(kind: DataType, content: bytes) -> None:
    with contextlib.suppress(WireError):
        scalar(kind, "bytes_value", content)


def test_null_has_no_value() -> None:
    (leaf,) = leaves_of(wire.metric("m", null=True), DataType.Int32)
    assert leaf.value is None


def test_data_set_gives_a_value_per_cell() -> None:
    content = wire.data_set(
        ["step", "ok"],
        [3, 11],
        [[("int_value", 2**32 - 1), ("boolean_value", 1)], [None, ("boolean_value", 0)]],
    )
    found = leaves_of(wire.metric("m", ("dataset_value", content)), DataType.DataSet)
    assert [(leaf.name, leaf.kind.name, leaf.value) for leaf in found] == [
        ("m[0]/step", "Int32", Value(-1.0)),
        ("m[0]/ok", "Boolean", Value(1.0)),
        ("m[1]/step", "Int32", None),
        ("m[1]/ok", "Boolean", Value(0.0)),
    ]
    empty = wire.data_set(["step"], [3], [])
    (leaf,) = leaves_of(wire.metric("m", ("dataset_value", empty)), DataType.DataSet)
    assert (leaf.name, leaf.value) == ("m", Value(None, "[]"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (wire.data_set(["a", "b"], [3], []), "2 columns has 1 types"),
        (wire.data_set(["a"], [3], [[("int_value", 1), ("int_value", 2)]]), "2 of 1 elements"),
        (wire.data_set(["a"], [99], []), "data type 99"),
        (wire.data_set(["a"], [16], [[("int_value", 1)]]), "cannot stand here"),
    ],
)
def test_a_data_set_that_does_not_fit_itself(content: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        leaves_of(wire.metric("m", ("dataset_value", content)), DataType.DataSet)


def test_template_gives_its_members_at_any_depth() -> None:
    inner = wire.template([wire.metric("speed", ("float_value", 1.5), kind=9)])
    outer = wire.template(
        [
            wire.metric("drive", ("template_value", inner), kind=19),
            wire.metric("on", ("boolean_value", 1), kind=11),
        ],
        {"maker": (12, ("string_value", "ACME"))},
    )
    found = leaves_of(wire.metric("pump", ("template_value", outer), at=7), DataType.Template)
    assert [(leaf.name, leaf.value) for leaf in found] == [
        ("m/maker", Value(None, "ACME")),
        ("m/drive/speed", Value(1.5)),
        ("m/on", Value(1.0)),
    ]
    assert [metric.timestamp for metric in found[1].metrics if metric.HasField("timestamp")] == [7]


def test_template_definition_holds_no_values() -> None:
    content = wire.template([wire.metric("on", ("boolean_value", 1), kind=11)], definition=True)
    assert leaves_of(wire.metric("m", ("template_value", content)), DataType.Template) == []


@pytest.mark.parametrize(
    "member", [wire.metric("x", ("int_value", 1)), wire.metric(None, ("int_value", 1), kind=3)]
)
def test_template_member_without_name_or_type(member: bytes) -> None:
    with pytest.raises(WireError, match="has no"):
        leaves_of(wire.metric("m", ("template_value", wire.template([member]))), DataType.Template)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (192, "good"),
        (216, "good"),
        (0, "bad"),
        (24, "bad"),
        (64, "uncertain"),
        (128, "bad"),
        (500, "bad"),
        (777, "uncertain"),
        (-1, "uncertain"),
    ],
)
def test_quality_codes(code: int, status: str) -> None:
    assert meaning_of(code).status == status


def test_times_have_bounds() -> None:
    assert moment(0) == "1970-01-01T00:00:00.000Z"
    with pytest.raises(WireError):
        moment(2**63)
