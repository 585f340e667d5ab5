"""From a finished warehouse to a judged candidate, and finding that candidate again in a later step.

Here: the order build, judge, record. Not here: each of these (``serving.build``, ``quality.release_gate``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from dagster import AssetKey, DagsterInstance

from orchestration.lib.dbt_docs import write_docs
from orchestration.lib.fingerprint import git_commit, recorded_build
from orchestration.lib.quality_reports import write_report
from orchestration.lib.quality_results import record_release
from orchestration.lib.workspace import Workspace
from quality.release_gate import evaluate_release
from quality.result import GateResult, all_passed
from quality.table_spec import TableSpec
from serving.errors import ReleaseNotFoundError
from serving.housekeeping import remove_orphans
from serving.layout import Candidate
from serving.manifest import ReleaseInfo
from serving.release import build_candidate, discard, open_candidate, record_gates


def build_and_judge(
    workspace: Workspace, manifest: Mapping[str, Any], tables: Sequence[TableSpec], run_id: str = ""
) -> tuple[Candidate, list[GateResult]]:
    """Build a candidate of the manifest's ``tables``, evaluate its gate, write the verdict into it and among the results of ``run_id``.

    A candidate that fails is discarded: the verdict is kept by the caller, the rows stand in the warehouse. The
    caller holds the home's lock, so that leftovers of killed runs can go first.
    """
    settings = workspace.settings
    write_docs(workspace, manifest)
    remove_orphans(settings.released, unfinished_s=0, finished_s=0)
    candidate = build_candidate(
        settings.warehouse_path, settings.released, tables, release_info(workspace), docs=settings.dbt_target
    )
    results = list(evaluate_release(candidate.folder, table_specs=tables))
    record_release(workspace, run_id, results)
    passed = all_passed(results)
    report = write_report(
        workspace,
        run_id=run_id,
        release_id=candidate.release_id if passed else "",
        verdict="All critical rules hold." if passed else "Nothing was released.",
    )
    record_gates(candidate, results, report)
    if not passed:
        discard(candidate)
    return candidate, results


def release_info(workspace: Workspace) -> ReleaseInfo:
    """Return where the warehouse of this home comes from. Raises WarehouseNotBuiltError."""
    inputs = recorded_build(workspace)
    return ReleaseInfo(
        fingerprint=inputs.fingerprint,
        plant=workspace.plant.name,
        git_commit=git_commit(),
        tundish_version=version("tundish"),
        raw_versions=inputs.raw_versions,
        extra={"packages": dict(inputs.packages)},
    )


def latest_candidate(instance: DagsterInstance, key: AssetKey, workspace: Workspace) -> Candidate:
    """Return the candidate that ``key`` was materialized as last. Raises ReleaseNotFoundError."""
    event = instance.get_latest_materialization_event(key)
    materialization = event.asset_materialization if event else None
    if materialization is None:
        raise ReleaseNotFoundError("(candidate)", str(workspace.settings.released))
    return open_candidate(workspace.settings.released, str(materialization.metadata["release_id"].value))
