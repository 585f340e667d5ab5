"""Building the models with Spark: what the session must know before dbt, and its tables in DuckDB afterwards.

Here: the set-up of a build and taking its tables over into the warehouse file, which gates and releases read whatever
engine built it. Not here: the session (``spark_dbt``), SQL of raw (``ingestion.lake.spark``), the build itself
(``dbt_build``).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from ingestion.errors import ConfigurationError
from ingestion.lake.read import PinnedTable
from ingestion.lake.spark import delta_files, register_table, spark_statements
from orchestration.lib.dbt_project import EVENTS, dbt_arguments, start_module
from orchestration.lib.workspace import Workspace

LAYERS = ("core", "marts", "features")
_TABLES = ("table", "incremental")


class SparkMissingError(ConfigurationError):
    """The packages of the spark target are not installed."""

    def __init__(self, package: str) -> None:
        super().__init__("--target spark", f"{package} is not installed.", "run `make spark`.")


def require_spark() -> None:
    """Raise SparkMissingError if a package of the spark target is missing."""
    for package in ("pyspark", "pysail", "dbt.adapters.spark"):
        if find_spec(package) is None:
            raise SparkMissingError(package)


def write_setup(
    workspace: Workspace, manifest: Mapping[str, Any], pins: Mapping[str, PinnedTable], *, full: bool
) -> Path:
    """Write what the session of a build must know first; a full build begins with no table at all."""
    tables = workspace.settings.spark_tables
    if full:
        shutil.rmtree(tables, ignore_errors=True)
    setup = tables.with_name("setup.json")
    setup.parent.mkdir(parents=True, exist_ok=True)
    statements = spark_statements(workspace.contracts, pins, workspace.settings)
    for schema, path in _built(manifest, tables):
        statements += [f"CREATE SCHEMA IF NOT EXISTS {schema}", register_table(schema, path.name, path)]
    body = {"remote": workspace.settings.spark_remote, "statements": statements}
    setup.write_text(json.dumps(body, indent=1), encoding="utf-8")
    return setup


def start_spark_dbt(workspace: Workspace, setup: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start dbt with a session that knows the set-up; what it prints are dbt's events as JSON lines."""
    command = [*EVENTS, *arguments, *dbt_arguments(workspace)]
    return start_module(workspace, "orchestration.lib.spark_dbt", str(setup), *command)


def take_over_tables(workspace: Workspace, manifest: Mapping[str, Any]) -> None:
    """Replace the tables of core, marts and features in the warehouse file by what Spark built, typed by contract."""
    with duckdb.connect(str(workspace.settings.warehouse_path)) as connection:
        connection.execute("set timezone = 'UTC'")
        for node in _tables(manifest):
            if node["schema"] in LAYERS:
                files = delta_files(workspace.settings.spark_tables / node["alias"])
                connection.execute(f"create schema if not exists {node['schema']}")
                connection.execute(_table_sql(node, files))


def _table_sql(node: Mapping[str, Any], files: list[str]) -> str:
    columns = ", ".join(
        f"cast({column['name'] if files else 'null'} as {column['data_type']}) as {column['name']}"
        for column in node["columns"].values()
    )
    rows = f"from read_parquet({files})" if files else "where false"
    return f"create or replace table {node['schema']}.{node['alias']} as select {columns} {rows}"


def _tables(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["config"]["materialized"] in _TABLES:
            yield node


def _built(manifest: Mapping[str, Any], tables: Path) -> Iterator[tuple[str, Path]]:
    """Schema and place of the tables that an earlier build left: a new session knows none of them."""
    for node in _tables(manifest):
        path = tables / node["alias"]
        if (path / "_delta_log").is_dir():
            yield node["schema"], path
