"""The manifest of a release: what is in it, where it came from and which gates it passed.

Here: the value objects, their JSON form and the check of files against it. Not here: writing the data
(`build`), and deciding which release is current (`release`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from serving.atomic import write_json

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """Where a release comes from; given by orchestration.

    `fingerprint` is the hash over raw versions, dbt code, plant and package versions; its first 8 characters
    go into the release id. `raw_versions` maps raw table to Delta version. `extra` is kept as it is.
    """

    fingerprint: str
    plant: str = ""
    git_commit: str = ""
    tundish_version: str = ""
    raw_versions: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """One table of a release; `columns` maps name to DuckDB type as written, in order."""

    name: str
    dataset: str
    rows: int
    file: str
    columns: Mapping[str, str]
    grain: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything known about one release. `files` maps relative path to {"bytes", "sha256"}."""

    release_id: str
    created_at: str
    info: ReleaseInfo
    tables: tuple[ReleasedTable, ...]
    files: Mapping[str, Mapping[str, Any]]
    docs: str = "none"
    gates: tuple[Mapping[str, Any], ...] = ()

    @property
    def rows(self) -> int:
        """Rows over all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def schema_hash(self) -> str:
        """sha256 over tables, columns and types: changes when a consumer may have to change."""
        lines = sorted(
            f"{table.dataset}.{table.name}.{column} {data_type}"
            for table in self.tables
            for column, data_type in table.columns.items()
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def gate_failures(self) -> list[str]:
        """Datasets whose critical rules failed; empty also if no gate ran (see `gated`)."""
        return [str(gate["message"]) for gate in self.gates if not gate["passed"]]

    @property
    def gated(self) -> bool:
        """True if gates evaluated something and none failed."""
        return any(not gate["skipped"] for gate in self.gates) and not self.gate_failures

    def to_dict(self) -> dict[str, Any]:
        """JSON form, with the derived figures a reader looks for first."""
        body = asdict(self)
        body["rows"] = self.rows
        body["schema_hash"] = self.schema_hash
        return body

    def write(self, folder: Path) -> None:
        """Write atomically into the release's folder."""
        write_json(folder / MANIFEST_NAME, self.to_dict())


def read_manifest(folder: Path) -> Manifest:
    """Read a release's manifest. Raises OSError if absent and ValueError or KeyError if it is not one."""
    body = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    tables = tuple(ReleasedTable(**{**table, "grain": tuple(table["grain"])}) for table in body["tables"])
    return Manifest(
        release_id=body["release_id"],
        created_at=body["created_at"],
        info=ReleaseInfo(**body["info"]),
        tables=tables,
        files=body["files"],
        docs=body["docs"],
        gates=tuple(body["gates"]),
    )


def describe_file(path: Path) -> dict[str, Any]:
    """Size and sha256 of a file, read in pieces."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def find_problem(folder: Path, manifest: Manifest, *, hashes: bool) -> str:
    """First difference between the files and the manifest, or "". `hashes` also reads every byte."""
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != expected["bytes"]:
            return f"{name} has {path.stat().st_size} bytes, the manifest says {expected['bytes']}"
        if hashes and describe_file(path)["sha256"] != expected["sha256"]:
            return f"{name} differs from the sha256 in the manifest"
    return ""
