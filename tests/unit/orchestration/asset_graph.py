"""The demo plant's asset graph as text. Run it to write the snapshot anew."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from ingestion.settings import REPOSITORY, Settings
from orchestration.defs.assemble import assemble
from orchestration.lib.dbt_project import prepare_manifest
from orchestration.lib.workspace import workspace_of

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def describe(graph: Any) -> str:
    """Every asset with what it reads, by group; checks are counted."""
    checks = Counter(key.asset_key for key in graph.asset_check_keys)
    lines = []
    for key in sorted(graph.get_all_asset_keys(), key=lambda key: (graph.get(key).group_name, key)):
        node = graph.get(key)
        parents = ", ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
        lines.append(f"[{node.group_name}] {key.to_user_string()} <- {parents} ({checks[key]} checks)")
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write the snapshot of the present definitions."""
    with tempfile.TemporaryDirectory() as home:
        workspace = workspace_of(Settings(home=Path(home), plant=REPOSITORY / "data" / "plants" / "demo"))
        graph = assemble(workspace, prepare_manifest(workspace)).resolve_asset_graph()
    SNAPSHOT.write_text(describe(graph), encoding="utf-8")


if __name__ == "__main__":
    write()
