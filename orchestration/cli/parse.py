"""``tundish parse``: the dbt project as a plant sees it, read once so that a run need not.

Here: the command. Not here: when the manifest is stale and how it is made (``lib.dbt_project``).
"""

from __future__ import annotations

from orchestration.cli.console import open_console
from orchestration.cli.frame import Exit, Place
from orchestration.lib.dbt_project import manifest_is_fresh, prepare_manifest
from orchestration.lib.workspace import open_workspace


def main(place: Place) -> Exit:
    """Parse if something changed; DbtParseError with dbt's words if the project is broken."""
    workspace = open_workspace(home=place.home, plant=place.plant)
    fresh = manifest_is_fresh(workspace)
    path = prepare_manifest(workspace)
    said = "nothing changed since dbt parsed it" if fresh else "parsed by dbt"
    open_console().print(f"{workspace.plant.title}: {said}, in {path}", soft_wrap=True, highlight=False)
    return Exit.OK
