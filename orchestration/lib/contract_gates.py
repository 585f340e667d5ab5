"""The gate of one raw table: gate 1 with the other raw tables that the contract's rules refer to.

Here: from names in a contract to relations of the lake. Not here: judging (``quality.contract_gate``), loading (``ingestion``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ingestion.batch import BatchGate
from ingestion.contracts import Contract
from ingestion.lake.read import held_rows
from orchestration.lib.workspace import Workspace
from quality.contract_gate import evaluate_batch


def parents(contract: Contract) -> set[str]:
    """Return names of the tables that rules of a contract refer to: `table` of its own system, or `system__table`."""
    return {str(rule.arguments["parent"]) for rule in contract.quality if "parent" in rule.arguments}


def parents_first(contracts: Sequence[Contract]) -> list[Contract]:
    """Return the contracts with those last whose rules refer to another table."""
    return sorted(contracts, key=lambda contract: bool(parents(contract)))


def batch_gate(workspace: Workspace, contract: Contract) -> BatchGate:
    """Return gate 1 for files of a contract. A table that was never loaded is not there: rules that need it fail."""
    named = {
        name: other
        for name in parents(contract)
        for other in workspace.contracts
        if name in {other.raw_name, other.table if other.system == contract.system else ""}
    }
    found = {name: held_rows(other, workspace.settings)[1] for name, other in named.items()}
    return partial(evaluate_batch, tables={name: f"({sql})" for name, sql in found.items() if sql})
