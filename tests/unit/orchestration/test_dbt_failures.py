"""A failed build names table, rule, rows and the next step."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.dbt_failures import read_failures

MODEL = {
    "resource_type": "model",
    "name": "fct_failure",
    "schema": "core",
    "package_name": "tundish",
    "original_file_path": "models/core/fct_failure.sql",
}
TEST = {
    "resource_type": "test",
    "name": "not_negative_fct_failure_repair_s",
    "attached_node": "model.tundish.fct_failure",
    "package_name": "tundish",
    "original_file_path": "models/core/fct_failure.yml",
    "path": "not_negative_fct_failure_repair_s.sql",
    "test_metadata": {"name": "not_negative"},
}
MANIFEST = {"nodes": {"model.tundish.fct_failure": MODEL, "test.tundish.not_negative.1": TEST}}


def result(unique_id: str, status: str, **extra: object) -> dict[str, object]:
    return {"unique_id": unique_id, "status": status, "message": "", "failures": None, **extra}


def failures(target: Path, *results: dict[str, object]) -> str:
    (target / "run_results.json").write_text(json.dumps({"results": results}))
    return str(read_failures(target, MANIFEST))


def test_a_failed_test_names_table_rule_rows_and_its_sql(tmp_path: Path):
    text = failures(tmp_path, result("test.tundish.not_negative.1", "fail", failures=3))
    assert "core.fct_failure: test not_negative_fct_failure_repair_s: 3 rows break it" in text
    assert "compiled/tundish/models/core/fct_failure.yml/not_negative_fct_failure_repair_s.sql" in text
    assert "Next step: run that SQL" in text


def test_a_model_that_cannot_be_built_names_its_file_and_dbts_words(tmp_path: Path):
    text = failures(tmp_path, result("model.tundish.fct_failure", "error", message="no such\n column"))
    assert "core.fct_failure: dbt_project/models/core/fct_failure.sql: no such column" in text
    assert "Next step: mend the model" in text


def test_an_increment_without_memory_is_told_to_build_in_full(tmp_path: Path):
    with (
        duckdb.connect(config={"memory_limit": "3MB", "temp_directory": ""}) as small,
        pytest.raises(duckdb.OutOfMemoryException) as caught,
    ):
        small.execute("create table t as select list(range) from range(1000000)")
    text = failures(tmp_path, result("model.tundish.fct_failure", "error", message=str(caught.value)))
    assert "Next step: tundish run --full-refresh" in text


def test_what_passed_or_was_skipped_is_not_told(tmp_path: Path):
    text = failures(
        tmp_path,
        result("model.tundish.fct_failure", "success"),
        result("test.tundish.not_negative.1", "skipped"),
    )
    assert "fct_failure" not in text


def test_a_build_that_left_no_results_is_told_in_its_own_words(tmp_path: Path):
    assert "cannot start" in str(read_failures(tmp_path, MANIFEST, "cannot start"))
