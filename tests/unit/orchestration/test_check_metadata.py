"""All three gates show what they found in one form: rule, severity, expected, observed, rows, keys of some rows."""

from __future__ import annotations

from pathlib import Path

from dagster import AssetCheckResult, AssetCheckSeverity, AssetKey

from ingestion.batch import BatchResult, Finding
from orchestration.defs.released import gate_check
from orchestration.lib.check_metadata import FINDINGS, of_finding, with_findings
from quality.result import ExpectationResult, GateResult, Severity

BROKEN = ExpectationResult(
    "expect_column_values_to_be_between",
    "oee",
    Severity.WARNING,
    passed=False,
    rule="max_value 2",
    unexpected_count=3,
    unexpected_pct=30.0,
    sample=("7.0",),
    keys=("line=L1, day=2025-10-06", "line=L2, day=2025-10-06"),
)


def test_the_release_gate_shows_each_failed_rule_with_the_keys_of_its_rows():
    check = gate_check(
        [GateResult("release_gate", "mart_oee__line", (BROKEN,), rows=10)], Path("quality.html")
    )
    assert check.passed
    (record,) = check.metadata[FINDINGS].records
    assert (record.data["dataset"], record.data["rule"]) == (
        "mart_oee__line",
        "expect_column_values_to_be_between",
    )
    assert (record.data["severity"], record.data["expected"], record.data["observed"]) == (
        "warning",
        "max_value 2",
        "7.0",
    )
    assert (record.data["rows"], record.data["share_pct"]) == (3, 30.0)
    assert record.data["sample"] == "line=L1, day=2025-10-06; line=L2, day=2025-10-06"


def test_the_contract_gate_shows_the_same_columns_and_the_file():
    finding = Finding("range:value", "value", 2, ({"value": "-5"},), "look at the sensor", expected="from 0")
    record = of_finding(BatchResult("a.csv", "committed", rows_read=10), finding, "mes__counters")
    assert (record["file"], record["severity"], record["share_pct"]) == ("a.csv", "critical", 20.0)
    assert (record["expected"], record["sample"], record["next_step"]) == (
        "from 0",
        "-5",
        "look at the sensor",
    )


def test_a_failed_dbt_test_is_shown_like_a_rule_and_a_passed_one_is_left_as_it_is():
    manifest = {
        "nodes": {
            "test.t": {
                "name": "not_negative_repair_s",
                "column_name": "repair_s",
                "test_metadata": {
                    "name": "not_negative",
                    "kwargs": {"column_name": "repair_s", "model": "m"},
                },
            }
        }
    }
    metadata = {"unique_id": "test.t", "dagster_dbt/failed_row_count": 4}
    check = AssetCheckResult(
        passed=False, asset_key=AssetKey(["core", "fct_failure"]), check_name="not_negative_repair_s",
        severity=AssetCheckSeverity.ERROR, metadata=metadata,
    )  # fmt: skip
    (record,) = with_findings(check, manifest).metadata[FINDINGS].records
    assert (record.data["dataset"], record.data["rule"], record.data["column"]) == (
        "core/fct_failure",
        "not_negative",
        "repair_s",
    )
    assert (record.data["severity"], record.data["rows"]) == ("critical", 4)
    good = AssetCheckResult(passed=True, asset_key=AssetKey(["core", "fct_failure"]), check_name="x")
    assert with_findings(good, manifest) is good
