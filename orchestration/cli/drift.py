"""``tundish quality drift``: what began to drift since the last look. Not here: finding it (``lib.drift_events``)."""

from __future__ import annotations

from dataclasses import asdict

from ingestion.settings import quiet_third_parties
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows
from orchestration.cli.sql import find_release
from orchestration.lib.drift_events import SCHEMA, read_events, tell_drift
from orchestration.lib.workspace import open_workspace


def main(place: Place, *, everything: bool, output: str) -> Exit:
    """Print what is new, or everything that was ever told; 1 if something is new, else 0."""
    quiet_third_parties()
    workspace = open_workspace(home=place.home, plant=place.plant)
    new = tell_drift(workspace, find_release(place, ""))
    rows = read_events(workspace) if everything else [asdict(event) for event in new]
    title = f"{len(new)} measures began to drift since the last look"
    print_rows(tuple(SCHEMA.names), (tuple(row.values()) for row in rows), output, title)
    return Exit.FAILED if new else Exit.OK
