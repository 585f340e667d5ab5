"""The dbt project as one home sees it: variables of the plant, a parsed manifest, a build as a child process.

Here: command lines and environment of dbt, and when the manifest is stale. Not here: the models (``dbt_project/``)
and how nodes become assets (``translator``).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ingestion.errors import TundishError
from ingestion.settings import child_environment
from orchestration.lib.lock import hold
from orchestration.lib.workspace import DBT_PROJECT, Workspace

# Global options of a dbt whose output another program reads; debug events in a file would cost a tenth of a build.
EVENTS = ("--log-format", "json", "--log-level-file", "info")
_NOT_CODE = {"target", "logs", "dbt_packages", "__pycache__"}


class DbtParseError(TundishError):
    """The dbt project cannot be parsed, so there are no definitions."""

    def __init__(self, project: Path, output: str) -> None:
        self.project = project
        self.output = output
        super().__init__(
            f"{project}: dbt parse failed:\n{output}", "mend the file that dbt names, then run again."
        )


def manifest_path(workspace: Workspace) -> Path:
    """Where the home keeps its parsed manifest: a copy that dbt itself never half writes."""
    return workspace.settings.dbt_target.parent / "manifest.json"


def dbt_arguments(workspace: Workspace) -> list[str]:
    """Arguments that every dbt command of this home shares, so that they share its partial parse."""
    return [
        "--project-dir",
        str(DBT_PROJECT),
        "--profiles-dir",
        str(DBT_PROJECT),
        "--target",
        workspace.settings.target,
        "--vars",
        json.dumps(workspace.dbt_vars, sort_keys=True),
    ]


def dbt_command() -> list[str]:
    """The dbt of this environment, started without relying on PATH."""
    return [str(Path(sys.executable).with_name("dbt"))]


def start_module(workspace: Workspace, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module that runs dbt in its own process, with pipes for what it is told and what it tells."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=child_environment(workspace.settings),
        cwd=DBT_PROJECT,
    )


def hash_files(files: Iterable[Path], root: Path) -> str:
    """sha256 over relative names and contents, in the order of names."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def code_hash(project: Path = DBT_PROJECT) -> str:
    """Hash of everything in the dbt project that a person wrote or generated."""
    files = (path for path in project.rglob("*") if path.is_file() and not _NOT_CODE.intersection(path.parts))
    return hash_files(files, project)


def parse_stamp(workspace: Workspace) -> str:
    """What a parsed manifest depends on: code, variables and versions of dbt."""
    parts = [
        code_hash(),
        json.dumps(workspace.dbt_vars, sort_keys=True),
        version("dbt-core"),
        version("dbt-duckdb"),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def manifest_is_fresh(workspace: Workspace) -> bool:
    """True if the home's manifest was parsed from the present code and plant."""
    path = manifest_path(workspace)
    stamp = path.with_suffix(".stamp")
    return path.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == parse_stamp(workspace)


def prepare_manifest(workspace: Workspace) -> Path:
    """Parse the project if the manifest is stale; return its path. Raises DbtParseError with dbt's words."""
    path = manifest_path(workspace)
    with hold(path.with_suffix(".lock"), "dbt parse", wait=True):
        if not manifest_is_fresh(workspace):
            _parse(workspace, path)
    return path


def _parse(workspace: Workspace, path: Path) -> None:
    stamp = parse_stamp(workspace)
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [*dbt_command(), "--quiet", "parse", *dbt_arguments(workspace)],
        env=child_environment(workspace.settings),
        cwd=DBT_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DbtParseError(DBT_PROJECT, (done.stdout + done.stderr).strip())
    part = path.with_suffix(".part")
    part.write_bytes((workspace.settings.dbt_target / "manifest.json").read_bytes())
    part.replace(path)
    path.with_suffix(".stamp").write_text(stamp, encoding="utf-8")


def load_manifest(path: Path) -> Mapping[str, Any]:
    """Read a prepared manifest."""
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    return manifest
