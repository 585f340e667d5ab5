"""What an XML record holds besides the elements and attributes that columns read: path and text, for `_extra`.

An element is written and read as a column of that path would read it: leaves one by one, an element that repeats and has
children as its XML, several values joined. Other records inside the record, and the children of other rows of an
exploded record, are left out: they are rows of their own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from ingestion.formats.xml_paths import Family, Step, XmlPath, as_xml, local, text_of

_K = TypeVar("_K")
_TECHNICAL = ("{http://www.w3.org/2001/XMLSchema-instance}", "{http://www.w3.org/XML/1998/namespace}")


@dataclass
class Named:
    """One element as the contract knows it: whether it is left alone with all below it, whether columns read its text,
    which attributes they read, which children by name, and which by steps with conditions.
    """

    left: bool = False
    whole: bool = False
    attributes: set[str] = field(default_factory=set)
    children: dict[str, "Named"] = field(default_factory=dict)
    chosen: dict[Step, "Named"] = field(default_factory=dict)

    def add(self, steps: Sequence[Step], ask: str) -> None:
        """A path that is read; what its conditions look at is known by that, too."""
        if steps:
            below = self._below(steps[0])
            for _, test, _ in steps[0].conditions:
                if test.startswith("@"):
                    below.attributes.add(test[1:])
                elif test:
                    below.add((Step(test),), "text")
            below.add(steps[1:], ask)
        elif ask == "all":
            self.left = True
        elif ask == "text":
            self.whole = True
        elif ask.startswith("@"):
            self.attributes.add(ask[1:])

    def _below(self, step: Step) -> "Named":
        if step.conditions or step.name == "*":
            return self.chosen.setdefault(step, Named())
        return self.children.setdefault(step.name, Named())

    def with_(self, other: "Named") -> "Named":
        """An element that several steps lead to, such as Value and Value[2]."""
        both = Named(self.left or other.left, self.whole or other.whole, self.attributes | other.attributes)
        both.children = _merged(self.children, other.children)
        both.chosen = _merged(self.chosen, other.chosen)
        return both


def _merged(one: dict[_K, Named], other: dict[_K, Named]) -> dict[_K, Named]:
    both = dict(one)
    for key, below in other.items():
        both[key] = both[key].with_(below) if key in both else below
    return both


_NOTHING = Named()


def named(read: Iterable[XmlPath], left: Iterable[XmlPath] = ()) -> Named:
    """What columns read of a record, and branches of it that are left alone; paths that begin above it do not count."""
    known = Named()
    for path in read:
        if path.origin == "record":
            known.add(path.steps, path.ask)
    for path in left:
        if path.origin == "record":
            known.add(path.steps, "all" if path.ask == "text" else path.ask)
    return known


@dataclass
class Rest:
    """One record. `apart`: true for elements below it that are rows of their own; None if there are none."""

    family: Family
    apart: Callable[[etree._Element], bool] | None

    def texts(self, record: etree._Element, known: Named, separator: str) -> dict[str, str]:
        """Text by path; namesakes are joined."""
        found: dict[str, list[str]] = {}
        self._add(record, known, "", found)
        return {path: separator.join(texts) for path, texts in found.items()} if found else {}

    def _add(self, element: etree._Element, known: Named, path: str, found: dict[str, list[str]]) -> None:
        for key, value in element.items():
            name, text = local(str(key)), str(value).strip()
            if name not in known.attributes and text and not str(key).startswith(_TECHNICAL):
                found.setdefault(f"{path}/@{name}" if path else f"@{name}", []).append(str(value))
        if len(element):
            if not known.whole:
                self._add_children(element, known, path, found)
        elif not known.whole and (own := text_of(element)):
            found.setdefault(path or ".", []).append(own)

    def _add_children(
        self, element: etree._Element, known: Named, path: str, found: dict[str, list[str]]
    ) -> None:
        chosen = self._chosen(element, known) if known.chosen else {}
        for child in element:
            name = local(child.tag)
            reached = known.children.get(name)
            if child in chosen:
                reached = chosen[child] if reached is None else reached.with_(chosen[child])
            if reached is not None and _is_known(child, reached):
                continue
            if self.apart is not None and self.apart(child):
                continue
            below = f"{path}/{name}" if path else name
            if reached is None and len(child) and _has_namesake(child):
                found.setdefault(below, []).append(as_xml(child))
            else:
                self._add(child, reached or _NOTHING, below, found)

    def _chosen(self, element: etree._Element, known: Named) -> dict[etree._Element, Named]:
        """The children that steps with conditions lead to, with what these read of them."""
        chosen: dict[etree._Element, Named] = {}
        for step, below in known.chosen.items():
            for child in self.family.find(element, (step,)):
                chosen[child] = chosen[child].with_(below) if child in chosen else below
        return chosen


def _is_known(element: etree._Element, known: Named) -> bool:
    """True if nothing of an element can be left; the usual case, without looking into it."""
    return known.left or (known.whole and (len(element) > 0 or not element.items()))


def _has_namesake(element: etree._Element) -> bool:
    name = local(element.tag)
    others = (element.itersiblings(preceding=True), element.itersiblings())
    return any(local(other.tag) == name for side in others for other in side)
