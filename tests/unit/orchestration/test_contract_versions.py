"""A contract whose columns or key changed says so by its version, before anything is generated of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.lib import generate
from orchestration.lib.contract_versions import RECORD, ContractVersionError

CONTRACT = """
id: mes.events
version: 1.4.2
description: {purpose: One row per event.}
schema:
  - name: events
    properties:
      - {name: event_id, physicalType: VARCHAR, primaryKey: true}
      - {name: changed_at, physicalType: TIMESTAMPTZ}
      - {name: state, physicalType: VARCHAR}
"""
STATE = "      - {name: state, physicalType: VARCHAR}\n"
GONE, OTHER_TYPE = (STATE, ""), ("TIMESTAMPTZ", "TIMESTAMP")
NEW = (STATE, STATE + "      - {name: reason, physicalType: VARCHAR}\n")
OTHER_KEY = (STATE, STATE.replace("}", ", primaryKey: true}"))
UNMADE_KEY = (", primaryKey: true", "")


def contract(repository: Path) -> Path:
    return repository / "ingestion" / "sources" / "mes" / "events.contract.yml"


def change(repository: Path, old: str, new: str, version: str = "1.4.2") -> None:
    text = contract(repository).read_text()
    assert old in text
    contract(repository).write_text(text.replace(old, new).replace("1.4.2", version))


def written(repository: Path) -> list[str]:
    return [path.read_text() for path in generate.generated_files(repository) if path.is_file()]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    contract(tmp_path).parent.mkdir(parents=True)
    contract(tmp_path).write_text(CONTRACT)
    generate.write(tmp_path)
    assert list(generate.drifted(tmp_path)) == []
    return tmp_path


@pytest.mark.parametrize("edit", [GONE, OTHER_TYPE, OTHER_KEY, UNMADE_KEY])
@pytest.mark.parametrize("version", ["1.4.2", "1.4.3", "1.5.0", "1.99.9", "0.9.0"])
def test_what_breaks_models_needs_a_major_version(repository: Path, edit: tuple[str, str], version: str):
    before = written(repository)
    change(repository, *edit, version)
    with pytest.raises(ContractVersionError, match=r"mes__events.*at least 2\.0\.0"):
        generate.write(repository)
    assert written(repository) == before


@pytest.mark.parametrize("edit", [GONE, OTHER_TYPE, OTHER_KEY, UNMADE_KEY])
@pytest.mark.parametrize("version", ["2.0.0", "2.0.1", "10.0.0"])
def test_with_a_major_version_it_is_generated(repository: Path, edit: tuple[str, str], version: str):
    change(repository, *edit, version)
    assert repository / RECORD in generate.write(repository)
    assert generate.unsaid_changes(repository) == []


def test_a_new_column_needs_a_minor_version(repository: Path):
    change(repository, *NEW)
    (said,) = generate.unsaid_changes(repository)
    assert said == "mes__events.reason: is new. The contract's version is 1.4.2, at least 1.5.0 would say so"
    change(repository, "version: 1.4.2", "version: 1.5.0")
    assert len(generate.write(repository)) == 2


def test_words_about_a_column_need_no_version(repository: Path):
    change(repository, "One row per event.", "A row per event.")
    assert len(generate.write(repository)) == 1


def test_all_changes_are_told_and_all_in_one_sentence_per_contract(repository: Path):
    change(repository, *GONE)
    change(repository, *OTHER_TYPE)
    with pytest.raises(ContractVersionError) as raised:
        generate.write(repository)
    (said,) = raised.value.changes
    assert "mes__events.state: the column is gone" in said
    assert "mes__events.changed_at: was TIMESTAMPTZ, is TIMESTAMP" in said
    assert "set `version`" in str(raised.value)


def test_a_draft_changes_as_it_likes(tmp_path: Path):
    contract(tmp_path).parent.mkdir(parents=True)
    contract(tmp_path).write_text(CONTRACT.replace("1.4.2", "0.1.0"))
    generate.write(tmp_path)
    contract(tmp_path).write_text(contract(tmp_path).read_text().replace(*GONE))
    assert len(generate.write(tmp_path)) == 2


def test_a_contract_that_is_gone_takes_its_record_with_it(repository: Path):
    contract(repository).unlink()
    assert len(generate.write(repository)) == 2
    assert "mes__events" not in (repository / RECORD).read_text()


def test_a_version_without_another_change_is_recorded_and_no_model_changes(repository: Path):
    change(repository, "version: 1.4.2", "version: 2.0.0")
    assert generate.write(repository) == [repository / RECORD]


def test_the_contracts_of_the_tree_say_what_changed():
    assert generate.unsaid_changes() == []
