"""Gate 3: may a candidate become the current release?

Each table is held to what its specification promises (columns, types, grain, finite numbers) and to its
suite in `quality/suites/`. Fails closed: what cannot be evaluated has failed.

Here: which rules apply to which table, and evaluation in bounded memory. Not here: the engine
(`gx_engine`, imported when the gate runs because its import takes seconds) and publishing (`serving/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from quality.release_reader import CHUNK_ROWS, ReleasedFile, ReleaseReader
from quality.result import SAMPLE_SIZE, ExpectationResult, GateResult, Severity
from quality.suite import SUITES_FOLDER, Expectation, generate_suite, load_suites
from quality.table_spec import TableSpec, released_type

GATE = "release_gate"
TYPES_RULE = Expectation(
    "expect_column_pair_values_to_be_equal",
    {"column_A": "specified", "column_B": "released", "ignore_row_if": "either_value_is_missing"},
    reason="consumers read columns by name and type",
)
FINITE_RULE = Expectation(
    "expect_column_values_to_be_null",
    {"column": "not_finite"},
    reason="NaN and infinity are no measurements, and BI tools refuse or hide them",
)


def evaluate_release(
    folder: Path,
    table_specs: Sequence[TableSpec] = (),
    suites_dir: Path = SUITES_FOLDER,
    *,
    chunk_rows: int = CHUNK_ROWS,
) -> list[GateResult]:
    """Evaluate all rules on the Parquet files below `folder`; one result for each table.

    A table with a suite but without a specification and a file is skipped: this plant does not release it.
    Raises SuiteError if a suite file cannot be used.
    """
    suites = load_suites(suites_dir)
    specs = {spec.name: spec for spec in table_specs}
    with ReleaseReader(folder) as reader:
        names = sorted({*reader.tables, *specs, *suites})
        promised = _promises_kept(reader, specs)
        return [
            _evaluate_table(reader, name, specs.get(name), suites, chunk_rows, promised=promised)
            for name in names
        ]


def load_engine() -> None:
    """Import Great Expectations ahead of the gate, for a caller that waits for something else meanwhile."""
    from quality import gx_engine  # noqa: F401, PLC0415 - its import takes seconds, only a gate pays for it


def _evaluate_table(
    reader: ReleaseReader,
    name: str,
    spec: TableSpec | None,
    suites: dict[str, tuple[Expectation, ...]],
    chunk_rows: int,
    *,
    promised: Sequence[ExpectationResult],
) -> GateResult:
    """All rules of one table. `promised` are results of its columns, if those of all tables hold."""
    if name not in reader.tables:
        if spec is None:
            return GateResult(GATE, name, skipped="this plant's release has no such table")
        return GateResult(GATE, name, (_failed("expect_table_to_exist", "", "it is not in the candidate"),))
    try:
        file = reader.open(name)
        if spec is None:
            promised = []
        elif not promised:
            promised = _check_columns(_column_frame(reader, file, spec))
        rules = [*(generate_suite(spec) if spec else ()), *suites.get(name, ())]
        results = [*promised, *_check_rules(reader, file, rules, chunk_rows)]
    except duckdb.Error as error:
        return GateResult(GATE, name, (_failed("expect_table_to_be_readable", "", str(error)),))
    return GateResult(GATE, name, tuple(results), file.rows)


def _promises_kept(reader: ReleaseReader, specs: Mapping[str, TableSpec]) -> list[ExpectationResult]:
    """Results of the columns of all tables together, empty if one does not hold: then each table speaks for itself.

    Great Expectations takes as long for ten rows as for a thousand, and nearly always everything holds.
    """
    frames = []
    for name in sorted(set(reader.tables).intersection(specs)):
        with suppress(duckdb.Error):  # an unreadable table is told where its rules are evaluated
            frames.append(_column_frame(reader, reader.open(name), specs[name]))
    results = _check_columns(pd.concat(frames)) if frames else []
    return results if all(result.passed for result in results) else []


def _column_frame(reader: ReleaseReader, file: ReleasedFile, spec: TableSpec) -> pd.DataFrame:
    """Specified against released columns and types, and numbers that are not finite: a row a column."""
    specified = {column.name: released_type(column.data_type) for column in spec.columns}
    not_finite = reader.columns_not_finite(file)
    names = list(dict.fromkeys([*specified, *file.columns]))
    released = [f"{name} {file.columns.get(name, 'missing')}" for name in names]
    promised = [f"{name} {specified[name]}" if name in specified else None for name in names]
    problems = [f"{name}: {not_finite[name]} rows" if name in not_finite else None for name in names]
    return pd.DataFrame(
        {"specified": promised, "released": released, "not_finite": problems}, dtype="object", index=names
    )


def _check_columns(frame: pd.DataFrame) -> list[ExpectationResult]:
    from quality import gx_engine  # noqa: PLC0415 - its import takes seconds, only a gate pays for it

    return gx_engine.evaluate(frame, [TYPES_RULE, FINITE_RULE])


def _check_rules(
    reader: ReleaseReader, file: ReleasedFile, rules: Sequence[Expectation], chunk_rows: int
) -> list[ExpectationResult]:
    """Rules on the data. A rule on a column that the table does not have is a failed critical result."""
    from quality import gx_engine  # noqa: PLC0415 - its import takes seconds, only a gate pays for it

    missing = [_missing_columns(rule, file) for rule in rules if _absent(rule, file)]
    rules = [rule for rule in rules if not _absent(rule, file)]
    if not rules:
        return missing
    if file.rows <= chunk_rows:
        return [*missing, *gx_engine.evaluate(reader.frame(file, _columns(rules)), rules)]
    by_row = [rule for rule in rules if gx_engine.is_row_wise(rule)]
    whole = [rule for rule in rules if not gx_engine.is_row_wise(rule)]
    parts = [
        gx_engine.evaluate(chunk, by_row)
        for chunk in (reader.chunks(file, _columns(by_row), chunk_rows) if by_row else ())
    ]
    merged = [_merge(results, file.rows) for results in zip(*parts, strict=True)]
    alone = [gx_engine.evaluate(reader.frame(file, rule.columns), [rule])[0] for rule in whole]
    return [*missing, *merged, *alone]


def _columns(rules: Iterable[Expectation]) -> list[str]:
    """Columns that rules read, each once."""
    return list(dict.fromkeys(name for rule in rules for name in rule.columns))


def _absent(rule: Expectation, file: ReleasedFile) -> list[str]:
    """Columns of a rule that the table does not have."""
    return [name for name in rule.columns if name not in file.columns]


def _merge(results: Sequence[ExpectationResult], rows: int) -> ExpectationResult:
    """One result of a row-wise rule from its results on parts of the table."""
    failed = [result for result in results if not result.passed]
    worst = next((result for result in failed if result.error), failed[0] if failed else results[0])
    unexpected = sum(result.unexpected_count or 0 for result in results)
    samples = dict.fromkeys(value for result in results for value in result.sample)
    return replace(
        worst,
        unexpected_count=unexpected,
        unexpected_pct=100.0 * unexpected / rows,
        sample=tuple(samples)[:SAMPLE_SIZE],
    )


def _missing_columns(rule: Expectation, file: ReleasedFile) -> ExpectationResult:
    """A rule on a column that is not there: critical, because the suite or the model is wrong."""
    names = ", ".join(_absent(rule, file))
    return _failed(rule.type, ", ".join(rule.columns), f"{file.name} has no column {names}")


def _failed(expectation: str, column: str, error: str) -> ExpectationResult:
    """A critical failure that needs no engine."""
    return ExpectationResult(expectation, column, Severity.CRITICAL, passed=False, error=error)
