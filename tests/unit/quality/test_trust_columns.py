"""Shares without a value out of the ledger: counted once, against the same weekdays, odd only where nothing usual explains it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.lake.ledger import SCHEMA, read_ledger
from quality.trust.column_day import COLUMN_DAY
from tests.unit.ingestion.home import Home, column
from tests.unit.quality.trust_rows import MONDAY, committed


def judged(files: list[dict[str, Any]]) -> dict[tuple[str, date], dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("ledger", pa.Table.from_pylist(files, SCHEMA))
        rows = connection.sql(COLUMN_DAY).to_arrow_table().to_pylist()
    return {(row["column_name"], row["batch_date"]): row for row in rows}


def day(number: int) -> date:
    return (MONDAY + timedelta(days=number)).date()


def test_files_of_a_day_are_added_up_and_a_repeated_load_counts_once() -> None:
    again = committed(0, 100, {"order_no": 40}, recorded_at=MONDAY + timedelta(minutes=1))
    other = committed(0, 300, {}, sha256="b", transaction="b")
    old = committed(1, 50, {}, null_counts=None)
    found = judged([committed(0, 100, {"order_no": 40}), again, other, old, committed(2, 10, {})])
    assert {key: (row["row_count"], row["null_count"], row["null_pct"]) for key, row in found.items()} == {
        ("order_no", day(0)): (400, 40, 10.0),
        ("order_no", day(2)): (10, 0, 0.0),
    }


def test_a_column_that_loses_its_values_is_odd_on_that_day_and_a_season_is_not() -> None:
    """Orders are missing on Sundays as ever; on one Wednesday half of the materials are."""
    random = np.random.default_rng(5)
    files = [
        committed(number, 1000, {
            "order_no": int(random.binomial(1000, 0.9 if number % 7 == 6 else 0.05)),
            "material_no": int(random.binomial(1000, 0.5 if number == 44 else 0.02)),
        })
        for number in range(70)
    ]  # fmt: skip
    found = judged(files)
    assert [key for key, row in found.items() if row["is_null_anomaly"]] == [("material_no", day(44))]
    assert found["order_no", day(69)]["expected_null_pct"] > 80
    assert found["order_no", day(10)]["expected_null_pct"] is None


def test_few_rows_are_no_share() -> None:
    files = [committed(number, 4, {"order_no": int(number == 63)}) for number in range(70)]
    assert not any(row["is_null_anomaly"] for row in judged(files).values())


def test_a_load_writes_the_counts_of_what_it_committed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    contract = home.contract([column("id", "BIGINT", required=True), column("note"), column("uom")])
    home.deliver("t.csv", "id,note,uom\n1,,C\n2,x,C\n,,C\n4,,C\n")
    home.load(contract)
    (entry,) = read_ledger(home.settings, contract.raw_name).entries("committed")
    assert (entry["rows_committed"], json.loads(entry["null_counts"])) == (3, {"note": 2})
