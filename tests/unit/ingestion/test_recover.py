"""Decisions about quarantined rows: what a replay, a release and a discard leave behind, and what they refuse."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from ingestion.contracts import Contract
from ingestion.errors import ArchiveError, ConfigurationError
from ingestion.lake.balance import table_balance
from ingestion.lake.decisions import Decision, counting_decisions
from ingestion.lake.quarantine import Selection, list_quarantine, rule_counts
from ingestion.quarantine_policy import QuarantinePolicy
from ingestion.recover import Recovery, discard, expire, recover
from tests.unit.ingestion.home import Home, column

ALL = Selection(states=())
MIXED = "id,qty\n1,5\n2,50\n3,500\n4,x\n,3\n6\n"


def contract_of(home: Home, maximum: int = 10, mode: str = "append", **extras: object) -> Contract:
    columns = [
        column("id", "BIGINT", key=1),
        column("qty", "DOUBLE", logicalTypeOptions={"maximum": maximum}),
    ]
    settings = {"files": "*.csv", "maxQuarantinedPct": 100, "loadMode": mode, **extras}
    return home.contract(columns, **settings)


def replay(
    home: Home, contract: Contract, selection: Selection | None = None, *, dry: bool = False
) -> Recovery:
    return recovered(home, contract, "replay", selection, dry=dry)


def release(home: Home, contract: Contract, selection: Selection | None = None) -> Recovery:
    return recovered(home, contract, "release", selection)


def recovered(
    home: Home, contract: Contract, action: str, selection: Selection | None, *, dry: bool = False
) -> Recovery:
    return recover(
        contract,
        home.source,
        home.plant,
        home.settings,
        selection=selection or Selection(),
        decision=Decision(action, "A. Person", "because"),  # type: ignore[arg-type]
        dry_run=dry,
    )


def give_up(home: Home, contract: Contract, selection: Selection | None = None) -> int:
    decision = Decision("discard", "A. Person", "because")
    return discard(contract, home.settings, selection=selection or Selection(), decision=decision)


def states(home: Home) -> dict[int, str]:
    return {row.source_row: row.state for row in list_quarantine(home.settings, selection=ALL)}


def test_a_replay_takes_what_is_good_by_now_and_tells_what_keeps_the_rest(home: Home) -> None:
    home.deliver("a.csv", MIXED)
    home.load(contract_of(home))
    wider = contract_of(home, 100, version="1.1.0")
    before = home.rows(wider, "*")
    assert replay(home, wider, dry=True).taken == 1
    assert home.rows(wider, "*") == before
    found = replay(home, wider)
    assert (found.taken, found.kept) == (1, 4)
    assert home.rows(wider, "id, qty, _source_row, _extra") == [(1, 5, 1, None), (2, 50, 2, None)]
    assert states(home) == {2: "replayed", 3: "open", 4: "open", 5: "open", 6: "open"}
    (why,) = [row.expected for row in home.quarantine(wider) if row.source_row == 3]
    assert why == "a value up to 100"
    version = DeltaTable(home.settings.raw_path("sys__t")).version()
    assert replay(home, wider).taken == 0
    assert DeltaTable(home.settings.raw_path("sys__t")).version() == version
    assert table_balance(home.settings, "sys__t").problems == ()


@pytest.mark.parametrize("mode", ["append", "upsert", "snapshot"])
def test_after_a_replay_raw_is_what_the_right_contract_had_made_of_it(
    home: Home, tmp_path: Path, mode: str
) -> None:
    right = Home(tmp_path / "right")
    files = ["id,qty\n1,5\n2,50\n", "id,qty\n2,7\n3,60\n", "id,qty\n3,8\n4,70\n"]
    for number, content in enumerate(files):
        home.deliver(f"{number}.csv", content)
        right.deliver(f"{number}.csv", content)
    home.load(contract_of(home, mode=mode))
    wider, undisturbed = contract_of(home, 100, mode), contract_of(right, 100, mode)
    right.load(undisturbed)
    assert replay(home, wider).taken == 3
    columns = "id, qty, _source_file, _source_row, _batch_id"
    for history in (False, True):
        found = home.rows(wider, columns, history=history, order="all")
        assert found == right.rows(undisturbed, columns, history=history, order="all")
    assert not home.load(wider).changed


def test_a_full_export_that_came_again_has_its_row_back_in_both(home: Home) -> None:
    contract = contract_of(home, mode="snapshot")
    for name, content in (("a", "id,qty\n1,5\n2,50\n"), ("b", "id,qty\n1,5\n"), ("c", "id,qty\n1,5\n2,50\n")):
        home.deliver(f"{name}.csv", content)
        home.load(contract)
    wider = contract_of(home, 100, "snapshot")
    assert replay(home, wider).taken == 2
    assert home.rows(wider, "id", order="id") == [(1,), (2,)]
    assert table_balance(home.settings, "sys__t").problems == ()


def test_a_released_row_is_in_raw_with_the_mark_of_its_rule(home: Home) -> None:
    contract = contract_of(home)
    home.deliver("a.csv", MIXED.replace("qty\n", "qty,note\n", 1).replace("3,500\n", "3,500,odd\n"))
    home.deliver("b.csv", MIXED)
    home.load(contract)
    found = release(home, contract, Selection(file="b.csv"))
    assert (found.taken, found.kept) == (3, 2)
    rows = home.rows(contract, "id, qty, _extra", order="id")
    marks = {identity: json.loads(extra)["_released"] for identity, _, extra in rows if extra}
    assert {identity: (mark["rule"], mark["value"]) for identity, mark in marks.items()} == {
        2: ("range:qty", "50"),
        3: ("range:qty", "500"),
        4: ("type:qty", "x"),
    }
    assert [qty for identity, qty, _ in rows if identity == 4] == [None]
    assert release(home, contract, Selection(rule="range:qty")).taken == 1
    (both,) = [
        json.loads(extra)
        for _, _, extra in home.rows(contract, "id, qty, _extra")
        if extra and "odd" in extra
    ]
    assert both["note"] == "odd"
    assert both["_released"]["rule"] == "range:qty"
    (log,) = {(row["decided_by"], row["reason"]) for row in counting_decisions(home.settings).to_pylist()}
    assert log == ("A. Person", "because")
    assert set(both["_released"]) == {"rule", "value", "decision"}


def test_rows_without_key_or_grammar_cannot_be_released(home: Home) -> None:
    contract = contract_of(home)
    home.deliver("a.csv", "id,qty\n1,1\n,3\n6\n")
    home.load(contract)
    assert release(home, contract).taken == 0
    assert set(states(home).values()) == {"open"}
    assert counting_decisions(home.settings).num_rows == 0


def test_a_discarded_row_waits_no_longer_and_can_come_back(home: Home) -> None:
    home.deliver("a.csv", MIXED)
    contract = contract_of(home)
    home.load(contract)
    (second,) = [row.row_id for row in home.quarantine(contract) if row.source_row == 2]
    assert give_up(home, contract, Selection(rows=(second,))) == 1
    wider = contract_of(home, 100)
    assert replay(home, wider).taken == 0
    balance = table_balance(home.settings, "sys__t")
    assert (balance.read, balance.committed, balance.quarantined, balance.discarded) == (6, 1, 4, 1)
    assert replay(home, wider, Selection(states=("discarded",))).taken == 1
    assert states(home)[2] == "replayed"
    assert give_up(home, wider, Selection(rows=(second,), states=())) == 0
    assert table_balance(home.settings, "sys__t").problems == ()


def test_files_that_fall_into_other_records_by_now_are_not_touched(home: Home) -> None:
    home.deliver("a.csv", "id,qty\n1,5\n2,50\n3,6\n")
    home.load(contract_of(home))
    headless = contract_of(home, 100, formatOptions={"header": False})
    found = replay(home, headless)
    assert found.taken == 0
    assert "3 records, it is 4 records" in found.held[0]
    assert states(home) == {2: "open"}


def test_a_packed_file_is_replayed_from_the_archive_alone(home: Home) -> None:
    home.deliver("a.csv.gz", gzip.compress(b"id,qty\n1,5\n2,50\n"))
    home.load(contract_of(home))
    (home.inbox / "a.csv.gz").unlink()
    assert replay(home, contract_of(home, 100)).taken == 1


def test_a_missing_archived_file_is_named(home: Home) -> None:
    home.deliver("a.csv", MIXED)
    home.load(contract_of(home))
    for path in home.settings.archive.glob("*.csv"):
        path.unlink()
    with pytest.raises(ArchiveError, match="put it back there"):
        replay(home, contract_of(home, 100))


def test_nobody_decides_without_name_and_reason() -> None:
    with pytest.raises(ConfigurationError, match="--by"):
        Decision("discard", " ", "why")
    with pytest.raises(ConfigurationError, match="--reason"):
        Decision("replay", "A. Person", "")


def test_rows_expire_by_the_policy_of_the_plant_and_only_by_it(home: Home) -> None:
    home.deliver("a.csv", MIXED)
    contract = contract_of(home)
    home.load(contract)
    later = datetime.now(UTC) + timedelta(days=31)
    assert expire([contract], home.plant, home.settings, later) == {}
    for days, expired in ((None, {}), (40, {}), (30, {"sys__t": 5})):
        policy = QuarantinePolicy(30, "A. Person", {"sys__t": days})
        assert expire([contract], replace(home.plant, quarantine=policy), home.settings, later) == expired
    assert {count.state for count in rule_counts(home.settings)} == {"expired"}
    (log,) = counting_decisions(home.settings).to_pylist()
    assert (log["action"], log["decided_by"], log["rows"]) == ("expire", "A. Person", 5)


def test_the_balance_finds_a_row_that_is_gone_and_one_that_is_there_twice(home: Home) -> None:
    contract = contract_of(home)
    home.deliver("a.csv", MIXED)
    home.load(contract)
    raw, aside = home.settings.raw_path("sys__t"), home.settings.quarantine_path("sys__t")
    rows = pa.table(DeltaTable(raw).to_pyarrow_table())
    write_deltalake(raw, rows, mode="append")
    assert "2 are in raw" in table_balance(home.settings, "sys__t").problems[0]
    DeltaTable(raw).restore(DeltaTable(raw).version() - 1)
    assert table_balance(home.settings, "sys__t").problems == ()
    DeltaTable(aside).delete("source_row = 4")
    assert "4 in quarantine" in table_balance(home.settings, "sys__t").problems[0]


STEPS = [
    "ingestion.lake.quarantine.append_records",
    "ingestion.recover.record_decision",
    "ingestion.recover.commit_batches",
    "ingestion.lake.commit._into_place",
]
DIE_AT = """
import importlib, os, signal, sys
from pathlib import Path
from ingestion.contracts import load_contract
from ingestion.lake.decisions import Decision
from ingestion.lake.quarantine import Selection
from ingestion.recover import discard, recover
from tests.unit.ingestion.home import Home

name, when, root, contract, action = sys.argv[1:]
module, _, function = name.rpartition(".")
owner = importlib.import_module(module)
original = getattr(owner, function)

def step(*given, **named):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    original(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, function, step)
home, decision = Home(Path(root)), Decision(action, "A. Person", "because")
given = dict(selection=Selection(), decision=decision)
if action == "discard":
    discard(load_contract(Path(contract)), home.settings, **given)
else:
    recover(load_contract(Path(contract)), home.source, home.plant, home.settings, **given)
"""


def kill_at(home: Home, contract: Contract, step: str, when: str, action: str) -> None:
    arguments = [sys.executable, "-c", DIE_AT, step, when, str(home.root), str(contract.path), action]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    killed = subprocess.run(arguments, env=environment, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()


@pytest.mark.parametrize(
    ("step", "when", "action"),
    [
        *((step, "before", "replay") for step in STEPS),
        ("ingestion.recover.commit_batches", "after", "release"),
        ("ingestion.recover.record_decision", "after", "discard"),
    ],
)
def test_a_decision_killed_anywhere_and_made_again_is_made_once(
    home: Home, tmp_path: Path, step: str, when: str, action: str
) -> None:
    undisturbed = Home(tmp_path / "other")
    for target in (home, undisturbed):
        target.deliver("a.csv", MIXED)
        target.load(contract_of(target))
    contract, other = contract_of(home, 100), contract_of(undisturbed, 100)
    kill_at(home, contract, step, when, action)
    assert table_balance(home.settings, "sys__t").problems == ()
    for target, under in ((home, contract), (undisturbed, other)):
        give_up(target, under) if action == "discard" else recovered(target, under, action, None)
    assert table_balance(home.settings, "sys__t").problems == ()
    shown = "id, qty, _source_file, _source_row, json_extract(_extra, '$._released.rule')"
    assert home.rows(contract, shown, order="all") == undisturbed.rows(other, shown, order="all")
    assert states(home) == states(undisturbed)
    assert not list((home.settings.lake / "_staging").glob("*"))
