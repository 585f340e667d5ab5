"""Extracts from a real PostgreSQL: nothing missed, nothing doubled, nothing rounded."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.connectors.pull import pull
from ingestion.errors import ConnectorError, PullError
from tests.unit.ingestion.connectors.databases import DatabaseHome, Postgres
from tests.unit.ingestion.home import Home, column


def full(erp: DatabaseHome, mode: str = "snapshot", **extras: Any):
    columns = [column("id", "BIGINT", key=1, required=True), column("name")]
    return erp.contract(columns, loadMode=mode, **extras)


def test_a_full_extract_without_changes_commits_nothing(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, name text)")
    postgres.run("INSERT INTO t SELECT n, 'name ' || n FROM generate_series(1, 100000) n")
    contract = full(erp)
    assert erp.take(contract).rows_committed == 100_000
    postgres.run("UPDATE t SET name = name WHERE id % 7 = 0")  # other places on disk, same rows
    assert erp.fetch(contract) == []
    assert not erp.take(contract).changed


def test_a_table_that_returns_to_a_former_state_is_news(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'a')")
    contract = full(erp)
    for name in ("a", "b", "a", "b", "b", "a"):
        postgres.run(f"UPDATE t SET name = '{name}'")
        erp.take(contract)
        assert erp.rows(contract, "name") == [(name,)]
    assert erp.rows(contract, "count(*)", history=True) == [(5,)]


def test_a_table_that_was_emptied_is_empty(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'a')")
    contract = full(erp)
    erp.take(contract)
    postgres.run("DELETE FROM t")
    erp.take(contract)
    assert erp.rows(contract, "name") == []


def test_a_query_instead_of_a_table(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE SCHEMA mes", 'CREATE TABLE mes."Order Line" (id int, name text)')
    postgres.run("""INSERT INTO mes."Order Line" VALUES (1, 'it''s'), (2, 'b')""")
    by_query = full(erp, extract={"query": 'SELECT id, upper(name) AS name FROM mes."Order Line";'})
    erp.take(by_query)
    assert erp.rows(by_query, "name") == [("B",), ("IT'S",)]
    by_name = full(erp, table="u", extract={"table": "mes.Order Line"})
    erp.take(by_name)
    assert erp.rows(by_name, "name") == [("b",), ("it's",)]


TYPES = """CREATE TABLE t (id int PRIMARY KEY, n numeric(38,12), free numeric, tz timestamptz, naive timestamp,
    d date, tm time, b bytea, u uuid, j json, jb jsonb, ints int[], exact numeric[], texts text[], f8 float8,
    f4 float4, yes boolean, step interval, ip inet, price money)"""
VALUES = """INSERT INTO t VALUES (1, 12345678901234567890123456.123456789012, 0.1000000000000000055511151231257827,
    '2026-03-29 02:30:00.123456+02', '2026-03-29 02:30:00.123456', '2026-02-28', '12:34:56.789', '\\x00ff10',
    '6a0c3f3e-6f0e-4c53-9f67-dc2f3a3c6a2b', '{"a": [1]}', '{"b": "ü"}', '{1,2}', '{1.50,2}', '{a,"b,c",NULL}',
    0.1, 0.5, true, '1 mon 2 days 03:00:00.5', '10.0.0.1', 12.50)"""


def test_types_arrive_without_loss(erp: DatabaseHome, postgres: Postgres):
    postgres.run(TYPES, VALUES, "INSERT INTO t (id) VALUES (2)", "INSERT INTO t (id, f8) VALUES (3, 'NaN')")
    contract = erp.contract(
        [
            column("id", "BIGINT", key=1, required=True),
            column("n", "DECIMAL(38,12)"),
            column("free"),
            column("tz", "TIMESTAMPTZ"),
            column("as_utc", "TIMESTAMPTZ", parse="utc_timestamp", physicalName="naive"),
            column("d", "DATE"),
            *[column(name) for name in ("tm", "b", "u", "j", "jb", "texts", "step", "ip", "price")],
            column("ints", "DOUBLE[]"),
            column("exact", "DOUBLE[]"),
            column("f8", "DOUBLE", nullValues=["nan"]),
            column("f4", "DOUBLE"),
            column("yes", "BOOLEAN"),
        ]
    )
    load = erp.take(contract)
    assert (load.rows_committed, load.rows_quarantined) == (3, 0), load.batches
    names = [item.name for item in contract.columns if item.name != "id"]
    shown = ", ".join(f"CAST({name} AS VARCHAR)" for name in names)
    full_row, *empty = erp.rows(contract, f"id, {shown}")
    assert dict(zip(names, full_row[1:], strict=True)) == {
        "n": "12345678901234567890123456.123456789012",
        "free": "0.1000000000000000055511151231257827",
        "tz": "2026-03-29 00:30:00.123456+00",
        "as_utc": "2026-03-29 02:30:00.123456+00",
        "d": "2026-02-28",
        "tm": "12:34:56.789",
        "b": "00ff10",
        "u": "6a0c3f3e-6f0e-4c53-9f67-dc2f3a3c6a2b",
        "j": '{"a": [1]}',
        "jb": '{"b": "ü"}',
        "texts": '["a", "b,c", null]',
        "step": "1 mon 2 days 03:00:00.5",
        "ip": "10.0.0.1/32",
        "price": "$12.50",
        "ints": "[1.0, 2.0]",
        "exact": "[1.5, 2.0]",
        "f8": "0.1",
        "f4": "0.5",
        "yes": "true",
    }
    assert [set(row[1:]) for row in empty] == [{None}, {None}]


def test_wall_clock_times_follow_the_zone_of_the_plant(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, seen timestamp)")
    postgres.run(
        "INSERT INTO t VALUES (1, '2026-07-01 12:00:00'), (2, '2026-03-29 02:30:00'), (3, 'infinity')"
    )
    columns = [column("id", "BIGINT", key=1), column("seen", "TIMESTAMPTZ", parse="local_timestamp")]
    contract = erp.contract(columns, maxQuarantinedPct=50)
    load = erp.take(contract)
    assert (load.rows_committed, load.rows_quarantined) == (2, 1), "02:30 does not exist that night"
    assert erp.rows(contract, "CAST(seen AS VARCHAR)", order="id") == [("2026-07-01 10:00:00+00",), (None,)]


def test_drift_of_the_table_is_told_as_that_of_files(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'a')")
    contract = full(erp)
    erp.take(contract)
    postgres.run("ALTER TABLE t ADD COLUMN colour text", "INSERT INTO t VALUES (2, 'b', 'red')")
    (added,) = erp.take(contract).with_status("committed")
    assert [(finding.rule, finding.column) for finding in added.findings] == [("unexpected_column", "colour")]
    postgres.run("ALTER TABLE t RENAME COLUMN name TO naming", "INSERT INTO t VALUES (3, 'c', 'blue')")
    for _ in range(2):
        (held,) = erp.take(contract).with_status("held")
        assert held.findings[0].rule == "missing_column"
        assert "name (renamed to naming?)" in held.message
    assert erp.rows(contract, "id, name") == [(1, "a"), (2, "b")]
    postgres.run("ALTER TABLE t RENAME COLUMN naming TO name")
    assert erp.take(contract).rows_committed == 3
    assert erp.rows(contract, "id, name") == [(1, "a"), (2, "b"), (3, "c")]


def test_a_column_that_turns_into_text_is_quarantined_row_by_row(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, amount int)", "INSERT INTO t VALUES (1, 5)")
    columns = [column("id", "BIGINT", key=1), column("amount", "BIGINT")]
    contract = erp.contract(columns, maxQuarantinedPct=60)
    erp.take(contract)
    postgres.run("ALTER TABLE t ALTER amount TYPE text", "INSERT INTO t VALUES (2, 'five')")
    load = erp.take(contract)
    assert (load.rows_committed, load.rows_quarantined) == (1, 1)
    assert erp.home.quarantine(contract)[0].rule == "type:amount"


def test_one_table_that_fails_does_not_stop_the_others(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'a')")
    good, gone = full(erp), full(erp, table="gone")
    home = erp.home
    with pytest.raises(PullError, match=r"sys__gone: PostgreSQL .*does not exist") as caught:
        pull(home.source, [gone, good], home.plant, home.settings)
    assert set(caught.value.failures) == {"sys__gone"}
    assert home.load(good).rows_committed == 1


def test_a_server_that_is_away_says_so_without_the_password(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ERP_PASSWORD", "s3cr3t")
    away = DatabaseHome(home, "postgresql://reader@127.0.0.1:9/odoo", {"password": {"env": "ERP_PASSWORD"}})
    with pytest.raises(ConnectorError, match=r"sys: connection: .*127\.0\.0\.1.*port 9 failed") as caught:
        away.fetch(full(away))
    assert "s3cr3t" not in str(caught.value)


def test_the_extract_cannot_write(erp: DatabaseHome, postgres: Postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, name text)", "CREATE SEQUENCE s")
    contract = full(erp, extract={"query": "SELECT nextval('s') AS id, 'a' AS name"})
    with pytest.raises(PullError, match="read-only transaction"):
        erp.fetch(contract)


@pytest.mark.parametrize(
    ("extras", "problem"),
    [
        ({"extract": {"mode": "sometimes"}}, "mode is 'sometimes'"),
        ({"extract": {"tabel": "x"}}, "unknown entries"),
        ({"extract": {"table": "x", "query": "select 1"}}, "exclude each other"),
        ({"extract": {"parts": "x_*", "query": "select 1"}}, "belong together"),
        ({"extract": {"mode": "incremental", "watermark": "nope"}}, "watermark 'nope' is no column"),
        ({"extract": {"mode": "incremental", "watermark": "name"}}, "watermark name is VARCHAR"),
        ({"loadMode": "append"}, "mode full needs loadMode snapshot or upsert"),
        ({"files": "*.csv"}, "does not match landed files"),
        ({"format": "delimited"}, "extracts are landed as parquet"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_extract_is_told(home: Home, tmp_path: Path, extras: dict[str, Any], problem: str):
    erp = DatabaseHome(home, "duckdb:///empty.duckdb")
    duckdb.connect(str(home.root / "empty.duckdb")).close()
    columns = [column("id", "BIGINT", key=1), column("name")]
    contract = erp.contract(columns, **{"extract": {}, **extras})
    with pytest.raises(PullError, match=problem):
        erp.fetch(contract)
