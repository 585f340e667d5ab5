"""The order in which dbt builds: the longest way first, by the last build or a guess."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orchestration.lib.dbt_order import AT_ONCE, longest_ways, seconds
from orchestration.lib.dbt_project import DBT_PROJECT


def manifest(**materialized: str) -> SimpleNamespace:
    nodes = {
        name: SimpleNamespace(config=SimpleNamespace(materialized=kind))
        for name, kind in materialized.items()
    }
    return SimpleNamespace(nodes=nodes)


def test_the_start_of_the_longest_way_goes_before_what_many_wait_for():
    children = {
        "plain": ["a", "b", "c"],
        "readings": ["minutes"],
        "a": ["b"],
        "b": [],
        "c": [],
        "minutes": [],
    }
    taken_s = {"minutes": 10.0, "a": 1.0, "b": 1.0, "c": 1.0, "readings": 0.1, "plain": 0.1}
    scores = longest_ways(children, taken_s)
    assert sorted(scores, key=scores.__getitem__)[:2] == ["readings", "minutes"]
    assert scores["readings"] == pytest.approx(-10.1)
    assert scores["plain"] == pytest.approx(-2.1)


@given(
    st.lists(st.sets(st.integers(0, 30)), max_size=30),
    st.dictionaries(st.text("0123456789"), st.floats(0.01, 9)),
)
def test_every_node_goes_before_what_depends_on_it(edges, taken_s):
    children = {str(n): [str(child) for child in found if child < n] for n, found in enumerate(edges)}
    scores = longest_ways(children, taken_s)
    assert all(scores[node] < scores[child] for node, found in children.items() for child in found)


def test_what_was_built_before_takes_as_long_as_then_and_the_rest_is_guessed(tmp_path):
    told = {"results": [{"unique_id": "minutes", "execution_time": 9.5}]}
    (tmp_path / "run_results.json").write_text(json.dumps(told), encoding="utf-8")
    found = seconds(manifest(minutes="incremental", hours="incremental", dim="table", stg="view"), tmp_path)
    assert found["minutes"] == 9.5
    assert found["hours"] > found["dim"] > found["stg"] > 0


def test_before_the_first_build_all_is_guessed(tmp_path):
    assert seconds(manifest(stg="view"), tmp_path).keys() == {"stg"}


def test_the_profile_has_the_threads_that_the_order_counts_on():
    profiles = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    assert profiles["tundish"]["outputs"]["duckdb"]["threads"] == AT_ONCE
