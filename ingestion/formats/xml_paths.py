"""Paths of XML documents: where a record's columns come from. Names are compared without their namespace.

    Quantity/QuantityString          a child's child          ID | EquipmentID   the first of these with a value
    Quantity/@unit, @id              an attribute             .                  the record's own text
    Value[2], Item[@id='x'],         one of several           name()             the record's element name
    Property[ID='Colour']/Value                               #                  its place among its namesakes, from 1
    ../ID, ../../@id                 of the enclosing elements, one or two levels up
    ancestor::ProductionResponse/ID  of the nearest enclosing element of that name
    /ApplicationArea/Sender          from the root element, whose own name is left out

The way down from an enclosing element has plain names only. Elements that repeat are joined by the reader's
separator; an element with children gives its XML.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from lxml import etree

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_STEP = re.compile(r"(?P<name>\*|[\w.-]+)(?P<conditions>(\[[^\]]+\])*)")
_CONDITION = re.compile(
    r"\[(?:(?P<place>[1-9]\d*)|(?P<test>@?[\w.-]+)\s*=\s*(?P<quote>['\"])(?P<text>.*)(?P=quote))\]"
)
_ALTERNATIVE = re.compile(r"\s*\|\s*")


class PathError(ValueError):
    """A path is not of the notation of this module."""


@dataclass(frozen=True)
class Step:
    """One step down: an element name (or *) and its conditions: (place, tested name, text)."""

    name: str
    conditions: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True)
class XmlPath:
    """One alternative of a column: from where, then down `steps`, then what of the element is asked.

    `origin`: record, up (`ups` levels), ancestor (of `name`) or root. `ask`: text, name, place or an attribute as @x.
    """

    origin: str
    steps: tuple[Step, ...]
    ask: str = "text"
    ups: int = 0
    name: str = ""

    @cached_property
    def key(self) -> tuple[str, ...]:
        """How a value below an enclosing element is kept: the names on the way and what is asked."""
        return (*(step.name for step in self.steps), self.ask)


@lru_cache(maxsize=4096)
def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def parse(path: str) -> tuple[XmlPath, ...]:
    """The alternatives of a column; PathError for what is no path."""
    return tuple(_parse_one(part) for part in _ALTERNATIVE.split(path.strip()))


def _parse_one(path: str) -> XmlPath:
    rest, origin, ups, name = path, "record", 0, ""
    if path.startswith("/"):
        origin, rest = "root", path[1:]
    elif path.startswith("ancestor::"):
        origin = "ancestor"
        name, _, rest = path.removeprefix("ancestor::").partition("/")
    while rest == ".." or rest.startswith("../"):
        origin, ups, rest = "up", ups + 1, rest[3:]
    parts = [part for part in re.split(r"/(?![^\[]*\])", rest) if part not in ("", ".")]
    ask = "text"
    if parts and (parts[-1].startswith("@") or parts[-1] in ("#", "name()")):
        last = parts.pop()
        ask = {"#": "place", "name()": "name"}.get(last, last)
    steps = tuple(_step(part, path) for part in parts)
    plain = all(not step.conditions and step.name != "*" for step in steps)
    if origin != "record" and not plain:
        raise PathError(f"{path!r}: the way down from an enclosing element has plain names only")
    if ask in ("place", "name") and steps and origin != "record":
        raise PathError(f"{path!r}: # and name() of an enclosing element stand right behind it")
    return XmlPath(origin, steps, ask, ups, name)


def _step(part: str, path: str) -> Step:
    matched = _STEP.fullmatch(part)
    if matched is None:
        raise PathError(f"{path!r}: {part!r} is no step")
    conditions = []
    rest = matched["conditions"]
    while rest:
        condition = _CONDITION.match(rest)
        if condition is None:
            raise PathError(f"{path!r}: {rest!r} is no condition; use [2], [@id='x'] or [ID='x']")
        place = int(condition["place"] or 0)
        conditions.append((place, condition["test"] or "", condition["text"] or ""))
        rest = rest[condition.end() :]
    return Step(matched["name"], tuple(conditions))


class Family:
    """Children by name, looked up once per element: for the columns of one record."""

    def __init__(self) -> None:
        self._children: dict[etree._Element, dict[str, list[etree._Element]]] = {}

    def find(self, element: etree._Element, steps: Sequence[Step]) -> list[etree._Element]:
        """The elements that `steps` lead to."""
        found = [element]
        for step in steps:
            if len(found) == 1:
                found = self._down(found[0], step)
            else:
                found = [child for parent in found for child in self._down(parent, step)]
        return found

    def text(self, element: etree._Element, path: XmlPath, separator: str) -> str | None:
        """The values of a path below `element` that are not blank, joined."""
        found = self.find(element, path.steps)
        if len(found) == 1:
            return asked(found[0], path.ask) or None
        return separator.join(filter(None, (asked(one, path.ask) for one in found))) or None

    def _down(self, parent: etree._Element, step: Step) -> list[etree._Element]:
        known = self._children.get(parent)
        if known is None:
            known = self._children[parent] = {}
            for child in parent:
                known.setdefault(local(child.tag), []).append(child)
        found = list(parent) if step.name == "*" else known.get(step.name, [])
        if not step.conditions:
            return found
        for place, test, text in step.conditions:
            found = (
                found[place - 1 : place] if place else [one for one in found if self._holds(one, test, text)]
            )
        return found

    def _holds(self, element: etree._Element, test: str, text: str) -> bool:
        if test.startswith("@"):
            return asked(element, test) == text
        return any(asked(child, "text") == text for child in self._down(element, Step(test)))


def asked(element: etree._Element, ask: str) -> str | None:
    """Text, name, place or attribute of one element."""
    if ask == "text":
        return text_of(element)
    if ask == "name":
        return local(element.tag)
    if ask == "place":
        return str(place_of(element))
    value = element.get(ask[1:])
    if value is None and element.attrib:
        value = next(
            (str(given) for name, given in element.attrib.items() if local(str(name)) == ask[1:]), None
        )
    return value


def text_of(element: etree._Element) -> str | None:
    """The text of a leaf, None if it is nil or blank; of other elements their XML."""
    if len(element):
        return as_xml(element)
    if element.text is None or element.get(NIL) in ("true", "1"):
        return None
    return str(element.text).strip() or None


def as_xml(element: etree._Element) -> str:
    """An element as XML text."""
    return str(etree.tostring(element, encoding="unicode", with_tail=False)).strip()


def place_of(element: etree._Element) -> int:
    """The place of an element among its siblings of that name, from 1."""
    name = local(element.tag)
    return 1 + sum(local(other.tag) == name for other in element.itersiblings(preceding=True))


def line_of(element: etree._Element) -> int:
    """The line where an element starts, 0 if that is not known."""
    return int(getattr(element, "sourceline", None) or 0)
