"""``tundish maintain``: upkeep of lake and releases under the home's lock.

Here: what is kept up and what is told about it. Not here: the work (``ingestion.lake.maintain``,
``serving.housekeeping``).
"""

from __future__ import annotations

import sys

from ingestion.lake.archive import damaged
from ingestion.lake.maintain import maintain_lake
from ingestion.recover import expire
from orchestration.cli.frame import Exit, Place
from orchestration.cli.quarantine import show_in_dagster
from orchestration.cli.rows import print_table
from orchestration.lib.lock import hold
from orchestration.lib.workspace import open_workspace
from serving.housekeeping import remove_orphans, retain


def main(place: Place, *, keep_releases: int, verify_archive: bool) -> Exit:
    """Compact and vacuum Delta tables, delete old releases and leftovers of killed runs; compare the archive's hashes."""
    workspace = open_workspace(home=place.home, plant=place.plant)
    settings = workspace.settings
    with hold(workspace.lock_path, "tundish maintain"):
        expired = expire(workspace.contracts, workspace.plant, settings)
        show_in_dagster(workspace, *{raw_name.partition("__")[0] for raw_name in expired})
        upkeep = maintain_lake(settings)
        gone = retain(settings.released, keep_releases)
        leftovers = remove_orphans(settings.released, unfinished_s=0, finished_s=0)
    columns = ("table", "files before", "files after", "files removed")
    print_table(
        columns, [(item.table, item.files_before, item.files_after, item.files_removed) for item in upkeep]
    )
    sys.stdout.write(f"quarantined rows expired: {sum(expired.values())}\n")
    sys.stdout.write(f"releases deleted: {', '.join(gone) or 'none'}\n")
    sys.stdout.write(f"leftovers deleted: {', '.join(leftovers) or 'none'}\n")
    wrong = list(damaged(settings)) if verify_archive else []
    sys.stdout.writelines(f"{error}\n" for error in wrong)
    if verify_archive:
        sys.stdout.write(f"archived files damaged: {len(wrong)}\n")
    return Exit.FAILED if wrong else Exit.OK
