"""The newest watermark that raw holds of a table: the whole memory of every fetch that goes on where it ended."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

import duckdb

from ingestion.contracts import Column
from ingestion.typing.expressions import identifier

Watermark: TypeAlias = datetime | date | int | Decimal
_FUTURE = timedelta(days=1)


def newest(connection: duckdb.DuckDBPyConnection, rows: str, column: Column) -> Watermark | None:
    """The largest value of a column in `rows` (SQL), times in UTC; None if there is none.

    A time in the future does not count: a clock set wrong would hide all rows to come.
    """
    name, limit = identifier(column.name), ""
    if column.type in ("TIMESTAMPTZ", "DATE"):
        limit = f" WHERE {name} <= TIMESTAMPTZ '{(datetime.now(UTC) + _FUTURE).isoformat()}'"
    row = connection.execute(f"SELECT max({name}) FROM ({rows}){limit}").fetchone()
    found = None if row is None else row[0]
    return found.astimezone(UTC) if isinstance(found, datetime) else found
