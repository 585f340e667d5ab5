"""Suites: what a file must look like, and which rules follow from a specification."""

import pytest

from quality.errors import SuiteError
from quality.result import Severity
from quality.suite import Expectation, generate_suite, load_suite, load_suites
from quality.table_spec import ColumnSpec, TableSpec, released_type

GOOD = """
table: mart_x
expectations:
  - type: expect_column_values_to_be_between
    kwargs: {column: oee, min_value: 0}
    severity: warning
    reason: no negative oee
  - type: expect_column_to_exist
    kwargs: {column: oee}
"""


def test_load_suite_reads_rules_with_critical_as_default(tmp_path):
    path = tmp_path / "mart_x.yml"
    path.write_text(GOOD)
    first, second = load_suite(path)
    assert first.severity is Severity.WARNING
    assert first.columns == ("oee",)
    assert first.rule == "min_value 0"
    assert second.severity is Severity.CRITICAL
    assert load_suites(tmp_path) == {"mart_x": (first, second)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("table: [", "whole file"),
        ("table: other\nexpectations: []", "table"),
        ("- a list", "table"),
        ("table: mart_x\nexpectations: []", "expectations"),
        ("table: mart_x\nexpectations: [expect_x]", "expectation 1"),
        ("table: mart_x\nexpectations: [{type: e, kwargs: [a]}]", "expectation 1"),
        ("table: mart_x\nexpectations: [{type: e, severity: fatal}]", "expectation 1"),
        ("table: mart_x\nexpectations: [{type: e, severty: info}]", "expectation 1"),
    ],
)
def test_load_suite_names_file_and_place_of_a_mistake(tmp_path, text, place):
    path = tmp_path / "mart_x.yml"
    path.write_text(text)
    with pytest.raises(SuiteError) as caught:
        load_suite(path)
    assert caught.value.place == place
    assert "mart_x.yml" in str(caught.value)
    assert "Next step" in str(caught.value)


def test_generate_suite_makes_rules_for_grain_and_required_columns():
    columns = (ColumnSpec("a", "BIGINT", required=True), ColumnSpec("b", "DATE"))
    rules = generate_suite(TableSpec("t", "core", grain=("a", "b"), columns=columns))
    assert [(rule.type, rule.columns) for rule in rules] == [
        ("expect_column_values_to_not_be_null", ("a",)),
        ("expect_compound_columns_to_be_unique", ("a", "b")),
    ]


def test_generate_suite_of_a_single_key_and_of_no_grain():
    rules = generate_suite(TableSpec("t", "core", grain=("a",)))
    assert [(rule.type, rule.columns) for rule in rules] == [
        ("expect_column_values_to_not_be_null", ("a",)),
        ("expect_column_values_to_be_unique", ("a",)),
    ]
    assert generate_suite(TableSpec("t", "core")) == ()


def test_expectation_columns_covers_pairs_and_lists_once():
    assert Expectation("e", {"column_A": "a", "column_B": "b"}).columns == ("a", "b")
    assert Expectation("e", {"column_list": ["a", "b", "a"]}).columns == ("a", "b")
    assert Expectation("expect_table_row_count_to_be_between", {"min_value": 1}).columns == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("timestamp with time zone", "TIMESTAMPTZ"),
        ("decimal(18, 4)", "DECIMAL(18,4)"),
        ("numeric(9,2)", "DECIMAL(9,2)"),
        ("HUGEINT", "BIGINT"),
        ("varchar", "VARCHAR"),
        ("TIMESTAMP", "TIMESTAMP"),
    ],
)
def test_released_type_has_one_spelling_and_does_not_invent_a_zone(given, expected):
    assert released_type(given) == expected
