"""Results of the gates kept over runs: into the lake, and out of it into the warehouse.

Each gate's results become rows of the Delta table <lake>/quality_results. Gate 1 is read out of the ledger, which the loads
write anyway; gate 2 out of dbt's results; gate 3 comes as values. Not here: rows of a result (``quality.trust``), judging.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from dagster import AssetExecutionContext, DagsterInstance

from ingestion.lake.commit import add_rows, data_files, table_version
from ingestion.lake.ledger import SCHEMA as LEDGER
from ingestion.typing.expressions import literals
from orchestration.lib.bounded import open_bounded
from orchestration.lib.dbt_results import last_build
from orchestration.lib.workspace import Workspace
from quality.result import GateResult
from quality.trust import column_day
from quality.trust.contract_rows import Run, contract_results
from quality.trust.dataset_day import DATASET_DAY
from quality.trust.dimensions import dimension_of
from quality.trust.rows import QualityResult, counts, of_gates, table_of

REMEMBERED_RUNS = 50
"""Runs that Dagster is asked for: batches that were not yet collected are of the newest."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
OUTCOMES = {"pass": "passed", "warn": "told"}
FACT, MART = "core.fct_quality_result", "marts.mart_trust__dataset_day"
COLUMNS = "marts.mart_trust__column_day"


def record_build(
    workspace: Workspace, context: AssetExecutionContext, manifest: Mapping[str, Any], began_at: datetime
) -> None:
    """Keep what gate 1 found since the last time, and what the tests of the build found that began then and has ended."""
    found = (
        row for row in test_results(workspace, context.run.run_id, manifest) if row.judged_at >= began_at
    )
    _keep(workspace, pa.concat_tables([collect_batches(workspace, context.instance), table_of(found)]))


def record_release(workspace: Workspace, run_id: str, gates: Sequence[GateResult]) -> None:
    """Keep what gate 3 found in a candidate."""
    _keep(workspace, table_of(of_gates(gates, run_id, datetime.now(UTC))))


def collect_batches(workspace: Workspace, instance: DagsterInstance) -> pa.Table:
    """Return what gate 1 found in batches that are in the ledger and not yet among the results."""
    ledger = workspace.settings.ledger_path
    if table_version(ledger) is None:
        return table_of(())
    since = NEVER
    if kept := relation(workspace):
        newest = f"select max(judged_at) from {kept} where gate = 'contract'"
        since = duckdb.execute(newest).fetchall()[0][0] or NEVER
    return contract_results(list(data_files(ledger)), workspace.contracts, _runs(instance), since)


def test_results(workspace: Workspace, run_id: str, manifest: Mapping[str, Any]) -> Iterator[QualityResult]:
    """Give a row for each test of dbt's last build, none if it left no results."""
    build = last_build(workspace.settings.dbt_target)
    if build is None:
        return
    nodes, rows = manifest["nodes"], _row_counts(workspace)
    judged_at = datetime.fromisoformat(build["metadata"]["generated_at"])
    for result in build["results"]:
        node = nodes.get(result["unique_id"], {})
        if node.get("resource_type") == "test" and result["status"] != "skipped":
            tested = nodes.get(node.get("attached_node") or next(iter(node["depends_on"]["nodes"]), ""), node)
            size = rows.get(f"{tested['schema']}.{tested['name']}")
            yield _of_test(node, result, tested["name"], size, run_id=run_id, judged_at=judged_at)


def fill_results(workspace: Workspace) -> None:
    """Replace the rows of the fact and of the marts in the warehouse by what the lake holds."""
    with open_bounded(workspace.settings.warehouse_path) as connection:
        connection.execute("begin")
        connection.execute(f"delete from {FACT}")
        connection.execute(f"delete from {MART}")
        connection.execute(f"delete from {COLUMNS}")
        if kept := relation(workspace):
            connection.execute(f"insert into {FACT} by name {each_once(kept)}")
            connection.execute(f"create temp view results as from {FACT}")
            connection.execute(f"insert into {MART} by name {DATASET_DAY}")
        connection.register("ledger", counted_nulls(workspace))
        connection.execute(f"insert into {COLUMNS} by name {column_day.COLUMN_DAY}")
        connection.execute("commit")


def counted_nulls(workspace: Workspace) -> pa.Table:
    """What the ledger says of files that were committed of late; a file of a version that did not count says nothing."""
    path = workspace.settings.ledger_path
    if table_version(path) is None:
        return LEDGER.empty_table().select(column_day.LEDGER)
    of_late = ds.field("recorded_at") > pa.scalar(
        datetime.now(UTC) - column_day.KEPT, LEDGER.field("recorded_at").type
    )
    counted = ds.dataset(list(data_files(path)), schema=LEDGER, format="parquet")
    return counted.to_table(
        columns=list(column_day.LEDGER), filter=of_late & (ds.field("status") == "committed")
    )


def relation(workspace: Workspace) -> str:
    """Return the kept results as what may follow `from`, or an empty text if there are none."""
    path = workspace.settings.quality_results_path
    return f"read_parquet([{literals(list(data_files(path)))}])" if table_version(path) is not None else ""


def each_once(results: str) -> str:
    """Return the query that gives each result once: a step that was killed is repeated."""
    key = "run_id, gate, dataset, batch_date, rule_name, column_name, rule_text"
    return f"from {results} qualify row_number() over (partition by {key} order by judged_at desc, is_passed) = 1"


def _keep(workspace: Workspace, results: pa.Table) -> None:
    if results.num_rows:
        add_rows(workspace.settings.quality_results_path, None, results)


def _runs(instance: DagsterInstance) -> list[Run]:
    """Id, begin and end of the newest runs; one that has not ended is still working."""
    now = datetime.now(UTC).timestamp()
    return [
        (
            record.dagster_run.run_id,
            record.create_timestamp.astimezone(UTC),
            datetime.fromtimestamp(record.end_time or now, UTC),
        )
        for record in instance.get_run_records(limit=REMEMBERED_RUNS)
    ]


def _row_counts(workspace: Workspace) -> dict[str, int]:
    with duckdb.connect(str(workspace.settings.warehouse_path), read_only=True) as connection:
        found = connection.execute(
            "select schema_name || '.' || table_name, estimated_size from duckdb_tables()"
        )
        return dict(found.fetchall())


def _of_test(
    node: Mapping[str, Any],
    result: Mapping[str, Any],
    model: str,
    size: int | None,
    *,
    run_id: str,
    judged_at: datetime,
) -> QualityResult:
    """A test as a row; a table of which the size is not known, a view, counts as one check."""
    generic = node.get("test_metadata") or {}
    arguments = {key: value for key, value in (generic.get("kwargs") or {}).items() if key != "model"}
    name = str(generic.get("name") or node["name"])
    passed = result["status"] == "pass"
    checked, unexpected = counts(passed, int(result.get("failures") or 0) if size else None, size)
    critical = str(node["config"].get("severity", "error")).lower() == "error"
    return QualityResult(
        run_id=run_id,
        gate="dbt",
        dataset=model,
        batch_date=judged_at.date(),
        rule_name=name,
        column_name=str(node.get("column_name") or ""),
        rule_text=", ".join(f"{key} {value}" for key, value in arguments.items())
        or str(node.get("description") or node["name"]),
        dimension=dimension_of(name),
        severity="critical" if critical else "warning",
        is_passed=passed,
        outcome=OUTCOMES.get(result["status"], "blocked"),
        checked_count=checked,
        unexpected_count=unexpected,
        batch_row_count=size,
        observed_text="" if passed else str(result.get("message") or ""),
        sample_text="",
        judged_at=judged_at,
    )
