"""Feature tables for ML: Delta tables below `released/features`, one version for each release.

A training run names a release and gets the same rows for ever; the latest Delta version alone would not say
which release it belongs to, so each commit carries the release id and so does each row (`_release_id`).

Here: publishing a candidate's feature tables and finding the version of a release. Not here: what a feature
is (`dbt_project/models/features`), writing Delta (`ingestion.lake.commit`).
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.lake.commit import overwrite_table
from ingestion.lake.history import versions_by_metadata
from serving.errors import FeatureVersionError, ReleaseNotFoundError
from serving.layout import Candidate, features_root
from serving.release import current_release_id, read_gated

RELEASE_METADATA = "tundish.release_id"
BATCH_ROWS = 64_000


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
    """One table: the version it already has for this release, or a new one, streamed in batches."""
    done = feature_releases(root.parent, parquet.stem).get(release_id)
    if done is not None:
        return done
    with pq.ParquetFile(parquet) as file:
        batches = file.iter_batches(batch_size=BATCH_ROWS)
        reader = pa.RecordBatchReader.from_batches(file.schema_arrow, batches)
        return overwrite_table(root / parquet.stem, reader, {RELEASE_METADATA: release_id})
