"""``tundish compare``: the tables that DuckDB and Spark built in one home, side by side.

Here: finding both files and printing. Not here: comparing (``lib.compare``).
"""

from __future__ import annotations

from pathlib import Path

from ingestion.errors import ConfigurationError
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows
from orchestration.lib.compare import ABSOLUTE, RELATIVE, TableDifference, compare_warehouses
from orchestration.lib.spark_build import LAYERS

COLUMNS = ("table", "duckdb rows", "spark rows", "unmatched", "worst DOUBLE", "of the tolerance", "verdict")


class TargetNotBuiltError(ConfigurationError):
    """One of the two targets was never built in this home."""

    def __init__(self, path: Path, target: str) -> None:
        super().__init__(path, f"target {target} was not built.", f"run `tundish run --target {target}`.")


def main(place: Place, *, output: str) -> Exit:
    """Compare both targets; 0 if every table is equal, 1 if one differs."""
    paths = {
        target: load_settings(place.home, place.plant, target).warehouse_path
        for target in ("duckdb", "spark")
    }
    for target, path in paths.items():
        if not path.is_file():
            raise TargetNotBuiltError(path, target)
    found = list(compare_warehouses(paths["duckdb"], paths["spark"], LAYERS))
    equal = sum(difference.is_equal for difference in found)
    title = f"{equal} of {len(found)} tables equal (DOUBLE within {RELATIVE:g} relative or {ABSOLUTE:g})"
    print_rows(COLUMNS, map(_row, found), output, title)
    return Exit.OK if equal == len(found) else Exit.FAILED


def _row(difference: TableDifference) -> tuple[object, ...]:
    verdict = "equal" if difference.is_equal else ", ".join(("differs", *difference.types))
    worst = f"{difference.worst:.2g}" if difference.worst else ""
    rows = (difference.rows, difference.other_rows, difference.unmatched)
    return difference.table, *rows, difference.column, worst, verdict
