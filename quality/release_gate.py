"""Gate 3: may a candidate become the current release?

Each table is held to what its specification promises (columns, types, grain, finite numbers) and to its
suite in `quality/suites/`. Fails closed: what cannot be evaluated has failed.

Here: which rules apply to which table. Not here: evaluation in bounded memory (`engine`) and publishing (`serving/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import duckdb

from quality.engine import CHUNK_ROWS, evaluate
from quality.release_reader import ReleasedFile, ReleaseReader
from quality.result import ExpectationResult, GateResult, Severity
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
ColumnRow: TypeAlias = tuple[str | None, str, str | None]


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
            promised = _check_columns(reader, _column_rows(reader, file, spec))
        rules = [*(generate_suite(spec) if spec else ()), *suites.get(name, ())]
        data = reader.dataset(file, spec.grain if spec else ())
        results = [*promised, *evaluate(data, rules, chunk_rows=chunk_rows)]
    except duckdb.Error as error:
        return GateResult(GATE, name, (_failed("expect_table_to_be_readable", "", str(error)),))
    return GateResult(GATE, name, tuple(results), file.rows)


def _promises_kept(reader: ReleaseReader, specs: Mapping[str, TableSpec]) -> list[ExpectationResult]:
    """Results of the columns of all tables together, empty if one does not hold: then each table speaks for itself."""
    rows: list[ColumnRow] = []
    for name in sorted(set(reader.tables).intersection(specs)):
        with suppress(duckdb.Error):  # an unreadable table is told where its rules are evaluated
            rows += _column_rows(reader, reader.open(name), specs[name])
    results = _check_columns(reader, rows) if rows else []
    return results if all(result.passed for result in results) else []


def _column_rows(reader: ReleaseReader, file: ReleasedFile, spec: TableSpec) -> list[ColumnRow]:
    """Specified against released columns and types, and numbers that are not finite: a row a column."""
    specified = {column.name: released_type(column.data_type) for column in spec.columns}
    not_finite = reader.columns_not_finite(file)
    return [
        (
            f"{name} {specified[name]}" if name in specified else None,
            f"{name} {file.columns.get(name, 'missing')}",
            f"{name}: {not_finite[name]} rows" if name in not_finite else None,
        )
        for name in dict.fromkeys([*specified, *file.columns])
    ]


def _check_columns(reader: ReleaseReader, rows: Sequence[ColumnRow]) -> list[ExpectationResult]:
    with reader.values(("specified", "released", "not_finite"), rows) as data:
        return evaluate(data, [TYPES_RULE, FINITE_RULE])


def _failed(expectation: str, column: str, error: str) -> ExpectationResult:
    """A critical failure that needs no engine."""
    return ExpectationResult(expectation, column, Severity.CRITICAL, passed=False, error=error)
