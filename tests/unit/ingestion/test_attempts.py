"""A value that is read by the quick attempt is the one that the whole parser reads: in every notation, for any text."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contracts import Column
from ingestion.typing import attempts
from ingestion.typing import expressions as ex

GERMAN, FRENCH, SWISS = (
    {"decimal": ",", "thousands": "."},
    {"decimal": ",", "thousands": " "},
    {"decimal": ".", "thousands": "'"},
)
Parser = Callable[[str], str]
Way = tuple[str, str, str | None, dict[str, Any], Parser]
WAYS: list[Way] = [
    ("BIGINT", "integer", None, {}, lambda text: ex.integer(text, "BIGINT", "")),
    ("INTEGER", "integer", None, GERMAN, lambda text: ex.integer(text, "INTEGER", ".")),
    ("BOOLEAN", "boolean", None, {}, ex.boolean),
    ("DATE", "date", None, {}, lambda text: ex.date(text, None)),
    ("DATE", "date", "%d.%m.%Y", {}, lambda text: ex.date(text, "%d.%m.%Y")),
    ("DATE", "dats", None, {}, lambda text: ex.dats(text, None)),
    ("TIMESTAMPTZ", "local_timestamp", None, {}, lambda text: ex.local_time(text, None)),
    ("TIMESTAMPTZ", "local_timestamp", "%d.%m.%y %H:%M", {}, lambda text: ex.local_time(text, "%d.%m.%y %H:%M")),
    ("TIMESTAMPTZ", "local_timestamp", "%Y%m%d|%d.%m.%Y", {}, lambda text: ex.local_time(text, "%Y%m%d|%d.%m.%Y")),
    ("TIMESTAMPTZ", "utc_timestamp", None, {}, ex.utc_timestamp),
    *(
        (kind, "decimal", None, notation, lambda text, k=kind, n=notation: _number(text, k, n))
        for kind in ("DECIMAL(12,3)", "DOUBLE")
        for notation in ({}, {"decimal": ","}, GERMAN, FRENCH, SWISS)
    ),
]  # fmt: skip
_NUMBERS = st.text(alphabet="0123456789.,'-+ \t\r_eExinfa\u00a0", max_size=9)
_TIMES = st.from_regex(
    r" ?[0-9 ]{1,4}[-./]?[0-9+ ]{1,2}[-./]?[0-9-]{1,4}([T ]?[0-9 ]{1,2}:[0-9]{2}(:[0-9 ]{2})?)?(Z| |\t)?",
    fullmatch=True,
)
_REAL = (
    st.dates().map(lambda at: f" {at:%Y%m%d}")
    | st.datetimes().map(str)
    | st.datetimes().map(lambda at: f"{at:%d.%m.%Y}")
    | st.dates().map(str)
)
_WORDS = st.sampled_from(
    [
        "False",
        "true",
        "X",
        " x ",
        "0",
        "ja",
        "NEIN",
        "maybe",
        "inf",
        "-Infinity",
        "nan",
        "",
        "  ",
        "00012",
        "1.234,5-",
        "00000000",
        " 00000000",
    ]
)
TEXTS = st.lists(_NUMBERS | _TIMES | _REAL | _WORDS, min_size=1, max_size=40)


def _number(text: str, kind: str, notation: dict[str, str]) -> str:
    return ex.number(text, kind, notation.get("decimal", "."), notation.get("thousands", ""))


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'")
        yield made


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]} {way[1]} {way[2]} {way[3]}")
@settings(max_examples=60, deadline=None)
@given(texts=TEXTS)
def test_attempt_and_parser_agree(connection: duckdb.DuckDBPyConnection, way: Way, texts: list[str]) -> None:
    kind, parse, shape, options, parser = way
    column = Column("c", ("h",), kind, parse, parse_format=shape)
    tried = attempts.attempt("h", column, options, parser)
    both = attempts.value("h", column, parser, tried, "q")
    alone = f"coalesce({parser('h')}, {parser('trim(h)')})"
    query = f"SELECT h, {both}, {alone} FROM (SELECT *, {tried.sql} AS q FROM (SELECT unnest($texts) AS h))"
    for text, quick, slow in connection.execute(query, {"texts": texts}).fetchall():
        assert repr(quick) == repr(slow), text  # which tells types too, and knows NaN


def test_null_that_looks_like_a_value_is_asked_first() -> None:
    assert attempts.is_possible(Column("c", ("h",), "BIGINT", "integer", null_values=("", "-", "#")))
    assert not attempts.is_possible(Column("c", ("h",), "BIGINT", "integer", null_values=("-1",)))
    assert attempts.is_possible(Column("c", ("h",), "DATE", "dats"))
    assert not attempts.is_possible(Column("c", ("h",), "DATE", "dats", null_values=("99991231",)))
    assert not attempts.is_possible(Column("c", ("h",), "DATE", "dats", parse_format="%d%m%Y"))
