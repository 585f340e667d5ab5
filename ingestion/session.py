"""The DuckDB session that reads deliveries: streams in file order, text stays text, memory is bounded.

Opening DuckDB and the ledger costs more than loading a small table: loads that follow each other share a Session.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.lake.ledger import Book
from ingestion.lake.locks import exclusive
from ingestion.pseudonyms import pseudonym_variables
from ingestion.settings import Settings

BATCH_ROWS = 122_880
# What DuckDB may parse ahead of the writer: less than the rows of one CSV buffer. Where its threads run further ahead of
# each other it keeps buffers that were read to the end of the file: with 64 MB 2 to 5 % of its bytes.
_READ_AHEAD = "8MB"
_OF_CONNECTION = {"TimeZone": "UTC", "enable_progress_bar": "false", "streaming_buffer_size": _READ_AHEAD}
# in_clause turns a long IN into a join, which loses the file's order and so the row numbers;
# type_pushdown lets the CSV reader cast, which fails the file where TRY_CAST gives null
UNWANTED_OPTIMIZERS = ("in_clause", "type_pushdown")


def connect(settings: Settings, scratch: Path) -> duckdb.DuckDBPyConnection:
    """A connection that streams in file order and reads text as text (see UNWANTED_OPTIMIZERS)."""
    connection = duckdb.connect()
    known = {name for (name,) in connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
    wanted = {
        "memory_limit": settings.memory_limit,
        "temp_directory": str(scratch),
        "disabled_optimizers": ",".join(name for name in UNWANTED_OPTIMIZERS if name in known),
        **({"threads": str(settings.threads)} if settings.threads else {}),
    }
    for name, value in wanted.items():
        connection.execute(f"SET {name} = '{value}'")
    return _own_settings(connection, settings)


def _own_settings(connection: duckdb.DuckDBPyConnection, settings: Settings) -> duckdb.DuckDBPyConnection:
    """What each connection of an instance has for itself."""
    for name, value in _OF_CONNECTION.items():
        connection.execute(f"SET {name} = '{value}'")
    for name, value in pseudonym_variables(settings).items():
        connection.execute(f"SET VARIABLE {name} = {value}")
    return connection


class Session:
    """What loads share that follow each other in one thread: a DuckDB instance, and the ledger as it was read last."""

    def __init__(self, settings: Settings, scratch: Path) -> None:
        self.ledger = Book(settings)
        self._settings = settings
        self._scratch = scratch
        starter = ThreadPoolExecutor(1, thread_name_prefix="duckdb")  # while a load looks for what is new
        self._duckdb = starter.submit(connect, settings, scratch)
        starter.shutdown(wait=False)

    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own, with its own views; whoever asked closes it."""
        return _own_settings(self._duckdb.result().cursor(), self._settings)

    def close(self) -> None:
        """Give back DuckDB's memory and files."""
        if self._duckdb.exception() is None:
            self._duckdb.result().close()
        shutil.rmtree(self._scratch, ignore_errors=True)


@contextmanager
def session(settings: Settings, name: str) -> Iterator[Session]:
    """The session `name` of this home; a second one of that name waits, in whatever process."""
    with exclusive(settings.lake, f"session_{name}"):
        folder = settings.scratch / f"session_{name}"
        shutil.rmtree(folder, ignore_errors=True)  # what a killed run left
        shared = Session(settings, folder)
        try:
            yield shared
        finally:
            shared.close()


def stream(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pa.RecordBatch]:
    """The query's rows in order, in bounded batches; duckdb.Error also for what happens inside the stream."""
    try:
        yield from connection.sql(sql).to_arrow_reader(BATCH_ROWS)
    except (
        OSError,
        pa.ArrowException,
    ) as error:  # what pyarrow makes of an error that DuckDB meets inside the stream
        raise duckdb.InvalidInputException(str(error)) from error
