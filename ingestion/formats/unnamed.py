"""Values of a nested record that no column of its contract reads: what `_extra` keeps of JSON and XML.

Belongs here: which paths a contract names, which it lacks in a file, and the text of `_extra`. How a record of a format
is walked stands in json_paths.py and xml_rest.py. What encloses a record belongs to the contract whose record it is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from ingestion.contracts import Contract
from ingestion.formats.base import check_headers
from ingestion.typing.expressions import literal
from ingestion.typing.inputs import Input

SAMPLE = 100  # records whose paths are looked at before a file is read
Tree: TypeAlias = dict[str, "Tree | None"]
"""Paths that are known, step by step; None: all that lies below, too."""


def tree(paths: Iterable[Sequence[str]]) -> Tree | None:
    """The paths as a tree; None if one of them is the record itself."""
    known: Tree = {}
    for path in paths:
        if not path:
            return None
        below: Tree | None = known
        for step in path[:-1]:
            below = below.setdefault(step, {}) if below is not None else None
        if below is not None:
            below[path[-1]] = None
    return known


def packed(found: Mapping[str, str]) -> str | None:
    """The text of `_extra`; None if there is nothing to keep. Half a surrogate pair is no text: it becomes a mark."""
    if not found:
        return None
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace").decode()


def names_given(contract: Contract, file: str, place: str, seen: Sequence[str]) -> tuple[str, ...]:
    """For each header of the contract the name under which a file gives it; MissingColumnError as for flat formats.

    `seen`: paths with a value or a null in the first records; none: nothing can be said.
    """
    needed = [
        column.sources[0]
        for column in contract.columns
        if column.required and column.sources[0] in contract.headers
    ]
    if seen:
        check_headers(contract, file, place, seen, dict.fromkeys(needed))
    return tuple(contract.drift.given_as(header, seen) or header for header in contract.headers)


def nested_inputs(names: Sequence[str], unnamed: Sequence[str]) -> dict[str, Input]:
    """Columns c0, c1 ... by header, then what the first records have besides, out of the last column of the chunks."""
    kept = f"c{len(names)}"
    inputs = {name: Input(f"c{index}") for index, name in enumerate(names)}
    for name in unnamed:
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        inputs.setdefault(name, Input(f"json_extract_string({kept}, {literal(pointer)})"))
    return inputs


def left_alone(contract: Contract) -> list[str]:
    """Paths that the contract ignores, `branch/*` as the branch."""
    return [name.removesuffix("/*") for name in contract.drift.ignored]
