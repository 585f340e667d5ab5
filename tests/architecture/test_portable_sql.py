"""Models and tests speak the SQL that DuckDB and Spark share; what differs is a dispatched macro in dbt_project/macros."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "dbt_project"
# Pattern of what only one engine speaks, and what to write instead.
REFUSED = {
    r"\bvarchar\b": "string",
    r"\btimestamptz\b|\btimestamp with time zone\b": "utc_literal(), instant()",
    r"\bhugeint\b": "decimal(38, 0) or bigint",
    r"::": "cast(... as ...)",
    r"//": "window_no()",
    r"\bepoch(_us|_ms)?\s*\(|\bmake_timestamp\w*\s*\(": "micros(), instant(), seconds_between()",
    r"\btimezone\s*\(|\bat time zone\b": "local_to_utc(), utc_to_local()",
    r"\bstr[fp]time\s*\(": "a typed column of the contract",
    r"\b(isodow|dayofweek|weekday)\s*\(": "iso_weekday()",
    r"\bdate_?diff\s*\(|\bdate_?sub\s*\(|\bdate_?add\s*\(": "days_between(), seconds_between(), + interval 1 day",
    r"\bgenerate_series\s*\(|\brange\s*\(|\bunnest\s*\(|\bexplode\s*\(": "each_from_to(), dates_between(), split_to_rows()",
    r"\b(list|array|struct|map)_\w+\s*\(|\bstring_split\w*\s*\(": "a row for each element: split_to_rows()",
    r"\barg_(max|min)\s*\(|\b(max|min)_by\s*\(": "last_by()",
    r"\bignore nulls\b": "last_known()",
    r"\bregexp_(matches|extract_all|full_match)\s*\(|\bregexp_replace\s*\([^()]*,\s*'\w'\s*\)": "replace_all()",
    r"->>?|\bjson_\w+\s*\(|\bas json\b": "json_field()",
    r"\bstarts_with\s*\(|\bends_with\s*\(|\bcontains\s*\(": "like",
    r"\bis(finite|nan|inf)\s*\(": "is_number()",
    r"\bqualify\b": "row_number() in a CTE and a where",
    r"\basof\b": "a half-open join on times",
    r"\bdistinct on\b|\bgroup by all\b|\border by all\b|\bby name\b": "the columns",
    r"\*\s*(exclude|replace|except)\b": "the columns",
    r"\brecursive\b": "with_recursive(), recursion()",
    r"\bpivot\b|\bpositional\b|\busing sample\b": "case expressions",
    r"\b(then|else)\s+-\s*[a-z_]": "abs(), or * -1: PySail widens a decimal under a minus",
    r"\d\.\d+(?!\w)": "1e2 instead of 100.0: a decimal divides otherwise in each engine",
}


def sql_files() -> list[Path]:
    return sorted([*(PROJECT / "models").rglob("*.sql"), *(PROJECT / "tests").rglob("*.sql")])


def code_of(text: str) -> str:
    """Lower-case SQL without comments, literals and Jinja; a literal becomes 'x', an expression of Jinja x."""
    text = re.sub(r"\{#.*?#\}|--[^\n]*", " ", text, flags=re.DOTALL)
    text = re.sub(r"'[^']*'", "'x'", text)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " x ", text, flags=re.DOTALL).lower()


def refusals(text: str) -> list[str]:
    code = code_of(text)
    return [
        f"{match.group()!r}: write {instead}"
        for pattern, instead in REFUSED.items()
        for match in re.finditer(pattern, code)
    ]


@pytest.mark.parametrize("path", sql_files(), ids=lambda path: path.stem)
def test_a_model_speaks_the_sql_that_both_targets_share(path: Path) -> None:
    found = refusals(path.read_text(encoding="utf-8"))
    assert not found, "\n".join([f"{path.relative_to(PROJECT)} (docs/how-to/spark.md):", *found])


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(a as varchar)",
        "select a::int",
        "select * exclude (a) from b",
        "select a from b qualify row_number() over (order by a) = 1",
        "select arg_max(a, b) from c",
        "select regexp_replace(a, 'x', 'y', 'g')",
        "select unnest(range(3))",
        "select timestamptz '2025-01-01'",
        "from a asof join b on a.t >= b.t",
        "select 100.0 * a / b",
        "select name ->> 'en_US'",
    ],
)
def test_what_one_engine_alone_speaks_is_refused(sql: str) -> None:
    assert refusals(sql)


def test_words_in_comments_literals_and_macros_are_free() -> None:
    assert not refusals("select '::' as a, {{ unnest('x') }} -- qualify\nfrom b {# asof #}")
