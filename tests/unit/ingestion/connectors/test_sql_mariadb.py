"""Extracts from a real MariaDB by SQLAlchemy: the way of every database that has no driver of its own here."""

import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.integration.debian import program
from tests.integration.ports import free_port, wait_for_port
from tests.unit.ingestion.connectors.databases import DatabaseHome
from tests.unit.ingestion.home import Home, column

pymysql = pytest.importorskip("pymysql", reason="the driver of MariaDB is not installed")
GRANTS = """CREATE DATABASE mes;
CREATE USER tundish@'%' IDENTIFIED BY 's3cret';
GRANT SELECT ON mes.* TO tundish@'%';
CREATE USER owner@'%';
GRANT ALL ON mes.* TO owner@'%';
"""
MINUTES = {"mode": "incremental", "watermark": "changed", "lagWindowS": 600}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of its own, with the database `mes` and the user tundish / s3cret, who may read it."""
    server, listens = program("mariadb-server-core", "mariadbd"), free_port()
    with TemporaryDirectory(prefix="tundish-mariadb-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        share = server.root / "usr" / "share" / "mysql"
        sql = "CREATE DATABASE mysql;\nUSE mysql;\n" + "".join(
            (share / file).read_text() for file in ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
        )
        common = [str(server.path), "--no-defaults", f"--datadir={folder}", f"--lc-messages-dir={share}"]
        common += ["--user=root", f"--socket={folder}/socket", "--innodb-flush-log-at-trx-commit=0"]
        bootstrap = [*common, "--bootstrap", "--skip-networking"]
        quiet: dict[str, Any] = {"env": server.environment, "stdout": subprocess.DEVNULL}
        with (folder / "log").open("wb") as log:
            subprocess.run(bootstrap, input=sql.encode(), stderr=log, check=True, **quiet)
            grants = folder / "grants.sql"
            grants.write_text(GRANTS)
            listening = [
                *common,
                f"--port={listens}",
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                f"--init-file={grants}",
            ]
            process = subprocess.Popen(listening, stderr=log, **quiet)
            try:
                wait_for_port(listens)
                yield listens
            finally:
                process.terminate()
                process.wait(timeout=60)


@pytest.fixture
def owner(port: int) -> Iterator[Any]:
    """A connection that changes tables; the database is empty at first."""
    connection = pymysql.connect(host="127.0.0.1", port=port, user="owner", autocommit=True)
    with connection, connection.cursor() as cursor:
        for statement in ("DROP DATABASE mes", "CREATE DATABASE mes", "USE mes"):
            cursor.execute(statement)
        yield cursor


@pytest.fixture
def mes(home: Home, port: int, monkeypatch: pytest.MonkeyPatch) -> DatabaseHome:
    monkeypatch.setenv("MES_PASSWORD", "s3cret")
    more = {"user": "tundish", "password": {"env": "MES_PASSWORD"}}
    return DatabaseHome(home, f"mysql+pymysql://127.0.0.1:{port}/mes", more)


def test_rows_by_watermark_with_a_late_commit(mes: DatabaseHome, owner: Any, port: int) -> None:
    owner.execute("CREATE TABLE t (id int PRIMARY KEY, state text, changed datetime(6))")
    columns = [
        column("id", "BIGINT", key=1, required=True),
        column("state"),
        column("changed", "TIMESTAMPTZ", parse="utc_timestamp"),
    ]
    contract = mes.contract(columns, extract=MINUTES)
    late = pymysql.connect(host="127.0.0.1", port=port, user="owner", database="mes")
    with late, late.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1, 'late', '2026-03-01 10:00:00')")
        owner.execute("INSERT INTO t VALUES (2, 'early', '2026-03-01 10:05:00.000001')")
        assert mes.take(contract).rows_committed == 1
        late.commit()
    owner.execute("UPDATE t SET state = 'done', changed = '2026-03-01 10:06:00' WHERE id = 2")
    assert mes.take(contract).rows_committed == 2
    assert mes.fetch(contract) == []
    assert mes.rows(contract, "id, state") == [(1, "late"), (2, "done")]


def test_types_arrive_without_loss(mes: DatabaseHome, owner: Any) -> None:
    owner.execute(
        "CREATE TABLE t (id bigint unsigned PRIMARY KEY, n decimal(38,12), seen datetime(6), d date, tm time(3), "
        "b varbinary(8), yes tinyint(1), j json, e enum('a','b'), f double, txt text character set utf8mb4)"
    )
    owner.execute(
        "INSERT INTO t VALUES (9223372036854775807, 12345678901234567890123456.123456789012, "
        "'2026-03-29 02:30:00.123456', '2026-02-28', '12:34:56.789', x'00ff10', 1, '{\"a\": [1]}', 'b', 0.1, '\u00fc\u2126')"
    )
    owner.execute("INSERT INTO t (id) VALUES (2)")
    columns = [
        column("id", "BIGINT", key=1, required=True),
        column("n", "DECIMAL(38,12)"),
        column("seen", "TIMESTAMPTZ", parse="utc_timestamp"),
        column("d", "DATE"),
        *[column(name) for name in ("b", "yes", "j", "e", "txt")],
        column("f", "DOUBLE"),
    ]
    contract = mes.contract(columns, extract={"columns": "contract"})
    assert mes.take(contract).rows_quarantined == 0
    shown = "id, n::varchar, (seen AT TIME ZONE 'UTC')::varchar, d::varchar, b, yes, j, e, f, txt"
    (empty, whole) = mes.rows(contract, shown)
    assert empty == (2, *[None] * 9)
    assert whole[:2] == (9223372036854775807, "12345678901234567890123456.123456789012")
    assert whole[2:] == (
        "2026-03-29 02:30:00.123456",
        "2026-02-28",
        "00ff10",
        "1",
        '{"a": [1]}',
        "b",
        0.1,
        "\u00fc\u2126",
    )


@pytest.mark.long
def test_a_larger_table_takes_no_more_memory(mes: DatabaseHome, owner: Any) -> None:
    """The driver would hold 140 MB more of the second table."""
    peaks = []
    for rows in (60_000, 200_000):
        owner.execute(f"CREATE TABLE t{rows} (id int PRIMARY KEY, name varchar(1000))")
        owner.execute(f"INSERT INTO t{rows} SELECT seq, repeat('x', 1000) FROM seq_1_to_{rows}")
        columns = [column("id", "BIGINT", key=1, required=True), column("name")]
        assert mes.fetch(mes.contract(columns, f"t{rows}"))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    assert peaks[1] - peaks[0] < 100, peaks


def test_a_wrong_password_is_told_without_it(mes: DatabaseHome, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingestion.errors import ConnectorError  # noqa: PLC0415

    monkeypatch.setenv("MES_PASSWORD", "wr0ng")
    with pytest.raises(ConnectorError, match="Access denied") as raised:
        mes.fetch(mes.contract([column("id", "BIGINT", key=1)]))
    assert "wr0ng" not in str(raised.value)
