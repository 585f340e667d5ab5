"""What failed in a ``dbt build``, as errors that name table, file, rule and next step.

Here: reading dbt's run results after a failure. Not here: running dbt (``dbt_build``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.errors import TundishError
from orchestration.lib.dbt_results import last_build

SHOWN = 5
NO_MEMORY = "Out of Memory Error"
"""How DuckDB says that its memory_limit was reached."""


@dataclass(frozen=True)
class FailedNode:
    """One model that could not be built (``is_test`` false) or one test that found rows."""

    name: str
    table: str
    file: str
    is_test: bool
    rows: int
    message: str

    @property
    def sentence(self) -> str:
        """What failed, in one line."""
        if self.is_test and self.rows:
            return f"{self.table}: test {self.name}: {self.rows} rows break it (SQL: {self.file})"
        return f"{self.table}: {'test ' + self.name if self.is_test else self.file}: {self.message}"


class DbtBuildError(TundishError):
    """Models or tests of the warehouse failed; nothing after them was built and nothing is released."""

    def __init__(self, nodes: Sequence[FailedNode], output: str = "") -> None:
        self.nodes = tuple(nodes)
        tests = [node for node in nodes if node.is_test]
        lines = [node.sentence for node in nodes[:SHOWN]]
        if len(nodes) > SHOWN:
            lines.append(f"and {len(nodes) - SHOWN} more")
        message = "\n".join(lines) or output or "dbt build failed without saying why."
        step = "mend the model that is named; dbt's log lies in the home under dbt/logs/dbt.log."
        if any(NO_MEMORY in node.message for node in nodes):
            step = "tundish run --full-refresh: a full build takes what memory there is, an increment only a little."
        elif nodes and len(tests) == len(nodes):
            step = "run that SQL on the warehouse to see the rows, then correct the data or the rule."
        super().__init__(message, step)


def read_failures(target: Path, manifest: Mapping[str, Any], output: str = "") -> DbtBuildError:
    """Return the error of the build whose artifacts lie in ``target``; ``output`` is used if there are none."""
    build = last_build(target)
    if build is None:
        return DbtBuildError((), output)
    failed = [result for result in build["results"] if result["status"] in {"error", "fail"}]
    return DbtBuildError([_failed_node(result, manifest) for result in failed], output)


def _failed_node(result: Mapping[str, Any], manifest: Mapping[str, Any]) -> FailedNode:
    node = manifest["nodes"].get(result["unique_id"], {})
    is_test = result["unique_id"].startswith("test.")
    tested = manifest["nodes"].get(node.get("attached_node") or "", node)
    return FailedNode(
        name=node.get("name", result["unique_id"]),
        table=f"{tested.get('schema', '')}.{tested.get('name', '')}",
        file=_compiled(node) if is_test else f"dbt_project/{node.get('original_file_path', '')}",
        is_test=is_test,
        rows=int(result.get("failures") or 0),
        message=" ".join(str(result.get("message") or "").split()),
    )


def _compiled(node: Mapping[str, Any]) -> str:
    """Where dbt put the SQL of a test, below its target folder."""
    folder = f"compiled/{node.get('package_name')}/{node.get('original_file_path')}"
    return f"dbt/target/{folder}/{node.get('path')}" if node.get("test_metadata") else f"dbt/target/{folder}"
