"""The DuckDB session that reads deliveries: streams in file order, text stays text, memory is bounded."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.settings import Settings

BATCH_ROWS = 122_880
_READ_AHEAD = "64MB"  # what DuckDB may parse ahead of the writer
# in_clause turns a long IN into a join, which loses the file's order and so the row numbers;
# type_pushdown lets the CSV reader cast, which fails the file where TRY_CAST gives null
UNWANTED_OPTIMIZERS = ("in_clause", "type_pushdown")


def connect(settings: Settings, scratch: Path) -> duckdb.DuckDBPyConnection:
    """A connection that streams in file order and reads text as text (see UNWANTED_OPTIMIZERS)."""
    connection = duckdb.connect()
    known = {name for (name,) in connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
    wanted = {
        "TimeZone": "UTC",
        "memory_limit": settings.memory_limit,
        "temp_directory": str(scratch),
        "enable_progress_bar": "false",
        "streaming_buffer_size": _READ_AHEAD,
        "disabled_optimizers": ",".join(name for name in UNWANTED_OPTIMIZERS if name in known),
    }
    for name, value in wanted.items():
        connection.execute(f"SET {name} = '{value}'")
    if settings.threads:
        connection.execute(f"SET threads = {settings.threads}")
    return connection


def stream(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pa.RecordBatch]:
    """The query's rows in order, in bounded batches; duckdb.Error also for what happens inside the stream."""
    try:
        yield from connection.sql(sql).to_arrow_reader(BATCH_ROWS)
    except (
        OSError,
        pa.ArrowException,
    ) as error:  # what pyarrow makes of an error that DuckDB meets inside the stream
        raise duckdb.InvalidInputException(str(error)) from error
