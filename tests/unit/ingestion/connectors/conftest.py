from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.unit.ingestion.connectors.databases import DatabaseHome, Postgres, postgres_server
from tests.unit.ingestion.home import Home


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    with TemporaryDirectory(prefix="tundish-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs as a user of its own where the tests run as root
        with postgres_server(folder / "data") as uri:
            yield uri


@pytest.fixture
def postgres(postgres_uri: str) -> Iterator[Postgres]:
    """An empty database."""
    database = Postgres(postgres_uri)
    database.run("DROP SCHEMA IF EXISTS public, mes CASCADE", "CREATE SCHEMA public")
    yield database
    database.close()


@pytest.fixture
def erp(home: Home, postgres: Postgres) -> DatabaseHome:
    return DatabaseHome(home, postgres.uri)
