"""Where releases lie below the `released` folder of a home, and what their files are called.

Here: paths and ids. Not here: reading or writing anything at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

DUCKDB_NAME = "tundish.duckdb"
CURRENT_NAME = "current.json"
DOCS_FOLDER = "docs"
REPORT_NAME = "quality.html"
"""Page about the run that made a release: what its gates found."""
RELEASE_COLUMN = "_release_id"
DATASET_FOLDERS = {"bi": "tables", "features": "features"}
"""Folder of a table's Parquet file inside a release, by the dataset that the table belongs to."""
RELEASE_PREFIX = "v="
CANDIDATE_PREFIX = ".candidate-"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A release that is built but not visible; `folder` is its hidden folder below `released/bi`."""

    release_id: str
    released: Path

    @property
    def folder(self) -> Path:
        """Hidden folder of the candidate."""
        return bi_root(self.released) / f"{CANDIDATE_PREFIX}{self.release_id}"


def bi_root(released: Path) -> Path:
    """Folder of the BI releases."""
    return released / "bi"


def features_root(released: Path) -> Path:
    """Folder of the Delta feature tables."""
    return released / "features"


def release_folder(released: Path, release_id: str) -> Path:
    """Folder of a published release."""
    return bi_root(released) / f"{RELEASE_PREFIX}{release_id}"


def make_release_id(created_at: datetime, fingerprint: str) -> str:
    """UTC second and the first 8 characters of the fingerprint: sorts by time, names its content."""
    return f"{created_at:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"
