"""``tundish sql``: one query on a release, read-only, without reach beyond it.

Here: opening a release for a query. Not here: printing (``rows``), releases (``serving``).
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from ingestion.errors import ConfigurationError
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows
from serving.errors import ReleaseNotFoundError
from serving.release import Release, current_release, get_release

TABLES = (
    'select table_name as "table", estimated_size as "rows", comment as "one row per" '
    "from duckdb_tables() order by table_name"
)


class NoReleaseError(ConfigurationError):
    """The home has no release yet."""

    def __init__(self, released: Path) -> None:
        super().__init__(released, "there is no release yet.", "run `tundish run`, or check --home.")


class QueryError(ConfigurationError):
    """The query is no SQL that the release can answer."""


def main(place: Place, *, query: str, release_id: str, output: str) -> Exit:
    """Run ``query`` (``-``: standard input, empty: the list of tables) and print its rows."""
    text = sys.stdin.read() if query == "-" else query or TABLES
    release = find_release(place, release_id)
    with duckdb.connect(str(release.duckdb_path), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set timezone = 'UTC'")
        try:
            result = connection.execute(text)
            columns = [column[0] for column in result.description or []]
            print_rows(columns, result.fetchall(), output)
        except duckdb.Error as error:
            raise QueryError(
                "query", str(error), "`tundish sql` without a query lists the tables."
            ) from error
    return Exit.OK


def find_release(place: Place, release_id: str) -> Release:
    """Return the release to read. Raises ReleaseNotFoundError if there is none."""
    released = load_settings(home=place.home, plant=place.plant).released
    release = get_release(released, release_id) if release_id else current_release(released)
    if release is None:
        raise NoReleaseError(released)
    if release.manifest is None:
        raise ReleaseNotFoundError(release.release_id, str(released))
    return release
