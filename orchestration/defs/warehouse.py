"""The warehouse: raw views pinned to Delta versions, then one ``dbt build`` as one fat step.

Here: the dbt assets of a workspace and what goes before and after the build. Not here: names (``lib.translator``),
the child process (``lib.dbt_build``), models (``dbt_project/``).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, Config
from dagster_dbt import dbt_assets
from pydantic import Field

from ingestion.lake.read import create_raw_views, pin_tables
from orchestration.lib import fingerprint
from orchestration.lib.dbt_build import await_warehouse, row_count_observations, start_build, stream_build
from orchestration.lib.dbt_failures import DbtBuildError
from orchestration.lib.progress import Reporter
from orchestration.lib.quality_reports import write_report
from orchestration.lib.quality_results import fill_results, record_build
from orchestration.lib.signal_flags import fill_signal_flags
from orchestration.lib.spark_build import start_spark_dbt, take_over_tables, write_setup
from orchestration.lib.translator import WarehouseTranslator
from orchestration.lib.workspace import Workspace
from serving.release import current_release, list_releases

POOL = "warehouse"
FLAGS = AssetKey(["core", "fct_signal_flag_day"])
"""The model whose rows are made in Python, after all others."""
RESULTS = AssetKey(["core", "fct_quality_result"])
"""The model whose rows, and those of its mart, are kept in the lake."""
COUNTED_LAYERS = ("core", "marts", "features")


class BuildConfig(Config):
    """How the warehouse is built."""

    force: bool = Field(default=False, description="Build and release although nothing is new.")
    full_refresh: bool = Field(default=False, description="Build incremental models anew.")


def released_before(workspace: Workspace, inputs: fingerprint.Inputs) -> str:
    """Return the id of the release that already holds these inputs, or an empty string.

    The current and the newest release count: a rollback must not be undone by the next run.
    """
    releases = [current_release(workspace.settings.released), *list_releases(workspace.settings.released)[:1]]
    for release in releases:
        if release and release.manifest and release.manifest.info.fingerprint == inputs.fingerprint:
            return release.release_id
    return ""


def warehouse_assets(
    workspace: Workspace, manifest: Mapping[str, Any], reporter: Reporter
) -> AssetsDefinition:
    """Return the dbt models of the plant as assets and their tests as checks."""
    steps = _count_steps(manifest)

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=WarehouseTranslator(),
        name="warehouse",
        pool=POOL,
        required_resource_keys={"run_lock", "dbt"},
    )
    def warehouse(context: AssetExecutionContext, config: BuildConfig) -> Iterator[Any]:
        pins = pin_tables(workspace.contracts, workspace.settings)
        inputs = fingerprint.read_inputs(workspace, {name: pin.version for name, pin in pins.items()})
        whole = not context.is_subset
        known = released_before(workspace, inputs) if whole and not config.force else ""
        if known:
            context.log.info(f"nothing new: release {known} holds this data")
            return
        full = config.full_refresh or fingerprint.needs_full_build(workspace, inputs)
        if full:
            fingerprint.forget_build(workspace)
        await_warehouse(workspace.settings.warehouse_path)
        create_raw_views(workspace.settings.warehouse_path, workspace.contracts, pins)
        spark = workspace.settings.target == "spark"
        launch = context.resources.dbt.build
        if spark:
            launch = partial(start_spark_dbt, workspace, write_setup(workspace, manifest, pins, full=full))
        invocation = start_build(context, workspace, launch, full=full)
        began_at = datetime.now(UTC)
        try:
            yield from stream_build(invocation, steps, reporter)
        except DbtBuildError:
            record_build(workspace, context, manifest, began_at)
            page = write_report(workspace, run_id=context.run.run_id, verdict="Nothing was released.")
            context.log.info(f"what failed, with examples: {page}")
            raise
        record_build(workspace, context, manifest, began_at)
        if spark:
            take_over_tables(workspace, manifest)
        if FLAGS in context.selected_asset_keys:
            reporter.note("judging the health of the signals")
            fill_signal_flags(workspace.settings.warehouse_path)
        if RESULTS in context.selected_asset_keys:
            fill_results(workspace)
        if whole:
            fingerprint.record_build(workspace, inputs)
        yield from row_count_observations(workspace, set(context.selected_asset_keys), COUNTED_LAYERS)

    return warehouse


def _count_steps(manifest: Mapping[str, Any]) -> int:
    """Return how many results a whole build gives."""
    return sum(
        node["resource_type"] in {"model", "test", "seed", "snapshot"} for node in manifest["nodes"].values()
    )
