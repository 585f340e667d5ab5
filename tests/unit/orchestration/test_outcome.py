"""The closing words of a run follow from its events."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    AssetSpec,
    MaterializeResult,
    materialize,
    multi_asset,
)
from rich.console import Console

from ingestion.errors import TableNotFoundError
from orchestration.cli.closing import print_closing
from orchestration.cli.outcome import COUNTS, Outcome, read_outcome

RAW = AssetKey(["raw", "mes", "counters"])
BI = AssetKey(["released", "bi", "mart_oee__line"])
METADATA = dict.fromkeys(COUNTS, 0) | {"rows_read": 10, "rows_committed": 9, "rows_quarantined": 1}


def outcome_of(*checks: AssetCheckResult, released: bool = True, error: Exception | None = None) -> Outcome:
    specs = [AssetCheckSpec(check.check_name or "", asset=RAW, blocking=True) for check in checks]

    @multi_asset(name="step", specs=[AssetSpec(RAW), AssetSpec(BI, skippable=True)], check_specs=specs)
    def step():
        yield MaterializeResult(asset_key=RAW, metadata=METADATA)
        yield from checks
        if error:
            raise error
        if released:
            yield MaterializeResult(asset_key=BI, metadata={"release_id": "r1"})

    return read_outcome(materialize([step], raise_on_error=False))


def gate(
    name: str, *, passed: bool, severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=RAW, check_name=name, passed=passed, severity=severity, description="why and what next"
    )


def printed(workspace, outcome: Outcome) -> str:
    text = io.StringIO()
    print_closing(Console(file=text, width=140), workspace, outcome, Path("run.log"))
    return text.getvalue()


def test_counts_add_up_by_system_and_the_release_is_named():
    outcome = outcome_of(gate("contract_gate", passed=True))
    assert outcome.systems["mes"]["rows_read"] == 10
    assert outcome.release_id == "r1"
    assert not outcome.failures
    assert not outcome.nothing_new


def test_a_run_that_publishes_nothing_and_fails_nowhere_has_nothing_new():
    assert outcome_of(released=False).nothing_new


def test_a_warning_is_a_remark_and_not_a_failure():
    outcome = outcome_of(gate("contract_gate", passed=False, severity=AssetCheckSeverity.WARN))
    assert not outcome.failures
    assert outcome.gates["contract gate"].warned == 1
    assert outcome.gates["contract gate"].remarks == ["why and what next"]


def test_a_blocked_gate_is_told_once_in_its_own_words():
    outcome = outcome_of(gate("contract_gate", passed=False))
    assert outcome.failures == ["why and what next"]


def test_an_error_on_purpose_is_told_without_a_trace():
    error = TableNotFoundError("mes__counters", Path("lake"))
    (failure,) = outcome_of(error=error).failures
    assert "mes__counters" in failure
    assert "Next step" in failure
    assert "Traceback" not in failure


@pytest.mark.parametrize("failures", [[], ["mes__counters: too many"]])
def test_the_closing_shows_rows_and_says_what_became_of_the_release(workspace, failures):
    outcome = Outcome(systems={"mes": METADATA}, failures=failures)
    text = printed(workspace, outcome)
    assert "rows read" in text
    assert ("Nothing was released; there is no release yet." in text) == bool(failures)
    assert all(failure in text for failure in failures)
