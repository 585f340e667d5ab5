"""What a released table promises: grain and typed, described columns.

Here: the value objects that suites are generated from and that a release is built by. Not here: where they
come from (the dbt manifest, read in `orchestration/`) and the rules made of them (`generated_suite`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column: `data_type` is a DuckDB type as dbt's contract says it (BIGINT, DECIMAL(18,4), ...)."""

    name: str
    data_type: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table to release.

    `dataset` is "bi" or "features"; `schema` is where it lies in the warehouse (core, marts, features).
    `grain` names the columns that identify a row: never null and together unique. Empty: not checked.
    """

    name: str
    schema: str
    dataset: str = "bi"
    grain: tuple[str, ...] = ()
    columns: tuple[ColumnSpec, ...] = ()
    description: str = ""
