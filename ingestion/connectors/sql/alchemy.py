"""Every other database: by SQLAlchemy, with the driver that is installed for the address.

Rows come as Python values, so the types are taken from the first portion and from what its nulls turn out to be:
decimals become text, times keep their zone or their lack of one. A later value that does not fit ends the extract.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Select, create_engine, inspect, literal_column, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

from ingestion.connectors.sql.database import DriverError, Query, driver_error

_PORTION = 10_000
_TYPES: tuple[tuple[type, pa.DataType], ...] = (
    (bool, pa.bool_()),
    (int, pa.int64()),
    (float, pa.float64()),
    (datetime, pa.timestamp("us")),
    (date, pa.date32()),
    (time, pa.time64("us")),
)


class Alchemy:
    """One connection by SQLAlchemy."""

    def __init__(self, url: URL, connection: Connection) -> None:
        self._url = url
        self._connection = connection.execution_options(stream_results=True, yield_per=_PORTION)
        self._quote = connection.dialect.identifier_preparer.quote_identifier
        self.place = f"{url.drivername} {url.host or ''}, database {url.database}".replace(" ,", ",")

    def relation(self, table: str, query: str) -> str:
        """SQL of what is read."""
        return f"({query}) extracted" if query else ".".join(self._quote(part) for part in table.split("."))

    def tables(self) -> list[str]:
        """Names of the tables."""
        try:
            return inspect(self._connection).get_table_names()
        except SQLAlchemyError as error:
            raise driver_error(error, self._url) from error
        finally:
            self._connection.rollback()

    def probe(self, relation: str) -> pa.Schema:
        """Columns of a relation; types are those of its first rows."""
        # bounded in the dialect's own words: some drivers read to the end what is closed early
        first: Select[Any] = select(literal_column("*")).select_from(text(relation)).limit(_PORTION)
        try:
            with self._connection.execute(first) as result:
                names = list(result.keys())
                return _schema(names, result.fetchmany(_PORTION))
        except SQLAlchemyError as error:
            raise driver_error(error, self._url) from error
        finally:
            self._connection.rollback()

    @contextmanager
    def read(self, query: Query) -> Iterator[pa.RecordBatchReader]:
        """Rows in portions."""
        columns = ", ".join(self._quote(name) for name in query.columns.names)
        sql, given = self._statement(query, columns)
        try:
            with self._connection.execute(text(sql), given) as result:
                portions = result.partitions(_PORTION)
                first = list(next(portions, ()))
                schema = _schema(query.columns.names, first, query.columns)
                yield pa.RecordBatchReader.from_batches(schema, _batches(schema, first, portions))
        except (SQLAlchemyError, pa.ArrowException, OSError, OverflowError, TypeError) as error:
            raise driver_error(error, self._url) from error
        finally:
            self._connection.rollback()

    def close(self) -> None:
        """Close the connection and its engine."""
        self._connection.close()
        self._connection.engine.dispose()

    def _statement(self, query: Query, columns: str) -> tuple[str, dict[str, Any]]:
        parts, given = [f"SELECT {columns} FROM {query.relation}"], {}
        if query.nothing:
            parts.append("WHERE 1 = 0")
        elif query.since is not None:
            column = self._quote(query.watermark)
            parts.append(f"WHERE {column} >= :since OR {column} IS NULL")
            given["since"] = query.since
        if query.order and not query.nothing:
            parts.append("ORDER BY " + ", ".join(self._quote(name) for name in query.order))
        return " ".join(parts), given


def connect(url: URL, folder: Path, connect_timeout_s: int) -> Alchemy:
    """A connection by the driver of `url`; DriverError if it is not installed or does not answer."""
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str((folder / url.database).resolve()))
    try:
        return Alchemy(url, create_engine(url).connect())
    except (ImportError, NoSuchModuleError) as error:
        raise DriverError(
            f"no driver for {url.drivername} is installed ({error}); install it beside Tundish."
        ) from error
    except SQLAlchemyError as error:
        raise driver_error(error, url) from error


def _schema(names: Sequence[str], rows: Sequence[Any], before: pa.Schema | None = None) -> pa.Schema:
    fields = []
    for index, name in enumerate(names):
        values = [row[index] for row in rows if row[index] is not None]
        known = before.field(name).type if before is not None else pa.string()
        fields.append(pa.field(name, _type(values) if values else known))
    return pa.schema(fields)


def _type(values: Sequence[Any]) -> pa.DataType:
    kinds = {type(value) for value in values}
    if kinds == {int, float}:
        return pa.float64()
    if len(kinds) > 1:
        return pa.string()
    for kind, arrow in _TYPES:
        if kinds == {kind}:
            zoned = kind is datetime and values[0].tzinfo is not None
            return pa.timestamp("us", tz="UTC") if zoned else arrow
    return pa.binary() if kinds <= {bytes, memoryview} else pa.string()


def _batches(
    schema: pa.Schema, first: Sequence[Any], rest: Iterator[Sequence[Any]]
) -> Iterator[pa.RecordBatch]:
    portion: Sequence[Any] | None = first
    while portion:
        columns = list(zip(*portion, strict=True))
        arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        portion = next(rest, None)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        return pa.array([None if value is None else _text(value) for value in values], kind)
    if pa.types.is_binary(kind):
        return pa.array([None if value is None else bytes(value) for value in values], kind)
    return pa.array(values, kind)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
