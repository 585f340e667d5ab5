"""``tundish dashboard``: a release's pages on the loopback address. Not here: the pages (``serving.dashboard``)."""

from __future__ import annotations

import sys

from orchestration.cli.frame import Exit, Place
from orchestration.cli.sql import find_release
from orchestration.cli.ui import LOOPBACK


def main(place: Place, *, release_id: str, port: int) -> Exit:
    """Serve the dashboard until it is stopped. Raises ReleaseNotFoundError if there is no release."""
    release = find_release(place, release_id)
    sys.stdout.write(f"reading release {release.release_id}\n")
    from serving.dashboard import serve  # noqa: PLC0415 - loads vizro, which takes seconds

    sys.stdout.write(f"dashboard on http://{LOOPBACK}:{port}  (stop with Ctrl-C)\n")
    sys.stdout.flush()
    serve(release, host=LOOPBACK, port=port)
    return Exit.OK
