"""``tundish trace``: the genealogy of a lot on a release, read-only.

Here: which answers are printed. Not here: the questions (``serving.genealogy``), printing (``rows``).
"""

from __future__ import annotations

import duckdb

from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows
from orchestration.cli.sql import find_release
from serving.genealogy import ANSWERS, Direction, lot_named


def main(place: Place, *, lot: str, direction: str, part: str, release_id: str, output: str) -> Exit:
    """Print the parts of the trace of ``lot``: the one named by ``part``, or all as tables, lots as CSV and JSON."""
    release = find_release(place, release_id)
    parts = [part] if part else list(ANSWERS) if output == "table" else ["lots"]
    with duckdb.connect(str(release.duckdb_path), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        lot_id = lot_named(con, lot)
        for name in parts:
            answer = ANSWERS[name](con, lot_id, Direction(direction))
            print_rows(answer.columns, answer.rows, output, answer.title)
    return Exit.OK
