"""Sparkplug B data types: from the field on the wire to a number or a text, without a guess.

The codes and encodings are those of the Sparkplug specification 3.0, chapter 6. Signed integers travel as unsigned
ones in two's complement, either of their own width or sign-extended to the width of the field; arrays travel as
bytes, little endian. A value that its type cannot hold is a WireError, never another number.
Does not belong here: data sets and templates, which hold several values (flatten.py).
"""

import base64
import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

EXACT_INTEGER = 2**53
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS, _LAST_MS = (
    round((datetime(year, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * 1000 for year in (1, 9999)
)


class WireError(ValueError):
    """A message or metric that cannot be read; the text says why. It is reported with its raw payload."""


class DataType(IntEnum):
    """Codes of the field `datatype`, named as the specification spells them."""

    Unknown = 0
    Int8 = 1
    Int16 = 2
    Int32 = 3
    Int64 = 4
    UInt8 = 5
    UInt16 = 6
    UInt32 = 7
    UInt64 = 8
    Float = 9
    Double = 10
    Boolean = 11
    String = 12
    DateTime = 13
    Text = 14
    UUID = 15
    DataSet = 16
    Bytes = 17
    File = 18
    Template = 19
    PropertySet = 20
    PropertySetList = 21
    Int8Array = 22
    Int16Array = 23
    Int32Array = 24
    Int64Array = 25
    UInt8Array = 26
    UInt16Array = 27
    UInt32Array = 28
    UInt64Array = 29
    FloatArray = 30
    DoubleArray = 31
    BooleanArray = 32
    StringArray = 33
    DateTimeArray = 34


@dataclass(frozen=True, slots=True)
class Value:
    """One value in the columns of a reading; `finite` is False for NaN and the infinities, which stand as text."""

    number: float | None = None
    text: str | None = None
    finite: bool = True


_WIDTHS = {
    DataType.Int8: (8, True),
    DataType.Int16: (16, True),
    DataType.Int32: (32, True),
    DataType.Int64: (64, True),
    DataType.UInt8: (8, False),
    DataType.UInt16: (16, False),
    DataType.UInt32: (32, False),
    DataType.UInt64: (64, False),
}
_INTEGER_FIELDS = {"int_value": 32, "long_value": 64}
_TEXTS = (DataType.String, DataType.Text, DataType.UUID)
_BINARIES = (DataType.Bytes, DataType.File)
_ARRAY_ITEMS = {
    DataType.Int8Array: "b",
    DataType.Int16Array: "h",
    DataType.Int32Array: "i",
    DataType.Int64Array: "q",
    DataType.UInt8Array: "B",
    DataType.UInt16Array: "H",
    DataType.UInt32Array: "I",
    DataType.UInt64Array: "Q",
    DataType.FloatArray: "f",
    DataType.DoubleArray: "d",
    DataType.DateTimeArray: "q",
}


def data_type(code: int) -> DataType:
    """The type of a code; WireError if the specification has none."""
    try:
        return DataType(code)
    except ValueError as error:
        raise WireError(f"data type {code} is not of the specification") from error


def scalar(kind: DataType, field: str | None, raw: Any) -> Value:
    """The value that `field` of the oneof carries for a metric of type `kind`; WireError if they do not fit."""
    if field is None:
        raise WireError(f"no value of type {kind.name} and not marked as null")
    reader = _READERS.get(kind)
    if reader is None:
        raise WireError(f"a value of type {kind.name} cannot stand here")
    return reader(kind, field, raw)


def number(value: float) -> Value:
    """A float as a reading's value; NaN and the infinities become text."""
    if math.isfinite(value):
        return Value(value)
    return Value(None, "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity", finite=False)


def whole(value: int) -> Value:
    """An integer; beyond 2**53 its exact digits stand in the text, too."""
    try:
        return Value(float(value), str(value) if abs(value) >= EXACT_INTEGER else None)
    except OverflowError:
        return Value(None, str(value))


def check_time(milliseconds: int) -> int:
    """The same milliseconds since 1970; WireError outside the years 1 to 9998."""
    if not _FIRST_MS <= milliseconds < _LAST_MS:
        raise WireError(f"time {milliseconds} is not in milliseconds since 1970")
    return milliseconds


def moment(milliseconds: int) -> str:
    """Milliseconds since 1970 as ISO 8601 in UTC; WireError as check_time."""
    at = _EPOCH + timedelta(milliseconds=check_time(milliseconds))
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def twos_complement(raw: int, width: int, carrier: int) -> int:
    """The signed number of `width` bits that an unsigned field of `carrier` bits holds; WireError if none fits."""
    half, full = 1 << (width - 1), 1 << width
    if raw < half:
        return raw
    if raw < full:
        return raw - full
    if raw >= (1 << carrier) - half:
        return raw - (1 << carrier)
    raise WireError(f"{raw} is no signed integer of {width} bits")


def _integer(kind: DataType, field: str, raw: Any) -> Value:
    if field not in _INTEGER_FIELDS:
        raise _mismatch(kind, field)
    width, signed = _WIDTHS[kind]
    if signed:
        return whole(twos_complement(raw, width, _INTEGER_FIELDS[field]))
    if raw >= 1 << width:
        raise WireError(f"{raw} is no unsigned integer of {width} bits")
    return whole(raw)


def _float(kind: DataType, field: str, raw: Any) -> Value:
    if field not in ("float_value", "double_value"):
        raise _mismatch(kind, field)
    return number(raw)


def _boolean(kind: DataType, field: str, raw: Any) -> Value:
    if field != "boolean_value":
        raise _mismatch(kind, field)
    return Value(1.0 if raw else 0.0)


def _text(kind: DataType, field: str, raw: Any) -> Value:
    if field != "string_value":
        raise _mismatch(kind, field)
    return Value(None, raw)


def _datetime(kind: DataType, field: str, raw: Any) -> Value:
    if field != "long_value":
        raise _mismatch(kind, field)
    return Value(None, moment(twos_complement(raw, 64, 64)))


def _binary(kind: DataType, field: str, raw: Any) -> Value:
    if field != "bytes_value":
        raise _mismatch(kind, field)
    return Value(None, base64.b64encode(raw).decode("ascii"))


def _array(kind: DataType, field: str, raw: Any) -> Value:
    if field != "bytes_value":
        raise _mismatch(kind, field)
    if kind is DataType.BooleanArray:
        items: list[Any] = _booleans(raw)
    elif kind is DataType.StringArray:
        items = _strings(raw)
    else:
        items = _numbers(kind, raw)
    return Value(None, json.dumps(items, ensure_ascii=False))


def _numbers(kind: DataType, raw: bytes) -> list[Any]:
    item = _ARRAY_ITEMS[kind]
    count, rest = divmod(len(raw), struct.calcsize("<" + item))
    if rest:
        raise WireError(f"{len(raw)} bytes are no whole {kind.name}")
    values = struct.unpack(f"<{count}{item}", raw)
    if kind is DataType.DateTimeArray:
        return [moment(value) for value in values]
    if item in "fd":
        return [value if math.isfinite(value) else number(value).text for value in values]
    return list(values)


def _booleans(raw: bytes) -> list[Any]:
    """A count of four bytes, then the bits, the first in the highest bit."""
    count = int.from_bytes(raw[:4], "little") if len(raw) >= 4 else -1
    if count < 0 or len(raw) - 4 != (count + 7) // 8:
        raise WireError(f"{len(raw)} bytes are no whole BooleanArray")
    return [bool(raw[4 + index // 8] >> (7 - index % 8) & 1) for index in range(count)]


def _strings(raw: bytes) -> list[Any]:
    """Strings in UTF-8, each ended by a zero byte."""
    if raw and not raw.endswith(b"\0"):
        raise WireError("the last string of a StringArray has no end")
    try:
        return [item.decode("utf-8") for item in raw.split(b"\0")[:-1]]
    except UnicodeDecodeError as error:
        raise WireError("a StringArray is not in UTF-8") from error


def _mismatch(kind: DataType, field: str) -> WireError:
    return WireError(f"a value in {field} is no {kind.name}")


_READERS: dict[DataType, Callable[[DataType, str, Any], Value]] = {
    **dict.fromkeys(_WIDTHS, _integer),
    DataType.Float: _float,
    DataType.Double: _float,
    DataType.Boolean: _boolean,
    **dict.fromkeys(_TEXTS, _text),
    DataType.DateTime: _datetime,
    **dict.fromkeys(_BINARIES, _binary),
    **dict.fromkeys((*_ARRAY_ITEMS, DataType.BooleanArray, DataType.StringArray), _array),
}
