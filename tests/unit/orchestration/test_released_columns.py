"""A released column does not vanish and does not change its type without a major version and a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.contracts import load_contracts
from ingestion.settings import REPOSITORY
from orchestration.lib.released_columns import RECORD, breaking, main, read_promise, read_tables

MODEL = """
models:
  - name: mart_x
    description: One row per x.
    columns:
      - {name: x_id, data_type: VARCHAR, description: Id.}
      - {name: duration_s, data_type: "decimal(18, 4)", description: Seconds.}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "dbt_project" / "models" / "marts"
    folder.mkdir(parents=True)
    (folder / "mart_x.yml").write_text(MODEL)
    assert main([], tmp_path) == 0
    return tmp_path


def change(repository: Path, old: str, new: str) -> None:
    path = repository / "dbt_project" / "models" / "marts" / "mart_x.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_record_of_the_tree_is_kept_and_up_to_date():
    assert main(["--check"]) == 0


def test_the_first_record_is_version_one_and_is_kept(repository: Path):
    promise = read_promise(repository)
    assert promise.version == "1.0.0"
    columns = {"x_id": "VARCHAR", "duration_s": "DECIMAL(18,4)"}
    assert promise.tables == {"mart_x": {"owner": "analytics", "columns": columns}}
    assert main(["--check"], repository) == 0


def test_a_new_column_is_a_minor_version(repository: Path, capsys: pytest.CaptureFixture[str]):
    change(repository, "Seconds.}", "Seconds.}\n      - {name: note, data_type: VARCHAR, description: Note.}")
    assert main(["--check"], repository) == 1
    assert "are new" in capsys.readouterr().out
    assert main([], repository) == 0
    assert read_promise(repository).version == "1.1.0"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: duration_s", "name: duration_h", "mart_x.duration_s: the column is gone"),
        ('"decimal(18, 4)"', "DOUBLE", "mart_x.duration_s: was DECIMAL(18,4), is DOUBLE"),
        ("name: mart_x", "name: mart_y", "mart_x: the table is gone"),
        (
            "One row per x.",
            "One row per x.\n    config: {meta: {release: none}}",
            "mart_x: the table is gone",
        ),
    ],
)
def test_what_breaks_consumers_needs_a_major_version_and_a_reason(
    repository: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
):
    before = (repository / RECORD).read_text()
    change(repository, old, new)
    for arguments in (["--check"], []):
        assert main(arguments, repository) == 1
        assert said in capsys.readouterr().out
        assert (repository / RECORD).read_text() == before
    assert main(["--major", "nobody reads it"], repository) == 0
    promise = read_promise(repository)
    assert (promise.version, promise.majors) == ("2.0.0", {"2.0.0": "nobody reads it"})
    assert main(["--check"], repository) == 0


def test_another_spelling_of_a_type_breaks_nothing(repository: Path):
    change(repository, '"decimal(18, 4)"', '"DECIMAL(18,4)"')
    assert main(["--check"], repository) == 0


def test_every_removal_and_new_type_is_found_among_the_tables_of_the_tree():
    tables = read_tables()
    for name in list(tables)[::10]:
        (first, *_), column = tables[name]["columns"], list(tables[name]["columns"])[-1]
        less = {key: kind for key, kind in tables[name]["columns"].items() if key != column}
        assert list(breaking(tables, {**tables, name: {"columns": less}})) == [
            f"{name}.{column}: the column is gone"
        ]
        other = {**tables[name]["columns"], first: "BLOB"}
        assert len(list(breaking(tables, {**tables, name: {"columns": other}}))) == 1


def test_every_contract_has_an_owner_and_a_semantic_version():
    systems = sorted(path.name for path in (REPOSITORY / "ingestion" / "sources").iterdir() if path.is_dir())
    for contract in load_contracts(systems):
        assert contract.owner, contract.raw_name
        assert [part.isdigit() for part in contract.version.split(".")] == [True] * 3, contract.raw_name


def test_the_record_names_every_table_of_every_plant_once():
    models = REPOSITORY / "dbt_project" / "models"
    names = {path.stem for layer in ("core", "marts", "features") for path in (models / layer).rglob("*.sql")}
    private = {
        path.stem for path in models.rglob("*.sql") if "'release': 'none'" in path.read_text(encoding="utf-8")
    }
    assert private
    assert names - private == set(read_promise().tables)
