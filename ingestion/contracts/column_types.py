"""The types that a raw column may have: DuckDB's names, what Arrow calls them, and how their text is read by default."""

import re

import pyarrow as pa

DEFAULT_PARSE = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "decimal",
    "DECIMAL": "decimal",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMPTZ": "utc_timestamp",
    "FLOAT[]": "list",
    "DOUBLE[]": "list",
}
_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
    "FLOAT[]": pa.list_(pa.float32()),
    "DOUBLE[]": pa.list_(pa.float64()),
}
_LOGICAL = {
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "number",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "TIMESTAMPTZ": "timestamp",
    "FLOAT[]": "array",
    "DOUBLE[]": "array",
}
_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),\s*(\d{1,2})\)")


def arrow_type(name: str) -> pa.DataType:
    """Arrow type of a DuckDB type; timestamps are UTC microseconds. KeyError for a type that contracts do not know."""
    decimal = _DECIMAL.fullmatch(name)
    return pa.decimal128(int(decimal[1]), int(decimal[2])) if decimal else _ARROW[name]


def duckdb_type(given: pa.DataType) -> str:
    """The name of an Arrow type as contracts write it, "" for one that they do not know."""
    if pa.types.is_decimal(given):
        return f"DECIMAL({given.precision},{given.scale})"
    return next((name for name, known in _ARROW.items() if known == given), "")


def logical_type(name: str) -> str:
    """ODCS's word for a DuckDB type."""
    return "number" if _DECIMAL.fullmatch(name) else _LOGICAL.get(name, "string")
