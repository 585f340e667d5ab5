"""Rules evaluated together on stacked columns give what each gives alone; failures name their own column."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality import gx_engine
from quality.result import Severity
from quality.stacking import build_stacks
from quality.suite import Expectation

RULES = [
    *[Expectation("expect_column_values_to_be_between", {"column": c, "min_value": 0}) for c in "abc"],
    *[Expectation("expect_column_values_to_not_be_null", {"column": c}) for c in "ab"],
    *[
        Expectation(
            "expect_column_pair_values_a_to_be_greater_than_b",
            {"column_A": a, "column_B": b, "or_equal": True, "ignore_row_if": "either_value_is_missing"},
            Severity.WARNING,
        )
        for a, b in ("ab", "bc")
    ],
    *[Expectation("expect_column_values_to_be_unique", {"column": c}) for c in "ab"],
    *[
        Expectation("expect_column_values_to_be_between", {"column": c, "min_value": 0, "mostly": 0.5})
        for c in "ab"
    ],
    Expectation("expect_table_row_count_to_be_between", {"min_value": 1}),
    Expectation("expect_column_values_to_be_between", {"column": "gone", "min_value": 0}),
]
VALUES = st.lists(st.tuples(*[st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 1.0, 2.0]))] * 3), max_size=5)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=VALUES)
def test_evaluate_together_equals_each_alone(rows):
    frame = pd.DataFrame(rows, columns=list("abc"), dtype="float64")
    together = gx_engine.evaluate(frame, RULES)
    alone = [gx_engine.evaluate(frame, [rule])[0] for rule in RULES]
    for left, right in zip(together, alone, strict=True):
        assert (left.expectation, left.column, left.passed) == (right.expectation, right.column, right.passed)
        assert (left.severity, left.unexpected_count, left.error) == (
            right.severity,
            right.unexpected_count,
            right.error,
        )


def test_evaluate_names_the_one_column_of_several_that_breaks_the_rule():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, -2.0], "c": [0.0, 0.0]})
    results = gx_engine.evaluate(frame, RULES[:3])
    assert [(result.column, result.passed) for result in results] == [("a", True), ("b", False), ("c", True)]
    assert results[1].sample == ("-2.0",)


@pytest.mark.parametrize("dtype", ["float64", "int64"])
def test_build_stacks_puts_only_equal_types_together(dtype):
    frame = pd.DataFrame({"a": [1.0], "b": [1.0], "c": pd.Series([1], dtype=dtype)})
    (stack,) = build_stacks(frame, RULES[:3], gx_engine.is_row_wise)
    assert stack.numbers == ((0, 1, 2) if dtype == "float64" else (0, 1))
    assert list(stack.frame.columns) == ["column"]


def test_build_stacks_leaves_rules_on_whole_tables_alone():
    frame = pd.DataFrame({"a": [1.0], "b": [1.0], "c": [1.0]})
    stacked = {
        number for stack in build_stacks(frame, RULES, gx_engine.is_row_wise) for number in stack.numbers
    }
    assert stacked == set(range(7))
