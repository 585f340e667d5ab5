"""Results of gates as rows, and scores and volumes out of them, against a count by hand and an oracle in plain Python."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract, load_contract
from ingestion.contracts.quality import ROW_COUNT, QualityRule
from ingestion.lake.ledger import SCHEMA as LEDGER
from ingestion.settings import REPOSITORY
from quality.result import ExpectationResult, GateResult, Severity
from quality.trust.contract_rows import contract_results
from quality.trust.dataset_day import DATASET_DAY
from quality.trust.dimensions import BY_RULE, DIMENSIONS, dimension_of
from quality.trust.rows import SCHEMA, QualityResult, of_gates, table_of
from tests.unit.quality.trust_rows import DAY, NOW, result_row

COUNTERS = load_contract(REPOSITORY / "ingestion/sources/mes/counters.contract.yml")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def attempt(
    file: str, day: date, read: int, findings: Iterable[dict[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """A row of the ledger."""
    written = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    return {
        "recorded_at": NOW, "raw_name": "mes__counters", "file": file, "sha256": file, "transaction": file,
        "status": "committed", "rows_read": read, "mtime_ns": int(written.timestamp()) * 10**9,
        "findings": json.dumps(list(findings)), "message": "", **more,
    }  # fmt: skip


def finding(rule: str, column: str | None, rows: int, value: str = "x") -> dict[str, Any]:
    sample = [{"source_row": 3, "line": 4, "value": value}]
    return {"rule": rule, "column": column, "rows": rows, "severity": "", "expected": "", "observed": "",
            "message": f"{rows} rows", "sample": sample}  # fmt: skip


def judged(
    path: Path,
    entries: list[dict[str, Any]],
    since: datetime = LONG_AGO,
    contract: Contract = COUNTERS,
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Results by day and rule."""
    pq.write_table(pa.Table.from_pylist(entries, LEDGER), path)
    runs = [("run-1", NOW - timedelta(hours=1), NOW + timedelta(hours=1))]
    rows = contract_results([str(path)], [contract], runs, since).to_pylist()
    found = {(row["batch_date"], row["rule_name"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_rule_about_a_series_that_a_batch_broke_is_one_row(tmp_path: Path) -> None:
    states = load_contract(REPOSITORY / "ingestion/sources/mes/machine_states.contract.yml")
    rule = "expect_series_to_never_go_back"
    broken = finding(rule, "changed_at, _source_row, machine", 1) | {"severity": "info"}
    entries = [attempt("a.csv", DAY, 100, [broken], raw_name=states.raw_name)]
    found = judged(tmp_path / "ledger.parquet", entries, contract=states)
    row = found[DAY, rule]
    assert (row["is_passed"], row["outcome"], row["unexpected_count"]) == (False, "told", 1)


def test_two_rules_of_a_kind_on_the_same_columns_are_two_rows(tmp_path: Path) -> None:
    few, none = (
        QualityRule(ROW_COUNT, {"min_value": rows}, severity)
        for rows, severity in ((50, "warning"), (1, "critical"))
    )
    contract = replace(COUNTERS, quality=(few, none))
    broken = finding(ROW_COUNT, None, 0) | {"severity": "warning", "expected": "min_value 50", "rows": 1}
    path = tmp_path / "ledger.parquet"
    pq.write_table(pa.Table.from_pylist([attempt("a.jsonl", DAY, 10, [broken])], LEDGER), path)
    rows = contract_results([str(path)], [contract], [], LONG_AGO).to_pylist()
    found = {row["rule_text"]: row["is_passed"] for row in rows if row["rule_name"] == ROW_COUNT}
    assert found == {"min_value 50": False, "min_value 1": True}


def test_files_of_a_day_are_one_batch_and_rules_that_hold_are_rows_too(tmp_path: Path) -> None:
    found = judged(
        tmp_path / "ledger.parquet",
        [
            attempt("a.jsonl", DAY, 100, [finding("type:counted_at", "counted_at", 2, "31.02.2025")]),
            attempt("b.jsonl", DAY, 50, [finding("type:counted_at", "counted_at", 1)]),
            attempt("c.jsonl", DAY + timedelta(days=1), 10),
            attempt("c.jsonl", DAY + timedelta(days=1), 0, status="known"),
        ],
    )
    broken = found[DAY, "type:counted_at"]
    assert (broken["checked_count"], broken["unexpected_count"], broken["outcome"]) == (150, 3, "put aside")
    assert (broken["run_id"], broken["dimension"], broken["column_name"]) == (
        "run-1",
        "conformity",
        "counted_at",
    )
    assert broken["sample_text"].splitlines() == ["a.jsonl line 4: 31.02.2025", "b.jsonl line 4: x"]
    other = found[DAY + timedelta(days=1), "type:counted_at"]
    assert (other["checked_count"], other["unexpected_count"], other["outcome"]) == (10, 0, "passed")
    rules = {rule for _, rule in found}
    assert {"required:machine", "range:total_count", "pattern:order_no", "malformed_row"} <= rules
    assert sum(row["unexpected_count"] for row in found.values()) == 3


def test_a_held_file_fails_the_rule_that_held_it(tmp_path: Path) -> None:
    missing = finding("missing_column", None, 0)
    found = judged(tmp_path / "ledger.parquet", [attempt("a.jsonl", DAY, 0, [missing], status="held")])
    row = found[DAY, "missing_column"]
    assert (row["outcome"], row["checked_count"], row["unexpected_count"]) == ("held", 1, 1)
    assert (row["dimension"], row["severity"], row["batch_row_count"]) == ("completeness", "critical", 0)


def test_what_was_collected_before_is_not_collected_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    assert judged(path, [attempt("a.jsonl", DAY, 10)])
    assert not judged(path, [attempt("a.jsonl", DAY, 10)], since=NOW)


def test_a_repeated_load_of_a_killed_run_counts_once(tmp_path: Path) -> None:
    again = attempt("a.jsonl", DAY, 10, recorded_at=NOW + timedelta(minutes=1))
    found = judged(tmp_path / "ledger.parquet", [attempt("a.jsonl", DAY, 10), again])
    assert {row["batch_row_count"] for row in found.values()} == {10}


def test_the_release_gate_is_rows_with_what_came_of_it() -> None:
    results = (
        ExpectationResult("expect_column_values_to_be_between", "oee", Severity.CRITICAL, passed=False,
                          unexpected_count=3, rows_looked_at=40, keys=("line=L1",)),
        ExpectationResult("expect_table_row_count_to_be_between", "", Severity.WARNING, passed=False),
        ExpectationResult("expect_column_values_to_be_unique", "id", Severity.CRITICAL, passed=True),
    )  # fmt: skip
    rows = list(of_gates([GateResult("release_gate", "mart", results, rows=50)], "r", NOW))
    assert [(row.outcome, row.checked_count, row.unexpected_count) for row in rows] == [
        ("blocked", 40, 3), ("told", 1, 1), ("passed", 1, 0),
    ]  # fmt: skip
    assert [row.dimension for row in rows] == ["accuracy", "completeness", "uniqueness"]
    assert rows[0].sample_text == "line=L1"


def test_every_rule_has_one_of_the_six_dimensions() -> None:
    assert set(BY_RULE.values()) == set(DIMENSIONS) - {dimension_of("expression_holds")}
    assert dimension_of("range:total_count") == "accuracy"


@st.composite
def results(draw: st.DrawFn) -> list[QualityResult]:
    """Results of two raw tables over some weeks, several runs a day, days left out, in any order."""
    rows = []
    for dataset in ("mes__a", "mes__b"):
        for day in sorted(draw(st.sets(st.integers(0, 35), min_size=1, max_size=20))):
            for run in range(draw(st.integers(1, 2))):
                size = draw(st.integers(1, 400))
                for rule in draw(
                    st.sets(st.sampled_from(["type:x", "required:x", "range:x", "pair:x"]), min_size=1)
                ):
                    bad = draw(st.integers(0, size))
                    rows.append(
                        result_row(dataset, DAY + timedelta(days=day), f"r{run}", rule, size, bad=bad)
                    )
    return draw(st.permutations(rows))


def scored(rows: Iterable[QualityResult]) -> dict[tuple[str, date], dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.register("results", table_of(rows))
        found = connection.sql(DATASET_DAY).to_arrow_table().to_pylist()
    return {(row["dataset"], row["batch_date"]): row for row in found}


def expected_scores(rows: Iterable[QualityResult]) -> dict[tuple[str, date], dict[str, float]]:
    """Score by dimension: mean over rules of one less the share of bad checks."""
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        one = sums[row.dataset, row.batch_date, row.dimension, row.rule_name]
        one[0] += row.unexpected_count
        one[1] += row.checked_count
    shares: dict[Any, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (dataset, day, dimension, _), (bad, all_) in sums.items():
        shares[dataset, day][dimension].append(1 - bad / all_)
    return {
        key: {name: 100 * statistics.fmean(of) for name, of in found.items()} for key, found in shares.items()
    }


def expected_volumes(rows: Iterable[QualityResult]) -> dict[tuple[str, date], int]:
    batches = {(row.dataset, row.batch_date, row.run_id): row.batch_row_count or 0 for row in rows}
    volumes: dict[tuple[str, date], int] = defaultdict(int)
    for (dataset, day, _), size in batches.items():
        volumes[dataset, day] += size
    return volumes


@given(results())
@settings(max_examples=25, deadline=None)
def test_scores_and_volumes_are_those_of_the_oracle(rows: list[QualityResult]) -> None:
    found, volumes = scored(rows), expected_volumes(rows)
    for key, dimensions in expected_scores(rows).items():
        told = {name: found[key][f"{name}_pct"] for name in DIMENSIONS}
        assert told == {
            name: pytest.approx(dimensions[name]) if name in dimensions else None for name in DIMENSIONS
        }
        assert found[key]["trust_pct"] == pytest.approx(statistics.fmean(dimensions.values()))
    last = max(day for _, day in volumes)
    for dataset, day in volumes:
        first = min(other for name, other in volumes if name == dataset)
        weeks = [day - timedelta(weeks=back) for back in range(1, 9)]
        before = [volumes.get((dataset, week), 0) for week in weeks if week >= first]
        wanted = statistics.median(before) if len(before) >= 2 else None
        assert found[dataset, day]["row_count"] == volumes[dataset, day]
        assert found[dataset, day]["expected_row_count"] == wanted, (dataset, day, last)


def test_a_missing_and_a_doubled_delivery_are_anomalies_and_a_quiet_sunday_is_none() -> None:
    sizes = {day: 100 if (DAY + timedelta(days=day)).isoweekday() == 7 else 1000 for day in range(28)}
    rows = [
        result_row("mes__a", DAY + timedelta(days=day), "r", "type:x", size) for day, size in sizes.items()
    ]
    assert not any(row["is_volume_anomaly"] for row in scored(rows).values())
    late = DAY + timedelta(days=23)
    without = scored([row for row in rows if row.batch_date != late])
    assert [key for key, row in without.items() if row["is_volume_anomaly"]] == [("mes__a", late)]
    assert (without["mes__a", late]["row_count"], without["mes__a", late]["rule_count"]) == (0, None)
    twice = scored([*rows, result_row("mes__a", late, "r2", "type:x", 1000)])
    assert [key for key, row in twice.items() if row["is_volume_anomaly"]] == [("mes__a", late)]


def test_the_last_run_of_a_day_counts_for_tables_of_the_warehouse() -> None:
    early = result_row("mart_x", DAY, "r1", "unique", 10, bad=5)
    rows = [
        QualityResult(**{**_fields(early), "gate": "release", "judged_at": NOW + timedelta(hours=hour), "run_id": f"r{hour}",
                         "unexpected_count": bad, "is_passed": bad == 0})
        for hour, bad in ((1, 5), (2, 0))
    ]  # fmt: skip
    (row,) = scored(rows).values()
    assert (row["uniqueness_pct"], row["failed_rule_count"], row["layer"]) == (100.0, 0, "warehouse")


def _fields(row: QualityResult) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SCHEMA.names}
