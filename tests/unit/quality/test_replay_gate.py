"""Rows that come back are judged with their file, as raw would have it: rules about batches hold a replay and a release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts import Contract
from ingestion.lake.balance import table_balance
from ingestion.lake.decisions import Action, Decision, counting_decisions
from ingestion.lake.quarantine import Selection, list_quarantine
from ingestion.recover import Recovery, recover
from quality.contract_gate import evaluate_batch
from tests.unit.ingestion.home import Home, column

FILE = "id,count\n1,10\n2,20\n3,500\n4,40\n5,600\n"


def series(**arguments: Any) -> dict[str, Any]:
    given = {"column": "count", "order_by": "id", "group_by": [], **arguments}
    return custom("expect_series_to_never_go_back", given)


def custom(kind: str, arguments: dict[str, Any], severity: str = "critical") -> dict[str, Any]:
    implementation = {"type": kind, "kwargs": arguments}
    return {
        "type": "custom",
        "engine": "greatExpectations",
        "implementation": implementation,
        "severity": severity,
    }


def contract_of(home: Home, maximum: int, *rules: dict[str, Any], least: int = 0) -> Contract:
    columns = [
        column("id", "BIGINT", key=1),
        column("count", "BIGINT", logicalTypeOptions={"maximum": maximum}),
    ]
    sla = [{"property": "minimumRows", "value": least}] if least else []
    return home.contract(columns, files="*.csv", maxQuarantinedPct=50, quality=list(rules), sla=sla)


def recovered(home: Home, contract: Contract, action: Action = "replay", **asked: Any) -> Recovery:
    return recover(
        contract,
        home.source,
        home.plant,
        home.settings,
        selection=Selection(**asked),
        decision=Decision(action, "A. Person", "because"),
        batch_gate=evaluate_batch,
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two of five rows of a file wait, since their counts are above 100."""
    home = Home(tmp_path)
    home.deliver("a.csv", FILE)
    load = home.load(contract_of(home, 100), evaluate_batch)
    assert (load.rows_committed, load.rows_quarantined) == (3, 2)
    return home


@pytest.mark.parametrize("action", ["replay", "release"])
def test_a_row_that_breaks_a_rule_with_rows_of_raw_stays(home: Home, action: Action) -> None:
    contract = contract_of(home, 1000 if action == "replay" else 100, series())
    third, fifth = (row.row_id for row in list_quarantine(home.settings))
    held = recovered(home, contract, action, rows=(third,))
    assert (held.taken, held.kept) == (0, 1)
    assert "expect_series_to_never_go_back" in held.held[0]
    assert counting_decisions(home.settings).num_rows == 0
    assert len(list_quarantine(home.settings)) == 2
    assert recovered(home, contract, action, rows=(fifth,)).taken == 1
    assert [row[0] for row in home.rows(contract, "count")] == [10, 20, 40, 600]
    assert table_balance(home.settings, "sys__t").problems == ()


def test_rules_about_volume_count_the_file_not_the_rows_that_come_back(home: Home) -> None:
    rows = {"type": "library", "metric": "rowCount", "mustBeBetween": [5, 5]}
    contract = contract_of(home, 1000, rows, least=5)
    third, fifth = (row.row_id for row in list_quarantine(home.settings))
    held = recovered(home, contract, rows=(third,))
    assert held.taken == 0
    assert "expect_table_row_count_to_be_between" in held.held[0]
    assert recovered(home, contract, rows=(third, fifth)).taken == 2


def test_a_rule_that_raises_holds_a_replay_and_a_warning_is_told(home: Home) -> None:
    unknown = custom(
        "expect_column_values_to_be_known_in", {"column": "id", "parent": "none", "parent_column": "id"}
    )
    assert "none" in recovered(home, contract_of(home, 1000, unknown)).held[0]
    mild = series() | {"severity": "warning"}
    found = recovered(home, contract_of(home, 1000, mild))
    assert (found.taken, found.findings) == (2, ())
    assert [finding.rule for finding in found.remarks] == ["expect_series_to_never_go_back"]


def test_every_row_that_waits_is_counted_in_the_share(home: Home) -> None:
    seen = []

    def gate(profile: Any) -> Any:
        seen.append((profile.rows_read, profile.rows_valid, profile.quarantined_pct))
        return evaluate_batch(profile)

    contract = contract_of(home, 550)
    found = recover(
        contract, home.source, home.plant, home.settings,
        selection=Selection(), decision=Decision("replay", "A. Person", "because"), batch_gate=gate,
    )  # fmt: skip
    assert (found.taken, found.kept) == (1, 1)
    assert seen == [(5, 4, 20.0)]
