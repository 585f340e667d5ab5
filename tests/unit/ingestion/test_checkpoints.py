"""Checkpoints of raw tables say what the log says, and keep the names of contents apart."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from ingestion.contracts import Contract
from ingestion.lake import checkpoints as checkpoints_module
from ingestion.lake.checkpoints import EVERY, write_checkpoint
from ingestion.lake.transactions import committed_hashes
from tests.unit.ingestion.home import Home, column


@pytest.fixture
def contract(home: Home) -> Contract:
    return home.contract([column("id", "BIGINT", key=1), column("name")], files="*.csv")


def deliver(home: Home, contract: Contract, loads: range) -> Path:
    for number in loads:
        home.deliver(f"{number}.csv", f"id,name\n{number},n{number}\n")
        home.load(contract)
    return home.settings.raw_path(contract.raw_name)


def checkpoints(table: Path) -> list[str]:
    return sorted(path.name for path in (table / "_delta_log").glob("*.checkpoint.parquet"))


def state(table: Path) -> dict[str, Any]:
    """All that delta-rs knows of a table."""
    opened = DeltaTable(table)
    actions = pa.table(opened.get_add_actions(flatten=True))
    return {
        "version": opened.version(),
        "schema": opened.schema().to_json(),
        "metadata": str(opened.metadata()),
        "protocol": str(opened.protocol()),
        "files": sorted(actions.to_pylist(), key=str),
        "names": {name: opened.transaction_version(name) for name in committed_hashes(table)},
    }


def test_every_tenth_commit_gets_one_that_says_what_the_log_says(home: Home, contract: Contract) -> None:
    table = deliver(home, contract, range(EVERY + 2))
    (name,) = checkpoints(table)
    bare = home.root / "bare"
    shutil.copytree(table, bare)
    (bare / "_delta_log" / name).unlink()
    (bare / "_delta_log" / "_last_checkpoint").unlink()
    assert len(committed_hashes(bare)) == EVERY + 2
    assert state(table) == state(bare)
    for commit in (table / "_delta_log").glob("*.json"):  # a log that was cleaned
        if int(commit.stem) <= int(name.partition(".")[0]):
            commit.unlink()
    assert state(table) == state(bare)
    deliver(home, contract, range(EVERY + 2, 2 * EVERY + 2))
    assert len(checkpoints(table)) == 2
    assert len(committed_hashes(table)) == len(home.rows(contract, "id")) == 2 * EVERY + 2


def test_names_of_contents_stand_in_row_groups_of_their_own(home: Home, contract: Contract) -> None:
    table = deliver(home, contract, range(EVERY + 1))
    written = pq.ParquetFile(table / "_delta_log" / checkpoints(table)[0])
    filled = [
        {
            group.column(place).path_in_schema.partition(".")[0]
            for place in range(group.num_columns)
            if group.column(place).statistics.null_count < group.num_rows
        }
        for group in map(written.metadata.row_group, range(written.num_row_groups))
    ]
    assert filled == [{"add", "metaData", "protocol"}, {"txn"}]


def test_few_names_are_found_in_the_groups_that_may_hold_them(
    home: Home, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints_module, "_NAMES", 3)
    table = deliver(home, contract, range(EVERY))
    written = pq.ParquetFile(table / "_delta_log" / checkpoints(table)[0])
    groups = [
        written.read_row_group(group, ["txn.appId"]).column("txn").to_pylist()
        for group in range(1, written.num_row_groups)
    ]
    names = [row["appId"] for group in groups for row in group]
    assert [len(group) for group in groups] == [3, 3, 3]  # one load came after it
    assert names == sorted(names)
    asked: list[list[int]] = []
    read = pq.ParquetFile.read_row_groups

    def noted(self: pq.ParquetFile, groups: list[int], columns: list[str]) -> pa.Table:
        asked.append(groups)
        return read(self, groups, columns)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", noted)
    for place, name in enumerate(names):
        assert committed_hashes(table, {name, "~"}) == {name}
        assert asked.pop() == [1 + place // 3]
    assert committed_hashes(table, {"", "~"}) == set()
    assert asked == [[]]
    assert committed_hashes(table, set(names)) == set(names)


def test_what_a_killed_run_left_is_no_hindrance(home: Home, contract: Contract) -> None:
    table = deliver(home, contract, range(3))
    aside = home.root / "aside"
    (aside / "_delta_log").mkdir(parents=True)
    (aside / "_delta_log" / "00000000000000000009.json").write_text("cut")
    before = state(table)
    write_checkpoint(table, before["version"], aside)
    (name,) = checkpoints(table)
    assert state(table) == before
    assert not aside.exists()
    held = (table / "_delta_log" / name).stat()
    write_checkpoint(table, before["version"], aside)
    assert (table / "_delta_log" / name).stat() == held
