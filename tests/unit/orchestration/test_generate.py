"""The generated dbt files follow from contracts and adapter names, and the tree holds their current text."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from orchestration.lib import generate

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: mes.events
name: events
version: 1.0.0
status: active
description: {purpose: One row per event.}
schema:
  - name: events
    physicalName: EVENTS
    properties:
      - {name: event_id, physicalType: VARCHAR, description: Number of the event.}
      - {name: changed_at, physicalType: TIMESTAMPTZ, description: Moment of the change (UTC).}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    sources = tmp_path / "ingestion" / "sources" / "mes"
    sources.mkdir(parents=True)
    (sources / "events.contract.yml").write_text(CONTRACT)
    for system in ("mes", "sap_ecc"):
        adapters = tmp_path / "dbt_project" / "models" / "intermediate" / "adapters" / system
        adapters.mkdir(parents=True)
        (adapters / f"int_{system}__material.sql").write_text("select 1")
    return tmp_path


def test_the_tree_holds_what_the_generator_writes():
    assert [str(path) for path in generate.drifted()] == []


def test_sources_carry_identifier_asset_key_and_columns(repository: Path):
    generate.write(repository)
    path = repository / "dbt_project/models/staging/mes/_mes__sources.yml"
    (source,) = yaml.safe_load(path.read_text())["sources"]
    table, history = source["tables"]
    assert (source["name"], source["schema"]) == ("mes", "raw")
    assert (table["name"], table["identifier"]) == ("events", "mes__events")
    assert table["config"]["meta"]["dagster"]["asset_key"] == ["raw", "mes", "events"]
    assert [column["name"] for column in table["columns"]] == ["event_id", "changed_at"]
    assert history["identifier"] == "mes__events__history"


def test_entities_list_their_systems_in_name_order(repository: Path):
    assert generate.entity_systems(repository) == {"material": ["mes", "sap_ecc"]}


def test_writing_twice_changes_nothing_and_clears_the_drift(repository: Path):
    assert len(generate.write(repository)) == 3
    assert generate.write(repository) == []
    assert list(generate.drifted(repository)) == []


def test_sources_and_record_of_a_system_without_contracts_are_drift(repository: Path):
    generate.write(repository)
    (repository / "ingestion/sources/mes/events.contract.yml").unlink()
    assert [path.name for path in generate.drifted(repository)] == ["raw_columns.yml", "_mes__sources.yml"]


def test_a_contract_needs_an_owner(repository: Path):
    assert list(generate.without_owner(repository)) == ["mes.events"]
    path = repository / "ingestion/sources/mes/events.contract.yml"
    path.write_text(f"{CONTRACT}team: {{name: production-data}}\n")
    assert list(generate.without_owner(repository)) == []
    assert list(generate.without_owner()) == []


def test_an_adapter_named_after_another_system_is_refused(repository: Path):
    folder = repository / "dbt_project/models/intermediate/adapters/mes"
    (folder / "int_cms__signal.sql").write_text("select 1")
    with pytest.raises(ValueError, match="int_mes__<entity>"):
        generate.entity_systems(repository)
