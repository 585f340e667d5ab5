"""Own expectations about series: many rows of one tag, machine or counter, each in its order.

Monotonic time, one unit a series, bounded rate of change, and references to another table. Not here: the registry and
how to add one (`own`); rules that Great Expectations has itself (`sql_rules`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingestion.typing.expressions import identifier
from quality.own import Arguments, Fields, Frames, OwnExpectation, References, register
from quality.sql_rules import RowRule, sql_value

if TYPE_CHECKING:
    import pandas as pd


def _series(fields: Fields, arguments: Arguments, valid: str) -> str:
    """The window of one series in its order, of its valid rows only: the others are a series of their own."""
    groups = [fields[name].sql for name in arguments["group_by"]]
    order = f" order by {fields[arguments['order_by']].sql} nulls first" if "order_by" in arguments else ""
    return f"(partition by {', '.join([*groups, f'({valid})'])}{order})"


def _rule(valid: str, broken: str, shown: str, arguments: Arguments) -> RowRule:
    """A rule that needs other rows of the table: valid rows break it, the share is of all rows."""
    bad = f"({valid}) and coalesce({broken}, false)"
    count = f"(select count(*) from (select ({bad}) as bad from {{relation}}) where bad)"
    return RowRule("true", bad, shown, arguments.get("mostly", 1.0), count)


def _grouped(frame: pd.DataFrame, names: Sequence[str]) -> list[pd.DataFrame]:
    return [part for _, part in frame.groupby(list(names), dropna=False, sort=False)] if names else [frame]


def _no_row(frame: pd.DataFrame) -> pd.Series:
    return frame.iloc[:, 0].isna() & False


def _back_sql(fields: Fields, arguments: Arguments, _: References) -> RowRule:
    value = fields[arguments["column"]].sql
    valid = f"{value} is not null"
    return _rule(valid, f"{value} < lag({value}) over {_series(fields, arguments, valid)}", value, arguments)


def _back_frame(frame: pd.DataFrame, arguments: Arguments, _: Frames) -> pd.Series:
    bad = _no_row(frame)
    for part in _grouped(frame[frame[arguments["column"]].notna()], arguments["group_by"]):
        values = part.sort_values(arguments["order_by"], kind="stable", na_position="first")[
            arguments["column"]
        ]
        bad[values.index] = values < values.shift()
    return bad


def _unit_sql(fields: Fields, arguments: Arguments, _: References) -> RowRule:
    value = fields[arguments["column"]].sql
    valid = f"{value} is not null"
    series = _series(fields, arguments, valid)
    return _rule(valid, f"min({value}) over {series} <> max({value}) over {series}", value, arguments)


def _unit_frame(frame: pd.DataFrame, arguments: Arguments, _: Frames) -> pd.Series:
    bad = _no_row(frame)
    for part in _grouped(frame[frame[arguments["column"]].notna()], arguments["group_by"]):
        bad[part.index] = part[arguments["column"]].nunique() > 1
    return bad


def _rate_sql(fields: Fields, arguments: Arguments, _: References) -> RowRule:
    value, moment = fields[arguments["column"]].sql, fields[arguments["order_by"]].sql
    limit, slack = (sql_value(arguments.get(name, 0), "number") for name in ("max_per_s", "tolerance"))
    if limit is None or slack is None or fields[arguments["order_by"]].kind != "time":
        raise ValueError("max_per_s and tolerance are numbers and order_by a column of moments")
    valid = f"{value} is not null and {moment} is not null"
    series = _series(fields, arguments, valid)
    passed_s = f"(epoch_us({moment}) - lag(epoch_us({moment})) over {series}) / 1e6"
    change = f"{value} - lag({value}) over {series}"
    size = change if arguments.get("rise_only") else f"abs({change})"
    return _rule(valid, f"{size} > {limit} * {passed_s} + {slack}", value, arguments)


def _rate_frame(frame: pd.DataFrame, arguments: Arguments, _: Frames) -> pd.Series:
    bad = _no_row(frame)
    value, moment = arguments["column"], arguments["order_by"]
    for part in _grouped(frame[frame[value].notna() & frame[moment].notna()], arguments["group_by"]):
        ordered = part.sort_values(moment, kind="stable")
        passed_s = ordered[moment].diff().dt.total_seconds()
        change = ordered[value].diff() if arguments.get("rise_only") else ordered[value].diff().abs()
        bad[ordered.index] = change > arguments["max_per_s"] * passed_s + arguments.get("tolerance", 0)
    return bad


def _reference_sql(fields: Fields, arguments: Arguments, tables: References) -> RowRule:
    value, parent = fields[arguments["column"]].sql, tables[arguments["parent"]]
    name = identifier(arguments["parent_column"])
    known = f"(select {name} from {parent} where {name} is not null)"
    return _rule(f"{value} is not null", f"{value} not in {known}", value, arguments)


def _reference_frame(frame: pd.DataFrame, arguments: Arguments, tables: Frames) -> pd.Series:
    values = frame[str(arguments["column"])]
    known = tables[arguments["parent"]][str(arguments["parent_column"])].dropna()
    return values.notna() & ~values.isin(known)


MONOTONIC = register(
    OwnExpectation(
        "expect_series_to_never_go_back",
        frozenset({"column", "order_by", "group_by"}),
        _back_sql,
        _back_frame,
    )
)
"""In the order of `order_by` the column does not fall, for each `group_by`: clocks set back, counters reset."""
ONE_UNIT = register(
    OwnExpectation(
        "expect_series_to_have_one_value", frozenset({"column", "group_by"}), _unit_sql, _unit_frame
    )
)
"""The column (a unit) has one value for each `group_by` (a tag); all rows of a series with two break it."""
RATE = register(
    OwnExpectation(
        "expect_series_to_change_slowly",
        frozenset({"column", "order_by", "group_by", "max_per_s"}),
        _rate_sql,
        _rate_frame,
        frozenset({"rise_only", "tolerance"}),
    )
)
"""Neighbours in time (`order_by`) differ by at most `max_per_s` in a second and `tolerance` more, for each `group_by`; with
`rise_only` a fall is no breach, as a counter that is reset falls."""
REFERENCE = register(
    OwnExpectation(
        "expect_column_values_to_be_known_in",
        frozenset({"column", "parent", "parent_column"}),
        _reference_sql,
        _reference_frame,
    )
)
"""Each value stands in a column of another table, that the gate knows by the name `parent`."""
