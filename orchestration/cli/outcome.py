"""What came of a run, read from Dagster's events.

Here: counts by system, verdicts of gates, failures as sentences. Not here: drawing them (``closing``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetMaterialization,
    DagsterEvent,
    ExecuteInProcessResult,
)

COUNTS = (
    "rows_read",
    "rows_committed",
    "rows_quarantined",
    "files_committed",
    "files_known",
    "files_held",
    "files_waiting",
)
RAW_GATE = "contract_gate"
RELEASE_GATE = "release_gate"
DBT_GATE = "dbt tests"


@dataclass
class Gate:
    """How many rules of one gate passed, warned and failed, and the sentences of those that did not pass."""

    passed: int = 0
    warned: int = 0
    failed: int = 0
    remarks: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """One run. ``release_id`` is what it published, or empty; ``systems`` maps system to counts by ``COUNTS``."""

    systems: dict[str, dict[str, int]] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    release_id: str = ""

    @property
    def nothing_new(self) -> bool:
        """True if the run went well and had nothing to publish."""
        return not self.failures and not self.release_id


def read_outcome(result: ExecuteInProcessResult) -> Outcome:
    """Collect an outcome from the events of a finished run."""
    outcome = Outcome()
    for event in result.all_events:
        if event.is_step_materialization:
            _count(outcome, event.step_materialization_data.materialization)
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            _judge(outcome, event.asset_check_evaluation_data)
    outcome.failures = list(dict.fromkeys(_failures(outcome, result.all_events)))
    return outcome


def _count(outcome: Outcome, materialization: AssetMaterialization) -> None:
    path = materialization.asset_key.path
    values = {name: entry.value for name, entry in materialization.metadata.items()}
    if path[0] == "raw":
        counts = outcome.systems.setdefault(path[1], dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            counts[name] += int(values[name])
    elif path[:2] == ["released", "bi"]:
        outcome.release_id = str(values["release_id"])


def _judge(outcome: Outcome, check: AssetCheckEvaluation) -> None:
    known = {RAW_GATE: "contract gate", RELEASE_GATE: "release gate"}
    gate = outcome.gates.setdefault(known.get(check.check_name, DBT_GATE), Gate())
    if check.passed:
        rules = check.metadata.get("rules")
        gate.passed += int(rules.value) if rules else 1
        return
    if check.severity == AssetCheckSeverity.WARN:
        gate.warned += 1
    else:
        gate.failed += 1
    gate.remarks.extend(text for text in _sentences(check) if text not in gate.remarks)


def _sentences(check: AssetCheckEvaluation) -> list[str]:
    """Say what failed: table, rule, value, next step."""
    if check.check_name == RELEASE_GATE:
        tables = [str(entry.value) for name, entry in check.metadata.items() if name.startswith("table/")]
        return [
            f"{text}. Next step: correct the data or the model it names, then run again." for text in tables
        ]
    if check.check_name == RAW_GATE:
        return [check.description or f"{check.asset_key.to_user_string()}: {check.check_name} failed."]
    return [f"{check.asset_key.to_user_string()}: test {check.check_name} found rows."]


def _failures(outcome: Outcome, events: Iterable[DagsterEvent]) -> Iterable[str]:
    """Give each reason of a failed run once: gates in their own words, else the words of the step's error.

    Failed dbt tests are told by the step, which names their SQL.
    """
    for name, gate in outcome.gates.items():
        if gate.failed and name != DBT_GATE:
            yield from gate.remarks
    for event in events:
        if event.is_step_failure and not _told_by_gate(event):
            yield f"{event.step_key}: {_reason(event.step_failure_data)}"
        elif event.event_type_value in {"RUN_FAILURE", "PIPELINE_FAILURE"} and not _has_step_failure(events):
            yield event.message or "the run failed"


def _told_by_gate(event: DagsterEvent) -> bool:
    error = event.step_failure_data.error
    return error is not None and "DagsterAssetCheckFailedError" in (error.cls_name or "")


def _has_step_failure(events: Iterable[DagsterEvent]) -> bool:
    return any(event.is_step_failure for event in events)


def _reason(data: Any) -> str:
    """Return the innermost message of a step's failure."""
    if data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "it failed without a message"
