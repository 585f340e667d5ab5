"""The stub of an adapter: a table in the words of a canonical entity. Columns of the same name are taken, the rest is null."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ingestion.contracts import Contract
from ingestion.contracts.writing import to_yaml
from orchestration.lib.scaffold.columns import INGESTED, comment, staged_names
from orchestration.lib.scaffold.models import staging_name

_FILLED_BY_UNION = "source_system"


def entities(project: Path) -> dict[str, Path]:
    """Canonical entity to the properties of its model."""
    models = project / "models" / "intermediate"
    return {
        path.stem.split("__")[1]: path
        for path in sorted(models.glob("*/int_*__*.yml"))
        if "union_active_systems" in path.with_suffix(".sql").read_text(encoding="utf-8")
    }


def adapter_files(contract: Contract, entity: str, properties: Path) -> dict[str, str]:
    """Name of the file to its text."""
    document = yaml.safe_load(properties.read_text(encoding="utf-8"))["models"][0]
    columns = [column for column in document["columns"] if column["name"] != _FILLED_BY_UNION]
    name = f"int_{contract.system}__{entity}"
    known = set(staged_names(contract.columns).values())
    lines = ",\n".join(f"    {_expression(column, contract.system, known)}" for column in columns)
    open_ones = [column["name"] for column in columns if _is_open(column["name"], known)]
    note = comment("to be mapped", open_ones)
    sql = f"{note}select\n{lines}\nfrom {{{{ ref('{staging_name(contract)}') }}}}\n"
    model = {"name": name, "description": document["description"], "columns": columns}
    return {f"{name}.sql": sql, f"{name}.yml": to_yaml({"models": [model]})}


def _expression(column: dict[str, Any], system: str, known: set[str]) -> str:
    name = column["name"]
    if name in known:
        return str(name)
    if name == "site_code":
        return f"{{{{ source_site('{system}') }}}} as site_code"
    if name == "_source_ingested_at":
        return f"{INGESTED} as _source_ingested_at"
    return f"cast(null as {column['data_type'].lower()}) as {name}"


def _is_open(name: str, known: set[str]) -> bool:
    return name not in known and name not in ("site_code", "_source_ingested_at")
