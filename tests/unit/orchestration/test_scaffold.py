"""A new source in a copy of the tree: files that the house's own rules accept, and nothing half done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ingestion.contracts import load_contract
from ingestion.errors import ContractError, PlantError
from ingestion.plant import load_plant
from ingestion.profiling import Request, profile
from ingestion.settings import REPOSITORY, Settings
from orchestration.lib import generate
from orchestration.lib.scaffold import NewSource, ScaffoldError, add_source
from orchestration.lib.scaffold.plant_file import SourceLines, with_source
from orchestration.lib.scaffold.project_file import ADAPTERS, CORE, STAGING, with_system

PROJECT = REPOSITORY / "dbt_project" / "dbt_project.yml"
STOPS = "Stop No;Machine;Started At;Downtime [min];Operator\n" + "".join(
    f"S{n:04d};MC{n % 3};{n % 28 + 1:02d}.01.2025 06:{n % 60:02d};{n},5;Anna {n}\n" for n in range(1, 61)
)
LINES = SourceLines("line5", "/data/line5", "Europe/Berlin", "timezone: Europe/Berlin (low confidence)")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A tree with the demo's dbt project, without its contracts."""
    tree = tmp_path / "tree"
    shutil.copytree(
        REPOSITORY / "dbt_project",
        tree / "dbt_project",
        ignore=shutil.ignore_patterns("target", "logs", "staging", "marts", "features"),
    )
    (tree / "ingestion" / "sources").mkdir(parents=True)
    return tree


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "stops.csv").write_text(STOPS)
    (folder / "machines.csv").write_text("equipment_code;name\nMC0;Saw\nMC1;Mill\nMC2;Press\n")
    request = Request([folder], "line5", tmp_path / "drafts", "Europe/Berlin", "assumed")
    profile(request, Settings(home=tmp_path / "home"), lambda _: None)
    return tmp_path / "drafts" / "line5"


def test_names_in_staging_tell_times_and_units(repository: Path, drafts: Path):
    add_source(NewSource(drafts, repository=repository))
    sql = (repository / "dbt_project/models/staging/line5/stg_line5__stops.sql").read_text()
    for line in ("started_at,", "downtime_min,", "stop_no,", "from source", "source('line5', 'stops')"):
        assert line in sql
    contract = load_contract(repository / "ingestion/sources/line5/stops.contract.yml")
    assert contract.key == ("stop_no",)
    text = contract.path.read_text()
    assert "\nstatus: active\n" in text
    assert "# Draft" not in text


def test_a_released_table_promises_types_grain_and_no_persons(repository: Path, drafts: Path):
    add_source(NewSource(drafts, released=["stops"], repository=repository))
    folder = repository / "dbt_project/models/core/systems/line5"
    sql = (folder / "fct_line5__stops.sql").read_text()
    (model,) = yaml.safe_load((folder / "fct_line5__stops.yml").read_text())["models"]
    types = {column["name"]: column["data_type"] for column in model["columns"]}
    assert types == {
        "site_code": "VARCHAR",
        "stop_no": "VARCHAR",
        "machine": "VARCHAR",
        "started_at": "TIMESTAMPTZ",
        "downtime_min": "DOUBLE",
        "_source_ingested_at": "TIMESTAMPTZ",
    }
    assert model["description"] == "One row per stop_no."
    assert model["data_tests"][0] == {"unique_combination": {"arguments": {"columns": ["stop_no"]}}}
    assert "-- not released, persons or samples: operator" in sql
    project = yaml.safe_load((repository / "dbt_project/dbt_project.yml").read_text())
    assert "line5" in project["models"]["tundish"]["core"]["systems"]


def test_persons_are_released_only_when_asked_for(repository: Path, drafts: Path):
    add_source(NewSource(drafts, released=["stops"], with_personal=True, repository=repository))
    sql = (repository / "dbt_project/models/core/systems/line5/fct_line5__stops.sql").read_text()
    assert "    operator,\n" in sql


def test_an_adapter_takes_columns_of_the_entitys_names_and_lists_the_rest(repository: Path, drafts: Path):
    add_source(NewSource(drafts, adapters={"machines": "equipment"}, repository=repository))
    folder = repository / "dbt_project/models/intermediate/adapters/line5"
    sql = (folder / "int_line5__equipment.sql").read_text()
    assert "    equipment_code,\n" in sql
    assert "-- to be mapped:" in sql
    assert "source_site('line5')" in sql
    assert "line5" in generate.entity_systems(repository)["equipment"]


def test_generated_files_are_up_to_date_afterwards(repository: Path, drafts: Path):
    add_source(NewSource(drafts, released=["stops"], repository=repository))
    assert list(generate.drifted(repository)) == []


def test_the_linters_of_the_tree_accept_what_was_written(repository: Path, drafts: Path):
    written = add_source(
        NewSource(
            drafts, released=["stops", "machines"], adapters={"machines": "equipment"}, repository=repository
        )
    )
    tools = Path(sys.executable).parent
    yml = [str(path) for path in written if path.suffix == ".yml"]
    config = str(REPOSITORY / ".yamllint")
    checks = [
        ([str(tools / "yamllint"), "--strict", "-c", config, *yml], repository),
        (
            [str(tools / "sqlfluff"), "lint", "--disable-progress-bar", *(str(p) for p in written if p.suffix == ".sql" and "models" in p.parts)],
            repository / "dbt_project",
        ),
    ]  # fmt: skip
    for command, folder in checks:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"released": ["nothing"]}, "no draft of a table 'nothing'"),
        ({"adapters": {"stops": "nonsense"}}, "no canonical entity 'nonsense'"),
    ],
    ids=["table", "entity"],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    repository: Path, drafts: Path, given: dict[str, object], words: str
):
    before = sorted(repository.rglob("*"))
    with pytest.raises(ScaffoldError, match=words):
        add_source(NewSource(drafts, repository=repository, **given))  # type: ignore[arg-type]
    assert sorted(repository.rglob("*")) == before


def test_a_source_that_is_there_is_not_overwritten(repository: Path, drafts: Path):
    add_source(NewSource(drafts, repository=repository))
    with pytest.raises(ScaffoldError, match="exists already"):
        add_source(NewSource(drafts, repository=repository))


def test_a_draft_that_was_broken_by_hand_is_refused(repository: Path, drafts: Path):
    path = drafts / "stops.contract.yml"
    path.write_text(path.read_text().replace("physicalType: VARCHAR", "physicalType: TEXT", 1))
    with pytest.raises(ContractError, match="physicalType 'TEXT'"):
        add_source(NewSource(drafts, repository=repository))
    assert list((repository / "ingestion/sources").iterdir()) == []


@pytest.mark.parametrize("section", [STAGING, CORE, ADAPTERS], ids=lambda section: section[-1])
def test_a_system_is_enabled_in_its_section_and_nothing_else_changes(section: tuple[str, ...]):
    before = PROJECT.read_text()
    after = with_system(before, section, "line5")
    assert [line for line in after.splitlines() if line not in before.splitlines()][-2:] == [
        f"{'  ' * len(section)}line5:",
        f"{'  ' * (len(section) + 1)}+enabled: \"{{{{ 'line5' in var('active_systems', ['line5']) }}}}\"",
    ]
    place = yaml.safe_load(after)
    for name in section:
        place = place[name]
    (enabled,) = place.pop("line5").values()
    assert "'line5' in var(" in enabled
    untouched = yaml.safe_load(after)["models"]["tundish"]["marts"]
    assert untouched == yaml.safe_load(before)["models"]["tundish"]["marts"]
    assert with_system(after, section, "line5") == after


@pytest.mark.parametrize("plant", ["demo", "adventureworks"])
def test_the_lines_join_a_plant_file_that_keeps_its_comments(tmp_path: Path, plant: str):
    given = REPOSITORY / "data" / "plants" / plant / "plant.yml"
    (tmp_path / "plant.yml").write_text(given.read_text())
    text = with_source(tmp_path, LINES)
    (tmp_path / "plant.yml").write_text(text)
    settings = Settings(home=tmp_path, plant=tmp_path)
    loaded = load_plant(tmp_path, settings)
    before = load_plant(given.parent, settings)
    assert loaded.systems == (*before.systems, "line5")
    assert loaded.source("line5").path == Path("/data/line5")
    assert loaded.source("line5").timezone == "Europe/Berlin"
    assert all(line in text.splitlines() for line in given.read_text().splitlines() if "#" in line)


def test_a_plant_that_is_not_there_begins_with_one_site_and_this_source(tmp_path: Path):
    (tmp_path / "plant.yml").write_text(with_source(tmp_path / "none", LINES))
    plant = load_plant(tmp_path, Settings(home=tmp_path, plant=tmp_path))
    assert plant.systems == ("plant", "line5")
    assert plant.sites[0].timezone == "Europe/Berlin"


def test_a_source_that_the_plant_has_is_refused(tmp_path: Path):
    (tmp_path / "plant.yml").write_text(with_source(tmp_path / "none", LINES))
    with pytest.raises(PlantError, match="line5 is there already"):
        with_source(tmp_path, LINES)
