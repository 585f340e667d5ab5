"""What the release gate found is kept over runs and stands in the fact of the next build, a blocked candidate's verdict too."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.lake.ledger import SCHEMA as LEDGER
from ingestion.settings import REPOSITORY, Settings
from orchestration.lib.quality_results import COLUMNS, FACT, MART, fill_results, record_release
from orchestration.lib.workspace import Workspace, workspace_of
from quality.result import ExpectationResult, GateResult, Severity
from quality.trust.column_day import COLUMN_DAY
from quality.trust.dataset_day import DATASET_DAY
from quality.trust.rows import SCHEMA

HOLDS = ExpectationResult("expect_column_values_to_be_unique", "line", Severity.CRITICAL, passed=True)
BREAKS = ExpectationResult(
    "expect_column_values_to_be_between", "oee", Severity.CRITICAL, passed=False, unexpected_count=3, rows_looked_at=40,
    keys=("line=L1",),
)  # fmt: skip


def built(folder: Path) -> Workspace:
    """A workspace whose warehouse has the tables that a build leaves empty."""
    workspace = workspace_of(Settings(home=folder, plant=REPOSITORY / "data" / "plants" / "demo"))
    workspace.settings.warehouse_path.parent.mkdir(parents=True)
    with duckdb.connect(str(workspace.settings.warehouse_path)) as connection:
        connection.register("results", SCHEMA.empty_table())
        connection.register("ledger", LEDGER.empty_table())
        connection.execute("create schema core; create schema marts")
        for table, query in ((FACT, "from results"), (MART, DATASET_DAY), (COLUMNS, COLUMN_DAY)):
            connection.execute(f"create table {table} as {query}")
    return workspace


def test_the_release_gate_of_one_run_is_in_the_fact_of_the_next_build(tmp_path: Path) -> None:
    workspace = built(tmp_path)
    fill_results(workspace)
    record_release(workspace, "run-1", [GateResult("release_gate", "mart_oee__line", (HOLDS, BREAKS), 40)])
    record_release(workspace, "run-2", [GateResult("release_gate", "mart_oee__line", (HOLDS,), 40)])
    fill_results(workspace)
    fill_results(workspace)
    with duckdb.connect(str(workspace.settings.warehouse_path), read_only=True) as connection:
        found = connection.execute(
            f"select run_id, gate, dataset, column_name, outcome, unexpected_count, sample_text from {FACT} order by all"
        ).fetchall()
        scores = connection.execute(
            f"select layer, dataset, accuracy_pct, uniqueness_pct from {MART}"
        ).fetchall()
    assert found == [
        ("run-1", "release", "mart_oee__line", "line", "passed", 0, ""),
        ("run-1", "release", "mart_oee__line", "oee", "blocked", 3, "line=L1"),
        ("run-2", "release", "mart_oee__line", "line", "passed", 0, ""),
    ]
    assert scores == [("warehouse", "mart_oee__line", None, 100.0)], "the last run of a day counts"
