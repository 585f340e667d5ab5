"""Incremental extracts from a real PostgreSQL: whatever commits late, nothing is missed and nothing doubled."""

import datetime as dt
from typing import Any

import pytest

from tests.unit.ingestion.connectors.databases import DatabaseHome, Postgres
from tests.unit.ingestion.home import column

MINUTES = {"mode": "incremental", "watermark": "write_date", "lagWindowS": 600}
ORDERS = "CREATE TABLE t (id int PRIMARY KEY, state text, write_date timestamp)"


def orders(erp: DatabaseHome, **extras: Any):
    columns = [
        column("id", "BIGINT", key=1, required=True),
        column("state"),
        column("write_date", "TIMESTAMPTZ", parse="utc_timestamp"),
    ]
    return erp.contract(columns, **{"extract": MINUTES, **extras})


def put(postgres: Postgres, key: int, state: str, at: str) -> None:
    postgres.run(
        f"INSERT INTO t VALUES ({key}, '{state}', '{at}') "
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, write_date = excluded.write_date"
    )


def test_a_row_committed_late_with_an_older_watermark_is_not_missed(erp: DatabaseHome, postgres: Postgres):
    postgres.run(ORDERS)
    contract = orders(erp)
    late = postgres.session()
    with late.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1, 'late', '2026-03-01 10:00:00')")
        put(postgres, 2, "early", "2026-03-01 10:05:00")
        assert erp.take(contract).rows_committed == 1
    late.commit()
    put(postgres, 3, "after", "2026-03-01 10:06:00")
    erp.take(contract)
    assert erp.rows(contract, "id, state") == [(1, "late"), (2, "early"), (3, "after")]


@pytest.mark.parametrize("mode", ["upsert", "append"])
def test_rows_read_again_do_not_double(erp: DatabaseHome, postgres: Postgres, mode: str):
    postgres.run(ORDERS)
    contract = orders(erp, loadMode=mode)
    for minute in range(5):
        put(postgres, minute, "new", f"2026-03-01 10:0{minute}:00")
        assert erp.take(contract).rows_committed == 1
    assert erp.rows(contract, "count(*)", history=True) == [(5,)]
    assert erp.fetch(contract) == []
    assert not erp.take(contract).changed


def test_a_change_at_the_very_border_is_seen(erp: DatabaseHome, postgres: Postgres):
    """Same watermark, other content: two changes within the resolution of the clock."""
    postgres.run(ORDERS)
    contract = orders(erp, extract=MINUTES | {"lagWindowS": 0})
    put(postgres, 1, "started", "2026-03-01 10:00:00")
    erp.take(contract)
    put(postgres, 1, "done", "2026-03-01 10:00:00")
    put(postgres, 2, "new", "2026-03-01 10:00:00")
    erp.take(contract)
    assert erp.rows(contract, "id, state") == [(1, "done"), (2, "new")]
    assert erp.rows(contract, "count(*)", history=True) == [(3,)]


def test_rows_without_a_watermark_come_once(erp: DatabaseHome, postgres: Postgres):
    postgres.run(ORDERS, "INSERT INTO t VALUES (1, 'a', NULL), (2, 'b', '2026-03-01 10:00:00')")
    contract = orders(erp)
    erp.take(contract)
    postgres.run("INSERT INTO t VALUES (3, 'c', NULL)", "UPDATE t SET state = 'x' WHERE id = 1")
    assert erp.take(contract).rows_committed == 2
    assert erp.fetch(contract) == []
    assert erp.rows(contract, "id, state") == [(1, "x"), (2, "b"), (3, "c")]


def test_a_watermark_in_the_future_hides_nothing(erp: DatabaseHome, postgres: Postgres):
    postgres.run(ORDERS)
    contract = orders(erp)
    put(postgres, 1, "clock set wrong", "2199-01-01 00:00:00")
    put(postgres, 2, "a", "2026-03-01 10:00:00")
    erp.take(contract)
    put(postgres, 3, "b", "2026-03-01 10:01:00")
    assert erp.take(contract).rows_committed == 1


@pytest.mark.parametrize("mode", ["upsert", "append"])
def test_a_landed_file_that_was_never_loaded_is_replaced(erp: DatabaseHome, postgres: Postgres, mode: str):
    """A kill between fetching and loading."""
    postgres.run(ORDERS)
    contract = orders(erp, loadMode=mode)
    put(postgres, 1, "a", "2026-03-01 10:00:00")
    (first,) = erp.fetch(contract)
    put(postgres, 2, "b", "2026-03-01 10:01:00")
    (second,) = erp.fetch(contract)
    assert not first.exists()
    assert erp.home.load(contract).rows_committed == 2
    assert second.exists()
    assert erp.rows(contract, "count(*)", history=True) == [(2,)]


def test_a_file_that_a_person_delivered_is_left_alone(erp: DatabaseHome, postgres: Postgres):
    postgres.run(ORDERS)
    contract = orders(erp)
    put(postgres, 1, "a", "2026-03-01 10:00:00")
    (fetched,) = erp.fetch(contract)
    by_hand = fetched.rename(fetched.with_name("t.before_the_move.parquet"))
    put(postgres, 2, "b", "2026-03-01 10:01:00")
    erp.fetch(contract)
    assert by_hand.exists()
    erp.home.load(contract)
    assert erp.rows(contract, "id, state") == [(1, "a"), (2, "b")]


def test_a_watermark_of_wall_clock_time_survives_the_repeated_hour(erp: DatabaseHome, postgres: Postgres):
    postgres.run(ORDERS)
    columns = [
        column("id", "BIGINT", key=1, required=True),
        column("state"),
        column("write_date", "TIMESTAMPTZ", parse="local_timestamp"),
    ]
    contract = erp.contract(columns, extract=MINUTES | {"lagWindowS": 0})
    put(postgres, 1, "before", "2025-10-26 01:59:00")
    erp.take(contract)
    put(postgres, 2, "after", "2025-10-26 03:00:00")
    erp.take(contract)
    put(postgres, 3, "later", "2025-10-26 03:10:00")
    assert erp.take(contract).rows_committed == 1
    found = erp.rows(contract, "id, write_date")
    hours = [(row[0], row[1].astimezone(dt.UTC).strftime("%H:%M")) for row in found]
    assert hours == [(1, "23:59"), (2, "02:00"), (3, "02:10")]


@pytest.mark.parametrize("mode", ["upsert", "append"])
def test_rows_of_the_repeated_hour_do_not_double(erp: DatabaseHome, postgres: Postgres, mode: str):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, seen timestamp, ended timestamp, write_date timestamp)")
    clock = ["01:50", "02:10", "02:50", "02:20", "02:40", "03:10"]
    postgres.run(
        *(
            f"INSERT INTO t VALUES ({n}, '2025-10-26 {at}', '2025-10-26 {at}', '2025-10-26 {at}')"
            for n, at in enumerate(clock)
        )
    )
    columns = [column("id", "BIGINT", key=1, required=True)]
    columns += [
        column(name, "TIMESTAMPTZ", parse="local_timestamp") for name in ("seen", "ended", "write_date")
    ]
    contract = erp.contract(
        columns, loadMode=mode, extract=MINUTES | {"lagWindowS": 86_400}, maxQuarantinedPct=50
    )
    assert erp.take(contract).rows_committed == len(clock)
    hours = [row[0].astimezone(dt.UTC).strftime("%H:%M") for row in erp.rows(contract, "seen", order="id")]
    assert hours == ["23:50", "00:10", "00:50", "01:20", "01:40", "02:10"]
    assert erp.fetch(contract) == []
    postgres.run("INSERT INTO t VALUES (9, '2025-10-26 03:20', NULL, '2025-10-26 03:20')")
    assert erp.take(contract).rows_committed == 1


def test_a_number_as_watermark(erp: DatabaseHome, postgres: Postgres):
    postgres.run(
        "CREATE TABLE t (id bigint PRIMARY KEY, state text)", "INSERT INTO t VALUES (5, 'a'), (9, 'b')"
    )
    columns = [column("id", "BIGINT", key=1, required=True), column("state")]
    contract = erp.contract(
        columns, loadMode="append", extract={"mode": "incremental", "watermark": "id", "lagWindow": 5}
    )
    assert erp.take(contract).rows_committed == 2
    postgres.run("INSERT INTO t VALUES (7, 'late'), (10, 'c')")
    assert erp.take(contract).rows_committed == 2
    assert erp.fetch(contract) == []


def test_quarantined_rows_in_the_window_do_not_land_for_ever(erp: DatabaseHome, postgres: Postgres):
    postgres.run(ORDERS)
    contract = orders(erp, maxQuarantinedPct=100)
    put(postgres, 1, "good", "2026-03-01 10:00:00")
    postgres.run("ALTER TABLE t DROP CONSTRAINT t_pkey", "ALTER TABLE t ALTER id DROP NOT NULL")
    postgres.run("INSERT INTO t VALUES (NULL, 'bad', '2026-03-01 10:00:00')")
    erp.take(contract)
    erp.take(contract)
    assert erp.fetch(contract) == []
