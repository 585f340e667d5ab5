"""Master data of the demo plant's two sites against the simulator's truth: what is one thing, what only looks like it."""

from __future__ import annotations

import csv
import json
from typing import Any

import duckdb
import pytest

from tests.integration.conftest import DemoRun
from tests.integration.homes import DEMO

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def release(demo: DemoRun) -> duckdb.DuckDBPyConnection:
    """The current release, with the truth as `truth` beside it."""
    bi = demo.home / "released" / "bi"
    current = json.loads((bi / "current.json").read_text(encoding="utf-8"))
    database = next((bi / f"v={current['release_id']}").glob("*.duckdb"))
    con = duckdb.connect()
    con.execute(f"attach '{database}' as bi (read_only)")
    con.execute(
        f"create table truth as select * from read_parquet('{demo.truth}/master_records.parquet', union_by_name = true)"
    )
    con.execute("use bi")
    return con


def test_records_are_one_thing_exactly_where_the_truth_says_so(release: duckdb.DuckDBPyConnection) -> None:
    pairs = """
        select a.entity, a.source_system, a.source_key, b.source_system, b.source_key
        from {table} as a join {table} as b using (entity, {thing})
        where (a.source_system, a.source_key) < (b.source_system, b.source_key)"""
    found = release.execute(pairs.format(table="bridge_master_record", thing="golden_key")).fetchall()
    true = release.execute(pairs.format(table="memory.truth", thing="thing")).fetchall()
    assert sorted(found) == sorted(true)
    assert {entity for entity, *_ in true} == {"material", "supplier", "equipment"}


def test_every_record_of_the_systems_is_in_the_crosswalk(release: duckdb.DuckDBPyConnection) -> None:
    keys = "select entity, source_system, source_key from {} order by all"
    assert (
        release.execute(keys.format("bridge_master_record")).fetchall()
        == release.execute(keys.format("memory.truth")).fetchall()
    )


def test_a_person_is_asked_about_what_only_looks_the_same(release: duckdb.DuckDBPyConnection) -> None:
    asked = release.execute(
        "select entity, record_id, other_id from mart_health__master_match where match_status = 'doubtful' order by all"
    ).fetchall()
    assert (
        asked
        == release.execute("""
        select t.entity, t.source_system || ':' || t.source_key, other.source_system || ':' || other.source_key
        from memory.truth as t join memory.truth as other on t.entity = other.entity and other.source_key = t.looks_like
        order by all""").fetchall()
    )


def test_what_has_no_partner_is_listed(release: duckdb.DuckDBPyConnection) -> None:
    listed = release.execute("""
        select entity, record_id from mart_health__master_match where match_status in ('unmatched', 'doubtful')
        union
        select entity, other_id from mart_health__master_match where match_status = 'doubtful'
            and other_id not in (select other_id from mart_health__master_match where match_status = 'matched')
        order by all""").fetchall()
    alone = release.execute("""
        select entity, any_value(source_system || ':' || source_key) from memory.truth
        group by entity, thing having count(*) = 1 order by all""").fetchall()
    assert listed == alone


def test_each_decision_of_the_steward_holds_with_its_reason(release: duckdb.DuckDBPyConnection) -> None:
    with (DEMO / "master_decisions.csv").open(encoding="utf-8", newline="") as file:
        decisions = list(csv.DictReader(file))
    shown = dict(
        release.execute("""
            select decision_no, [match_status, reason, decided_by, cast(decided_on as varchar)]
            from mart_health__master_match where decision_no is not null""").fetchall()
    )
    status = {"match": "matched", "apart": "apart"}
    assert shown == {
        row["decision"]: [status[row["action"]], row["reason"], row["decided_by"], row["decided_on"]]
        for row in decisions
        if row["action"] in status
    }
    set_ones = release.execute(
        "select decision_no, attribute_name, attribute_value from bridge_master_attribute where survivorship_rule = 'steward'"
    ).fetchall()
    assert set_ones == [
        (row["decision"], row["attribute"], row["value"]) for row in decisions if row["action"] == "set"
    ]


def test_dimensions_carry_the_golden_key(release: duckdb.DuckDBPyConnection) -> None:
    for dimension, entity in (("material", "material"), ("supplier", "supplier")):
        carried = f"select {entity}_id, golden_key from dim_{dimension} order by all"
        crosswalk = (
            f"select source_key, golden_key from bridge_master_record where entity = '{entity}' order by all"
        )
        assert release.execute(carried).fetchall() == release.execute(crosswalk).fetchall()
    unknown: Rows = release.execute("""
        select equipment_id from dim_equipment where equipment_id not in (
            select source_key from bridge_master_record where entity = 'equipment' and is_golden)""").fetchall()
    assert unknown == []


def test_a_product_of_both_sites_is_compared_by_its_golden_key(release: duckdb.DuckDBPyConnection) -> None:
    made = release.execute("""
        select a.attribute_value, list(distinct e.site_code order by e.site_code)
        from fct_time_element as e
        join dim_material as m on e.material_id = m.material_id
        join bridge_master_attribute as a on m.golden_key = a.golden_key and a.attribute_name = 'name'
        where e.good_qty > 0
        group by a.golden_key, a.attribute_value having count(distinct e.site_code) > 1 order by all""").fetchall()
    assert made == [
        (name, ["1000", "2000"])
        for name in ("Drive shaft 16", "Drive shaft 22", "Gear pump 16 ccm", "Gear pump 22 ccm")
    ]
