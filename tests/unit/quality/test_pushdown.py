"""DuckDB's answer to each rule is that of Great Expectations' own pandas engine: success, counts and shares."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality import gx_engine, own
from quality.engine import as_sql, evaluate, frames
from quality.result import ExpectationResult, Severity
from quality.sql_rules import PUSHED_DOWN
from quality.suite import Expectation
from tests.unit.quality.pushdown_cases import KNOWN, ROWS, RULES, dataset


def told(result: ExpectationResult) -> tuple[object, ...]:
    """What both engines must agree on."""
    return (result.passed, result.unexpected_count, result.rows_looked_at, result.error, result.severity)


def assert_same(ours: ExpectationResult, theirs: ExpectationResult) -> None:
    context = f"{ours.expectation} {ours.column} {ours.rule}: {ours.message} / {theirs.message}"
    assert told(ours) == told(theirs), context
    if ours.unexpected_pct is None or theirs.unexpected_pct is None:
        assert ours.unexpected_pct == theirs.unexpected_pct, context
    else:
        assert math.isclose(ours.unexpected_pct, theirs.unexpected_pct), context
    if ours.unexpected_count is None and ours.column != "at":  # figures; of moments only the verdict
        numbers = [float(result.observed or "nan") for result in (ours, theirs)]
        assert numbers[0] == pytest.approx(numbers[1], nan_ok=True), context


def test_cases_cover_every_type_that_is_pushed_down():
    assert set(RULES) == PUSHED_DOWN | set(own.registered())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, rules=st.tuples(*RULES.values()))
def test_pushed_down_equals_great_expectations_in_pandas(rows, rules):
    data = dataset(rows)
    for rule in rules:
        assert as_sql(data, rule) is not None, f"{rule.type} {rule.kwargs} is not pushed down"
    (frame,) = frames(data, list(data.columns), None)
    ours = evaluate(data, rules)
    theirs = gx_engine.evaluate(frame, rules, {"known": pd.DataFrame(KNOWN)})
    for left, right in zip(ours, theirs, strict=True):
        assert_same(left, right)


LIKE = Expectation("expect_column_values_to_match_strftime_format", {"column": "s", "strftime_format": "A%d"})


@pytest.mark.parametrize(
    "rule", [LIKE, Expectation("expect_column_values_to_be_increasing", {"column": "n"})]
)
def test_a_rule_without_sql_sees_every_row_in_bounded_batches_or_its_columns_whole(rule, monkeypatch):
    rows = [{"s": f"A{count % 30 + 1:02}" if count != 17 else "B", "n": count} for count in range(23)]
    data = dataset(rows)
    sizes = []
    evaluate_frame = gx_engine.evaluate
    monkeypatch.setattr(
        gx_engine,
        "evaluate",
        lambda frame, rules: (sizes.append(len(frame)), evaluate_frame(frame, rules))[1],
    )
    (result,) = evaluate(data, [rule], chunk_rows=5)
    assert as_sql(data, rule) is None
    assert (result.passed, result.unexpected_count, result.rows_looked_at) == (
        rule != LIKE,
        int(rule == LIKE),
        23,
    )
    assert sizes == ([5, 5, 5, 5, 3] if rule == LIKE else [23])


@pytest.mark.parametrize(
    "rule",
    [
        Expectation(
            "expect_column_values_to_be_between", {"column": "a", "min_value": 0, "minimum": 1}, Severity.INFO
        ),
        Expectation("expect_column_values_to_match_regex", {"column": "s", "regex": "(("}, Severity.INFO),
        Expectation("expect_column_values_to_be_between", {"column": "gone", "min_value": 0}, Severity.INFO),
        Expectation(
            "expect_column_values_to_be_known_in", {"column": "s", "parent": "nobody", "parent_column": "s"}
        ),
        Expectation(
            "expect_series_to_change_slowly",
            {"column": "s", "group_by": [], "order_by": "at", "max_per_s": 1},
        ),
        Expectation("expect_nothing_we_know", {}, Severity.INFO),
    ],
)
def test_a_rule_that_raises_has_failed_as_critical_with_the_text_of_the_exception(rule):
    holds = Expectation("expect_column_values_to_not_be_null", {"column": "a"})
    failed, other = evaluate(dataset([{"a": 1.0, "s": "x", "at": None}]), [rule, holds])
    assert not failed.passed
    assert failed.severity is Severity.CRITICAL
    assert failed.error
    assert other.passed
