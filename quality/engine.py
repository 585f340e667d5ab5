"""Evaluating a suite: as few scans of DuckDB as can be, and Great Expectations for what has no SQL.

Fails closed: what raises is a failed critical rule with the exception's text. Nothing is judged on a sample: a rule that
looks at each row alone reads the table in bounded batches, any other one reads its own columns whole.
Here: which engine, in which order, and our results. Not here: rules as SQL (`sql_rules`, `own`), pandas (`gx_engine`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.typing.expressions import identifier
from quality import own, series_rules  # noqa: F401 - importing series_rules registers what comes with Tundish
from quality.result import SAMPLE_SIZE, ExpectationResult
from quality.sql_rules import RowRule, Rule, TableRule, compile_rule
from quality.sql_rules import field as sql_field
from quality.suite import Expectation, broken, result_of

if TYPE_CHECKING:
    import pandas as pd

CHUNK_ROWS = 500_000
"""Rows of a frame for rules that look at each row alone; 20 columns of it take about 100 MB."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is judged: a relation of a DuckDB connection (anything that may follow `from`), its columns by DuckDB type.

    `key`: columns that name a row to a person. `references`: relations of other tables by the name that rules use.
    """

    connection: duckdb.DuckDBPyConnection
    relation: str
    columns: Mapping[str, str]
    key: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)


def evaluate(
    data: Dataset, expectations: Sequence[Expectation], *, chunk_rows: int = CHUNK_ROWS
) -> list[ExpectationResult]:
    """One result for each rule, in the rules' order."""
    results: dict[int, ExpectationResult] = {}
    pushed: dict[int, Rule] = {}
    for number, expectation in enumerate(expectations):
        absent = [name for name in expectation.columns if name not in data.columns]
        if absent:
            results[number] = broken(expectation, f"there is no column {', '.join(absent)}")
            continue
        try:
            rule = as_sql(data, expectation)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            results[number] = broken(expectation, f"{type(error).__name__}: {error}")
        else:
            if rule is not None:
                pushed[number] = rule
    results |= _pushed_results(data, expectations, pushed)
    rest = [number for number in range(len(expectations)) if number not in results]
    if rest:
        results |= dict(
            zip(rest, _in_pandas(data, [expectations[one] for one in rest], chunk_rows), strict=True)
        )
    return [results[number] for number in range(len(expectations))]


def from_figures(
    expectation: Expectation, columns: Mapping[str, str], figures: Mapping[str, Any]
) -> ExpectationResult | None:
    """The result of a rule on one figure of a table if that is among the known ones, by its SQL; None otherwise.

    `columns`: those that figures are of, by DuckDB type. Own expectations are about rows, whatever their name.
    """
    if own.find(expectation.type) is not None:
        return None
    try:
        rule = compile_rule(expectation, columns)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if not isinstance(rule, TableRule) or rule.value not in figures:
        return None
    return _on_table(expectation, rule, figures[rule.value])


def as_sql(data: Dataset, expectation: Expectation) -> Rule | None:
    """The rule as SQL, None if only Great Expectations can judge it."""
    kind = own.find(expectation.type)
    if kind is None:
        return compile_rule(expectation, data.columns)
    kind.check(expectation.kwargs)
    fields = {name: sql_field(name, data.columns[name]) for name in expectation.columns}
    return kind.sql(fields, expectation.kwargs, data.references)


# pushed down


def _pushed_results(
    data: Dataset, expectations: Sequence[Expectation], pushed: Mapping[int, Rule]
) -> dict[int, ExpectationResult]:
    """Results of all pushed rules by one query; if that raises, each rule by one of its own, so that one names itself."""
    if not pushed:
        return {}
    try:
        figures = _figures(data, list(pushed.values()))
    except duckdb.Error:
        return {number: _alone(data, expectations[number], rule) for number, rule in pushed.items()}
    return {
        number: _judged(data, expectations[number], rule, seen)
        for (number, rule), seen in zip(pushed.items(), figures, strict=True)
    }


def _alone(data: Dataset, expectation: Expectation, rule: Rule) -> ExpectationResult:
    try:
        return _judged(data, expectation, rule, _figures(data, [rule])[0])
    except duckdb.Error as error:
        return broken(expectation, f"{type(error).__name__}: {error}")


def _figures(data: Dataset, rules: Sequence[Rule]) -> list[tuple[Any, ...]]:
    """For each rule what it asks for: (rows looked at, bad rows), or (figure,). Equal expressions are asked once."""
    asked = [_asked(data, rule) for rule in rules]
    places = {sql: place for place, sql in enumerate(dict.fromkeys(sql for each in asked for sql in each))}
    query = f"select {', '.join(places)} from {data.relation}"
    (row,) = data.connection.execute(query).fetchall()
    return [tuple(row[places[sql]] for sql in each) for each in asked]


def _asked(data: Dataset, rule: Rule) -> tuple[str, ...]:
    asked = rule.counts if isinstance(rule, RowRule) else (rule.value,)
    return tuple(sql.replace("{relation}", data.relation) for sql in asked)


def _judged(data: Dataset, expectation: Expectation, rule: Rule, seen: tuple[Any, ...]) -> ExpectationResult:
    if not isinstance(rule, RowRule):
        return _on_table(expectation, rule, seen[0])
    looked_at, unexpected = int(seen[0]), int(seen[1])
    passed = not looked_at or (looked_at - unexpected) / looked_at >= rule.mostly
    result = replace(
        result_of(expectation, passed=passed),
        unexpected_count=unexpected,
        unexpected_pct=100.0 * unexpected / looked_at if looked_at else None,
        rows_looked_at=looked_at,
    )
    if passed:
        return result
    sample, keys = _examples(data, rule)
    return replace(result, sample=sample, keys=keys)


def _on_table(expectation: Expectation, rule: TableRule, figure: Any) -> ExpectationResult:
    result = result_of(expectation, passed=rule.holds(figure))
    return replace(result, observed="" if figure is None else _text(figure))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _examples(data: Dataset, rule: RowRule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A few bad values, and what names their rows."""
    keys = ", ', ', ".join(f"'{name}=', coalesce({identifier(name)}::varchar, 'null')" for name in data.key)
    named = f"concat({keys})" if keys else "''"
    query = (
        f"select shown, named from (select ({rule.shown})::varchar as shown, {named} as named, ({rule.bad}) as bad "
        f"from {data.relation} where {rule.counted}) where bad limit {SAMPLE_SIZE}"
    )
    rows = data.connection.execute(query).fetchall()
    sample = dict.fromkeys("None" if row[0] is None else row[0] for row in rows)
    return tuple(sample), tuple(dict.fromkeys(row[1] for row in rows if row[1]))


# in Great Expectations


def _in_pandas(data: Dataset, rules: Sequence[Expectation], chunk_rows: int) -> list[ExpectationResult]:
    """Rules without SQL. Those that look at each row alone read the table in batches, others their columns whole."""
    from quality import gx_engine  # noqa: PLC0415 - its import takes seconds, only a rule without SQL pays for it

    by_row = [rule for rule in rules if gx_engine.is_row_wise(rule)]
    merged: dict[int, ExpectationResult] = {}
    for frame in frames(data, _columns(by_row), chunk_rows) if by_row else ():
        for rule, result in zip(by_row, gx_engine.evaluate(frame, by_row), strict=True):
            merged[id(rule)] = _merge(merged[id(rule)], result) if id(rule) in merged else result
    for rule in rules:
        if id(rule) not in merged:
            (frame,) = frames(data, rule.columns, None)
            merged[id(rule)] = gx_engine.evaluate(frame, [rule])[0]
    return [merged[id(rule)] for rule in rules]


def frames(data: Dataset, columns: Sequence[str], rows: int | None) -> Iterator[pd.DataFrame]:
    """Only these columns, in frames of at most `rows` rows, at least one. DECIMAL becomes float64: rules compare."""
    parts = [
        f"cast({identifier(name)} as double) as {identifier(name)}"
        if data.columns[name].startswith("DECIMAL")
        else identifier(name)
        for name in columns
    ]
    # a literal column keeps the number of rows of a rule without columns
    found = data.connection.sql(f"select {', '.join(parts) or 'true as any_row'} from {data.relation}")
    if rows is None:
        yield found.to_arrow_table().to_pandas()
        return
    reader = found.to_arrow_reader(rows)
    none = True
    for batch in reader:
        none = False
        yield batch.to_pandas()
    if none:
        yield reader.schema.empty_table().to_pandas()


def _columns(rules: Sequence[Expectation]) -> list[str]:
    """Columns that rules read, each once."""
    return list(dict.fromkeys(name for rule in rules for name in rule.columns))


def _merge(before: ExpectationResult, now: ExpectationResult) -> ExpectationResult:
    """One result of a row-wise rule on two parts of a table."""
    worst = before if before.error or (not before.passed and not now.error) else now
    if worst.error:
        return worst
    rows = sum(result.rows_looked_at or 0 for result in (before, now))
    unexpected = (before.unexpected_count or 0) + (now.unexpected_count or 0)
    return replace(
        worst,
        unexpected_count=unexpected,
        rows_looked_at=rows,
        unexpected_pct=100.0 * unexpected / rows if rows else None,
        sample=tuple(dict.fromkeys([*before.sample, *now.sample]))[:SAMPLE_SIZE],
    )
