"""Which models are published, with grain and typed columns, read from the dbt manifest.

Here: ``TableSpec`` from a model's meta, contract and tests. Not here: publishing (``serving``), the value object
(``quality.table_spec``), deciding what a model publishes (``meta.release`` in ``dbt_project``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from quality.table_spec import ColumnSpec, TableSpec

DATASETS = ("bi", "features")
"""Values of ``meta.release`` that publish a model; any other keeps it private."""


def released_models(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the enabled models that are published, by layer and name."""
    models = (
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and _meta(node).get("release") in DATASETS
    )
    return sorted(models, key=lambda node: (node["schema"], node["name"]))


def release_tables(manifest: Mapping[str, Any]) -> list[TableSpec]:
    """Return what each published table promises."""
    tests = _tests_by_model(manifest)
    return [table_spec(node, tests.get(node["unique_id"], [])) for node in released_models(manifest)]


def table_spec(node: Mapping[str, Any], tests: Iterable[Mapping[str, Any]]) -> TableSpec:
    """Return the promise of one model; ``tests`` are the test nodes attached to it."""
    tests = list(tests)
    grain = _grain(node, tests)
    required = _required(node, tests)
    columns = tuple(
        ColumnSpec(
            name=column["name"],
            data_type=column.get("data_type") or "",
            description=column.get("description") or "",
            required=column["name"] in required,
        )
        for column in node["columns"].values()
    )
    return TableSpec(
        name=node["name"],
        schema=node["schema"],
        dataset=_meta(node)["release"],
        grain=grain,
        columns=columns,
        description=(node.get("description") or "").strip(),
    )


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return (node.get("config") or {}).get("meta") or {}


def _tests_by_model(manifest: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    tests: dict[str, list[Mapping[str, Any]]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("attached_node"):
            tests.setdefault(node["attached_node"], []).append(node)
    return tests


def _arguments(test: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return the arguments of a generic test if it is the one called ``name``."""
    generic = test.get("test_metadata") or {}
    return generic.get("kwargs") or {} if generic.get("name") == name else None


def _grain(node: Mapping[str, Any], tests: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the columns that identify a row: meta.grain, else what a uniqueness test says."""
    if named := _meta(node).get("grain"):
        return tuple(named)
    for test in tests:
        if arguments := _arguments(test, "unique_combination"):
            return tuple(arguments["columns"])
        if arguments := _arguments(test, "unique"):
            return (str(arguments["column_name"]),)
    return ()


def _required(node: Mapping[str, Any], tests: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the columns that a constraint or a test says are never null; a part of a grain may be."""
    required = {
        column["name"]
        for column in node["columns"].values()
        if any(rule["type"] == "not_null" for rule in column.get("constraints") or [])
    }
    for test in tests:
        if arguments := _arguments(test, "no_nulls"):
            required.update(arguments["columns"])
        if arguments := _arguments(test, "not_null"):
            required.add(str(arguments["column_name"]))
    return required
