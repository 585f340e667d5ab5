"""dbt models of a table: its staging view and, if it is released as it is, its table in core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.contracts import Column, Contract
from ingestion.contracts.writing import to_yaml
from orchestration.lib.scaffold.columns import INGESTED, comment, grain, sentence, staged_names

_LISTS = ("FLOAT[]", "DOUBLE[]")


def staging_name(contract: Contract) -> str:
    """E.g. stg_mes__counters."""
    return f"stg_{contract.system}__{contract.table}"


def core_name(contract: Contract) -> str:
    """fct_<system>__<table>; dim_ for what is delivered as a whole again and again: master data."""
    layer = "dim" if contract.load_mode == "snapshot" else "fct"
    return f"{layer}_{contract.system}__{contract.table}"


def staging_files(contract: Contract) -> dict[str, str]:
    """Name of the file to its text."""
    name, names = staging_name(contract), staged_names(contract.columns)
    selected = [raw if raw == staged else f"{raw} as {staged}" for raw, staged in names.items()]
    lines = ",\n        ".join([*selected, INGESTED])
    sql = (
        f"with source as (\n    select * from {{{{ source('{contract.system}', '{contract.table}') }}}}\n),\n\n"
        f"renamed as (\n    select\n        {lines}\n    from source\n)\n\nselect * from renamed\n"
    )
    columns = [_entry(names[column.name], column.type, sentence(column)) for column in contract.columns]
    columns.append(_entry(INGESTED, "TIMESTAMPTZ", "{{ doc('_ingested_at') }}"))
    return {f"{name}.sql": sql, f"{name}.yml": _properties(name, grain(contract), columns)}


def core_files(contract: Contract, personal: frozenset[str]) -> dict[str, str]:
    """The released table: what staging has, with the site. Columns about persons and lists of samples stay behind."""
    name, names = core_name(contract), staged_names(contract.columns)
    kept = [column for column in contract.columns if _is_released(column, personal)]
    left = [names[column.name] for column in contract.columns if not _is_released(column, personal)]
    note = comment("not released, persons or samples", left)
    site = (
        ""
        if "site_code" in names.values()
        else f"    {{{{ source_site('{contract.system}') }}}} as site_code,\n"
    )
    lines = "".join(f"    {names[column.name]},\n" for column in kept)
    sql = f"{note}select\n{site}{lines}    {INGESTED} as _source_ingested_at\nfrom {{{{ ref('{staging_name(contract)}') }}}}\n"
    columns = [_entry(names[column.name], column.type, sentence(column)) for column in kept]
    if site:
        columns.insert(0, _entry("site_code", "VARCHAR", "{{ doc('site_code') }}"))
    columns.append(_entry("_source_ingested_at", "TIMESTAMPTZ", "{{ doc('_source_ingested_at') }}"))
    tests = _tests([names[raw] for raw in contract.key]) if not personal.intersection(contract.key) else {}
    return {f"{name}.sql": sql, f"{name}.yml": _properties(name, grain(contract), columns, tests)}


def _is_released(column: Column, personal: frozenset[str]) -> bool:
    return column.name not in personal and column.type not in _LISTS


def _tests(key: Sequence[str]) -> dict[str, Any]:
    if not key:
        return {}
    return {
        "data_tests": [
            {test: {"arguments": {"columns": list(key)}}} for test in ("unique_combination", "no_nulls")
        ]
    }


def _entry(name: str, kind: str, description: str) -> dict[str, str]:
    return {"name": name, "data_type": kind, "description": description}


def _properties(
    name: str, description: str, columns: Sequence[Mapping[str, str]], tests: Mapping[str, Any] | None = None
) -> str:
    model = {"name": name, "description": description, **(tests or {}), "columns": list(columns)}
    return to_yaml({"models": [model]})
