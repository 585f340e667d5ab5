"""MetricFlow as the tests use it: the definitions of a parsed project become SQL, which runs in a connection of DuckDB.

Belongs here: rendering of metrics and the rows that they give. Not here: what the rows are compared with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup


class _RenderOnly:
    """A client that names the dialect; the engine of MetricFlow wants no more of it to explain a query."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return f"${bind_parameter_key}"


@dataclass(frozen=True)
class Metrics:
    """The metrics of one semantic manifest (a file that `dbt parse` writes); sums of one column carry no label of ours."""

    engine: MetricFlowEngine
    names: tuple[str, ...]
    labelled: tuple[str, ...]

    @staticmethod
    def of(manifest: Path) -> Metrics:
        definitions = parse_manifest_from_dbt_generated_manifest(manifest.read_text(encoding="utf-8"))
        engine = MetricFlowEngine(SemanticManifestLookup(definitions), _RenderOnly())
        return Metrics(
            engine,
            names=tuple(metric.name for metric in definitions.metrics),
            labelled=tuple(
                metric.name for metric in definitions.metrics if metric.label not in (None, metric.name)
            ),
        )

    def sql(self, metrics: list[str], group_by: list[str] | None = None) -> str:
        """SQL of a query as `mf query --explain` prints it."""
        request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
        return str(self.engine.explain(request).sql_statement.sql)

    def rows(
        self, con: duckdb.DuckDBPyConnection, metrics: list[str], group_by: list[str]
    ) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Values of the metrics by the values of the grain, in the order of `group_by`."""
        cursor = con.execute(self.sql(metrics, group_by))
        names = [column[0] for column in cursor.description]
        found = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
        return {
            tuple(_day(row[key]) for key in group_by): {name: row[name] for name in metrics} for row in found
        }


def _day(value: Any) -> Any:
    """MetricFlow truncates days and months to timestamps."""
    return value.date() if isinstance(value, datetime) else value
