"""What a load shows in Dagster: counts, data version, and the verdict of the contract gate."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dagster import AssetCheckSeverity, AssetKey

from ingestion.batch import BatchResult, Finding, TableLoad
from ingestion.contracts import load_contracts
from orchestration.lib import raw_metadata

CONTRACT = next(contract for contract in load_contracts(["mes"]) if contract.table == "counters")


def load(*batches: BatchResult, version: int | None = 4) -> TableLoad:
    return TableLoad(CONTRACT, batches, version_before=3, version_after=version, seconds=1.0)


def held(rule: str) -> BatchResult:
    return BatchResult(
        "counters_1.jsonl", "held", findings=(Finding(rule, None, 0, (), "say why"),), message="say why"
    )


COMMITTED = BatchResult(
    "counters_2.jsonl",
    "committed",
    rows_read=10,
    rows_committed=8,
    rows_quarantined=2,
    findings=(Finding("range:total_count", "total_count", 2, ({"value": "-5"},), "look at the counter"),),
)


def test_counts_balance_and_the_data_version_is_the_delta_version():
    result = raw_metadata.materialization(load(COMMITTED))
    assert result.asset_key == AssetKey(["raw", "mes", "counters"])
    assert result.data_version is not None
    assert result.data_version.value == "4"
    assert result.metadata is not None
    assert (
        result.metadata["rows_read"]
        == result.metadata["rows_committed"] + result.metadata["rows_quarantined"]
    )


def test_quarantined_rows_alone_leave_the_gate_open_and_are_shown_by_rule():
    result = raw_metadata.gate_result(load(COMMITTED))
    assert result.passed
    (record,) = result.metadata["findings"].records
    assert record.data["rule"] == "range:total_count"
    assert (record.data["rows"], record.data["sample"]) == (2, "-5")
    assert record.data["next_step"] == "look at the counter"


def test_a_broken_rule_of_severity_warning_is_told_and_blocks_nothing():
    broken = Finding("expect_x", "total_count", 2, (), "total_count falls", severity="warning")
    noted = Finding("expect_y", "total_count", 2, (), "a remark", severity="info")
    result = raw_metadata.gate_result(load(replace(COMMITTED, findings=(noted, broken))))
    assert not result.passed
    assert result.severity == AssetCheckSeverity.WARN
    assert result.description == "total_count falls"
    assert raw_metadata.gate_result(load(replace(COMMITTED, findings=(noted,)))).passed


@pytest.mark.parametrize("rule", sorted(raw_metadata.FILE_RULES))
def test_trouble_of_one_file_warns_and_does_not_block(rule: str):
    result = raw_metadata.gate_result(load(COMMITTED, held(rule)))
    assert not result.passed
    assert result.severity == AssetCheckSeverity.WARN
    assert result.description == "say why"


@pytest.mark.parametrize("rule", ["too_many_quarantined", "row_balance", "volume"])
def test_a_batch_that_the_gate_holds_blocks(rule: str):
    result = raw_metadata.gate_result(load(held("unreadable_file"), held(rule)))
    assert not result.passed
    assert result.severity == AssetCheckSeverity.ERROR


def test_a_table_that_was_never_delivered_has_a_version_that_says_so():
    result = raw_metadata.materialization(load(version=None))
    assert result.data_version is not None
    assert result.data_version.value == "none"
    assert raw_metadata.gate_result(load(version=None)).passed


def test_the_schema_shows_every_column_of_the_contract_with_its_type():
    columns = raw_metadata.table_schema(CONTRACT).columns
    assert [(column.name, column.type) for column in columns] == [
        (column.name, column.type) for column in CONTRACT.columns
    ]
