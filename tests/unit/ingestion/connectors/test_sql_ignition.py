"""Tag history of Ignition, fetched from a real PostgreSQL: partitions come and go, ids of one path are one signal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingestion.contracts import SOURCES, Contract, load_contract
from ingestion.errors import PullError
from tests.unit.ingestion.connectors.databases import DatabaseHome, Postgres

MARCH = datetime(2024, 3, 7, 5, tzinfo=UTC)
DATA = (
    "CREATE TABLE {} (tagid int, intvalue bigint, floatvalue double precision, stringvalue text, "
    "datevalue timestamp, dataintegrity int, t_stamp bigint, PRIMARY KEY (tagid, t_stamp))"
)


def shipped() -> Contract:
    return replace(load_contract(SOURCES / "ignition_sql" / "readings.contract.yml"), max_quarantined_pct=50)


def month(postgres: Postgres, name: str) -> None:
    postgres.run(DATA.format(name))


def put(postgres: Postgres, table: str, tag: int, at: datetime, value: str, *, quality: int = 192) -> None:
    """`value` as SQL of the four value columns."""
    stamp = round(at.timestamp() * 1000)
    postgres.run(f"INSERT INTO {table} VALUES ({tag}, {value}, {quality}, {stamp})")


@pytest.fixture
def history(postgres: Postgres) -> Postgres:
    postgres.run(
        "CREATE TABLE sqlth_te (id int PRIMARY KEY, tagpath text, scid int, datatype int, querymode int, "
        "created bigint, retired bigint)",
        "CREATE TABLE sqlth_partitions (pname text, drvid int, start_time bigint, end_time bigint)",
        "INSERT INTO sqlth_te VALUES (1, 'line1/temp', 1, 1, 0, 0, 1709787600500), (2, 'line1/state', 1, 2, 0, 0, NULL)",
        "INSERT INTO sqlth_te VALUES (3, 'line1/temp', 1, 0, 0, 0, NULL)",
    )
    month(postgres, "sqlt_data_1_2024_02")
    month(postgres, "sqlt_data_1_2024_03")
    return postgres


def test_partitions_and_ids_of_one_path_become_one_signal(erp: DatabaseHome, history: Postgres) -> None:
    contract = shipped()
    put(history, "sqlt_data_1_2024_02", 1, MARCH - timedelta(days=9), "NULL, 20.5, NULL, NULL")
    put(history, "sqlt_data_1_2024_03", 3, MARCH, "21, NULL, NULL, NULL")
    put(history, "sqlt_data_1_2024_03", 2, MARCH, "NULL, NULL, 'running', NULL")
    put(
        history,
        "sqlt_data_1_2024_03",
        3,
        MARCH + timedelta(milliseconds=1),
        "NULL, NULL, NULL, NULL",
        quality=500,
    )
    erp.take(contract)
    found = erp.rows(contract, "signal, reading_at, value, value_text, status", order="signal, reading_at")
    assert [(name, at.astimezone(UTC), *rest) for name, at, *rest in found] == [
        ("line1/state", MARCH, None, "running", "good"),
        ("line1/temp", MARCH - timedelta(days=9), 20.5, None, "good"),
        ("line1/temp", MARCH, 21.0, None, "good"),
        ("line1/temp", MARCH + timedelta(milliseconds=1), None, None, "bad"),
    ]


def test_a_new_partition_and_a_late_row_are_seen_and_nothing_comes_twice(
    erp: DatabaseHome, history: Postgres
) -> None:
    contract = shipped()
    put(history, "sqlt_data_1_2024_03", 3, MARCH, "1, NULL, NULL, NULL")
    assert erp.take(contract).rows_committed == 1
    month(history, "sqlt_data_1_2024_04")
    put(history, "sqlt_data_1_2024_04", 3, MARCH + timedelta(days=30), "2, NULL, NULL, NULL")
    put(history, "sqlt_data_1_2024_03", 3, MARCH - timedelta(hours=20), "3, NULL, NULL, NULL")
    assert erp.take(contract).rows_committed == 2
    assert erp.fetch(contract) == []
    late = MARCH + timedelta(days=30) - timedelta(hours=23)
    put(history, "sqlt_data_1_2024_04", 3, late, "4, NULL, NULL, NULL")
    assert erp.take(contract).rows_committed == 1
    assert erp.rows(contract, "count(*), sum(value)", history=True) == [(4, 10.0)]


def test_a_value_of_an_unknown_id_is_put_aside(erp: DatabaseHome, history: Postgres) -> None:
    contract = shipped()
    put(history, "sqlt_data_1_2024_03", 3, MARCH, "1, NULL, NULL, NULL")
    put(history, "sqlt_data_1_2024_03", 9, MARCH, "1, NULL, NULL, NULL")
    load = erp.take(contract)
    assert (load.rows_committed, load.rows_quarantined) == (1, 1)
    assert [row.rule for row in erp.home.quarantine(contract)] == ["required:signal"]


def test_a_database_without_tag_history_is_told(erp: DatabaseHome, postgres: Postgres) -> None:
    with pytest.raises(PullError, match=r"no table is called like sqlt_data_\*"):
        erp.fetch(shipped())
