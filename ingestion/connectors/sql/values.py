"""Values of databases in the types that landed Parquet files carry: nothing is rounded, nothing is guessed.

Decimals without bounds, UUIDs, JSON, intervals, network addresses and other native types become text; bytes become
hexadecimal text; lists of numbers stay lists, other nested values become JSON. Times keep their instant (with zone) or
their wall clock (without), in microseconds. Times without end (infinity, years beyond 1-9999) become null.
"""

import json
import uuid
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_FIRST_US = -62_135_596_800_000_000  # 0001-01-01
_LAST_US = 253_402_300_799_999_999  # 9999-12-31
_NUMERIC = (pa.types.is_integer, pa.types.is_floating)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema that batches have after plain()."""
    return pa.schema([pa.field(field.name, plain_type(field.type)) for field in schema])


def plain(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch in the types of `schema`, which is plain_schema of its own."""
    columns = [_column(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def plain_type(given: pa.DataType) -> pa.DataType:
    """The type in which a native type is landed."""
    if pa.types.is_dictionary(given):
        return plain_type(given.value_type)
    if pa.types.is_timestamp(given):
        return pa.timestamp("us", tz="UTC" if given.tz else None)
    if _is_number_list(given):
        return pa.list_(given.value_type)
    kept = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_boolean,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_time,
    )
    return given if any(test(given) for test in kept) else pa.string()


def _is_number_list(given: pa.DataType) -> bool:
    if not (pa.types.is_list(given) or pa.types.is_large_list(given)):
        return False
    return any(test(given.value_type) for test in _NUMERIC)


def _column(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if column.type == wanted and not pa.types.is_timestamp(wanted):
        return column
    if pa.types.is_timestamp(wanted):
        return _moments(column, wanted)
    if wanted != pa.string():
        return column.cast(wanted)
    return _texts(column)


def _moments(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    moments = column.view(pa.timestamp(column.type.unit))
    if column.type.unit == "ns":
        moments = pc.floor_temporal(moments, unit="microsecond")
    micros = moments.cast(pa.timestamp("us")).view(pa.int64())
    known = pc.and_(pc.greater_equal(micros, _FIRST_US), pc.less_equal(micros, _LAST_US))
    return pc.if_else(known, micros, pa.scalar(None, pa.int64())).view(wanted)


def _texts(column: pa.Array) -> pa.Array:
    if isinstance(column.type, pa.UuidType):
        raw = column.storage.to_pylist()
        return pa.array(
            [None if value is None else str(uuid.UUID(bytes=value)) for value in raw], pa.string()
        )
    numeric_list = pa.types.is_list(column.type) and isinstance(column.type.value_type, pa.OpaqueType)
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.cast(pa.string())
    if pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    show = _shown_numbers if numeric_list else _shown
    return pa.array([None if value is None else show(value) for value in column.to_pylist()], pa.string())


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, pa.MonthDayNano):
        return f"P{value.months}M{value.days}DT{value.nanoseconds / 1e9:.9f}".rstrip("0").rstrip(".") + "S"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_member)


def _shown_numbers(value: list[str | None]) -> str:
    """A list of exact decimals as JSON numbers, digit by digit."""
    return f"[{', '.join('null' if member is None else member for member in value)}]"


def _member(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)
