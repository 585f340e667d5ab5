"""``tundish maintain``: upkeep of lake and releases under the home's lock.

Here: what is kept up and what is told about it. Not here: the work (``ingestion.lake.maintain``,
``serving.housekeeping``).
"""

from __future__ import annotations

import sys

from ingestion.lake.maintain import maintain_lake
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_table
from orchestration.lib.lock import hold
from serving.housekeeping import remove_orphans, retain


def main(place: Place, *, keep_releases: int) -> Exit:
    """Compact and vacuum Delta tables, delete old releases and leftovers of killed runs."""
    settings = load_settings(home=place.home, plant=place.plant)
    with hold(settings.home / "run.lock", "tundish maintain"):
        upkeep = maintain_lake(settings)
        gone = retain(settings.released, keep_releases)
        leftovers = remove_orphans(settings.released, unfinished_s=0, finished_s=0)
    columns = ("table", "files before", "files after", "files removed")
    print_table(
        columns, [(item.table, item.files_before, item.files_after, item.files_removed) for item in upkeep]
    )
    sys.stdout.write(f"releases deleted: {', '.join(gone) or 'none'}\n")
    sys.stdout.write(f"leftovers deleted: {', '.join(leftovers) or 'none'}\n")
    return Exit.OK
