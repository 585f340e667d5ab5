"""Types of columns that a format types itself (Parquet): the schema says them, no text is looked at."""

import re

from ingestion.profiling.types import Typed
from ingestion.profiling.values import TEXT, Values

_PLAIN = (
    (r"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "utc_timestamp"),
    (r"U?(TINY|SMALL)INT|BIGINT|U?INTEGER", "BIGINT", "integer"),
    (r"FLOAT|DOUBLE", "DOUBLE", "decimal"),
    (r"BOOLEAN", "BOOLEAN", "boolean"),
    (r"DATE", "DATE", "date"),
    (r"DECIMAL\(\d+,\s*\d+\)", "DECIMAL", "decimal"),
    (r"(FLOAT|DOUBLE|DECIMAL\(.*\)|\w*INT\w*)\[\d*\]", "DOUBLE[]", "list"),
)


def native_type(kind: str, values: Values) -> Typed:
    """The contract's type for a DuckDB type. Dates written as timestamps at midnight are dates."""
    said = f"the schema says {kind}"
    if kind == "TIMESTAMP":
        return _timestamp(said, values)
    name, parse = next(
        ((name, parse) for shape, name, parse in _PLAIN if re.fullmatch(shape, kind)), ("", "")
    )
    if not name:
        return Typed("VARCHAR", "text", TEXT, "medium", f"{said}: kept as its text")
    kind = kind if name == "DECIMAL" else name
    expression = TEXT if parse == "list" else f"TRY_CAST({TEXT} AS {kind})"
    return Typed(kind, parse, expression, "high", said)


def _timestamp(said: str, values: Values) -> Typed:
    midnight = f"CASE WHEN suffix({TEXT}, '00:00:00') THEN TRY_CAST({TEXT} AS DATE) END"
    if values.distinct and not values.unread(midnight)[0]:
        return Typed("DATE", "date", midnight, "medium", f"{said}, and all times are midnight")
    moment = f"TRY_CAST({TEXT} AS TIMESTAMP)"
    return Typed(
        "TIMESTAMPTZ", "local_timestamp", moment, "medium", f"{said} without zone: taken for local time"
    )
