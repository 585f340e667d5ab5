"""Releases that consumers can see: publish, switch, list.

A release is an immutable folder `released/bi/v=<id>`; `current.json` beside it names the current one and is
replaced atomically. A kill at any point leaves the former release current and readable.

Here: what makes a release visible and which one is current. Not here: building one (`build`), deleting old
ones (`housekeeping`), feature tables (`features`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from quality.result import GateResult
from serving.atomic import remove_folder, seal_files, sync_folder, write_json
from serving.build import build_candidate
from serving.errors import (
    ReleaseIncompleteError,
    ReleaseNotFoundError,
    ReleaseNotGatedError,
    ReleasePointerError,
)
from serving.layout import (
    CURRENT_NAME,
    DUCKDB_NAME,
    RELEASE_PREFIX,
    REPORT_NAME,
    Candidate,
    bi_root,
    release_folder,
)
from serving.manifest import Manifest, describe_file, find_problem, read_manifest

__all__ = [
    "Candidate",
    "Release",
    "build_candidate",
    "current_release",
    "current_release_id",
    "discard",
    "get_release",
    "list_releases",
    "open_candidate",
    "publish",
    "read_gated",
    "record_gates",
    "rollback",
]


@dataclass(frozen=True, slots=True)
class Release:
    """One published release. `problem` says what is missing or changed, and is empty if it is complete."""

    release_id: str
    folder: Path
    is_current: bool
    manifest: Manifest | None
    problem: str = ""

    @property
    def complete(self) -> bool:
        """True if every file of the manifest is there with its size."""
        return not self.problem

    @property
    def duckdb_path(self) -> Path:
        """The file that SQL tools open, read-only."""
        return self.folder / DUCKDB_NAME


def open_candidate(released: Path, release_id: str) -> Candidate:
    """The candidate of an earlier step or process. Raises ReleaseNotFoundError."""
    candidate = Candidate(release_id, released)
    if not candidate.folder.is_dir() and not release_folder(released, release_id).is_dir():
        raise ReleaseNotFoundError(release_id, str(bi_root(released)))
    return candidate


def record_gates(candidate: Candidate, results: Iterable[GateResult], report: Path | None = None) -> Manifest:
    """Write what the release gate found into the candidate's manifest; `publish` reads it there.

    `report` is a page about the run, which is stored with the release.
    """
    manifest = _read_complete(candidate.release_id, candidate.folder, hashes=False)
    files = dict(manifest.files)
    if report is not None:
        shutil.copyfile(report, candidate.folder / REPORT_NAME)
        files[REPORT_NAME] = describe_file(report)
    gated = replace(manifest, gates=tuple(result.to_dict() for result in results), files=files)
    gated.write(candidate.folder)
    return gated


def read_gated(candidate: Candidate) -> tuple[Path, Manifest]:
    """Folder and manifest of a candidate that may be published, also if it has been already.

    Raises ReleaseNotGatedError if no gate result is recorded or a critical rule failed, and
    ReleaseIncompleteError if a file is missing.
    """
    target = release_folder(candidate.released, candidate.release_id)
    folder = target if target.is_dir() and not candidate.folder.is_dir() else candidate.folder
    manifest = _read_complete(candidate.release_id, folder, hashes=False)
    if not manifest.gated:
        raise ReleaseNotGatedError(manifest.release_id, manifest.gate_failures)
    return folder, manifest


def publish(candidate: Candidate) -> Release:
    """Make a gated candidate the current release.

    Repeatable after a kill: a candidate that was already renamed is only switched to. Raises
    ReleaseNotGatedError if no gate result is recorded or a critical rule failed, and ReleaseIncompleteError
    if a file is missing; the former release stays current in both cases.
    """
    folder, _ = read_gated(candidate)
    target = release_folder(candidate.released, candidate.release_id)
    if folder != target:
        seal_files(folder)
        folder.rename(target)
        sync_folder(target.parent)
    _switch(candidate.released, candidate.release_id, "publish")
    return get_release(candidate.released, candidate.release_id)


def rollback(released: Path, release_id: str) -> Release:
    """Make an existing release current again, after reading every byte of it against its manifest.

    Raises ReleaseNotFoundError, ReleaseIncompleteError or ReleaseNotGatedError; then nothing changes.
    """
    if not release_folder(released, release_id).is_dir():
        known = [release.release_id for release in list_releases(released)]
        raise ReleaseNotFoundError(release_id, str(bi_root(released)), known)
    manifest = _read_complete(release_id, release_folder(released, release_id), hashes=True)
    if not manifest.gated:
        raise ReleaseNotGatedError(release_id, manifest.gate_failures)
    _switch(released, release_id, "rollback")
    return get_release(released, release_id)


def discard(candidate: Candidate) -> None:
    """Delete a candidate, for example one that failed its gate. Does nothing if it is gone already."""
    if candidate.folder.is_dir():
        remove_folder(candidate.folder)


def current_release_id(released: Path) -> str | None:
    """Id in `current.json`, or None before the first release. Raises ReleasePointerError if unreadable."""
    path = bi_root(released) / CURRENT_NAME
    if not path.is_file():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["release_id"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReleasePointerError(path, str(error)) from error


def current_release(released: Path) -> Release | None:
    """The release that consumers read, or None before the first one."""
    release_id = current_release_id(released)
    return get_release(released, release_id) if release_id else None


def get_release(released: Path, release_id: str) -> Release:
    """One release by id, with its problem if it is incomplete."""
    folder = release_folder(released, release_id)
    is_current = current_release_id(released) == release_id
    try:
        manifest = _read_complete(release_id, folder, hashes=False)
    except ReleaseIncompleteError as error:
        return Release(release_id, folder, is_current, None, error.problem)
    return Release(release_id, folder, is_current, manifest)


def list_releases(released: Path) -> list[Release]:
    """All published releases, newest first; candidates are not among them."""
    folders = bi_root(released).glob(f"{RELEASE_PREFIX}*")
    ids = sorted((folder.name.removeprefix(RELEASE_PREFIX) for folder in folders), reverse=True)
    return [get_release(released, release_id) for release_id in ids]


def _switch(released: Path, release_id: str, action: str) -> None:
    """Let `current.json` name a release that was found complete and gated."""
    folder = release_folder(released, release_id).name
    body = {
        "release_id": release_id,
        "folder": folder,
        "duckdb": f"{folder}/{DUCKDB_NAME}",
        "switched_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
    }
    write_json(bi_root(released) / CURRENT_NAME, body)


def _read_complete(release_id: str, folder: Path, *, hashes: bool) -> Manifest:
    """The manifest of a complete folder. Raises ReleaseIncompleteError that says what is wrong."""
    try:
        manifest = read_manifest(folder)
    except OSError as error:
        raise ReleaseIncompleteError(release_id, str(folder), "it has no manifest.json") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseIncompleteError(
            release_id, str(folder), f"its manifest.json is unreadable: {error}"
        ) from error
    problem = find_problem(folder, manifest, hashes=hashes)
    if problem:
        raise ReleaseIncompleteError(release_id, str(folder), problem)
    return manifest
