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
    `grain` names the columns that together identify a row; null in a part of it counts as a value. Empty: not
    checked.
    """

    name: str
    schema: str
    dataset: str = "bi"
    grain: tuple[str, ...] = ()
    columns: tuple[ColumnSpec, ...] = ()
    description: str = ""


ONE_MEANING = {
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "TIMESTAMPTZ_NS": "TIMESTAMPTZ",
    "TIMESTAMP_NS WITH TIME ZONE": "TIMESTAMPTZ",
    "HUGEINT": "BIGINT",
    "UBIGINT": "BIGINT",
    "UINTEGER": "BIGINT",
    "USMALLINT": "INTEGER",
    "SMALLINT": "INTEGER",
    "TINYINT": "INTEGER",
    "UTINYINT": "INTEGER",
    "FLOAT": "DOUBLE",
    "TEXT": "VARCHAR",
    "STRING": "VARCHAR",
    "INT": "INTEGER",
}
"""Types that have one safe type for BI. A BIGINT that overflows is an error of the cast, not a wrong number."""


def released_type(data_type: str) -> str:
    """The DuckDB type that a release writes for a specified one, in one spelling: "decimal(18, 4)" too."""
    name = data_type.upper().strip().replace(", ", ",").replace("NUMERIC", "DECIMAL")
    return ONE_MEANING.get(name, name)
