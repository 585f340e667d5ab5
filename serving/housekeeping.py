"""Deleting what nobody needs: old releases, candidates of killed runs, trash.

Here: what may be deleted and when. Not here: `discard` of a candidate that its own run gives up (`release`).
Readers that hold files of a deleted release open keep reading them.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from serving.atomic import TRASH_PREFIX, remove_folder
from serving.layout import CANDIDATE_PREFIX, CURRENT_NAME, bi_root
from serving.manifest import MANIFEST_NAME
from serving.release import current_release_id, list_releases

ORPHAN_AGE_S = 24 * 3600.0
"""A complete candidate may wait this long for its publication by a later step."""
UNFINISHED_AGE_S = 3600.0
"""A candidate without a manifest may be written this long by a running build."""


def retain(released: Path, keep: int) -> list[str]:
    """Delete all but the `keep` newest complete releases and the current one; returns the deleted ids.

    Incomplete releases do not count as kept. Without a current release nothing is deleted. Raises ValueError
    for `keep` below 1.
    """
    if keep < 1:
        raise ValueError(f"keep is {keep}, but at least one release is kept: the current one")
    releases = list_releases(released)
    kept = {release.release_id for release in [release for release in releases if release.complete][:keep]}
    current = current_release_id(released)
    if current is None:
        return []
    doomed = [release for release in releases if release.release_id not in kept | {current}]
    for release in doomed:
        remove_folder(release.folder)
    return [release.release_id for release in doomed]


def remove_orphans(
    released: Path, *, unfinished_s: float = UNFINISHED_AGE_S, finished_s: float = ORPHAN_AGE_S
) -> list[str]:
    """Delete what killed runs left: trash, half-written `current.json`, old candidates; returns their names.

    A caller that holds the run lock knows that nobody builds and passes 0 for both ages (seconds).
    """
    root = bi_root(released)
    trash = list(root.glob(f"{TRASH_PREFIX}*"))
    for folder in trash:
        shutil.rmtree(folder)
    temporary = [path for path in root.glob(f".{CURRENT_NAME}.*.tmp") if _age_s(path) >= unfinished_s]
    for path in temporary:
        path.unlink()
    orphans = [
        folder
        for folder in root.glob(f"{CANDIDATE_PREFIX}*")
        if _age_s(folder) >= (finished_s if (folder / MANIFEST_NAME).is_file() else unfinished_s)
    ]
    for folder in orphans:
        remove_folder(folder)
    return sorted(path.name for path in [*trash, *temporary, *orphans])


def _age_s(path: Path) -> float:
    """Seconds since the last change of a file or of a folder's entries."""
    return time.time() - path.stat().st_mtime
