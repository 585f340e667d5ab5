"""``tundish quality report``: the page of a run or of a release. Not here: the page (``quality.trust.report``)."""

from __future__ import annotations

import sys

from ingestion.settings import quiet_third_parties
from orchestration.cli.frame import Exit, Place
from orchestration.cli.sql import find_release
from orchestration.lib.instance import open_instance
from orchestration.lib.quality_reports import NothingJudgedError, write_report
from orchestration.lib.workspace import open_workspace
from serving.layout import REPORT_NAME


def main(place: Place, *, run_id: str, release_id: str) -> Exit:
    """Print where the page lies; 0 always, the page says what failed."""
    quiet_third_parties()
    if release_id:
        release = find_release(place, "" if release_id == "current" else release_id)
        path = release.folder / REPORT_NAME
        if not path.is_file():
            raise NothingJudgedError(release.folder, "")
    else:
        workspace = open_workspace(home=place.home, plant=place.plant)
        with open_instance(workspace.settings) as instance:
            path = write_report(workspace, instance=instance, run_id=run_id)
    sys.stdout.write(f"{path}\n")
    return Exit.OK
