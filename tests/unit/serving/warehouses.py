"""A small warehouse and gate results for tests of releases. Not a test."""

from __future__ import annotations

from pathlib import Path

import duckdb

from quality.result import ExpectationResult, GateResult, Severity
from quality.table_spec import ColumnSpec, TableSpec
from serving.layout import Candidate
from serving.manifest import ReleaseInfo
from serving.release import Release, build_candidate, publish, record_gates

OEE = TableSpec(
    "mart_oee",
    "marts",
    grain=("machine",),
    columns=(
        ColumnSpec("machine", "VARCHAR", "Machine's code"),
        ColumnSpec("started_at", "TIMESTAMPTZ"),
        ColumnSpec("pieces", "BIGINT"),
        ColumnSpec("amount", "DECIMAL(18,4)"),
    ),
    description="One row per machine; it's a test.",
)
FEATURES = TableSpec("ftr_equipment__1h", "features", "features", grain=("machine",))
TABLES = (OEE, FEATURES)
PASSED = (
    GateResult("release_gate", "mart_oee", (ExpectationResult("e", "", Severity.CRITICAL, passed=True),)),
)
FAILED = (
    GateResult("release_gate", "mart_oee", (ExpectationResult("e", "", Severity.CRITICAL, passed=False),)),
)


def write_warehouse(path: Path, rows: int = 3) -> Path:
    """A warehouse whose tables hold `rows` rows; `pieces` is HUGEINT, as a sum in DuckDB is."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema marts; create schema features")
        connection.execute(
            "create table marts.mart_oee as select 'M' || i as machine, "
            "timestamptz '2025-10-26 00:30:00+00' + i * interval 1 hour as started_at, "
            f"sum(i)::hugeint as pieces, 1.25::decimal(38,4) as amount from range({rows}) t(i) group by i order by i"
        )
        connection.execute(
            "create table features.ftr_equipment__1h as select 'M' || i as machine, i / 2.0::double as rms, "
            f"timestamptz '2025-10-26 00:30:00+00' as hour_at from range({rows}) t(i)"
        )
    return path


def build(released: Path, warehouse: Path, fingerprint: str = "abcdef0123456789") -> Candidate:
    """A candidate without gate results."""
    return build_candidate(warehouse, released, TABLES, ReleaseInfo(fingerprint, raw_versions={"mes__x": 4}))


def release(released: Path, folder: Path, rows: int = 3, fingerprint: str = "abcdef0123456789") -> Release:
    """A published release with `rows` rows."""
    candidate = build(released, write_warehouse(folder / "warehouse.duckdb", rows), fingerprint)
    record_gates(candidate, PASSED)
    return publish(candidate)
