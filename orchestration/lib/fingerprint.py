"""What a release follows from, as one hash, and the record of the last finished build of the warehouse.

Here: deciding that nothing is new, and that an incremental build is not enough. Not here: building (``dbt_build``),
releases (``serving``).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path

from ingestion.errors import TundishError
from ingestion.lake.decisions import is_decision
from ingestion.lake.transactions import committed_hashes
from ingestion.plant import PLANT_SYSTEM
from ingestion.settings import REPOSITORY
from orchestration.lib.dbt_project import code_hash, hash_files
from orchestration.lib.workspace import Workspace

PACKAGES = ("tundish", "dbt-core", "dbt-duckdb", "duckdb", "deltalake", "great-expectations")
"""Packages whose version can change what a release holds or which gates it passes."""
SPARK_PACKAGES = ("dbt-spark", "pyspark-client", "pysail")
"""And these, where Spark builds: a release of one target is none of the other."""


class WarehouseNotBuiltError(TundishError):
    """There is no finished warehouse to release from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path}: no build of the warehouse has finished.", "run `tundish run`, which builds it."
        )


@dataclass(frozen=True)
class Inputs:
    """Everything that the warehouse follows from.

    ``raw_content`` maps raw table to a hash over the files committed to it; ``raw_versions`` to its Delta version,
    which is recorded but decides nothing: compaction makes a new version of the same rows. ``recovered`` is a hash over
    the decisions that brought rows out of the quarantine: these come in under the time of their delivery, which is
    before what incremental models have seen.
    """

    raw_content: Mapping[str, str]
    raw_versions: Mapping[str, int]
    dbt_code: str
    suites: str
    plant: str
    packages: Mapping[str, str]
    recovered: str = ""

    @property
    def fingerprint(self) -> str:
        """sha256 over all of it: equal inputs, equal release."""
        decisive = {name: value for name, value in asdict(self).items() if name != "raw_versions"}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()

    @property
    def rules(self) -> str:
        """sha256 over what changes rows that no new raw row names: code, plant, packages, configuration tables."""
        configuration = {
            name: content
            for name, content in self.raw_content.items()
            if name.startswith(f"{PLANT_SYSTEM}__")
        }
        parts = [self.dbt_code, self.plant, dict(self.packages), configuration, self.recovered]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_inputs(workspace: Workspace, raw_versions: Mapping[str, int]) -> Inputs:
    """Collect the inputs of a build on the given raw versions."""
    suites = REPOSITORY / "quality" / "suites"
    committed = {name: committed_hashes(workspace.settings.raw_path(name)) for name in sorted(raw_versions)}
    decisions = {item for found in committed.values() for item in found if is_decision(item)}
    return Inputs(
        raw_content={name: _hash_of(found) for name, found in committed.items()},
        raw_versions=dict(sorted(raw_versions.items())),
        dbt_code=code_hash(),
        suites=hash_files(suites.glob("*.yml"), suites),
        plant=hashlib.sha256((workspace.plant.folder / "plant.yml").read_bytes()).hexdigest(),
        packages={name: version(name) for name in _packages(workspace)},
        recovered=_hash_of(decisions) if decisions else "",
    )


def _packages(workspace: Workspace) -> tuple[str, ...]:
    return PACKAGES if workspace.settings.target == "duckdb" else PACKAGES + SPARK_PACKAGES


def _hash_of(names: Collection[str]) -> str:
    """Hash over content hashes, or over names of decisions, in whatever order."""
    return hashlib.sha256("".join(sorted(names)).encode()).hexdigest()


def build_record_path(workspace: Workspace) -> Path:
    """File beside the warehouse that says from what it was built last."""
    return workspace.settings.warehouse_path.with_name("build.json")


def needs_full_build(workspace: Workspace, inputs: Inputs) -> bool:
    """True if incremental models must be built anew: the warehouse is missing or was built by other rules."""
    path = build_record_path(workspace)
    if not workspace.settings.warehouse_path.is_file() or not path.is_file():
        return True
    return bool(json.loads(path.read_text(encoding="utf-8")).get("rules") != inputs.rules)


def record_build(workspace: Workspace, inputs: Inputs) -> None:
    """Write down, in one step, from what the warehouse was built."""
    path = build_record_path(workspace)
    body = {"fingerprint": inputs.fingerprint, "rules": inputs.rules, **asdict(inputs)}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)


def recorded_build(workspace: Workspace) -> Inputs:
    """Return from what the warehouse was built. Raises WarehouseNotBuiltError if no build ever finished."""
    path = build_record_path(workspace)
    if not path.is_file():
        raise WarehouseNotBuiltError(path)
    body = json.loads(path.read_text(encoding="utf-8"))
    return Inputs(**{field.name: body[field.name] for field in fields(Inputs) if field.name in body})


def forget_build(workspace: Workspace) -> None:
    """Drop the record before a full build, so that an interrupted one is never taken for what was there before."""
    build_record_path(workspace).unlink(missing_ok=True)


def git_commit() -> str:
    """Commit of the code, or empty where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - git is found where the user has it
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
