"""What every database driver offers to the extract, and which driver an address means.

postgresql:// is read through ADBC, sqlite:///file through ADBC, duckdb:///file by DuckDB itself, every other address
(also postgresql+psycopg:// and the like) by SQLAlchemy with the driver that is installed for it. All of them read
only and stream in bounded memory.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyarrow as pa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ingestion.connectors.secrets import resolve
from ingestion.errors import PlantError
from ingestion.plant import Plant, Source

Value: TypeAlias = datetime | date | int | Decimal | str
_OPTIONS = {"url", "user", "password", "connect_timeout_s"}
_DRIVERS = {
    "postgresql": "ingestion.connectors.sql.postgres",
    "postgres": "ingestion.connectors.sql.postgres",
    "sqlite": "ingestion.connectors.sql.sqlite",
    "duckdb": "ingestion.connectors.sql.duckdb_file",
}
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
_OTHER = "ingestion.connectors.sql.alchemy"


class DriverError(Exception):
    """What a driver could not do, in its own words without secrets; the extract turns it into a ConnectorError."""


@dataclass(frozen=True)
class Query:
    """One read. `columns` are names with their Arrow types as probed; rows from `since` on, or without watermark."""

    relation: str
    columns: pa.Schema
    order: Sequence[str] = ()
    watermark: str = ""
    since: Value | None = None
    nothing: bool = False


class Database(Protocol):
    """A database that can be read."""

    place: str

    def relation(self, table: str, query: str) -> str:
        """SQL of what is read: a quoted table, or a query in brackets."""

    def tables(self) -> list[str]:
        """Names of the tables of the connection's schema; DriverError."""

    def probe(self, relation: str) -> pa.Schema:
        """Columns of a relation with their types, without reading rows; DriverError."""

    def read(self, query: Query) -> AbstractContextManager[pa.RecordBatchReader]:
        """Rows in bounded batches; DriverError at opening and while reading."""

    def close(self) -> None:
        """Give the connection back."""


def open_database(source: Source, plant: Plant) -> Database:
    """Connect as plant.yml says; PlantError for wrong options, DriverError if nobody answers."""
    options = source.connection.options if source.connection is not None else {}
    url = _address(plant, source, options)
    module = import_module(_DRIVERS.get(url.drivername, _OTHER))
    return module.connect(url, plant.folder, int(options.get("connect_timeout_s", 10)))  # type: ignore[no-any-return]


def _address(plant: Plant, source: Source, options: Mapping[str, Any]) -> URL:
    file = plant.folder / "plant.yml"
    where = f"source {source.system}: connection"
    if unknown := sorted(set(options) - _OPTIONS):
        raise PlantError(
            file, f"{where} has unknown options {unknown}.", f"use {', '.join(sorted(_OPTIONS))}."
        )
    found = resolve(dict(options), plant.folder, where)
    try:
        url = make_url(str(found.get("url") or ""))
    except ArgumentError:
        url = None
    if url is None or not url.drivername:
        step = "write url: postgresql://<user>@<host>:5432/<database> and password: {env: NAME}."
        raise PlantError(file, f"{where}.url is no address of a database.", step)
    if found.get("user"):
        url = url.set(username=str(found["user"]))
    return url.set(password=str(found["password"])) if found.get("password") else url


def listed(database: Database, sql: str = TABLES) -> list[str]:
    """The texts that a query of one column gives."""
    relation = database.relation("", sql)
    with database.read(Query(relation, database.probe(relation))) as reader:
        return [str(value) for value in reader.read_all().column(0).to_pylist()]


def local_file(url: URL, folder: Path) -> Path:
    """The file of sqlite:///name or duckdb:///name; relative names are relative to the plant's folder."""
    path = folder / Path(url.database or "").expanduser()
    if not path.is_file():
        raise DriverError(f"there is no database file {path}.")
    return path


def dotted(table: str, quote: str = '"') -> str:
    """schema.table as quoted identifiers."""
    return ".".join(quote + part.replace(quote, quote * 2) + quote for part in table.split("."))


def quoted(name: str) -> str:
    """A standard SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Value) -> str:
    """A value as SQL that PostgreSQL, DuckDB and SQLite understand (SQLite holds times as text)."""
    if isinstance(value, datetime):
        kind = "TIMESTAMP" if value.tzinfo is None else "TIMESTAMPTZ"
        return f"{kind} '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def tail(query: Query) -> str:
    """WHERE and ORDER BY of a query, in standard SQL. Rows without a watermark are always read: they have no age."""
    parts = []
    if query.nothing:
        parts.append("WHERE 1 = 0")
    elif query.since is not None:
        column = quoted(query.watermark)
        parts.append(f"WHERE {column} >= {literal(query.since)} OR {column} IS NULL")
    if query.order and not query.nothing:
        parts.append("ORDER BY " + ", ".join(quoted(name) for name in query.order))
    return " ".join(parts)


def driver_error(error: Exception, url: URL) -> DriverError:
    """The driver's words in one line, without the password."""
    text = " ".join(str(error).split("Query was:")[0].split())
    if url.password:
        text = text.replace(str(url.password), "***")
    return DriverError(text[:500])
