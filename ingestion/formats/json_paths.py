"""Paths of nested JSON: which values of a document are records, and where a record's columns come from.

The record path is written from the document: `orders/*/operations/*` makes one record of each operation of each
order, `*` takes every element of an array, and an empty path makes the document one record. A column's path is
written from the record: `qty/value`, `values/0` (an array's first element), `.` (the record itself), `../id` (the
enclosing order: arrays are not counted), `../../plant`, and `#`, `../#` for the place in the array, from 1. A key
with a slash or tilde is written ~1 or ~0, as in a JSON pointer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ingestion.formats.json_text import Ambiguous, shown
from ingestion.formats.unnamed import Tree

EACH = "*"


_NOTHING: Tree = {}


class WrongShapeError(ValueError):
    """A value is not of the kind that a path needs."""


class Level(NamedTuple):
    """One object on the way to a record, with its place in its array (from 1, None outside of arrays)."""

    value: Any
    place: int | None = None


class Record(NamedTuple):
    """One record: its levels from the document to the record, `problem` if the path does not fit the value."""

    levels: tuple[Level, ...]
    line: int = 0
    problem: str = ""
    text: str = ""

    @property
    def value(self) -> Any:
        """The record as decoded."""
        return self.levels[-1].value if self.levels else None


def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a record path or of a column's way down, with ~0 and ~1 resolved."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.split("/")) if path else ()


def is_level(steps: Sequence[str], position: int) -> bool:
    """True if the value before steps[position] counts as a level: an array that is stepped into does not."""
    return position == len(steps) or steps[position] != EACH or (position > 0 and steps[position - 1] == EACH)


def level_count(steps: Sequence[str]) -> int:
    """Number of levels of a record of that path, the document (if it is no array) and the record included."""
    return sum(is_level(steps, position) for position in range(len(steps) + 1))


@dataclass(frozen=True)
class ColumnPath:
    """Where a column comes from: `ups` levels above the record, then down `steps`; `#` asks for the index."""

    ups: int
    steps: tuple[str, ...]
    index: bool = False

    @classmethod
    def parse(cls, path: str) -> "ColumnPath":
        """Read the notation of the module docstring."""
        parts = path.split("/")
        ups = 0
        while ups < len(parts) and parts[ups] == "..":
            ups += 1
        rest = [part for part in parts[ups:] if part != "."]
        if rest == ["#"]:
            return cls(ups, (), index=True)
        return cls(ups, steps_of("/".join(rest)))

    def given(self, record: Record) -> bool:
        """True if the record has this path, be it null; paths that do not lie in the record count as given."""
        value = record.value
        for step in () if self.ups else self.steps:
            if not isinstance(value, dict) or step not in value:
                return isinstance(value, list) and step.isdecimal()
            value = value[step]
        return True

    def text(self, record: Record) -> str | None:
        """The value as text, None where a branch is missing; WrongShapeError where a step does not fit."""
        if self.ups >= len(record.levels):
            return None
        level = record.levels[-1 - self.ups]
        if self.index:
            return None if level.place is None else str(level.place)
        value = level.value
        for step in self.steps:
            value = value.get(step) if type(value) is dict else _down(value, step)
            if value is None:
                return None
        return value if type(value) is str else as_text(value)


def _down(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        if isinstance(value, Ambiguous) and sum(key == step for key, _ in value.pairs) > 1:
            raise WrongShapeError(f"key {step!r} is given twice")
        return value.get(step)
    if isinstance(value, list) and step.isdecimal():
        return value[int(step)] if int(step) < len(value) else None
    if value is None:
        return None
    raise WrongShapeError(f"no object where {step!r} is looked for")


def as_text(value: Any) -> str | None:
    """A decoded value as the typed query expects it: numbers as written, objects and arrays as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode()
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown(value)


def unnamed(value: Any, named: Tree | None) -> dict[str, str]:
    """Text by path of what a record holds besides the paths `named`, written as a column would name and read them.

    Members of objects one by one, arrays whole unless some of their elements are named; nulls and blanks are nothing.
    """
    found: dict[str, str] = {}
    if named is not None:
        _rest(value, named, "", found)
    return found


def _rest(value: Any, named: Tree, path: str, found: dict[str, str]) -> None:
    if isinstance(value, dict):
        members: Iterable[tuple[str, Any]] = value.items()
    elif isinstance(value, list) and named:
        members = ((str(place), member) for place, member in enumerate(value))
    else:  # where columns go deeper a plain value is malformed, not unnamed
        text = None if named or value == [] else as_text(value)
        if text and not text.isspace():
            found[path or "."] = text
        return
    for key, member in members:
        below = named.get(key, _NOTHING)
        if below is not None and member is not None:
            step = key.replace("~", "~0").replace("/", "~1")
            _rest(member, below, f"{path}/{step}" if path else step, found)


def explode(
    value: Any, steps: Sequence[str], above: tuple[Level, ...], position: int = 0, *, keep_empty: bool = False
) -> Iterator[Record]:
    """The records of steps[position:] below `value`, whose enclosing levels are `above`.

    A missing branch (null, no such key, an empty array) has no record, or with `keep_empty` one without values below
    it. A value of another kind than the path needs is one record with a problem.
    """
    if position == len(steps):
        yield Record(above)
        return
    step = steps[position]
    try:
        found = _branch(value, step)
    except WrongShapeError as error:
        yield Record((*above, Level(value)), problem=str(error))
        return
    for index, member in found:
        level = (Level(member, index),) if is_level(steps, position + 1) else ()
        yield from explode(member, steps, (*above, *level), position + 1, keep_empty=keep_empty)
    if not found and keep_empty:
        missing = level_count(steps) - len(above)
        yield Record((*above, *(Level(None) for _ in range(missing))))


def _branch(value: Any, step: str) -> list[tuple[int | None, Any]]:
    """(index, member) for each value that one step leads to."""
    if value is None:
        return []
    if step == EACH:
        if not isinstance(value, list):
            raise WrongShapeError("no array where one is to be exploded")
        return list(enumerate(value, start=1))
    member = _down(value, step)
    return [] if member is None else [(None, member)]
