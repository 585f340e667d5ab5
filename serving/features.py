"""Feature tables for ML: Delta tables below `released/features`, one version for each release.

A training run names a release and gets the same rows for ever; the latest Delta version alone would not say
which release it belongs to, so each commit carries the release id and so does each row (`_release_id`).

Here: publishing a candidate's feature tables and finding the version of a release. Not here: what a feature
is (`dbt_project/models/features`), writing Delta (`ingestion.lake.commit`).
"""

from __future__ import annotations

from pathlib import Path

from ingestion.lake.commit import replace_by_file
from ingestion.lake.history import versions_by_metadata
from serving.errors import FeatureVersionError, ReleaseNotFoundError
from serving.layout import Candidate, features_root
from serving.release import current_release_id, read_gated

RELEASE_METADATA = "tundish.release_id"


def publish_features(candidate: Candidate) -> dict[str, int]:
    """Write each feature table of a gated candidate as a new Delta version; returns version by table.

    Repeatable after a kill: a table that already has a version of this release keeps it. Raises
    ReleaseNotGatedError and ReleaseIncompleteError like `publish`; then nothing is written.
    """
    folder, manifest = read_gated(candidate)
    tables = [table for table in manifest.tables if table.dataset == "features"]
    return {
        table.name: _publish(features_root(candidate.released), folder / table.file, manifest.release_id)
        for table in tables
    }


def feature_releases(released: Path, table: str) -> dict[str, int]:
    """Delta version by release id, oldest first; empty if the table was never published."""
    return versions_by_metadata(features_root(released) / table, RELEASE_METADATA)


def feature_version(released: Path, table: str, release_id: str | None = None) -> int:
    """The Delta version of a release's feature table; without an id that of the current release.

    Raises FeatureVersionError if the release has none, ReleaseNotFoundError if there is no release yet.
    """
    wanted = release_id or current_release_id(released)
    if wanted is None:
        raise ReleaseNotFoundError("(current)", str(released))
    versions = feature_releases(released, table)
    if wanted not in versions:
        raise FeatureVersionError(table, wanted, list(versions))
    return versions[wanted]


def _publish(root: Path, parquet: Path, release_id: str) -> int:
    """One table: the version it already has for this release, or a new one of the very file that was gated."""
    done = feature_releases(root.parent, parquet.stem).get(release_id)
    if done is not None:
        return done
    return replace_by_file(root / parquet.stem, parquet, {RELEASE_METADATA: release_id})
