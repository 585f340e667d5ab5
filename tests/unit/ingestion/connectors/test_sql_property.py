"""Whatever happens in the table, and whenever a fetch or a load comes or is missing: raw ends as the table is."""

import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.ingestion.connectors.databases import DatabaseHome
from tests.unit.ingestion.home import Home, column

LAG_S = 60
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
PUT = st.tuples(st.just("put"), st.integers(0, 5), st.sampled_from("abc"), st.integers(0, LAG_S))
NEW = st.tuples(st.just("new"), st.just(0), st.sampled_from("abc"), st.integers(0, LAG_S))
STEP = st.one_of(PUT, NEW, st.sampled_from([("fetch",), ("load",), ("take",)]))


def play(steps: list[tuple], mode: str, root: Path) -> None:
    """Append tables get new rows only; upsert tables changes too. A row may be committed up to LAG_S late."""
    table = sqlite3.connect(root / "mes.db", isolation_level=None)
    table.execute("CREATE TABLE t (id integer PRIMARY KEY, state text, changed text)")
    erp = DatabaseHome(Home(root), "sqlite:///mes.db")
    columns = [
        column("id", "BIGINT", key=1),
        column("state"),
        column("changed", "TIMESTAMPTZ", parse="utc_timestamp"),
    ]
    extract = {"mode": "incremental", "watermark": "changed", "lagWindowS": LAG_S}
    contract = erp.contract(columns, loadMode=mode, extract=extract)
    for number, step in enumerate(steps):
        if step[0] in ("put", "new"):
            _, key, state, late = step
            at = BEGIN + timedelta(seconds=10 * number - late)
            new = step[0] == "new" or mode == "append"
            row = (1000 + number if new else key, state, at.isoformat().replace("+00:00", "Z"))
            table.execute("INSERT OR REPLACE INTO t VALUES (?, ?, ?)", row)
        elif step[0] == "load":
            erp.home.load(contract)
        else:
            erp.fetch(contract)
            if step[0] == "take":
                erp.home.load(contract)
    erp.take(contract)
    wanted = table.execute("SELECT id, state FROM t ORDER BY id").fetchall()
    table.close()
    assert erp.rows(contract, "id, state") == wanted
    assert erp.fetch(contract) == []
    if mode == "append":
        assert erp.rows(contract, "count(*)", history=True) == [(len(wanted),)]


@pytest.mark.parametrize("mode", ["upsert", "append"])
def test_raw_ends_as_the_table_is(mode: str):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(STEP, min_size=2, max_size=12))
    def plays(steps: list[tuple]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            play(steps, mode, Path(folder))

    plays()
