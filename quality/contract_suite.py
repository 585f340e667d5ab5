"""A contract as a suite: the one definition of what its rows and its batches must hold.

Here: contract in, expectations out. Rules about single rows (`row_rules`) run while a file is typed and put rows aside; rules
about the batch (`batch_rules`) run on the rows that are left, before the commit. Not here: typing (`ingestion`), evaluation
(`engine`), the verdict (`contract_gate`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ingestion.contracts import Column, Contract
from quality.result import Severity
from quality.suite import Expectation

FRESHNESS = "expect_column_max_to_be_between"
AHEAD = timedelta(hours=1)
"""How much newer than its file a value may be: clocks differ, but no file holds what is to come."""


def contract_suite(contract: Contract, delivered_at: datetime) -> tuple[Expectation, ...]:
    """Everything that a file of this contract, delivered at that time, must hold."""
    return (*row_rules(contract), *batch_rules(contract, delivered_at))


def row_rules(contract: Contract) -> tuple[Expectation, ...]:
    """What each row must hold: required, set, pattern, range and length of columns; pairs of columns."""
    of_columns = [rule for column in contract.columns for rule in _of_column(column)]
    pairs = [
        Expectation(
            rule.type, {"ignore_row_if": "either_value_is_missing", **rule.arguments}, reason=rule.reason
        )
        for rule in contract.quality
        if rule.of_rows
    ]
    return (*of_columns, *pairs)


def batch_rules(contract: Contract, delivered_at: datetime) -> tuple[Expectation, ...]:
    """What a whole file must hold: the contract's `quality` and its freshness."""
    rules = [
        Expectation(rule.type, rule.arguments, Severity(rule.severity), rule.reason)
        for rule in contract.quality
        if not rule.of_rows
    ]
    fresh = contract.freshness
    if fresh is not None:
        span = {
            "column": fresh.column,
            "min_value": (delivered_at - fresh.limit).isoformat(),
            "max_value": (delivered_at + AHEAD).isoformat(),
        }
        reason = f"the newest value is at most {fresh.limit} older than the file and {AHEAD} newer"
        rules.append(Expectation(FRESHNESS, span, Severity(fresh.severity), reason))
    return tuple(rules)


def _of_column(column: Column) -> Iterator[Expectation]:
    if column.parse in ("utc_date_of", "absent"):
        return
    name = {"column": column.name}
    if column.required or column.key_position is not None:
        yield Expectation("expect_column_values_to_not_be_null", name)
    if allowed := column.enum or column.values:
        yield Expectation("expect_column_values_to_be_in_set", {**name, "value_set": list(allowed)})
    if column.pattern is not None:
        yield Expectation("expect_column_values_to_match_regex", {**name, "regex": column.pattern})
    if column.max_length is not None:
        yield Expectation(
            "expect_column_value_lengths_to_be_between", {**name, "max_value": column.max_length}
        )
    bounds = {"min_value": column.minimum, "max_value": column.maximum}
    if given := {key: value for key, value in bounds.items() if value is not None}:
        yield Expectation("expect_column_values_to_be_between", {**name, **given})
