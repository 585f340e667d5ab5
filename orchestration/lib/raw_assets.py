"""The one factory of raw assets: a multi-asset per system, an output and a blocking gate per contract.

Here: what follows from contracts alone. A second way to make a raw asset does not exist. Not here: metadata
(``raw_metadata``), loading (``raw_loads``), judging (``quality.contract_gate``).
"""

from collections.abc import Iterator

from dagster import (
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    multi_asset,
)

from ingestion.contracts import Contract
from ingestion.errors import TundishError
from orchestration.lib.quarantine_assets import quarantine_event
from orchestration.lib.raw_metadata import CONTRACT_GATE, materialization, spec_metadata
from orchestration.lib.workspace import Workspace

# Formats that the UI shows under another name than their own.
FORMAT_KINDS = {"delimited": "csv", "jsonl": "json", "nodeset": "xml"}


def landing_key(system: str) -> AssetKey:
    """Key of the external asset that stands for a system's delivered files."""
    return AssetKey(["landing", system])


def landing_spec(workspace: Workspace, system: str) -> AssetSpec:
    """Return the external asset of a system's delivered files: where the graph begins."""
    source = workspace.plant.source(system)
    hint = f" {source.how_to_get_data}" if source.how_to_get_data else ""
    return AssetSpec(
        landing_key(system),
        group_name="landing",
        description=f"Files that {system} delivers. Tundish reads them and changes nothing.{hint}",
        kinds={"file"},
        metadata={"path": str(source.path), "site_code": source.site_code, "timezone": source.timezone},
    )


def raw_spec(contract: Contract) -> AssetSpec:
    """Return the raw asset of one contract."""
    return AssetSpec(
        AssetKey(contract.asset_key),
        deps=[landing_key(contract.system)],
        group_name=f"raw_{contract.system}",
        description=contract.description,
        owners=[f"team:{contract.owner}"] if contract.owner else [],
        kinds={"deltalake", FORMAT_KINDS.get(contract.format, contract.format)},
        tags={"domain": contract.domain} if contract.domain else {},
        metadata=spec_metadata(contract),
        code_version=contract.version,
    )


def gate_spec(contract: Contract) -> AssetCheckSpec:
    """Return the contract gate of one raw asset."""
    return AssetCheckSpec(
        CONTRACT_GATE,
        asset=AssetKey(contract.asset_key),
        blocking=True,
        description=(
            "Every delivered file keeps its contract. It is judged before the commit: what fails never becomes raw. "
            f"At most {contract.max_quarantined_pct:g} % of a file's rows may be quarantined."
        ),
    )


def raw_assets(workspace: Workspace, system: str) -> AssetsDefinition:
    """Return the multi-asset that loads every table of one system. Needs ``run_lock``, ``raw_loads`` and ``dbt``."""
    contracts = workspace.contracts_of(system)

    @multi_asset(
        name=f"raw_{system}",
        specs=[raw_spec(contract) for contract in contracts],
        check_specs=[gate_spec(contract) for contract in contracts],
        can_subset=True,
        required_resource_keys={"run_lock", "raw_loads", "dbt"},
        description=f"Takes new files of {system} into raw Delta tables, once each, row balance checked.",
    )
    def load(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        changed = False
        try:
            for loaded in context.resources.raw_loads.tables(system, _chosen(context, workspace)):
                if loaded.load.rows_committed:
                    context.resources.dbt.warm_up()
                changed = changed or loaded.load.changed or loaded.expired > 0
                yield materialization(loaded.load, loaded.not_fetched)
        except TundishError as error:
            raise Failure(str(error), allow_retries=error.retryable) from error
        if changed:
            context.log_event(quarantine_event(workspace, contracts))

    return load


def _chosen(context: AssetExecutionContext, workspace: Workspace) -> dict[str, list[Contract]]:
    """The contracts that this run loads, by system, in the order in which Dagster runs their steps."""
    selected = context.job_def.asset_layer.selected_asset_keys
    chosen = [contract for contract in workspace.contracts if AssetKey(contract.asset_key) in selected]
    systems = sorted({contract.system for contract in chosen})
    return {system: [contract for contract in chosen if contract.system == system] for system in systems}
