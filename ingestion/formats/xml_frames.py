"""What streaming XML keeps: open elements above the records, the shape that is looked for, a found record, a row.

Belongs here: value objects of xml_stream.py and how a path finds where it begins. The pass over a file stands there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lxml import etree

from ingestion.formats.xml_paths import Family, Step, XmlPath, asked, local
from ingestion.formats.xml_rest import Named

Key: TypeAlias = tuple[str, ...]


@dataclass
class Frame:
    """An open element outside of records: its name, its place among its namesakes, and what was asked of it."""

    name: str
    place: int
    attributes: dict[str, str]
    values: dict[Key, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    answered: set[Key] = field(default_factory=set)

    def answer(self, path: XmlPath, separator: str) -> str | None:
        """What is known by now of a path below this element."""
        if path.ask == "place":
            return str(self.place)
        if path.ask == "name":
            return self.name
        if not path.steps and path.ask != "text":
            return self.attributes.get(path.ask[1:])
        self.answered.add(path.key)
        return separator.join(self.values.get(path.key, ())) or None


@dataclass(frozen=True)
class ColumnPath:
    """A column's path; `inside` the exploded child it goes on by `below`."""

    path: XmlPath
    inside: bool
    below: XmlPath


@dataclass(frozen=True)
class Shape:
    """What to look for: tails of element names that are records, the child to explode, and the columns' paths."""

    records: tuple[tuple[str, ...], ...]
    explode: tuple[Step, ...]
    columns: tuple[tuple[XmlPath, ...], ...]
    separator: str = "; "
    keep_empty: bool = True
    known: Named | None = None  # what of a record is not to be told as unnamed; None: nothing is
    # paths of which it is asked whether they occur
    looked: Mapping[str, tuple[ColumnPath, ...]] = field(default_factory=dict)
    waiting: int = 0  # rows that wait for values of their ancestors; 0: as many as memory is given for


@dataclass(slots=True)
class Row:
    """One row: texts of the columns, the line of the record; its XML and place where that was asked.

    `unnamed`: text by path of what no column reads; `seen`: which of the paths that were asked for occur.
    """

    texts: list[str | None]
    line: int
    xml: str = ""
    place: str = ""
    unnamed: Mapping[str, str] = field(default_factory=dict)
    seen: tuple[str, ...] = ()


Ancestor: TypeAlias = "etree._Element | Frame"
Answer: TypeAlias = "str | list[str | tuple[Frame, XmlPath]] | None"


@dataclass(slots=True)
class Found:
    """A record of a unit with its enclosing elements, nearest first, and the child that makes this row of it."""

    unit: etree._Element

    record: etree._Element
    child: etree._Element | None
    above: Sequence[Ancestor]
    family: Family = field(default_factory=Family)

    def origin(self, one: ColumnPath) -> "Ancestor | None":
        """Where a path begins; None if there is no such element."""
        path = one.path
        if path.origin == "record":
            return self.child if one.inside else self.record
        if path.origin == "up":
            return self.above[path.ups - 1] if path.ups <= len(self.above) else None
        if path.origin == "root":
            return self.above[-1] if self.above else self.record
        return next((each for each in self.above if name_of(each) == path.name), None)

    def has(self, one: ColumnPath) -> bool:
        """True if the record has this path, be it blank; paths that do not lie in the record count as given."""
        if one.path.origin != "record":
            return True
        origin = self.child if one.inside else self.record
        found = [] if origin is None else self.family.find(origin, one.below.steps)
        if one.below.ask.startswith("@"):
            return any(asked(each, one.below.ask) is not None for each in found)
        return bool(found)


def column_path(path: XmlPath, explode: tuple[Step, ...]) -> ColumnPath:
    """A column's path and, if it goes through the exploded child, the rest of it."""
    inside = bool(explode) and path.origin == "record" and path.steps[: len(explode)] == explode
    return ColumnPath(path, inside, replace(path, steps=path.steps[len(explode) :]) if inside else path)


def name_of(one: Ancestor) -> str:
    """The local name of an enclosing element."""
    return one.name if isinstance(one, Frame) else local(one.tag)
