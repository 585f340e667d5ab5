"""Gate 1 at its edges: exactly at the limit, just above it, missing rows, too few rows, repeated keys."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.batch import BatchProfile, Finding
from ingestion.contracts import Column, Contract
from ingestion.errors import ContractError
from quality.contract_gate import evaluate_batch

CONTRACT = Contract(
    system="mes",
    table="counters",
    version="1.0.0",
    owner="production-data",
    domain="production",
    description="One row per machine and reading.",
    columns=(Column("machine", ("machine",), "VARCHAR", "text", required=True, key_position=1),),
    format="jsonl",
    files="counters_*.jsonl",
    max_quarantined_pct=5.0,
)


def profile(read: int, bad: int, named: int | None = None, contract: Contract = CONTRACT) -> BatchProfile:
    rows = bad if named is None else named
    findings = (Finding("type:counted_at", "counted_at", rows, ({"value": "garbage"},)),) if rows else ()
    return BatchProfile(contract, "counters_1.jsonl", "ab" * 32, 1000, read, read - bad, findings)


def rules(batch: BatchProfile) -> list[str]:
    return [finding.rule for finding in evaluate_batch(batch).findings]


def test_evaluate_batch_passes_a_clean_batch_without_a_word():
    verdict = evaluate_batch(profile(100, 0))
    assert verdict.passed
    assert verdict.findings == ()


def test_evaluate_batch_passes_exactly_at_the_limit_and_holds_one_row_above():
    assert evaluate_batch(profile(100, 5)).passed
    verdict = evaluate_batch(profile(100, 6))
    assert not verdict.passed
    (finding,) = verdict.findings
    assert finding.rule == "too_many_quarantined"
    assert finding.sample == ({"value": "garbage"},)
    for part in ("mes__counters", "counters_1.jsonl", "6 of 100", "type:counted_at", "5 %", "Next step"):
        assert part in finding.message


def test_evaluate_batch_passes_a_file_without_rows():
    assert evaluate_batch(profile(0, 0)).passed


def test_evaluate_batch_with_limit_zero_holds_the_first_bad_row():
    strict = replace(CONTRACT, max_quarantined_pct=0.0)
    assert evaluate_batch(profile(1_000_000, 0, contract=strict)).passed
    assert rules(profile(1_000_000, 1, contract=strict)) == ["too_many_quarantined"]


def test_evaluate_batch_holds_a_batch_whose_missing_rows_no_rule_names():
    assert rules(profile(1000, 10, named=9)) == ["row_balance"]


def test_evaluate_batch_holds_more_valid_rows_than_were_read():
    assert rules(replace(profile(10, 0), rows_valid=11)) == ["row_balance"]


def test_evaluate_batch_accepts_a_row_that_breaks_several_rules():
    assert evaluate_batch(profile(1000, 10, named=17)).passed


def test_evaluate_batch_holds_fewer_rows_than_the_contract_expects():
    contract = replace(CONTRACT, sla={"minimumRows": "10 rows"})
    assert rules(profile(9, 0, contract=contract)) == ["too_few_rows"]
    assert evaluate_batch(profile(10, 0, contract=contract)).passed


def test_evaluate_batch_refuses_a_minimum_that_is_no_number():
    with pytest.raises(ContractError, match="minimumRows is 'many'"):
        evaluate_batch(profile(9, 0, contract=replace(CONTRACT, sla={"minimumRows": "many"})))


def test_evaluate_batch_remarks_repeated_keys_and_lets_them_pass():
    verdict = evaluate_batch(replace(profile(100, 0), duplicate_keys=3))
    assert verdict.passed
    (finding,) = verdict.findings
    assert (finding.rule, finding.column, finding.rows) == ("duplicate_key", "machine", 3)


@pytest.mark.parametrize(
    ("read", "bad", "passes"), [(5, 1, True), (5, 2, True), (5, 3, False), (3, 2, False), (50, 3, False)]
)
def test_evaluate_batch_lets_few_bad_rows_of_a_tiny_good_file_pass(read, bad, passes):
    assert evaluate_batch(profile(read, bad)).passed == passes


@given(read=st.integers(1, 10_000), share=st.floats(0, 1), limit=st.integers(0, 100))
def test_evaluate_batch_holds_if_and_only_if_the_share_is_above_the_limit(read, share, limit):
    bad = round(read * share)
    contract = replace(CONTRACT, max_quarantined_pct=float(limit), min_quarantined_rows=1)
    assert evaluate_batch(profile(read, bad, contract=contract)).passed == (bad * 100 <= limit * read)
