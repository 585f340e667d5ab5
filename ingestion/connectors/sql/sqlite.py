"""SQLite files through ADBC.

SQLite types values, not columns, and the driver guesses a column's type from its first rows. So the table is asked
first which kinds of values each column holds, and a row that shows them to the driver goes ahead of the others.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import adbc_driver_sqlite.dbapi as adbc
import pyarrow as pa
from adbc_driver_manager import Error
from sqlalchemy.engine import URL

from ingestion.connectors.sql.database import (
    DriverError,
    Query,
    dotted,
    driver_error,
    listed,
    local_file,
    quoted,
    tail,
)

_EXACT = 2**53
_KINDS = 5


class Sqlite:
    """One connection to one file, read only."""

    def __init__(self, url: URL, folder: Path) -> None:
        self._url = url
        path = local_file(url, folder)
        self.place = f"SQLite file {path.name}"
        try:
            self._connection = adbc.connect(f"{path.as_uri()}?mode=ro")
        except Error as error:
            raise driver_error(error, url) from error

    def relation(self, table: str, query: str) -> str:
        """SQL of what is read."""
        return f"({query}) AS extracted" if query else dotted(table)

    def tables(self) -> list[str]:
        """Names of the tables."""
        return listed(self, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")

    def probe(self, relation: str) -> pa.Schema:
        """Columns of a relation, each with the type that holds all its values."""
        with self._executed(f"SELECT * FROM {relation} LIMIT 0") as reader:
            names = reader.schema.names
        if not names:
            raise DriverError(f"{relation} has no columns.")
        asked = ", ".join(_kinds(name) for name in names)
        with self._executed(f"SELECT {asked} FROM {relation}") as reader:
            row = list(reader.read_all().to_pylist()[0].values())
        kinds = [row[index : index + _KINDS] for index in range(0, len(row), _KINDS)]
        return pa.schema([pa.field(name, _type(found)) for name, found in zip(names, kinds, strict=True)])

    @contextmanager
    def read(self, query: Query) -> Iterator[pa.RecordBatchReader]:
        """Rows, without the one that only shows the types."""
        samples = ", ".join(f"{_sample(field.type)} AS {quoted(field.name)}" for field in query.columns)
        columns = ", ".join(_selected(field) for field in query.columns)
        rows = f"SELECT {columns} FROM {query.relation} {tail(query)}"
        with self._executed(f"SELECT {samples} UNION ALL SELECT * FROM ({rows})") as reader:
            yield pa.RecordBatchReader.from_batches(reader.schema, _without_first(reader))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def _executed(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql)
                yield cursor.fetch_record_batch()
        except (Error, pa.ArrowException, OSError) as error:
            raise driver_error(error, self._url) from error


def connect(url: URL, folder: Path, connect_timeout_s: int) -> Sqlite:
    """The file of `url`; DriverError."""
    return Sqlite(url, folder)


def _kinds(name: str) -> str:
    """Five answers about a column: whether it holds text, bytes, numbers with a point, whole ones, great whole ones."""
    column = quoted(name)
    great = f"typeof({column}) = 'integer' AND ({column} > {_EXACT} OR {column} < -{_EXACT})"
    asked = [f"typeof({column}) = '{kind}'" for kind in ("text", "blob", "real", "integer")] + [great]
    return ", ".join(f"coalesce(max({condition}), 0)" for condition in asked)


def _type(found: list[int]) -> pa.DataType:
    """The type that holds all of a column's values exactly; a column of nothing but nulls is text."""
    text, blob, real, whole, great = found
    if text or (blob and (real or whole)) or (real and great) or not any(found):
        return pa.string()
    if blob:
        return pa.binary()
    return pa.float64() if real else pa.int64()


def _sample(kind: pa.DataType) -> str:
    if pa.types.is_string(kind):
        return "''"
    if pa.types.is_binary(kind):
        return "x''"
    return "0.0" if pa.types.is_floating(kind) else "0"


def _selected(field: pa.Field) -> str:
    """Numbers among text keep all their digits."""
    name = quoted(field.name)
    if not pa.types.is_string(field.type):
        return name
    shown = f"CASE typeof({name}) WHEN 'real' THEN printf('%!.17g', {name}) ELSE {name} END"
    return f"{shown} AS {name}"


def _without_first(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    first = True
    for batch in reader:
        yield batch.slice(1) if first else batch
        first = False
