"""Sparkplug B payloads written byte by byte: varints and struct, no protobuf library and nothing of the collector.

A metric is a mapping with the keys of METRIC; its value is a pair (field, value) such as ("int_value", 255).
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Value = tuple[str, Any] | None


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def tagged(field: int, wire_type: int) -> bytes:
    return varint(field << 3 | wire_type)


def integer(field: int, number: int) -> bytes:
    return tagged(field, 0) + varint(number)


def blob(field: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return tagged(field, 2) + varint(len(raw)) + raw


def value(pair: Value, first: int) -> bytes:
    """The value fields, numbered from `first` in the order of the specification."""
    if pair is None:
        return b""
    name, content = pair
    order = ["int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value"]
    if name in order:
        field = first + order.index(name)
        if name == "float_value":
            return tagged(field, 5) + struct.pack("<f", content)
        if name == "double_value":
            return tagged(field, 1) + struct.pack("<d", content)
        return blob(field, content) if name == "string_value" else integer(field, int(content))
    extra = {"bytes_value": 16, "dataset_value": 17, "template_value": 18}
    return blob(extra[name], content)


def metric(
    name: str | None = None,
    value: Value = None,
    *,
    alias: int | None = None,
    kind: int | None = None,
    at: int | None = None,
    historical: bool = False,
    null: bool = False,
    properties: Mapping[str, tuple[int, Value]] | None = None,
) -> bytes:
    out = blob(1, name) if name is not None else b""
    out += integer(2, alias) if alias is not None else b""
    out += integer(3, at) if at is not None else b""
    out += integer(4, kind) if kind is not None else b""
    out += integer(5, 1) if historical else b""
    out += integer(7, 1) if null else b""
    out += blob(9, property_set(properties)) if properties is not None else b""
    return out + globals()["value"](value, 10)


def property_set(properties: Mapping[str, tuple[int, Value]]) -> bytes:
    keys = b"".join(blob(1, key) for key in properties)
    return keys + b"".join(blob(2, integer(1, kind) + value(pair, 3)) for kind, pair in properties.values())


def data_set(columns: Sequence[str], kinds: Sequence[int], rows: Iterable[Sequence[Value]]) -> bytes:
    out = integer(1, len(columns)) + b"".join(blob(2, column) for column in columns)
    out += b"".join(integer(3, kind) for kind in kinds)
    return out + b"".join(blob(4, b"".join(blob(1, value(element, 1)) for element in row)) for row in rows)


def template(
    metrics: Iterable[bytes],
    parameters: Mapping[str, tuple[int, Value]] | None = None,
    *,
    definition: bool = False,
) -> bytes:
    out = b"".join(blob(2, one) for one in metrics)
    for name, (kind, pair) in (parameters or {}).items():
        out += blob(3, blob(1, name) + integer(2, kind) + value(pair, 3))
    return out + blob(4, "pump") + integer(5, int(definition))


def payload(metrics: Iterable[bytes], *, seq: int | None = None, at: int | None = 1_700_000_000_000) -> bytes:
    out = integer(1, at) if at is not None else b""
    out += b"".join(blob(2, one) for one in metrics)
    return out + (integer(3, seq) if seq is not None else b"")


def bd_seq(number: int) -> bytes:
    return metric("bdSeq", ("long_value", number), kind=8)
