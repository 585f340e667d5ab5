"""The code location of the demo plant: it loads as the server loads it, and its graph keeps the design's promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from asset_graph import SNAPSHOT, describe
from dagster import AssetKey, DefaultScheduleStatus, Definitions

from ingestion.settings import REPOSITORY, Settings, child_environment
from orchestration.defs.assemble import assemble
from orchestration.defs.released import CANDIDATE, RELEASE_GATE
from orchestration.lib.dbt_project import load_manifest, manifest_is_fresh, prepare_manifest
from orchestration.lib.raw_metadata import CONTRACT_GATE
from orchestration.lib.workspace import Workspace, workspace_of

DEMO = REPOSITORY / "data" / "plants" / "demo"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(Settings(home=tmp_path_factory.mktemp("home"), plant=DEMO))


@pytest.fixture(scope="module")
def defs(demo: Workspace) -> Definitions:
    return assemble(demo, prepare_manifest(demo))


@pytest.fixture(scope="module")
def graph(defs: Definitions):
    return defs.resolve_asset_graph()


def test_the_server_loads_the_code_location(demo: Workspace, defs: Definitions):
    environment = child_environment(demo.settings) | {
        "DAGSTER_HOME": str(demo.settings.dagster_home),
        "TUNDISH_HOME": str(demo.settings.home),
        "TUNDISH_PLANT": str(DEMO),
    }
    demo.settings.dagster_home.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "orchestration.definitions"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation successful" in done.stdout + done.stderr


def test_the_manifest_is_parsed_once_for_the_same_code_and_plant(demo: Workspace, defs: Definitions):
    assert manifest_is_fresh(demo)
    path = prepare_manifest(demo)
    parsed_at = path.stat().st_mtime_ns
    assert prepare_manifest(demo).stat().st_mtime_ns == parsed_at


def test_every_source_of_a_staging_model_is_its_raw_asset(demo: Workspace, graph):
    manifest = load_manifest(prepare_manifest(demo))
    edges = 0
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] != "staging":
            continue
        parents = graph.get(AssetKey(["staging", node["name"]])).parent_keys
        for source in (entry for entry in node["depends_on"]["nodes"] if entry.startswith("source.")):
            _, _, system, table = source.split(".")
            assert AssetKey(["raw", system, table.removesuffix("__history")]) in parents
            edges += 1
    assert edges >= 29


def test_every_raw_asset_follows_from_a_contract_and_comes_from_its_landing_folder(demo: Workspace, graph):
    raw = {key for key in graph.get_all_asset_keys() if key.path[0] == "raw"}
    assert raw == {AssetKey(contract.asset_key) for contract in demo.contracts}
    for key in raw:
        assert graph.get(key).parent_keys == {AssetKey(["landing", key.path[1]])}
        assert graph.get(key).group_name == f"raw_{key.path[1]}"


def test_every_asset_has_description_owner_group_and_kinds(graph):
    poor = [
        key.to_user_string()
        for key in sorted(graph.materializable_asset_keys)
        if not (graph.get(key).description and graph.get(key).owners and graph.get(key).group_name)
        or graph.get(key).group_name == "default"
        or not any(tag.startswith("dagster/kind/") for tag in graph.get(key).tags)
    ]
    assert poor == []


def test_models_are_grouped_by_layer(graph):
    layers = {"staging", "intermediate", "core", "marts", "features"}
    for key in graph.materializable_asset_keys:
        if key.path[0] in layers:
            assert graph.get(key).group_name == key.path[0]


def test_gates_block(demo: Workspace, defs: Definitions):
    blocking = {
        spec.key for asset in defs.assets or [] for spec in getattr(asset, "check_specs", []) if spec.blocking
    }
    contract_gates = {key.asset_key for key in blocking if key.name == CONTRACT_GATE}
    assert contract_gates == {AssetKey(contract.asset_key) for contract in demo.contracts}
    assert CANDIDATE in {key.asset_key for key in blocking if key.name == RELEASE_GATE}


def test_nothing_is_published_but_after_the_candidate_and_features_come_first(graph):
    published = {key for key in graph.get_all_asset_keys() if key.path[0] == "released"} - {CANDIDATE}
    features = {key for key in published if key.path[1] == "features"}
    assert features
    assert published - features
    for key in published:
        parents = graph.get(key).parent_keys
        assert parents == ({CANDIDATE} if key in features else {CANDIDATE} | features)


def test_the_candidate_waits_for_every_table_that_it_holds(graph):
    published = {
        key.path[2] for key in graph.get_all_asset_keys() if key.path[0] == "released" and len(key.path) == 3
    }
    assert {key.path[-1] for key in graph.get(CANDIDATE).parent_keys} == published


def test_the_warehouse_has_a_pool_of_its_own(defs: Definitions):
    pools = {asset.op.name: asset.op.pool for asset in defs.assets or [] if hasattr(asset, "op")}
    assert {name for name, pool in pools.items() if pool == "warehouse"} == {
        "warehouse",
        "released__candidate",
    }


def test_the_job_holds_everything_that_can_be_materialized(defs: Definitions, graph):
    job = defs.resolve_job_def("plant_to_release")
    assert set(job.asset_layer.executable_asset_keys) == set(graph.materializable_asset_keys)


def test_the_schedule_runs_daily_in_the_time_of_the_plant(defs: Definitions):
    schedule = defs.resolve_schedule_def("daily_plant_to_release")
    assert schedule.execution_timezone == "Europe/Berlin"
    assert schedule.default_status == DefaultScheduleStatus.RUNNING


def test_the_graph_is_the_one_that_was_reviewed(graph):
    """After a wanted change: python tests/unit/orchestration/asset_graph.py, and read the difference."""
    assert describe(graph) == Path(SNAPSHOT).read_text(encoding="utf-8")
