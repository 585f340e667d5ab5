"""``tundish release``: list, show, roll back. Not here: what a release is (``serving.release``)."""

from __future__ import annotations

import sys

from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_table
from orchestration.cli.sql import find_release
from serving.release import Release, list_releases, rollback


def main(place: Place, *, action: str, release_id: str) -> Exit:
    """Do what ``action`` says: list, show or rollback."""
    actions = {"list": _list, "show": _show, "rollback": _rollback}
    actions[action](place, release_id)
    return Exit.OK


def _list(place: Place, _: str) -> None:
    releases = list_releases(load_settings(home=place.home, plant=place.plant).released)
    columns = ("", "release", "created", "plant", "tables", "rows", "state")
    print_table(columns, [_line(release) for release in releases])


def _line(release: Release) -> tuple[object, ...]:
    mark = "current" if release.is_current else ""
    body = release.manifest
    if body is None:
        return (mark, release.release_id, "", "", "", "", release.problem)
    return (
        mark,
        release.release_id,
        body.created_at,
        body.info.plant,
        len(body.tables),
        f"{body.rows:,}",
        "complete",
    )


def _show(place: Place, release_id: str) -> None:
    release = find_release(place, release_id)
    body = release.manifest
    if body is None:
        return
    facts = {
        "release": release.release_id + (" (current)" if release.is_current else ""),
        "folder": release.folder,
        "created": body.created_at,
        "plant": body.info.plant,
        "code": body.info.git_commit or "unknown",
        "tundish": body.info.tundish_version,
        "schema hash": body.schema_hash,
        "gates": f"{sum(not gate['skipped'] for gate in body.gates)} tables evaluated, none blocks",
    }
    sys.stdout.writelines(f"{name:<12} {value}\n" for name, value in facts.items())
    tables = [(table.dataset, table.name, f"{table.rows:,}", ", ".join(table.grain)) for table in body.tables]
    print_table(("dataset", "table", "rows", "grain"), tables)
    raw = sorted(body.info.raw_versions.items())
    print_table(
        ("raw table", "Delta version"), [(name, "none" if number < 0 else number) for name, number in raw]
    )


def _rollback(place: Place, release_id: str) -> None:
    release = rollback(load_settings(home=place.home, plant=place.plant).released, release_id)
    sys.stdout.write(f"release {release.release_id} is current\n")
