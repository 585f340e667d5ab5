"""The quarantine as Dagster shows it: an asset per system, with its counts over time.

Here: the asset, its metadata, and reporting it. It has no step of its own: a load that changed the quarantine reports
it, blocked or not, and so does a person's decision. Not here: rows and decisions (``ingestion.lake``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dagster import AssetKey, AssetMaterialization, AssetSpec, MetadataValue, TableRecord

from ingestion.contracts import Contract
from ingestion.lake.decisions import STATES
from ingestion.lake.quarantine import OPEN, RuleCount, rule_counts
from orchestration.lib.instance import open_instance
from orchestration.lib.workspace import Workspace

GROUP = "quarantine"
SHOWN = ("table", "rule", "state", "rows", "files", "value", "expected")


def quarantine_key(system: str) -> AssetKey:
    """Key of the asset that stands for a system's quarantined rows."""
    return AssetKey([GROUP, system])


def quarantine_spec(workspace: Workspace, system: str) -> AssetSpec:
    """Return the external asset of a system's quarantine, behind its raw tables."""
    return AssetSpec(
        quarantine_key(system),
        deps=[AssetKey(contract.asset_key) for contract in workspace.contracts_of(system)],
        group_name=GROUP,
        description=(
            f"Rows of {system} that broke a rule of their contract and wait for a person, with their text. "
            "Look with tundish quarantine show, mend the contract and tundish quarantine replay."
        ),
        kinds={"deltalake"},
    )


def quarantine_event(workspace: Workspace, contracts: Sequence[Contract]) -> AssetMaterialization:
    """Return the state of a system's quarantine now; numbers are drawn over time."""
    counts = rule_counts(workspace.settings, {contract.raw_name for contract in contracts})
    return AssetMaterialization(quarantine_key(contracts[0].system), metadata=_metadata(counts))


def report_quarantine(workspace: Workspace, system: str) -> None:
    """Tell Dagster's storage of this home the state of a system's quarantine."""
    event = quarantine_event(workspace, workspace.contracts_of(system))
    with open_instance(workspace.settings) as instance:
        instance.report_runless_asset_event(event)


def _metadata(counts: Sequence[RuleCount]) -> dict[str, Any]:
    waiting = [count for count in counts if count.state == OPEN]
    oldest = min((count.first_at for count in waiting), default=None)
    by_state = {state: [one for one in counts if one.state == state] for state in (OPEN, *STATES.values())}
    records = [TableRecord({name: _cell(getattr(count, name)) for name in SHOWN}) for count in counts]
    return {
        **{f"rows_{state}": sum(one.rows for one in found) for state, found in by_state.items()},
        "rules_broken": len({(count.table, count.rule) for count in waiting}),
        "oldest_open_days": round((datetime.now(UTC) - oldest).total_seconds() / 86_400, 2)
        if oldest
        else 0.0,
        **({"by_rule": MetadataValue.table(records)} if records else {}),
    }


def _cell(value: Any) -> str | int:
    return value if isinstance(value, int) else str(value or "")
