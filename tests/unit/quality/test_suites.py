"""The suites in the tree: each is about a model that dbt releases, and each rule can be evaluated on its types."""

from pathlib import Path

import duckdb
import pytest
import yaml

from quality.release_gate import evaluate_release
from quality.result import GateResult
from quality.suite import load_suites

MODELS = Path(__file__).parents[3] / "dbt_project" / "models"
SUITES = load_suites()


def model_columns() -> dict[str, dict[str, str]]:
    """Columns and types of each model of the released layers, by model."""
    files = [path for layer in ("core", "marts", "features") for path in (MODELS / layer).rglob("*.yml")]
    bodies = [yaml.safe_load(path.read_text()) for path in files]
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for body in bodies
        for model in body.get("models", [])
    }


COLUMNS = model_columns()


@pytest.mark.parametrize("table", sorted(SUITES))
def test_suite_names_a_model_and_columns_that_it_has(table):
    assert table in COLUMNS
    named = {name for rule in SUITES[table] for name in rule.columns}
    assert named <= set(COLUMNS[table])


VALUES = {
    "VARCHAR": "'a'",
    "DATE": "date '2025-10-06'",
    "TIMESTAMPTZ": "timestamptz '2025-10-06 06:00:00+00'",
    "BOOLEAN": "true",
}


@pytest.fixture(scope="module", params=[0, 2], ids=["no rows", "a value and a null"])
def results(request, tmp_path_factory) -> dict[str, GateResult]:
    """Every suite on a table of its model's types, without rows or with one value and one null a column."""
    folder = tmp_path_factory.mktemp("candidate")
    with duckdb.connect() as connection:
        for table in SUITES:
            columns = [
                f"case when i = 0 then {VALUES.get(kind, '1')}::{kind} end as {name}"
                for name, kind in COLUMNS[table].items()
            ]
            query = f"select {', '.join(columns)} from range({request.param}) t(i)"
            connection.execute(f"copy ({query}) to '{folder / table}.parquet' (format parquet)")
    return {result.dataset: result for result in evaluate_release(folder)}


@pytest.mark.parametrize("table", sorted(SUITES))
def test_suite_can_be_evaluated_on_the_types_of_its_model(results, table):
    assert len(results[table].results) == len(SUITES[table])
    assert [result.message for result in results[table].results if result.error] == []


def test_no_rule_stands_twice_in_a_suite():
    for table, rules in SUITES.items():
        texts = [(rule.type, rule.columns, rule.rule) for rule in rules]
        assert len(texts) == len(set(texts)), table
