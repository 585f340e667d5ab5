"""Gate 3 on small Parquet files: it fails closed, names what it saw, and gives the same answer in parts."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from quality import gx_engine
from quality.release_gate import evaluate_release
from quality.result import GateResult, Severity
from quality.suite import Expectation
from quality.table_spec import ColumnSpec, TableSpec

SPEC = TableSpec(
    "mart_x",
    "marts",
    grain=("machine", "day"),
    columns=(
        ColumnSpec("machine", "VARCHAR"),
        ColumnSpec("day", "DATE", required=True),
        ColumnSpec("oee", "DOUBLE"),
    ),
)
GOOD = "select 'M' || (i % 3) as machine, date '2025-10-06' + (i // 3)::int as day, i / 10.0::double as oee from range(9) t(i)"


@pytest.fixture
def suites(tmp_path) -> Path:
    folder = tmp_path / "suites"
    folder.mkdir()
    return folder


def write_suite(folder: Path, *entries: str, table: str = "mart_x") -> None:
    (folder / f"{table}.yml").write_text(
        f"table: {table}\nexpectations:\n" + "".join(f"  - {entry}\n" for entry in entries)
    )


def candidate(tmp_path: Path, query: str = GOOD, table: str = "mart_x") -> Path:
    folder = tmp_path / "candidate" / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{folder / table}.parquet' (format parquet)")
    return folder.parent


def only(results: list[GateResult]) -> GateResult:
    (result,) = results
    return result


def test_evaluate_release_passes_good_data(tmp_path, suites):
    write_suite(
        suites,
        "{type: expect_column_values_to_be_between, kwargs: {column: oee, min_value: 0, max_value: 1}}",
    )
    result = only(evaluate_release(candidate(tmp_path), [SPEC], suites))
    assert result.passed, result.message
    assert result.rows == 9
    assert len(result.results) == 5  # types, finite, day not null, grain unique, the suite's rule


def test_evaluate_release_says_which_value_broke_a_rule(tmp_path, suites):
    write_suite(
        suites,
        "{type: expect_column_values_to_be_between, kwargs: {column: oee, min_value: 0, max_value: 0.75}}",
    )
    result = only(evaluate_release(candidate(tmp_path), [SPEC], suites))
    (failure,) = result.failures
    assert not result.passed
    assert (failure.unexpected_count, failure.sample) == (1, ("0.8",))
    assert failure.unexpected_pct == pytest.approx(100 / 9)


def test_evaluate_release_lets_warnings_pass_and_shows_them(tmp_path, suites):
    write_suite(
        suites,
        "{type: expect_table_row_count_to_be_between, kwargs: {min_value: 100}, severity: warning}",
    )
    result = only(evaluate_release(candidate(tmp_path), [SPEC], suites))
    assert result.passed
    assert result.severity is Severity.WARNING
    assert result.failures[0].observed == "9"


@pytest.mark.parametrize(
    "entry",
    [
        "{type: expect_nothing_we_know, severity: info}",
        "{type: expect_column_values_to_be_between, kwargs: {colum: oee}, severity: info}",
        "{type: expect_column_values_to_match_regex, kwargs: {column: machine, regex: '(('}, severity: info}",
        "{type: expect_column_values_to_be_between, kwargs: {column: machine, min_value: 0}, severity: info}",
        "{type: expect_column_values_to_be_between, kwargs: {column: gone, min_value: 0}, severity: info}",
    ],
)
def test_evaluate_release_fails_closed_when_a_rule_cannot_be_evaluated(tmp_path, suites, entry):
    holds = "{type: expect_column_values_to_not_be_null, kwargs: {column: oee}}"
    write_suite(suites, entry, holds)
    result = only(evaluate_release(candidate(tmp_path), [SPEC], suites))
    (failure,) = result.failures
    assert failure.severity is Severity.CRITICAL
    assert failure.error
    assert not result.passed


def test_evaluate_release_finds_nulls_in_required_columns(tmp_path, suites):
    folder = candidate(tmp_path, f"{GOOD} union all (select null, null, 0.5)")
    (failure,) = only(evaluate_release(folder, [SPEC], suites)).failures
    assert (failure.expectation, failure.column) == ("expect_column_values_to_not_be_null", "day")


@pytest.mark.parametrize("machine", ["'M0'", "null"])
def test_evaluate_release_finds_repeats_of_the_grain_also_where_a_part_is_null(tmp_path, suites, machine):
    row = f"(select {machine}, date '2025-10-06', 0.5)"
    unique = candidate(tmp_path, f"{GOOD} union all {row}") if machine == "null" else candidate(tmp_path)
    assert only(evaluate_release(unique, [SPEC], suites)).passed
    folder = candidate(tmp_path, f"{GOOD} union all {row} union all {row}")
    (failure,) = only(evaluate_release(folder, [SPEC], suites)).failures
    assert failure.expectation == "expect_compound_columns_to_be_unique"


@pytest.mark.parametrize("value", ["'nan'", "'inf'", "'-inf'"])
def test_evaluate_release_refuses_numbers_that_are_not_finite(tmp_path, suites, value):
    folder = candidate(tmp_path, f"{GOOD} union all (select 'M9', date '2025-10-06', {value}::double)")
    (failure,) = only(evaluate_release(folder, [SPEC], suites)).failures
    assert failure.sample == ("oee: 1 rows",)


def test_evaluate_release_notices_a_flipped_type_and_a_missing_column(tmp_path, suites):
    folder = candidate(tmp_path, "select 'M1' as machine, '2025-10-06' as day")
    (failure,) = only(evaluate_release(folder, [SPEC], suites)).failures
    assert failure.unexpected_count == 2
    assert "day VARCHAR" in str(failure.sample)
    assert "oee missing" in str(failure.sample)


def test_evaluate_release_fails_on_a_specified_table_that_is_absent(tmp_path, suites):
    folder = candidate(tmp_path, table="mart_y")
    results = {result.dataset: result for result in evaluate_release(folder, [SPEC], suites)}
    assert not results["mart_x"].passed
    assert results["mart_y"].passed


def test_evaluate_release_skips_a_suite_of_a_table_that_this_plant_does_not_release(tmp_path, suites):
    write_suite(suites, "{type: expect_column_to_exist, kwargs: {column: a}}", table="mart_z")
    results = {result.dataset: result for result in evaluate_release(candidate(tmp_path), [SPEC], suites)}
    assert results["mart_z"].skipped
    assert results["mart_z"].passed


def test_evaluate_release_fails_on_a_file_that_is_no_parquet(tmp_path, suites):
    folder = candidate(tmp_path)
    (folder / "tables" / "mart_x.parquet").write_bytes(b"PAR1 nothing PAR1")
    result = only(evaluate_release(folder, [SPEC], suites))
    assert not result.passed
    assert result.results[0].expectation == "expect_table_to_be_readable"


def test_evaluate_release_passes_an_empty_table(tmp_path, suites):
    assert only(evaluate_release(candidate(tmp_path, f"{GOOD} limit 0"), [SPEC], suites)).passed


def test_evaluate_release_in_parts_equals_the_whole(tmp_path, suites):
    write_suite(
        suites,
        "{type: expect_column_values_to_be_between, kwargs: {column: oee, min_value: 0.15, max_value: 0.65}}",
        "{type: expect_column_values_to_be_between, kwargs: {column: oee, max_value: 0.65, mostly: 0.7}}",
        "{type: expect_column_values_to_be_unique, kwargs: {column: machine}}",
        "{type: expect_column_mean_to_be_between, kwargs: {column: oee, min_value: 0.39, max_value: 0.41}}",
        "{type: expect_table_row_count_to_be_between, kwargs: {min_value: 9, max_value: 9}}",
    )
    folder = candidate(tmp_path)
    whole = only(evaluate_release(folder, [SPEC], suites))
    parts = only(evaluate_release(folder, [SPEC], suites, chunk_rows=2))

    def comparable(gate: GateResult) -> set[tuple]:
        return {
            (
                r.expectation,
                r.rule,
                r.passed,
                r.unexpected_count,
                r.unexpected_pct and round(r.unexpected_pct, 9),
            )
            for r in gate.results
        }

    assert comparable(parts) == comparable(whole)


def test_evaluate_keeps_the_order_of_the_rules():
    frame = pd.DataFrame({"a": [1, 2]})
    rules = [
        Expectation("expect_column_to_exist", {"column": "b"}),
        Expectation("expect_unknown"),
        Expectation("expect_column_to_exist", {"column": "a"}),
    ]
    assert [result.passed for result in gx_engine.evaluate(frame, rules)] == [False, False, True]


def test_gate_is_silent_and_loads_great_expectations_only_when_it_runs(tmp_path, suites):
    folder = candidate(tmp_path)
    script = (
        "import sys; from pathlib import Path; from quality.release_gate import evaluate_release;"
        "assert 'great_expectations' not in sys.modules;"
        f"r = evaluate_release(Path({str(folder)!r}), [], Path({str(suites)!r}));"
        "from quality import gx_engine; from quality.suite import Expectation; import pandas as pd;"
        "gx_engine.evaluate(pd.DataFrame({'a': [1]}), [Expectation('expect_column_to_exist', {'column': 'a'})])"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    assert (run.stdout, run.stderr) == ("", "")
