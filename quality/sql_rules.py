"""Expectations as SQL: what one scan has to count so that a rule is judged as Great Expectations judges it in pandas.

Here: the catalogue of types that DuckDB evaluates. An argument, a type of column or a value that is not known here gives
None, never a guess: the rule then runs in Great Expectations. tests/unit/quality/test_pushdown.py holds both to the same
answer for each type. Not here: running the SQL (`engine`), own kinds of rules (`own`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Any, TypeAlias

from ingestion.typing.expressions import identifier, literal
from quality.suite import Expectation

_EVERY = "true"
ROW_COUNT = "count(*)"
SMALLEST, LARGEST = "min({})", "max({})"
_KINDS = {
    "BIGINT": "number",
    "INTEGER": "number",
    "DOUBLE": "number",
    "VARCHAR": "text",
    "BOOLEAN": "flag",
    "DATE": "date",
    "TIMESTAMPTZ": "time",
}


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule that rows keep or break, all in SQL.

    `counted`: condition of the rows that are looked at; `bad`: of those among them that break the rule; `shown`: what a
    person is shown of a bad row. `unexpected`: a query for the number of bad rows, `{relation}` standing for the table,
    where looking at each row alone is not enough; then `bad` may use windows.
    """

    counted: str
    bad: str
    shown: str
    mostly: float = 1.0
    unexpected: str = ""

    @property
    def counts(self) -> tuple[str, str]:
        """Aggregates for the rows looked at and the bad ones among them; a comparison leaves rows without value out."""
        if self.counted == f"{self.shown} is not null":
            counted, bad = f"count({self.shown})", self.bad
        elif self.counted == _EVERY:
            counted, bad = ROW_COUNT, self.bad
        else:
            counted, bad = f"count(*) filter (where {self.counted})", f"{self.counted} and {self.bad}"
        return counted, self.unexpected or f"count(*) filter (where {bad})"


@dataclass(frozen=True, slots=True)
class TableRule:
    """A rule on one figure of a table: `value` is an aggregate in SQL, NULL fails; None is no bound."""

    value: str
    low: Any = None
    high: Any = None
    strict_low: bool = False
    strict_high: bool = False

    def holds(self, seen: Any) -> bool:
        """True if the figure is inside the bounds."""
        if seen is None:
            return False
        above = self.low is None or (seen > self.low if self.strict_low else seen >= self.low)
        below = self.high is None or (seen < self.high if self.strict_high else seen <= self.high)
        return above and below


Rule: TypeAlias = RowRule | TableRule
Builder: TypeAlias = Callable[[Sequence["Field"], Mapping[str, Any]], Rule | None]
"""(columns of the rule, its arguments) to SQL, None if they are not for DuckDB."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column: SQL for its value, in which not a number is no value as in pandas, and the kind of its type."""

    sql: str
    kind: str

    @property
    def missing(self) -> str:
        """Condition of a row without a value."""
        return f"{self.sql} is null"


def field(name: str, data_type: str) -> Field:
    """A column of the given DuckDB type. DECIMAL is compared as DOUBLE, as pandas does."""
    sql = identifier(name)
    if data_type.startswith("DECIMAL"):
        return Field(f"cast({sql} as double)", "number")
    if data_type == "DOUBLE":
        return Field(f"nullif({sql}, 'nan'::double)", "number")
    return Field(sql, _KINDS.get(data_type, "other"))


def compile_rule(expectation: Expectation, columns: Mapping[str, str]) -> Rule | None:
    """The rule in SQL over a table with these columns (name to DuckDB type); None if it is not for DuckDB."""
    known = _CATALOGUE.get(expectation.type)
    if known is None or not all(name in columns for name in expectation.columns):
        return None
    arguments, build = known
    kwargs = {key: value for key, value in expectation.kwargs.items() if value is not None}
    mostly = kwargs.get("mostly", 1.0)
    if not set(kwargs) <= arguments or not _is_number(mostly) or not 0 <= mostly <= 1:
        return None
    fields = [field(name, columns[name]) for name in expectation.columns]
    return build(fields, kwargs) if fields or expectation.type.startswith("expect_table") else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def sql_value(value: object, kind: str) -> str | None:
    """SQL of a constant that a column of that kind can be compared with, None if it cannot."""
    if kind == "number" and _is_number(value):
        return repr(value) if isinstance(value, int) else f"{value!r}::double"
    if kind == "text" and isinstance(value, str):
        return literal(value)
    if kind == "flag" and isinstance(value, bool):
        return str(value).lower()
    if kind == "date" and isinstance(value, date) and not isinstance(value, datetime):
        return f"date '{value.isoformat()}'"
    moment = _moment(value) if kind == "time" else None
    return f"timestamptz '{moment.isoformat()}'" if moment else None


def _moment(value: object) -> datetime | None:
    """A moment with its offset, given as one or as ISO 8601 text."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None


def _row(fields: Sequence[Field], kwargs: Mapping[str, Any], bad: str) -> RowRule:
    """A rule on the values of one column; rows without a value are not looked at."""
    one = fields[0]
    return RowRule(f"{one.sql} is not null", bad, one.sql, kwargs.get("mostly", 1.0))


def _nullness(wanted: str) -> Builder:
    def build(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
        bad = f"{fields[0].sql} is {'' if wanted == 'value' else 'not '}null"
        return RowRule(_EVERY, bad, fields[0].sql, kwargs.get("mostly", 1.0))

    return build


def _outside(sql: str, kind: str, kwargs: Mapping[str, Any]) -> str | None:
    """Condition of a value outside min_value and max_value; None if there is no sensible bound."""
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    bounds = [sql_value(value, kind) for value in (low, high) if value is not None]
    strict = [kwargs.get(name, False) for name in ("strict_min", "strict_max")]
    if not bounds or None in bounds or not all(isinstance(flag, bool) for flag in strict):
        return None
    if low is not None and high is not None and type(low) is type(high) and low > high:
        return None
    parts = [f"{sql} {'<=' if strict[0] else '<'} {bounds[0]}"] if low is not None else []
    parts += [f"{sql} {'>=' if strict[1] else '>'} {bounds[-1]}"] if high is not None else []
    return "(" + " or ".join(parts) + ")"


def _between(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
    bad = (
        _outside(fields[0].sql, fields[0].kind, kwargs)
        if fields[0].kind in ("number", "date", "time")
        else None
    )
    return _row(fields, kwargs, bad) if bad else None


def _lengths_between(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
    bad = _outside(f"length({fields[0].sql})", "number", kwargs)
    return _row(fields, kwargs, bad) if bad and fields[0].kind == "text" else None


def _lengths_equal(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
    if fields[0].kind != "text" or not isinstance(kwargs.get("value"), int):
        return None
    return _row(fields, kwargs, f"length({fields[0].sql}) <> {kwargs['value']}")


def _set(word: str) -> Builder:
    def build(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
        one = fields[0]
        given = kwargs.get("value_set")
        if not isinstance(given, list | tuple) or not given or one.kind not in ("number", "text", "flag"):
            return None
        values = [sql_value(value, one.kind) for value in given]
        known = [value for value in values if value is not None]
        return (
            _row(fields, kwargs, f"{one.sql} {word} ({', '.join(known)})")
            if len(known) == len(values)
            else None
        )

    return build


def _regex(word: str) -> Builder:
    def build(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
        pattern = kwargs.get("regex")
        if not isinstance(pattern, str) or not _is_plain(pattern) or fields[0].kind != "text":
            return None
        return _row(fields, kwargs, f"{word} regexp_matches({fields[0].sql}, {literal(pattern)})")

    return build


def _is_plain(pattern: str) -> bool:
    """True for a pattern that Python and RE2 read alike: no groups with a flag or a look, no references to groups."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return re.search(r"\(\?|\\[^.\-+*?()\[\]{}|^$/\\d]|[^\x20-\x7e]", pattern) is None


def repeats(columns: Sequence[str], where: str = _EVERY) -> str:
    """Query for the number of rows of `{relation}` whose values of `columns` stand in more than one row."""
    keys = ", ".join(columns)
    grouped = f"select count(*) as n from {{relation}} where {where} group by {keys} having count(*) > 1"
    return f"(select coalesce(sum(n), 0)::bigint from ({grouped}))"


def _unique(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
    sql = fields[0].sql
    counted = f"{sql} is not null"
    bad = f"count(*) over (partition by {sql}) > 1"
    return RowRule(counted, bad, sql, kwargs.get("mostly", 1.0), repeats([sql], counted))


def _compound(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
    missing = {"all_values_are_missing": " and ", "any_value_is_missing": " or ", "never": None}
    ignored = kwargs.get("ignore_row_if", "all_values_are_missing")
    if ignored not in missing or len(fields) < 2 or len(fields) != len(kwargs["column_list"]):
        return None
    word = missing[ignored]
    counted = f"not ({word.join(one.missing for one in fields)})" if word else _EVERY
    columns = [one.sql for one in fields]
    bad = f"count(*) over (partition by {', '.join(columns)}) > 1"
    return RowRule(counted, bad, _tuple(columns), kwargs.get("mostly", 1.0), repeats(columns, counted))


def _tuple(columns: Sequence[str]) -> str:
    return (
        "concat('(', " + ", ', ', ".join(f"coalesce(({sql})::varchar, 'null')" for sql in columns) + ", ')')"
    )


def _pair(operator: Callable[[Mapping[str, Any]], str]) -> Builder:
    def build(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
        ignored = kwargs.get("ignore_row_if", "both_values_are_missing")
        words = {"both_values_are_missing": " and ", "either_value_is_missing": " or ", "neither": None}
        if len(fields) != 2 or ignored not in words or fields[0].kind != fields[1].kind:
            return None
        gaps_compare = fields[0].kind in ("number", "time")  # pandas raises for gaps among other values
        if fields[0].kind == "other" or (not gaps_compare and ignored != "either_value_is_missing"):
            return None
        word = words[ignored]
        counted = f"not ({word.join(one.missing for one in fields)})" if word else _EVERY
        left, right = fields[0].sql, fields[1].sql
        bad = f"({left} {operator(kwargs)} {right}) is not true"
        return RowRule(counted, bad, _tuple([left, right]), kwargs.get("mostly", 1.0))

    return build


def _figure(value: str, kinds: Sequence[str] = ("number",), *, is_count: bool = False) -> Builder:
    """A rule on an aggregate, `{}` standing for the column; of moments it is a moment, unless it counts."""

    def build(fields: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
        if fields and fields[0].kind not in kinds:
            return None
        is_moment = bool(fields) and fields[0].kind == "time" and not is_count
        if _outside("x", "time" if is_moment else "number", kwargs) is None:
            return None
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        return TableRule(
            value.replace("{}", fields[0].sql if fields else ""),
            _moment(low) if is_moment else low,
            _moment(high) if is_moment else high,
            strict_low=kwargs.get("strict_min", False),
            strict_high=kwargs.get("strict_max", False),
        )

    return build


def _row_count_equals(_: Sequence[Field], kwargs: Mapping[str, Any]) -> Rule | None:
    value = kwargs.get("value")
    return TableRule(ROW_COUNT, value, value) if isinstance(value, int) else None


_ONE = {"column", "mostly"}
_BOUNDS = {"min_value", "max_value", "strict_min", "strict_max"}
_PAIR = {"column_A", "column_B", "mostly", "ignore_row_if"}
_ANY_KIND = ("number", "text", "flag", "date", "time")
_CATALOGUE: dict[str, tuple[set[str], Builder]] = {
    "expect_column_values_to_not_be_null": (_ONE, _nullness("value")),
    "expect_column_values_to_be_null": (_ONE, _nullness("none")),
    "expect_column_values_to_be_between": (_ONE | _BOUNDS, _between),
    "expect_column_values_to_be_in_set": (_ONE | {"value_set"}, _set("not in")),
    "expect_column_values_to_not_be_in_set": (_ONE | {"value_set"}, _set("in")),
    "expect_column_values_to_match_regex": (_ONE | {"regex"}, _regex("not")),
    "expect_column_values_to_not_match_regex": (_ONE | {"regex"}, _regex("")),
    "expect_column_value_lengths_to_be_between": (_ONE | _BOUNDS, _lengths_between),
    "expect_column_value_lengths_to_equal": (_ONE | {"value"}, _lengths_equal),
    "expect_column_values_to_be_unique": (_ONE, _unique),
    "expect_compound_columns_to_be_unique": ({"column_list", "mostly", "ignore_row_if"}, _compound),
    "expect_column_pair_values_a_to_be_greater_than_b": (
        _PAIR | {"or_equal"},
        _pair(lambda kwargs: ">=" if kwargs.get("or_equal") else ">"),
    ),
    "expect_column_pair_values_to_be_equal": (_PAIR, _pair(lambda _: "=")),
    "expect_table_row_count_to_be_between": (_BOUNDS - {"strict_min", "strict_max"}, _figure(ROW_COUNT)),
    "expect_table_row_count_to_equal": ({"value"}, _row_count_equals),
    "expect_column_min_to_be_between": ({"column"} | _BOUNDS, _figure(SMALLEST, ("number", "time"))),
    "expect_column_max_to_be_between": ({"column"} | _BOUNDS, _figure(LARGEST, ("number", "time"))),
    "expect_column_mean_to_be_between": ({"column"} | _BOUNDS, _figure("avg({})")),
    "expect_column_sum_to_be_between": ({"column"} | _BOUNDS, _figure("coalesce(sum({}), 0)")),
    "expect_column_unique_value_count_to_be_between": (
        {"column"} | _BOUNDS,
        _figure("count(distinct {})", _ANY_KIND, is_count=True),
    ),
    "expect_column_proportion_of_non_null_values_to_be_between": (
        {"column"} | _BOUNDS,
        _figure("coalesce(count({}) / nullif(count(*), 0), 0)", _ANY_KIND, is_count=True),
    ),
}
PUSHED_DOWN = frozenset(_CATALOGUE)
"""Types that DuckDB evaluates, where columns and arguments allow it."""
