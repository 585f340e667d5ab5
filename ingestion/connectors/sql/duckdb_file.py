"""DuckDB files, opened read only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlalchemy.engine import URL

from ingestion.connectors.sql.database import Query, dotted, driver_error, listed, local_file, quoted, tail

_ROWS = 65_536
_AS_TEXT = ("HUGEINT", "UHUGEINT", "UUID", "BIT", "INTERVAL", "TIME WITH TIME ZONE", "JSON")


class DuckDBFile:
    """One connection to one file."""

    def __init__(self, url: URL, folder: Path) -> None:
        self._url = url
        path = local_file(url, folder)
        self.place = f"DuckDB file {path.name}"
        try:
            self._connection = duckdb.connect(str(path), read_only=True)
            self._connection.execute("SET TimeZone = 'UTC'")
        except duckdb.Error as error:
            raise driver_error(error, url) from error
        self._types: dict[str, str] = {}

    def relation(self, table: str, query: str) -> str:
        """SQL of what is read."""
        return f"({query}) AS extracted" if query else dotted(table)

    def tables(self) -> list[str]:
        """Names of the tables."""
        return listed(self)

    def probe(self, relation: str) -> pa.Schema:
        """Columns of a relation."""
        sql = f"SELECT * FROM {relation} LIMIT 0"
        try:
            described = self._connection.execute(f"DESCRIBE {sql}").fetchall()
            self._types = {name: str(kind) for name, kind, *_ in described}
            return self._connection.sql(sql).to_arrow_table().schema
        except duckdb.Error as error:
            raise driver_error(error, self._url) from error

    @contextmanager
    def read(self, query: Query) -> Iterator[pa.RecordBatchReader]:
        """Rows; what contracts have no type for is made text."""
        columns = ", ".join(self._selected(name) for name in query.columns.names)
        sql = f"SELECT {columns} FROM {query.relation} {tail(query)}"
        try:
            yield self._connection.sql(sql).to_arrow_reader(_ROWS)
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise driver_error(error, self._url) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _selected(self, name: str) -> str:
        column = quoted(name)
        if self._types.get(name) in _AS_TEXT:
            return f"CAST({column} AS VARCHAR) AS {column}"
        return column


def connect(url: URL, folder: Path, connect_timeout_s: int) -> DuckDBFile:
    """The file of `url`; DriverError."""
    return DuckDBFile(url, folder)
