"""Master data of random systems: an independent oracle, any order of rows, rows that arrive later, a steward's decisions."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.master_oracle import SYSTEMS, Decision, Id, Record, golden
from tests.integration.plant_rows import Plant, create_raw

PROJECT = Path(__file__).parents[2] / "dbt_project"
MODELS = (
    "int_master__likeness",
    "int_master__pair",
    "bridge_master_pair",
    "bridge_master_record",
    "mart_health__master_match",
)
VARIABLES = {
    "active_systems": [], "sites": [], "enterprise": "E",
    "master_data": {
        "system_priority": list(SYSTEMS), "match_from": 0.95, "doubt_from": 0.7, "words": {"ccm": "cc"},
        "ignored_words": ["the"], "survivorship": {},
    },
}  # fmt: skip


class Warehouse:
    """The models of master data as views over records that a test gives."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def fill(self, records: list[Record], decisions: list[Decision]) -> None:
        """Replace all records and decisions, in the order given."""
        rows = []
        for record in records:
            head = (
                "material",
                f"{record.id[0] + 2:03}:{record.system}:{record.id[1]}",
                record.system,
                record.id[1],
                "",
            )
            rows.append((*head, "name", " ".join(record.words).title()))
            if record.gtin:
                rows.append((*head, "gtin", record.gtin))
        self.con.execute("delete from intermediate.int_master__record")
        self.con.executemany(
            "insert into intermediate.int_master__record values (?, ?, ?, ?, ?, ?, ?, null)", rows
        )
        self.con.execute("delete from raw.plant__master_decisions")
        for number, d in enumerate(decisions):
            self.con.execute(
                """insert into raw.plant__master_decisions (decision, entity, action, source_system, source_key, other_system,
                    other_key, reason, decided_by, decided_on) values (?, 'material', ?, ?, ?, ?, ?, 'r', 's', '2025-01-01')""",
                (f"D{number}", d.action, SYSTEMS[d.one[0]], d.one[1], SYSTEMS[d.other[0]], d.other[1]),
            )  # fmt: skip

    def golden(self) -> dict[Id, Id]:
        """The golden record of each record."""
        rows = self.con.execute(
            "select source_system, source_key, golden_id from core.bridge_master_record"
        ).fetchall()
        return {(SYSTEMS.index(system), key): id_of(golden_id) for system, key, golden_id in rows}


def id_of(golden_id: str) -> Id:
    system, key = golden_id.split(":")
    return SYSTEMS.index(system), key


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("master")
    database = folder / "tundish.duckdb"
    create_raw(database, Plant())
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
    environment |= {"TUNDISH_WAREHOUSE": str(database), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "run", "--select", "+mart_health__master_match", "--project-dir",
            str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(VARIABLES), "--target-path",
            str(folder / "target"), "--log-path", str(folder / "logs"),
        ],
        env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(database)) as con:
        for model in MODELS[2:]:
            (compiled,) = (folder / "target" / "compiled").rglob(f"{model}.sql")
            schema = "marts" if model.startswith("mart_") else "core"
            con.execute(f"drop table {schema}.{model}")
            con.execute(f"create view {schema}.{model} as {compiled.read_text(encoding='utf-8')}")
        yield Warehouse(con)


WORDS = ("gear", "pump", "gearbox", "housing", "housings", "cc")
names = st.builds(
    lambda words, size: (*words, *size),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True),
    st.sampled_from(((), ("16",), ("m8",))),
)
ids = st.tuples(st.integers(0, 2), st.sampled_from("1234"))
parts = st.lists(
    st.builds(Record, ids, names, st.sampled_from((None, None, "9520123450010", "9520123450027"))),
    min_size=2, max_size=10, unique_by=lambda record: record.id,
)  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Record], list[Decision]]:
    """Records, and decisions on some of their pairs."""
    records = draw(parts)
    pairs = st.lists(st.sampled_from([r.id for r in records]), min_size=2, max_size=2, unique=True)
    decided = draw(
        st.lists(st.tuples(pairs, st.sampled_from(("match", "apart"))), max_size=3, unique_by=lambda each: frozenset(each[0]))
    )  # fmt: skip
    return records, [Decision(action, *pair) for pair, action in decided]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories(), st.randoms(use_true_random=False))
def test_golden_keys_follow_the_rules_whatever_the_order(
    warehouse: Warehouse, story: tuple[list[Record], list[Decision]], rng: random.Random
) -> None:
    records, decisions = story
    expected = golden(records, decisions)
    warehouse.fill(records, decisions)
    assert warehouse.golden() == expected

    later = [Record((rank, "0"), ("valve", "dn40"), None) for rank in range(3)]
    shuffled = rng.sample([*records, *later], len(records) + 3)
    warehouse.fill(shuffled, rng.sample(decisions, len(decisions)))
    assert {key: value for key, value in warehouse.golden().items() if key[1] != "0"} == expected


def test_a_decision_on_a_record_that_no_system_delivers_is_told(warehouse: Warehouse) -> None:
    warehouse.fill(
        [Record((0, "1"), ("gear",), None), Record((1, "1"), ("pump",), None)],
        [Decision("match", (0, "1"), (1, "typo")), Decision("match", (0, "1"), (1, "1"))],
    )
    listed = warehouse.con.execute(
        "select match_status, record_id, other_id from marts.mart_health__master_match order by all"
    ).fetchall()
    assert listed == [("matched", "beta:1", "alpha:1"), ("unknown_record", "beta:typo", "alpha:1")]


def test_two_equal_partners_are_left_to_a_person(warehouse: Warehouse) -> None:
    twins = [Record((0, "1"), ("gear", "pump"), None), Record((0, "2"), ("gear", "pump"), None)]
    warehouse.fill([*twins, Record((1, "1"), ("pump", "gear"), None)], [])
    doubts = warehouse.con.execute(
        "select record_id, other_id, match_status, doubt from marts.mart_health__master_match order by all"
    ).fetchall()
    assert doubts == [
        ("alpha:2", "alpha:1", "doubtful", "same_system"),
        ("beta:1", "alpha:1", "doubtful", "rival"),
        ("beta:1", "alpha:2", "doubtful", "rival"),
    ]
    warehouse.fill(
        [*twins, Record((1, "1"), ("pump", "gear"), None)], [Decision("match", (0, "2"), (1, "1"))]
    )
    assert warehouse.golden()[1, "1"] == (0, "2")
    warehouse.fill(twins, [Decision("match", (0, "1"), (0, "2"))])
    assert warehouse.golden()[0, "2"] == (0, "1")


def test_two_of_one_system_that_would_meet_stay_apart(warehouse: Warehouse) -> None:
    gear, item = ("gear", "pump"), "9520123450010"
    records = [
        Record((0, "1"), gear, None), Record((1, "1"), gear, None), Record((2, "1"), gear, item),
        Record((0, "2"), ("housing",), item),
    ]  # fmt: skip
    warehouse.fill(records, [])
    assert warehouse.golden() == golden(records, []) == {record.id: record.id for record in records}
    doubts = warehouse.con.execute(
        "select record_id, other_id from marts.mart_health__master_match where doubt = 'conflict' order by all"
    ).fetchall()
    assert doubts == [("beta:1", "alpha:1"), ("gamma:1", "alpha:2"), ("gamma:1", "beta:1")]
    decisions = [Decision("apart", (1, "1"), (2, "1"))]
    warehouse.fill(records, decisions)
    joined = {(0, "1"): (0, "1"), (1, "1"): (0, "1"), (0, "2"): (0, "2"), (2, "1"): (0, "2")}
    assert warehouse.golden() == golden(records, decisions) == joined
