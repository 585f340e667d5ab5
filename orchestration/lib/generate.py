"""Files that dbt needs and that follow from elsewhere: sources from contracts, entity feeders from file names.

Here: the text of ``_<system>__sources.yml`` and ``entity_systems.sql``, their writing and their drift check.
Not here: reading contracts (``ingestion.contracts``), the macros that use the lists (``dbt_project/macros``).

The record of what consumers were promised is kept and checked with them (``released_columns``).

Run as ``python -m orchestration.lib.generate``; with ``--check`` nothing is written and a drift exits with 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ingestion.contracts.writing import to_yaml
from orchestration.lib import released_columns
from orchestration.lib.contract_versions import (
    RECORD,
    ContractVersionError,
    read_records,
    record_text,
    records,
    unsaid,
)

REPOSITORY = Path(__file__).resolve().parents[2]
CONTRACT_SUFFIX = ".contract.yml"
COMMAND = "python -m orchestration.lib.generate"


def read_documents(repository: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the contract documents by system, both in the order of their names.

    The plain YAML is read, not the typed contract: generation must work while a contract is being written.
    """
    documents: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((repository / "ingestion" / "sources").glob(f"*/*{CONTRACT_SUFFIX}")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        documents.setdefault(path.parent.name, []).append(document)
    return documents


def _table(system: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return the dbt source table of one contract."""
    schema = document["schema"][0]
    name = schema["name"]
    return {
        "name": name,
        "identifier": f"{system}__{name}",
        "description": document["description"]["purpose"],
        "config": {"meta": {"dagster": {"asset_key": ["raw", system, name]}}},
        "columns": [
            {
                "name": column["name"],
                "description": column.get("description", ""),
                "data_type": column["physicalType"].lower(),
            }
            for column in schema["properties"]
        ],
    }


def _history(table: dict[str, Any]) -> dict[str, Any]:
    """Return the source that shows every delivered version of the rows of ``table``."""
    return {
        "name": f"{table['name']}__history",
        "identifier": f"{table['identifier']}__history",
        "description": f"Every delivered version of the rows of {table['name']}, the superseded ones too.",
        "config": table["config"],
    }


def sources_yaml(system: str, documents: list[dict[str, Any]]) -> str:
    """Return the text of the dbt sources file of ``system``."""
    tables = [_table(system, document) for document in documents]
    tables = [entry for table in tables for entry in (table, _history(table))]
    source = {
        "name": system,
        "schema": "raw",
        "description": f"Raw tables of the system {system}, as views pinned to the Delta versions of the run.",
        "tables": tables,
    }
    header = (
        f"# Generated from ingestion/sources/{system} by `{COMMAND}`: change the contracts, not this file.\n"
    )
    body = {"version": 2, "sources": [source]}
    return header + to_yaml(body)


def entity_systems(repository: Path) -> dict[str, list[str]]:
    """Return the systems that feed each canonical entity, read from ``int_<system>__<entity>.sql`` file names."""
    feeders: dict[str, list[str]] = {}
    adapters = repository / "dbt_project" / "models" / "intermediate" / "adapters"
    for path in sorted(adapters.glob("*/int_*.sql")):
        system = path.parent.name
        prefix = f"int_{system}__"
        if not path.stem.startswith(prefix):
            raise ValueError(
                f"{path.relative_to(repository)}: an adapter of {system} must be named {prefix}<entity>.sql; rename it"
            )
        feeders.setdefault(path.stem.removeprefix(prefix), []).append(system)
    return dict(sorted(feeders.items()))


def entity_systems_sql(feeders: dict[str, list[str]]) -> str:
    """Return the text of the macro ``entity_systems()``: entity name to the list of systems that feed it."""
    entries = "".join(f"    '{entity}': {systems!r},\n" for entity, systems in feeders.items())
    return (
        f"{{# Generated from models/intermediate/adapters by `{COMMAND}`: rename adapters, not lines here. #}}\n"
        "{% macro entity_systems() %}\n"
        "  {% set feeders = {\n"
        f"{entries}"
        "  } %}\n"
        "  {{ return(feeders) }}\n"
        "{% endmacro %}\n"
    )


def generated_files(repository: Path = REPOSITORY) -> dict[Path, str]:
    """Return every generated path with the text that it must hold."""
    project, documents = repository / "dbt_project", read_documents(repository)
    files = {
        project / "models" / "staging" / system / f"_{system}__sources.yml": sources_yaml(system, contracts)
        for system, contracts in documents.items()
    }
    files[project / "macros" / "generated" / "entity_systems.sql"] = entity_systems_sql(
        entity_systems(repository)
    )
    files[repository / RECORD] = record_text(records(documents), COMMAND)
    return files


def drifted(repository: Path = REPOSITORY) -> Iterator[Path]:
    """Yield each path that is missing, differs, or is a sources file of a system that has no contract."""
    expected = generated_files(repository)
    for path, text in expected.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield path
    for path in sorted((repository / "dbt_project" / "models" / "staging").glob("*/_*__sources.yml")):
        if path not in expected:
            yield path


def unsaid_changes(repository: Path = REPOSITORY) -> list[str]:
    """Return a sentence for each contract that changed since it was recorded, more than its version says."""
    return list(unsaid(read_records(repository), records(read_documents(repository))))


def without_owner(repository: Path = REPOSITORY) -> Iterator[str]:
    """Yield the id of each contract that names no team: nobody would answer for a change of it."""
    for documents in read_documents(repository).values():
        yield from (str(one.get("id")) for one in documents if not (one.get("team") or {}).get("name"))


def write(repository: Path = REPOSITORY) -> list[Path]:
    """Bring every drifted file up to date; return the paths that changed.

    Raises ContractVersionError, and writes nothing, if a contract changed more than its version says.
    """
    if changes := unsaid_changes(repository):
        raise ContractVersionError(changes)
    expected = generated_files(repository)
    changed = list(drifted(repository))
    for path in changed:
        if path in expected:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expected[path], encoding="utf-8")
        else:
            path.unlink()
    return changed


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` only name those that drifted; return the exit code."""
    check = "--check" in arguments
    if changes := unsaid_changes():
        sys.stdout.write(f"{ContractVersionError(changes)}\n")
        return 1
    paths = list(drifted()) if check else write()
    for path in paths:
        word = "differs from what it is generated from" if check else "written"
        sys.stdout.write(f"{path.relative_to(REPOSITORY)}: {word}\n")
    unowned = list(without_owner()) if check else []
    for name in unowned:
        sys.stdout.write(f"contract {name}: nobody owns it; name a team under `team: {{name: ...}}`\n")
    if check and paths:
        sys.stdout.write(f"Run `{COMMAND}` and commit the result.\n")
    if check and (paths or unowned):
        return 1
    return released_columns.main(["--check"] if check else [])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
