"""Running ``dbt build`` for a Dagster step and turning its events into Dagster's.

Here: the child process and the stream of its results. dagster-dbt's own resource is not used to start it, because it
calls ``dbt --version`` first, which asks the package index for news, and opens a second adapter in this process.
Not here: command lines (``dbt_project``), naming (``translator``), what goes before and after a build (``defs``).
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
from dagster import AssetCheckResult, AssetExecutionContext, AssetKey, AssetObservation, Output
from dagster_dbt import DbtCliInvocation
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from packaging.version import Version

from ingestion.errors import TundishError
from orchestration.lib.check_metadata import with_findings
from orchestration.lib.dbt_failures import read_failures
from orchestration.lib.progress import Reporter
from orchestration.lib.translator import WarehouseTranslator
from orchestration.lib.workspace import DBT_PROJECT, Workspace


class WarehouseBusyError(TundishError):
    """Another process has the warehouse open."""

    retryable = True

    def __init__(self, path: Path, seen: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: the warehouse cannot be opened for writing: {seen}",
            "close the program that has it open, then run again.",
        )


def start_build(
    context: AssetExecutionContext,
    workspace: Workspace,
    launch: Callable[[Sequence[str]], subprocess.Popen[bytes]],
    *,
    full: bool,
) -> DbtCliInvocation:
    """Start ``dbt build`` for what the step selected; ``full`` builds incremental models anew.

    ``launch`` starts dbt with the given arguments, from the name of the command on, and an output of JSON events.
    """
    chosen = get_updated_cli_invocation_params_for_context(
        context=context.op_execution_context, manifest={}, dagster_dbt_translator=WarehouseTranslator()
    )
    arguments = ["build", "--exclude-resource-type", "unit_test", *chosen.selection_args]
    if full:
        arguments.append("--full-refresh")
    if chosen.indirect_selection:
        arguments += ["--indirect-selection", chosen.indirect_selection]
    return DbtCliInvocation(
        process=launch(arguments),
        manifest=chosen.manifest,
        dagster_dbt_translator=chosen.dagster_dbt_translator,
        project_dir=DBT_PROJECT,
        target_path=workspace.settings.dbt_target,
        raise_on_error=True,
        context=context.op_execution_context,
        cli_version=Version(version("dbt-core")),
    )


def stream_build(invocation: DbtCliInvocation, total: int, reporter: Reporter) -> Iterator[Any]:
    """Yield the build's Dagster events as they come and tell the reporter; ``total`` is models and tests.

    Raises DbtBuildError after the last event if a model or a test failed.
    """
    done = 0
    try:
        for event in invocation.stream():
            if isinstance(event, Output | AssetCheckResult | AssetObservation):
                done += 1
                reporter.models(_node_name(event), min(done, total), total)
            yield with_findings(event, invocation.manifest) if isinstance(event, AssetCheckResult) else event
    except DagsterDbtCliRuntimeError as error:
        raise read_failures(invocation.target_path, invocation.manifest, str(error)) from None


def await_warehouse(path: Path, patience_s: float = 120.0) -> None:
    """Wait until nobody writes to the warehouse: a killed run's dbt may live on for some seconds.

    Raises WarehouseBusyError if it does not end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + patience_s
    while True:
        try:
            duckdb.connect(str(path)).close()
        except duckdb.IOException as error:
            if time.monotonic() > give_up:
                raise WarehouseBusyError(path, str(error)) from error
            time.sleep(0.5)
        else:
            return


def _node_name(event: Output[Any] | AssetCheckResult | AssetObservation) -> str:
    unique_id = event.metadata.get("unique_id") if event.metadata else None
    text = str(getattr(unique_id, "value", unique_id) or "")
    return text.split(".")[2] if text.count(".") >= 2 else text


def row_count_observations(
    workspace: Workspace, selected: set[AssetKey], schemas: tuple[str, ...]
) -> Iterator[AssetObservation]:
    """Yield one observation with the row count for each selected table of the given schemas.

    DuckDB counts a table from its row groups, without reading columns.
    """
    with duckdb.connect(str(workspace.settings.warehouse_path), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in sorted(tables):
            key = AssetKey([schema, table])
            if schema in schemas and key in selected:
                counted = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchall()
                yield AssetObservation(key, metadata={"dagster/row_count": int(counted[0][0])})
