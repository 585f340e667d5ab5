"""Loads that share a session: each table as if it were loaded alone, also beside other sessions of the same lake."""

import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from deltalake import DeltaTable, write_deltalake

from ingestion.contracts import Contract
from ingestion.lake.ledger import SCHEMA, committed_entries, read_ledger
from ingestion.lake.locks import exclusive
from ingestion.load import load_table
from ingestion.session import Session, session
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("qty", "DOUBLE")]


def tables(home: Home, *names: str) -> list[Contract]:
    return [home.contract(COLUMNS, table=name, files=f"{name}_*.csv", loadMode="upsert") for name in names]


def deliver(home: Home, contracts: list[Contract], day: int) -> None:
    for number, contract in enumerate(contracts):
        home.deliver(f"{contract.table}_{day}.csv", f"id,qty\n{day},{number}.5\n0,{day}\n")


def load(home: Home, contract: Contract, shared: Session) -> list[str]:
    result = load_table(contract, home.source, home.plant, home.settings, session=shared)
    return [batch.status for batch in result.batches]


def test_sessions_side_by_side_lose_and_double_nothing(home: Home) -> None:
    systems = {name: tables(home, f"{name}1", f"{name}2", f"{name}3") for name in "abc"}
    every = [contract for contracts in systems.values() for contract in contracts]
    begin = threading.Barrier(len(systems))

    def run(name: str) -> None:
        begin.wait()
        with session(home.settings, name) as shared:
            for contract in systems[name]:
                load(home, contract, shared)

    for day in range(1, 4):
        deliver(home, every, day)
        with ThreadPoolExecutor(len(systems)) as pool:
            list(pool.map(run, systems))
    for number, contract in enumerate(every):
        assert home.rows(contract, "id, qty", order="id") == [(0, 3.0)] + [
            (d, number + 0.5) for d in (1, 2, 3)
        ]
        files = [entry["file"] for entry in committed_entries(home.settings, contract.raw_name)]
        assert files == [f"{contract.table}_{day}.csv" for day in (1, 2, 3)]
    ledger = DeltaTable(home.settings.ledger_path).to_pyarrow_table().column("file").to_pylist()
    assert set(Counter(ledger).values()) == {1}


def test_a_session_sees_what_another_wrote_since_it_read_the_ledger(home: Home) -> None:
    first, second = tables(home, "a", "b")
    deliver(home, [first, second], 1)
    with session(home.settings, "early") as early, session(home.settings, "late") as late:
        assert load(home, first, early) == ["committed"]
        assert load(home, second, late) == ["committed"]
        assert load(home, second, early) == ["known"]
        assert load(home, first, late) == ["known"]


def test_row_differences_of_one_table_are_not_those_of_the_next(home: Home) -> None:
    contracts = tables(home, "a", "b")
    with session(home.settings, "sys") as shared:
        for day in (1, 2):
            deliver(home, contracts, day)
            loads = [
                load_table(contract, home.source, home.plant, home.settings, session=shared)
                for contract in contracts
            ]
    diffs = [loaded.with_status("committed")[0].diff for loaded in loads]
    assert [(diff.added, diff.changed) for diff in diffs if diff is not None] == [(1, 1), (1, 1)]


def test_a_ledger_of_an_earlier_release_is_given_the_columns_that_it_lacks(home: Home) -> None:
    (contract,) = tables(home, "a")
    names = [name for name in SCHEMA.names if not name.startswith("rows_") and name != "transaction"]
    write_deltalake(home.settings.ledger_path, SCHEMA.empty_table().select(names))
    deliver(home, [contract], 1)
    assert home.load(contract).rows_committed == 2
    (entry,) = read_ledger(home.settings, contract.raw_name).entries()
    assert (entry["rows_added"], entry["transaction"]) == (2, entry["sha256"])


def test_two_sessions_of_one_name_do_not_share_a_folder(home: Home) -> None:
    entered = threading.Event()

    def second() -> None:
        with session(home.settings, "sys"):
            entered.set()

    with session(home.settings, "sys") as shared:
        shared.connection().execute("SELECT 1")
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not entered.wait(0.2)
    waiting.join(timeout=10)
    assert entered.is_set()


@pytest.mark.parametrize("killed_run_left", [False, True])
def test_a_session_leaves_nothing_in_scratch(home: Home, killed_run_left: bool) -> None:
    left = home.settings.scratch / "session_sys" / "duckdb_temp_storage.tmp"
    if killed_run_left:
        left.parent.mkdir(parents=True)
        left.write_text("old")
    with session(home.settings, "sys") as shared:
        assert not left.exists()
        shared.connection().execute("SELECT 1")
    assert not _files(home.settings.scratch)
    with exclusive(home.settings.lake, "session_sys"):
        pass


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("given", "wanted"), [(None, "system"), ("mimalloc", "mimalloc")])
def test_arrow_allocates_by_the_system_unless_it_was_told_otherwise(given: str | None, wanted: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    if given is not None:
        environment["ARROW_DEFAULT_MEMORY_POOL"] = given
    code = "import ingestion.load, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == wanted
