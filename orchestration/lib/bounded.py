"""DuckDB for what judges and tells beside dbt's build: its memory does not grow with the history.

Here: how such a connection is opened. Not here: the build (``dbt_project/profiles.yml``), reading deliveries
(``ingestion.session``), writing a release (``serving.build``).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY_LIMIT = "64MB"
"""What does not fit goes to disk; without a limit the engine keeps every block that it has read until it is closed."""
THREADS = 2
"""Each holds blocks of its own: many of them would need more than the limit."""


def open_bounded(database: Path) -> duckdb.DuckDBPyConnection:
    """Open a database that shows times in UTC; it spills into a folder beside it."""
    return _limited(duckdb.connect(str(database)))


def open_bounded_in_memory(spill: Path) -> duckdb.DuckDBPyConnection:
    """Open a database of its own in memory, likewise; the folder to spill into is made when it is needed."""
    return _limited(duckdb.connect(config={"temp_directory": str(spill)}))


def _limited(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(f"set timezone = 'UTC'; set memory_limit = '{MEMORY_LIMIT}'; set threads = {THREADS}")
    return connection
