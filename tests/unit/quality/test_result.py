"""Results: what blocks, what only warns, and that nothing evaluated is not a pass."""

import json

from quality.result import ExpectationResult, GateResult, Severity, all_passed


def result(severity: Severity, *, passed: bool = False, **fields) -> ExpectationResult:
    return ExpectationResult("expect_x", "oee", severity, passed, **fields)


def test_gate_result_blocks_only_on_failed_critical_rules():
    assert not GateResult("g", "t", (result(Severity.CRITICAL),)).passed
    assert GateResult("g", "t", (result(Severity.WARNING), result(Severity.INFO))).passed
    assert GateResult("g", "t", (result(Severity.CRITICAL, passed=True),)).passed


def test_gate_result_severity_is_the_worst_failed_one():
    passed_critical = result(Severity.CRITICAL, passed=True)
    gate = GateResult("g", "t", (result(Severity.INFO), result(Severity.WARNING), passed_critical))
    assert gate.severity is Severity.WARNING
    assert gate.failures[0].severity is Severity.WARNING


def test_all_passed_fails_closed_when_nothing_was_evaluated():
    assert not all_passed([])
    assert not all_passed([GateResult("g", "t", skipped="no such table")])
    assert all_passed([GateResult("g", "t", skipped="no such table"), GateResult("g", "u")])


def test_message_names_rule_column_count_and_sample():
    text = result(
        Severity.CRITICAL, rule="max_value 1", unexpected_count=2, unexpected_pct=0.5, sample=("1.2", "7")
    ).message
    assert text == "expect_x(oee) failed: expected max_value 1; 2 rows against it (0.5 %); for example 1.2, 7"


def test_to_dict_is_json_and_keeps_only_failures():
    gate = GateResult("g", "t", (result(Severity.WARNING), result(Severity.CRITICAL, passed=True)), 7)
    body = json.loads(json.dumps(gate.to_dict()))
    assert (body["passed"], body["rules"], body["rows"], len(body["failures"])) == (True, 2, 7, 1)
