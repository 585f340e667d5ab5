"""Random tables and, for each type of rule that DuckDB evaluates, random rules on them. Not a test."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import strategies as st

from quality.engine import Dataset
from quality.suite import Expectation

COLUMNS = {
    "a": ("DOUBLE", pa.float64()),
    "b": ("DOUBLE", pa.float64()),
    "n": ("BIGINT", pa.int64()),
    "m": ("INTEGER", pa.int32()),
    "price": ("DECIMAL(9,2)", pa.decimal128(9, 2)),
    "s": ("VARCHAR", pa.string()),
    "t": ("VARCHAR", pa.string()),
    "flag": ("BOOLEAN", pa.bool_()),
    "day": ("DATE", pa.date32()),
    "last_day": ("DATE", pa.date32()),
    "at": ("TIMESTAMPTZ", pa.timestamp("us", tz="UTC")),
    "ended_at": ("TIMESTAMPTZ", pa.timestamp("us", tz="UTC")),
}
NOON = datetime(2025, 10, 26, 12, tzinfo=UTC)
NUMBERS = [-2.5, -1.0, -0.0, 0.0, 1.0, 2.0, 7.25]
WHOLE = [-2, -1, 0, 1, 2, 7]
TEXTS = ["", "A", "A1", "AB-12", "a1", "bar", "°C", "x\n", "Ü7", "null"]
DAYS = [date(2025, 10, 25) + timedelta(days=count) for count in range(4)]
MOMENTS = [NOON + timedelta(seconds=count) for count in (-3600, 0, 1, 60)]
KNOWN = {"s": ["A", "A1", "bar", None]}
PATTERNS = ["^A", r"\d", "^[A-Z]{1,2}-?[0-9]*$", "^$", "a|b", r"^.{2}$", "null"]
_POOL: dict[str, list[Any]] = {
    "a": [*NUMBERS, float("nan"), float("inf")],
    "b": [*NUMBERS, float("nan")],
    "n": WHOLE,
    "m": WHOLE,
    "price": [0, 1, -1, 7],
    "s": TEXTS,
    "t": TEXTS,
    "flag": [True, False],
    "day": DAYS,
    "last_day": DAYS,
    "at": MOMENTS,
    "ended_at": MOMENTS,
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([*pool, None, None]) for name, pool in _POOL.items()}),
    max_size=9,
)


def dataset(rows: list[dict[str, Any]]) -> Dataset:
    """A table of these rows in memory, and one of known texts."""
    schema = pa.schema([(name, kind) for name, (_, kind) in COLUMNS.items()])
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    connection.register("given", pa.Table.from_pylist(rows, schema))
    connection.register("known", pa.table(KNOWN))
    return Dataset(
        connection, "given", {name: kind for name, (kind, _) in COLUMNS.items()}, ("s",), {"known": "known"}
    )


MOSTLY = st.sampled_from([{}, {}, {"mostly": 0.5}, {"mostly": 0.0}, {"mostly": 0.7}])


@st.composite
def bounds(draw: st.DrawFn, pool: list[Any], strict: bool = True) -> dict[str, Any]:
    """min_value and max_value, at least one."""
    low, high = sorted(draw(st.tuples(st.sampled_from(pool), st.sampled_from(pool))))
    given: dict[str, Any] = draw(
        st.sampled_from([{"min_value": low}, {"max_value": high}, {"min_value": low, "max_value": high}])
    )
    flags = {f"strict_{name[:3]}": draw(st.booleans()) for name in given} if strict else {}
    return {**given, **flags}


def _moments(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in given.items()}


def _one(
    kind: str, columns: list[str], arguments: st.SearchStrategy[dict[str, Any]], mostly: bool = True
) -> Any:
    extra = MOSTLY if mostly else st.just({})
    return st.builds(
        lambda column, given, more: Expectation(kind, {"column": column, **given, **more}),
        st.sampled_from(columns),
        arguments,
        extra,
    )


def _pairs(kind: str, more: st.SearchStrategy[dict[str, Any]]) -> Any:
    either = [("a", "b"), ("n", "m"), ("a", "n"), ("price", "b"), ("at", "ended_at")]
    gapless = [*either, ("s", "t"), ("day", "last_day"), ("flag", "flag")]
    ignored = ["both_values_are_missing", "either_value_is_missing", "neither"]
    pairs = st.one_of(
        st.tuples(st.sampled_from(either), st.sampled_from(ignored)),
        st.tuples(st.sampled_from(gapless[:-1]), st.just("either_value_is_missing")),
    )
    return st.builds(
        lambda pair, given, some: Expectation(
            kind, {"column_A": pair[0][0], "column_B": pair[0][1], "ignore_row_if": pair[1], **given, **some}
        ),
        pairs,
        more,
        MOSTLY,
    )


ANY = list(COLUMNS)
NUMERIC = ["a", "b", "n", "m", "price"]
NOTHING = st.just({})
SETS = st.one_of(
    _one("in", NUMERIC, st.fixed_dictionaries({"value_set": st.lists(st.sampled_from(WHOLE), min_size=1)})),
    _one(
        "in", ["s", "t"], st.fixed_dictionaries({"value_set": st.lists(st.sampled_from(TEXTS), min_size=1)})
    ),
    _one("in", ["flag"], st.fixed_dictionaries({"value_set": st.lists(st.booleans(), min_size=1)})),
)
REGEX = st.fixed_dictionaries({"regex": st.sampled_from(PATTERNS)})
LISTS = st.lists(st.sampled_from(["a", "n", "s", "day", "at", "flag"]), min_size=2, max_size=3, unique=True)
IGNORED = st.sampled_from(["all_values_are_missing", "any_value_is_missing", "never"])
GROUPS = st.sampled_from([[], ["s"], ["s", "flag"]])


def _renamed(kind: str) -> Any:
    return SETS.map(lambda rule: Expectation(kind, rule.kwargs))


def _figure(kind: str, columns: list[str], pool: list[Any]) -> Any:
    return _one(kind, columns, bounds(pool), mostly=False)


_SERIES = st.fixed_dictionaries({"group_by": GROUPS})
RULES: dict[str, Any] = {
    "expect_column_values_to_not_be_null": _one("expect_column_values_to_not_be_null", ANY, NOTHING),
    "expect_column_values_to_be_null": _one("expect_column_values_to_be_null", ANY, NOTHING),
    "expect_column_values_to_be_between": st.one_of(
        _one("expect_column_values_to_be_between", NUMERIC, bounds(NUMBERS)),
        _one("expect_column_values_to_be_between", ["day"], bounds(DAYS)),
        _one("expect_column_values_to_be_between", ["at"], bounds(MOMENTS).map(_moments)),
    ),
    "expect_column_values_to_be_in_set": _renamed("expect_column_values_to_be_in_set"),
    "expect_column_values_to_not_be_in_set": _renamed("expect_column_values_to_not_be_in_set"),
    "expect_column_values_to_match_regex": _one("expect_column_values_to_match_regex", ["s", "t"], REGEX),
    "expect_column_values_to_not_match_regex": _one("expect_column_values_to_not_match_regex", ["s"], REGEX),
    "expect_column_value_lengths_to_be_between": _one(
        "expect_column_value_lengths_to_be_between", ["s", "t"], bounds([0, 1, 2, 5])
    ),
    "expect_column_value_lengths_to_equal": _one(
        "expect_column_value_lengths_to_equal", ["s"], st.fixed_dictionaries({"value": st.integers(0, 3)})
    ),
    "expect_column_values_to_be_unique": _one("expect_column_values_to_be_unique", ANY, NOTHING),
    "expect_compound_columns_to_be_unique": st.builds(
        lambda names, ignored, more: Expectation(
            "expect_compound_columns_to_be_unique", {"column_list": names, "ignore_row_if": ignored, **more}
        ),
        LISTS,
        IGNORED,
        MOSTLY,
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": _pairs(
        "expect_column_pair_values_a_to_be_greater_than_b", st.fixed_dictionaries({"or_equal": st.booleans()})
    ),
    "expect_column_pair_values_to_be_equal": _pairs("expect_column_pair_values_to_be_equal", NOTHING),
    "expect_table_row_count_to_be_between": bounds([0, 1, 3, 7], strict=False).map(
        lambda given: Expectation("expect_table_row_count_to_be_between", given)
    ),
    "expect_table_row_count_to_equal": st.integers(0, 3).map(
        lambda value: Expectation("expect_table_row_count_to_equal", {"value": value})
    ),
    "expect_column_min_to_be_between": st.one_of(
        _figure("expect_column_min_to_be_between", NUMERIC, NUMBERS),
        _one("expect_column_min_to_be_between", ["at"], bounds(MOMENTS).map(_moments), mostly=False),
    ),
    "expect_column_max_to_be_between": st.one_of(
        _figure("expect_column_max_to_be_between", NUMERIC, NUMBERS),
        _one("expect_column_max_to_be_between", ["at"], bounds(MOMENTS).map(_moments), mostly=False),
    ),
    "expect_column_mean_to_be_between": _figure(
        "expect_column_mean_to_be_between", NUMERIC, [-1.01, 0.13, 1.57, 3]
    ),
    "expect_column_sum_to_be_between": _figure(
        "expect_column_sum_to_be_between", NUMERIC, [-5.3, -0.1, 0.1, 6.1]
    ),
    "expect_column_unique_value_count_to_be_between": _figure(
        "expect_column_unique_value_count_to_be_between", ANY, [0, 1, 2, 4]
    ),
    "expect_column_proportion_of_non_null_values_to_be_between": _figure(
        "expect_column_proportion_of_non_null_values_to_be_between", ANY, [0.1, 0.45, 0.81, 1]
    ),
    "expect_series_to_never_go_back": _one(
        "expect_series_to_never_go_back",
        ["a", "n", "price", "at", "day"],
        st.fixed_dictionaries({"group_by": GROUPS, "order_by": st.just("m")}),
    ),
    "expect_series_to_have_one_value": _one("expect_series_to_have_one_value", ["t", "n", "b"], _SERIES),
    "expect_series_to_change_slowly": _one(
        "expect_series_to_change_slowly",
        ["b", "n"],
        st.fixed_dictionaries(
            {"group_by": GROUPS, "order_by": st.just("at"), "max_per_s": st.sampled_from([0.5, 1, 3])},
            optional={"rise_only": st.booleans(), "tolerance": st.sampled_from([0, 1, 2.5])},
        ),
    ),
    "expect_column_values_to_be_known_in": _one(
        "expect_column_values_to_be_known_in",
        ["s", "t"],
        st.just({"parent": "known", "parent_column": "s"}),
    ),
}
"""For each type that is pushed down: rules with all their arguments."""
