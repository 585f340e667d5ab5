"""What consumers see: a candidate, its gate, then publication of features and of the BI release.

Here: three steps in this order, each repeatable after a kill. The BI switch comes last, because it is what marks the
inputs as released. Not here: files and switches (``serving``), rules (``quality.release_gate``).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    DataVersion,
    MaterializeResult,
    MetadataValue,
    TableColumn,
    TableSchema,
    asset,
    multi_asset,
)

from orchestration.defs.warehouse import POOL
from orchestration.lib.candidate import build_and_judge, latest_candidate
from orchestration.lib.check_metadata import FINDINGS, findings_table, of_result
from orchestration.lib.progress import Reporter
from orchestration.lib.quality_reports import report_path
from orchestration.lib.release_tables import release_tables
from orchestration.lib.translator import LAYER_OWNERS
from orchestration.lib.workspace import Workspace
from quality.result import GateResult, all_passed
from quality.table_spec import TableSpec
from serving.features import publish_features
from serving.layout import REPORT_NAME
from serving.release import publish

CANDIDATE = AssetKey(["released", "candidate"])
RELEASE_GATE = "release_gate"
KINDS = {"bi": {"parquet", "duckdb"}, "features": {"deltalake"}}


def released_key(table: TableSpec) -> AssetKey:
    """Key of a published table."""
    return AssetKey(["released", table.dataset, table.name])


def released_spec(table: TableSpec, deps: Sequence[AssetKey]) -> AssetSpec:
    """Return the asset of a published table."""
    columns = [TableColumn(column.name, column.data_type, column.description) for column in table.columns]
    return AssetSpec(
        released_key(table),
        deps=deps,
        group_name="released",
        description=table.description,
        owners=[f"team:{LAYER_OWNERS[table.schema]}"],
        kinds=KINDS[table.dataset],
        metadata={
            "dagster/column_schema": TableSchema(columns=columns),
            "grain": ", ".join(table.grain) or "none",
        },
    )


def gate_check(results: Sequence[GateResult], report: Path) -> AssetCheckResult:
    """Return the release gate's check with the page about the run and an entry per table that has something to say."""
    failed = [result for result in results if not result.passed]
    remarks = [result for result in results if result.failures]
    evaluated = [result for result in results if not result.skipped]
    rules = sum(len(result.results) for result in evaluated)
    return AssetCheckResult(
        passed=all_passed(results),
        asset_key=CANDIDATE,
        check_name=RELEASE_GATE,
        severity=AssetCheckSeverity.ERROR,
        description=failed[0].message if failed else f"{rules} rules on {len(evaluated)} tables hold",
        metadata={
            "tables": len(evaluated),
            "rules": rules,
            "failed": len(failed),
            "quality_report": MetadataValue.path(report),
            **{f"table/{result.dataset}": result.message for result in remarks},
            FINDINGS: findings_table(
                of_result(failure, result.dataset) for result in remarks for failure in result.failures
            ),
        },
    )


def released_assets(
    workspace: Workspace, manifest: Mapping[str, Any], reporter: Reporter
) -> list[AssetsDefinition]:
    """Return the candidate with its blocking gate, and what is published after it."""
    tables = release_tables(manifest)
    features = [table for table in tables if table.dataset == "features"]
    bi = [table for table in tables if table.dataset == "bi"]
    definitions = [_candidate(workspace, manifest, tables, reporter)]
    if features:
        definitions.append(_features(workspace, features))
    if bi:
        definitions.append(_bi(workspace, bi, [released_key(table) for table in features]))
    return definitions


def _candidate(
    workspace: Workspace, manifest: Mapping[str, Any], tables: Sequence[TableSpec], reporter: Reporter
) -> AssetsDefinition:
    @asset(
        key=CANDIDATE,
        deps=[AssetKey([table.schema, table.name]) for table in tables],
        check_specs=[
            AssetCheckSpec(
                RELEASE_GATE,
                asset=CANDIDATE,
                blocking=True,
                description="Great Expectations suites on everything that will be released.",
            )
        ],
        group_name="released",
        owners=["team:data-engineering"],
        kinds={"parquet", "duckdb", "greatexpectations"},
        pool=POOL,
        required_resource_keys={"run_lock"},
        description="One candidate of a release, hidden from consumers until its gate has passed.",
    )
    def candidate(context: AssetExecutionContext) -> MaterializeResult:
        reporter.note("building and checking the release candidate")
        built, results = build_and_judge(workspace, manifest, tables, context.run.run_id)
        return MaterializeResult(
            metadata={"release_id": built.release_id, "tables": len(tables)},
            data_version=DataVersion(built.release_id),
            check_results=[gate_check(results, report_path(workspace, context.run.run_id))],
        )

    return candidate


def _features(workspace: Workspace, tables: Sequence[TableSpec]) -> AssetsDefinition:
    @multi_asset(
        name="publish_features",
        specs=[released_spec(table, [CANDIDATE]) for table in tables],
        required_resource_keys={"run_lock"},
        description="Feature tables as new Delta versions.",
    )
    def features(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        candidate = latest_candidate(context.instance, CANDIDATE, workspace)
        versions = publish_features(candidate)
        for table in tables:
            yield MaterializeResult(
                asset_key=released_key(table),
                metadata={"release_id": candidate.release_id, "delta_version": versions[table.name]},
                data_version=DataVersion(candidate.release_id),
            )

    return features


def _bi(workspace: Workspace, tables: Sequence[TableSpec], after: Sequence[AssetKey]) -> AssetsDefinition:
    @multi_asset(
        name="publish_bi",
        specs=[released_spec(table, [CANDIDATE, *after]) for table in tables],
        required_resource_keys={"run_lock"},
        description="One atomic switch of current.json to the gated candidate.",
    )
    def bi(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        release = publish(latest_candidate(context.instance, CANDIDATE, workspace))
        rows = {table.name: table.rows for table in release.manifest.tables} if release.manifest else {}
        for table in tables:
            yield MaterializeResult(
                asset_key=released_key(table),
                metadata={
                    "release_id": release.release_id,
                    "dagster/row_count": rows.get(table.name, 0),
                    "duckdb": str(release.duckdb_path),
                    "quality_report": MetadataValue.path(release.folder / REPORT_NAME),
                },
                data_version=DataVersion(release.release_id),
            )

    return bi
