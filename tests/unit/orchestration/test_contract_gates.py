"""Rules that refer to another raw table find its rows in the lake, and parents load first."""

from __future__ import annotations

from pathlib import Path

from orchestration.lib.contract_gates import batch_gate, parents_first
from orchestration.lib.workspace import Workspace
from tests.unit.ingestion.home import Home, column

KNOWN = {
    "type": "custom",
    "engine": "greatExpectations",
    "implementation": {
        "type": "expect_column_values_to_be_known_in",
        "kwargs": {"column": "machine", "parent": "machines", "parent_column": "machine"},
    },
}


def test_a_reference_is_looked_up_in_the_lake_and_a_table_that_never_came_holds_the_file(tmp_path: Path):
    home = Home(tmp_path)
    child = home.contract([column("machine")], table="events", quality=[KNOWN])
    parent = home.contract([column("machine")], table="machines")
    workspace = Workspace(home.settings, home.plant, (child, parent))
    assert parents_first([child, parent]) == [parent, child]
    home.deliver("events_1.csv", "machine\nM1\n")
    (early,) = home.load(child, batch_gate(workspace, child)).batches
    assert (early.status, "KeyError: 'machines'" in early.message) == ("held", True)
    home.deliver("machines_1.csv", "machine\nM1\nM2\n")
    home.load(parent, batch_gate(workspace, parent))
    home.deliver("events_2.csv", "machine\nM9\n")
    statuses = [batch.status for batch in home.load(child, batch_gate(workspace, child)).batches]
    assert statuses == ["committed", "held"]
