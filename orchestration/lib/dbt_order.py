"""The order in which dbt builds what could be built next: first what the longest way to the end begins with.

dbt itself goes by levels and hands out all that is ready at once, so a model that takes long starts late although it
could start early, and at the end the other threads wait for it. The order changes no result, only when a build is done.
Here: how long a way is, and dbt's queue by it. Not here: dbt's process (``warm_dbt``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from dbt.contracts.graph.manifest import Manifest
from dbt.graph import selector
from dbt.graph.queue import GraphQueue

from orchestration.lib.dbt_results import last_build

AT_ONCE = 3
"""Threads of the profile: two cores, and one that waits for Python while two are in DuckDB."""
GUESSED_S = {"incremental": 1.0, "table": 0.2}
"""How long a model takes that was not built yet, by its materialization: events are many, dimensions few."""
GUESSED_OTHER_S = 0.05


def take_longest_way_first(target: Path) -> None:
    """Let builds of this process go by the longest way; ``target`` is the folder with the last build's results."""

    class LongestWayFirst(GraphQueue):
        def _get_scores(self, graph: Any) -> dict[str, float]:  # type: ignore[override] # any order will do
            return longest_ways(graph.adj, seconds(self.manifest, target))

        def get(self, *given: Any, **named: Any) -> Any:
            """The next node when a thread is free for it: until then a longer way may become ready."""
            with self.some_task_done:
                self.some_task_done.wait_for(lambda: len(self.in_progress) <= AT_ONCE)
            return super().get(*given, **named)

    selector.GraphQueue = LongestWayFirst  # type: ignore[attr-defined] # dbt has no option for it


def longest_ways(children: Mapping[str, Collection[str]], taken_s: Mapping[str, float]) -> dict[str, float]:
    """Return dbt's score of each node, least first: minus the seconds of the longest way from it to an end."""
    scores: dict[str, float] = {}
    for node in TopologicalSorter(children).static_order():  # children before parents
        rest = min((scores[child] for child in children[node]), default=0.0)
        scores[node] = rest - taken_s.get(node, GUESSED_OTHER_S)
    return scores


def seconds(manifest: Manifest, target: Path) -> dict[str, float]:
    """Return how long each node takes by unique id: as in the last build, else a guess."""
    guessed = {
        name: GUESSED_S.get(node.config.materialized, GUESSED_OTHER_S)
        for name, node in manifest.nodes.items()
    }
    build = last_build(target)
    taken = build["results"] if build else ()
    return guessed | {result["unique_id"]: result["execution_time"] for result in taken}
