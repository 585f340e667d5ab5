"""Each content is committed once, whatever happens between; nothing is lost; history stays."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract
from ingestion.lake.ledger import committed_entries
from ingestion.lake.maintain import maintain_lake
from ingestion.lake.read import pin_tables
from ingestion.lake.transactions import committed_hashes
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("qty", "DOUBLE")]
STEPS = [
    "ingestion.lake.archive.Incoming.keep",
    "ingestion.load.quarantine.append_records",
    "ingestion.lake.ledger.Book.record",
    "ingestion.lake.ledger.add_rows",
    "ingestion.load.commit_batches",
    "ingestion.lake.commit._into_place",
    "ingestion.lake.stage.Stage.close",
]
DIE_AT = """
import importlib, os, signal, sys
from pathlib import Path
from ingestion.contracts import load_contract
from tests.unit.ingestion.home import Home

name, when, root, contract = sys.argv[1:]
parts = name.split(".")
split = next(n for n, part in enumerate(parts) if part in ("load", "commit", "stage", "archive", "ledger"))
owner = importlib.import_module(".".join(parts[: split + 1]))
for part in parts[split + 1 : -1]:
    owner = getattr(owner, part)
original = getattr(owner, parts[-1])

def step(*given, **named):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    original(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, parts[-1], step)
Home(Path(root)).load(load_contract(Path(contract)))
"""


def csv(*ids: int, bad: int = 0) -> str:
    return "id,qty\n" + "".join(f"{number},{number}.5\n" for number in ids) + "x,1\n" * bad


@pytest.fixture
def contract(home: Home) -> Contract:
    return home.contract(COLUMNS, files="*.csv", maxQuarantinedPct=60)


def state(home: Home, contract: Contract) -> tuple[object, ...]:
    """Raw rows, quarantined rows, and what a reader of the quarantine's bare Delta table finds."""
    rows = home.rows(contract, "id, qty, _source_file, _source_row, _batch_id", order="all")
    aside = [(row.file, row.source_row, row.rule, row.raw_text) for row in home.quarantine(contract)]
    bare = ds.dataset(DeltaTable(home.settings.quarantine_path(contract.raw_name)).file_uris()).to_table()
    return rows, aside, sorted(bare.column("raw_text").to_pylist())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_kill_at_every_step_then_run_again(
    home: Home, contract: Contract, tmp_path: Path, step: str, when: str
) -> None:
    undisturbed = Home(tmp_path / "other")
    for target in (home, undisturbed):
        target.deliver("a.csv", csv(1, 2, 3, bad=1))
    assert contract.path is not None
    arguments = [sys.executable, "-c", DIE_AT, step, when, str(home.root), str(contract.path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    killed = subprocess.run(arguments, env=environment, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    home.deliver("b.csv", csv(4, bad=1))
    undisturbed.deliver("b.csv", csv(4, bad=1))
    home.load(contract)
    undisturbed.load(contract)
    assert state(home, contract) == state(undisturbed, contract)
    assert not list((home.settings.lake / "_staging").glob("*"))


def test_second_run_without_new_files_changes_nothing(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", csv(1, bad=1))
    first = home.load(contract)
    ledger = DeltaTable(home.settings.ledger_path).version()
    second = home.load(contract)
    assert first.changed
    assert not second.changed
    assert [batch.status for batch in second.batches] == ["known"]
    assert DeltaTable(home.settings.ledger_path).version() == ledger


def test_same_content_under_another_name_is_known(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", csv(1))
    home.deliver("b.csv", csv(1))
    assert [batch.status for batch in home.load(contract).batches] == ["committed", "known"]
    home.deliver("c.csv", csv(1))
    assert home.load(contract).batches[2].status == "known"
    assert len(home.rows(contract, "id")) == 1


def test_same_name_with_other_content_is_a_new_batch(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", csv(1))
    home.load(contract)
    home.deliver("a.csv", csv(1, 2))
    assert home.load(contract).rows_committed == 2
    assert len(home.rows(contract, "id")) == 3


def test_hashes_survive_checkpoints(home: Home, contract: Contract) -> None:
    for number in range(1, 4):
        home.deliver(f"{number}.csv", csv(number))
        home.load(contract)
    maintain_lake(home.settings)
    path = home.settings.raw_path(contract.raw_name)
    DeltaTable(path).create_checkpoint()
    home.deliver("4.csv", csv(4))
    home.load(contract)
    assert len(committed_hashes(path)) == 4
    assert all(DeltaTable(path).transaction_version(sha256) == 1 for sha256 in committed_hashes(path))
    assert {batch.status for batch in home.load(contract).batches} == {"known"}


def test_upsert_shows_the_latest_row_and_keeps_history(home: Home) -> None:
    contract = home.contract(COLUMNS, files="*.csv", loadMode="upsert")
    home.deliver("a.csv", csv(1, 2))
    home.deliver("b.csv", "id,qty\n2,99\n2,100\n3,1\n")
    load = home.load(contract)
    assert home.rows(contract, "id, qty", order="id") == [(1, 1.5), (2, 100.0), (3, 1.0)]
    assert len(home.rows(contract, "id", history=True)) == 5
    assert len(load.batches) == 2
    home.deliver("late.csv", "id,qty\n2,7\n", at=1)  # delivered now, whatever its file time says
    home.load(contract)
    assert home.rows(contract, "id, qty", order="id")[1] == (2, 7.0)


def test_snapshot_shows_the_latest_batch_also_when_it_is_empty(home: Home) -> None:
    contract = home.contract(COLUMNS, files="*.csv", loadMode="snapshot")
    assert home.rows(contract, "id, qty, _source_file") == []
    home.deliver("a.csv", csv(1, 2))
    home.deliver("b.csv", csv(2, 3))
    home.load(contract)
    assert home.rows(contract, "id") == [(2,), (3,)]
    home.deliver("c.csv", "id,qty\n")
    home.load(contract)
    assert home.rows(contract, "id") == []
    assert len(home.rows(contract, "id", history=True)) == 4


def test_ingestion_time_rises_with_every_file_of_the_lake(home: Home) -> None:
    one, two = (home.contract(COLUMNS, table=name, files=f"{name}*.csv") for name in ("one", "two"))
    for number in range(3):
        home.deliver(f"one{number}.csv", csv(number))
        home.deliver(f"two{number}.csv", csv(number))
    loads = [home.load(one), home.load(two)]
    times = [batch.ingested_at for load in loads for batch in load.batches]
    assert times == sorted(set(times), key=lambda at: (at is None, at))
    files = [row[0] for row in home.rows(one, "_source_file", order="_ingested_at")]
    assert files == ["one0.csv", "one1.csv", "one2.csv"]


def test_contract_with_a_new_column_widens_the_table(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", csv(1))
    home.load(contract)
    wider = home.contract([*COLUMNS, column("note")], files="*.csv", version="1.1.0")
    home.deliver("b.csv", "id,qty,note\n2,1,hello\n")
    home.load(wider)
    assert home.rows(wider, "id, note", order="id") == [(1, None), (2, "hello")]


def test_pinned_version_stays_readable_after_maintenance(home: Home, contract: Contract) -> None:
    for number in range(20):
        home.deliver(f"{number}.csv", csv(number))
        home.load(contract)
    pin = pin_tables([contract], home.settings)[contract.raw_name]
    (upkeep,) = [done for done in maintain_lake(home.settings) if done.table == contract.raw_name]
    assert (upkeep.files_before, upkeep.files_after) == (20, 1)
    assert all(Path(file).exists() for file in pin.files)
    assert len(home.rows(contract, "id")) == 20


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.sampled_from(["1,2", "x,1", "2", "3,y", '"4"x,5', "5,6,7", ""]), max_size=12), max_size=4
    )
)
def test_rows_read_are_committed_or_quarantined(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]]
) -> None:
    home = Home(tmp_path_factory.mktemp("balance"))
    contract = home.contract(COLUMNS, files="*.csv", maxQuarantinedPct=100)
    for number, lines in enumerate(files):
        home.deliver(f"{number}.csv", "id,qty\n" + "\n".join([*lines, f"{number},0", ""]))
    load = home.load(contract)
    assert all(
        b.status == "committed" and b.rows_read == b.rows_committed + b.rows_quarantined for b in load.batches
    )
    assert load.rows_committed == len(home.rows(contract, "id"))
    assert load.rows_quarantined == len(home.quarantine(contract))
    assert load.rows_read == sum(len([line for line in lines if line]) + 1 for lines in files)
    assert len(committed_entries(home.settings, contract.raw_name)) == len(files)


def test_archive_holds_every_committed_content(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", csv(1))
    (batch,) = home.load(contract).batches
    assert (home.settings.archive / f"{batch.sha256}.csv").read_text() == csv(1)
