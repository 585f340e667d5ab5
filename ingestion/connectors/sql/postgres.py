"""PostgreSQL through ADBC: binary COPY straight into Arrow, in one read-only snapshot per table."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa
from adbc_driver_manager import Error
from sqlalchemy.engine import URL

from ingestion.connectors.sql.database import DriverError, Query, dotted, driver_error, listed, quoted, tail

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class Postgres:
    """One connection."""

    def __init__(self, url: URL, connect_timeout_s: int) -> None:
        self._url = url
        self.place = f"PostgreSQL {url.host or url.query.get('host', 'localhost')}, database {url.database}"
        query = {"connect_timeout": str(connect_timeout_s), "application_name": "tundish", **url.query}
        address = url.set(drivername="postgresql", query=query).render_as_string(hide_password=False)
        try:
            self._connection = adbc.connect(address)
        except Error as error:
            raise driver_error(error, url) from error

    def relation(self, table: str, query: str) -> str:
        """SQL of what is read."""
        return f"({query}) AS extracted" if query else dotted(table)

    def tables(self) -> list[str]:
        """Names of the tables."""
        return listed(self)

    def probe(self, relation: str) -> pa.Schema:
        """Columns of a relation."""
        with self._executed(f"SELECT * FROM {relation} LIMIT 0") as reader:
            return reader.schema

    @contextmanager
    def read(self, query: Query) -> Iterator[pa.RecordBatchReader]:
        """Rows; what Arrow has no type for is made text by the server."""
        columns = ", ".join(_selected(field) for field in query.columns)
        with self._executed(f"SELECT {columns} FROM {query.relation} {tail(query)}") as reader:
            yield reader

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def _executed(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(_SNAPSHOT)
                cursor.execute(sql)
                yield cursor.fetch_record_batch()
        except (Error, pa.ArrowException, OSError) as error:
            raise driver_error(error, self._url) from error
        finally:
            self._connection.rollback()  # ends the snapshot, also after an error, so that the next table can be read


def connect(url: URL, folder: Path, connect_timeout_s: int) -> Postgres:
    """A connection to the database of `url`; DriverError."""
    if not url.database:
        raise DriverError("the address names no database.")
    return Postgres(url, connect_timeout_s)


def _selected(field: pa.Field) -> str:
    name = quoted(field.name)
    opaque = isinstance(field.type, pa.OpaqueType) and not pa.types.is_string(field.type.storage_type)
    native = (field.metadata or {}).get(b"POSTGRESQL:type", b"")
    if opaque or native in (b"interval", b"money"):
        return f"CAST({name} AS text) AS {name}"
    return name
