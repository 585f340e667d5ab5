"""A new source in the tree: contracts, staging models, and what was asked for beyond; all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ingestion.contracts import Contract, load_contract
from ingestion.errors import ConfigurationError
from orchestration.lib import generate
from orchestration.lib.scaffold.adapters import adapter_files, entities
from orchestration.lib.scaffold.models import core_files, core_name, staging_files
from orchestration.lib.scaffold.project_file import ADAPTERS, CORE, STAGING, with_system

_SUFFIX = generate.CONTRACT_SUFFIX
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class ScaffoldError(ConfigurationError):
    """A new source cannot be laid into the tree; nothing was written."""


@dataclass(frozen=True)
class NewSource:
    """What is asked for: the folder of drafts, tables to release as they are, tables that feed a canonical entity."""

    drafts: Path
    released: Sequence[str] = ()
    adapters: Mapping[str, str] = field(default_factory=dict)
    with_personal: bool = False
    repository: Path = generate.REPOSITORY

    @property
    def system(self) -> str:
        """The name of the folder is the system's."""
        return self.drafts.resolve().name


def add_source(asked: NewSource) -> list[Path]:
    """Write all files and bring the generated ones up to date; the paths. Raises ScaffoldError and ContractError."""
    contracts = _contracts(asked)
    files = _files(asked, contracts)
    there = [path for path in files if path.exists()]
    if there:
        names = ", ".join(path.relative_to(asked.repository).as_posix() for path in there[:3])
        raise ScaffoldError(
            asked.system, f"{names} exists already.", "remove it, or give the system another name."
        )
    project = asked.repository / "dbt_project" / "dbt_project.yml"
    files[project] = _project(project.read_text(encoding="utf-8"), asked)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [*files, *generate.write(asked.repository)]


def check_name(system: str) -> None:
    """ScaffoldError unless the name can be that of a folder, of tables and of models."""
    if not _NAME.fullmatch(system):
        step = "use small letters, digits and single underscores."
        raise ScaffoldError("system", f"{system!r} is no name of a system.", step)


def _contracts(asked: NewSource) -> dict[str, Contract]:
    check_name(asked.system)
    found = {
        path.name.removesuffix(_SUFFIX): load_contract(path)
        for path in sorted(asked.drafts.glob(f"*{_SUFFIX}"))
    }
    if not found:
        raise ScaffoldError(
            asked.drafts, "no drafts are there.", "make some: tundish profile PATH --system NAME"
        )
    known = ", ".join(found)
    for table in (*asked.released, *asked.adapters):
        if table not in found:
            raise ScaffoldError(
                asked.drafts, f"there is no draft of a table {table!r}.", f"use one of: {known}."
            )
    return found


def _files(asked: NewSource, contracts: Mapping[str, Contract]) -> dict[Path, str]:
    models = asked.repository / "dbt_project" / "models"
    files: dict[Path, str] = {}
    for table, contract in contracts.items():
        assert contract.path is not None
        text = contract.path.read_text(encoding="utf-8")
        target = asked.repository / "ingestion" / "sources" / asked.system / contract.path.name
        files[target] = _active(text)
        files |= _in(models / "staging" / asked.system, staging_files(contract))
        if table in asked.released:
            personal = frozenset() if asked.with_personal else _personal(text)
            files |= _in(models / "core" / "systems" / asked.system, core_files(contract, personal))
    known = entities(asked.repository / "dbt_project")
    for table, entity in asked.adapters.items():
        if entity not in known:
            step = f"use one of: {', '.join(known)}."
            raise ScaffoldError(table, f"there is no canonical entity {entity!r}.", step)
        files |= _in(
            models / "intermediate" / "adapters" / asked.system,
            adapter_files(contracts[table], entity, known[entity]),
        )
    return files


def _in(folder: Path, files: Mapping[str, str]) -> dict[Path, str]:
    return {folder / name: text for name, text in files.items()}


def _active(text: str) -> str:
    """The contract without the marks of a draft; its evidence stays."""
    lines = [line for line in text.splitlines() if not line.startswith("# Draft by")]
    return "\n".join(lines).replace("\nstatus: draft\n", "\nstatus: active\n", 1) + "\n"


def _personal(text: str) -> frozenset[str]:
    """Columns that the contract classifies as restricted."""
    properties = yaml.safe_load(text)["schema"][0]["properties"]
    return frozenset(entry["name"] for entry in properties if entry.get("classification") == "restricted")


def _project(text: str, asked: NewSource) -> str:
    sections = [STAGING, *([CORE] if asked.released else []), *([ADAPTERS] if asked.adapters else [])]
    for section in sections:
        text = with_system(text, section, asked.system)
    return text


def released_names(asked: NewSource) -> list[str]:
    """Names of the tables in the next release."""
    contracts = _contracts(asked)
    return [core_name(contracts[table]) for table in asked.released]
