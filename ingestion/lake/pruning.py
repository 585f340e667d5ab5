"""Which files of a Delta table can hold rows in question, by the bounds that its log keeps of each file.

Belongs here: leaving files out. How bounds get into the log says statistics.py, what is asked for rowdiff.py.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from deltalake import DeltaTable

Bounds: TypeAlias = Mapping[str, tuple[Any, Any]]
"""Lowest and highest value that is asked for, by column; None where there is no limit."""


def touched_files(path: Path, bounds: Bounds) -> list[str]:
    """Absolute paths of the files that may hold a row within `bounds`; [] if there is no table.

    A file whose bounds the log does not know may hold anything.
    """
    if not DeltaTable.is_deltatable(str(path)):
        return []
    return files_within(path, pa.table(DeltaTable(path).get_add_actions(flatten=True)), bounds)


def files_within(path: Path, actions: pa.Table, bounds: Bounds) -> list[str]:
    """The same of a table that is open; `actions` are its files with their bounds, flattened."""
    touched = [True] * actions.num_rows
    for name, (low, high) in bounds.items():
        lowest, highest = _known(actions, "min", name), _known(actions, "max", name)
        for position, (least, most) in enumerate(zip(lowest, highest, strict=True)):
            above = high is not None and least is not None and least > high
            below = low is not None and most is not None and most < low
            touched[position] = touched[position] and not above and not below
    paths = actions.column("path").to_pylist()
    return [str(path / relative) for relative, wanted in zip(paths, touched, strict=True) if wanted]


def _known(actions: pa.Table, bound: str, name: str) -> list[Any]:
    for column in (f"{bound}.{name}", f"partition.{name}"):
        if column in actions.column_names:
            found: list[Any] = actions.column(column).to_pylist()
            return found
    return [None] * actions.num_rows
