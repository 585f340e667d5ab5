"""Extracts from SQLite and DuckDB files, and from any database that SQLAlchemy knows."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingestion.errors import ConnectorError, PullError
from tests.unit.ingestion.connectors.databases import DatabaseHome
from tests.unit.ingestion.home import Home, column

CHANGES = {"mode": "incremental", "watermark": "changed", "lagWindowS": 60}


def sqlite_file(home: Home, *statements: str) -> Path:
    path = home.root / "mes.db"
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


def duckdb_file(home: Home, *statements: str) -> Path:
    path = home.root / "mes.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


Writer = Callable[..., Path]


@pytest.mark.parametrize(
    ("url", "write"),
    [
        ("sqlite:///mes.db", sqlite_file),
        ("duckdb:///mes.duckdb", duckdb_file),
        ("sqlite+pysqlite:///mes.db", sqlite_file),
    ],
)
@pytest.mark.parametrize("kind", ["text", "timestamp"])
def test_changes_since_the_last_time(home: Home, url: str, write: Writer, kind: str) -> None:
    if write is sqlite_file and kind == "timestamp":
        kind = "datetime"  # SQLite holds text all the same
    write(home, f"CREATE TABLE t (id integer PRIMARY KEY, name text, changed {kind})")
    write(home, "INSERT INTO t VALUES (1, 'a', '2026-03-01 10:00:00'), (2, 'b', '2026-03-01 10:05:00')")
    source = DatabaseHome(home, url)
    columns = [
        column("id", "BIGINT", key=1),
        column("name"),
        column("changed", "TIMESTAMPTZ", parse="local_timestamp"),
    ]
    contract = source.contract(columns, extract=CHANGES)
    assert source.take(contract).rows_committed == 2
    write(home, "INSERT INTO t VALUES (3, 'late', '2026-03-01 10:04:30')")
    write(home, "UPDATE t SET name = 'B' WHERE id = 2")
    assert source.take(contract).rows_committed == 2
    assert source.rows(contract, "id, name") == [(1, "a"), (2, "B"), (3, "late")]
    assert source.fetch(contract) == []


def test_sqlite_columns_of_mixed_values_lose_nothing(home: Home) -> None:
    """The types of a column stand in its values: 5,000 nulls or whole numbers first, something else later."""
    sqlite_file(home, "CREATE TABLE t (id integer PRIMARY KEY, a, b, c, d, e)")
    rows = [(n, None, n, n, None, None) for n in range(5000)]
    rows += [(5000, "text", 0.5, "x", b"\x00\xff", None), (5001, 7, 2**53, 0.1 + 0.2, None, None)]
    rows += [(5002, 2**60 + 1, 1.5, 2**62 + 1, b"a", None)]
    with sqlite3.connect(home.root / "mes.db") as connection:
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    source = DatabaseHome(home, "sqlite:///mes.db")
    names = ("a", "b", "c", "d", "e")
    contract = source.contract([column("id", "BIGINT", key=1), *map(column, names)], extract={})
    assert source.take(contract).rows_committed == 5003
    found = source.rows(contract, "id, a, b, c, d, e")
    assert found[4999:] == [
        (4999, None, "4999.0", "4999", None, None),
        (5000, "text", "0.5", "x", "00ff", None),
        (5001, "7", "9007199254740992.0", "0.30000000000000004", None, None),
        (5002, str(2**60 + 1), "1.5", str(2**62 + 1), "61", None),
    ]


def test_duckdb_types_lose_nothing(home: Home) -> None:
    duckdb_file(
        home,
        "CREATE TABLE t AS SELECT 1 AS id, 170141183460469231731687303715884105727::HUGEINT AS huge, "
        "1.123456789012345678901234567890::DECIMAL(38,30) AS exact, uuid() AS u, "
        "'{\"a\": 1}'::JSON AS j, INTERVAL '36 hours' AS step, 'ab'::BLOB AS raw, "
        "{'x': 1.50::DECIMAL(5,2)} AS nested, [1.5, NULL]::DOUBLE[] AS numbers, 'on'::ENUM('on', 'off') AS state, "
        "TIMESTAMPTZ '2026-03-29 02:30:00+02' AS seen, TIMESTAMP_NS '2026-01-01 00:00:00.123456789' AS fine",
    )
    source = DatabaseHome(home, "duckdb:///mes.duckdb")
    names = ("huge", "u", "j", "step", "raw", "nested", "state")
    columns = [column("id", "BIGINT", key=1), *map(column, names)]
    columns += [column("exact", "DECIMAL(38,30)"), column("seen", "TIMESTAMPTZ")]
    columns += [column("fine", "TIMESTAMPTZ", parse="utc_timestamp"), column("numbers", "VARCHAR")]
    contract = source.contract(columns, extract={})
    load = source.take(contract)
    assert load.rows_committed == 1, load.batches
    (row,) = source.rows(contract, ", ".join(f"CAST({item} AS VARCHAR)" for item in (*names[:1], *names[2:])))
    assert row == (
        "170141183460469231731687303715884105727",
        '{"a": 1}',
        "36:00:00",
        "6162",
        '{"x": "1.50"}',
        "on",
    )
    (row,) = source.rows(contract, "exact::VARCHAR, seen::VARCHAR, fine::VARCHAR, numbers, length(u)")
    assert row == (
        "1.123456789012345678901234567890",
        "2026-03-29 00:30:00+00",
        "2026-01-01 00:00:00.123456+00",
        "[1.5, NULL]",
        36,
    )


def test_values_by_sqlalchemy(home: Home) -> None:
    """Nulls for longer than a portion, then values of a type."""
    sqlite_file(home, "CREATE TABLE t (id integer PRIMARY KEY, amount real, raw blob, name text)")
    rows = [(n, n / 3, None, None) for n in range(12_000)] + [(12_000, 1.0, b"\x01", "ü")]
    with sqlite3.connect(home.root / "mes.db") as connection:
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    connection.close()
    source = DatabaseHome(home, "sqlite+pysqlite:///mes.db")
    columns = [column("id", "BIGINT", key=1), column("amount", "DOUBLE"), column("raw"), column("name")]
    contract = source.contract(columns, extract={})
    assert source.take(contract).rows_committed == 12_001
    (found,) = source.rows(contract, "sum(amount), max(raw), max(name)")
    assert found == (pytest.approx(sum(row[1] for row in rows)), "01", "ü")
    assert source.fetch(contract) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///nowhere.db", "there is no database file"),
        ("duckdb:///nowhere.duckdb", "there is no database file"),
        ("mssql+pymssql://reader@127.0.0.1/erp", "no driver for mssql"),
        ("carrier+pigeon://127.0.0.1/erp", "no driver for carrier"),
    ],
)
def test_what_cannot_be_opened(home: Home, url: str, words: str) -> None:
    source = DatabaseHome(home, url)
    contract = source.contract([column("id", "BIGINT", key=1)], extract={})
    with pytest.raises(ConnectorError, match=words):
        source.fetch(contract)


def test_a_broken_database_file(home: Home) -> None:
    (home.root / "mes.db").write_bytes(b"no database at all" * 100)
    source = DatabaseHome(home, "sqlite:///mes.db")
    contract = source.contract([column("id", "BIGINT", key=1)], extract={})
    with pytest.raises(PullError, match="not a database"):
        source.fetch(contract)


def test_only_the_columns_of_the_contract(home: Home) -> None:
    duckdb_file(home, "CREATE TABLE t AS SELECT 1 AS id, repeat('x', 100) AS attachment")
    source = DatabaseHome(home, "duckdb:///mes.duckdb")
    contract = source.contract([column("id", "BIGINT", key=1)], extract={"columns": "contract"})
    (batch,) = source.take(contract).batches
    assert batch.findings == ()
