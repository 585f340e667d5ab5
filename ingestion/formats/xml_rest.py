"""What an XML record holds besides the elements and attributes that columns read: path and text, for `_extra`.

An element is written and read as a column of that path would read it: leaves one by one, an element that repeats and has
children as its XML, several values joined. Other records inside the record, and the children of other rows of an
exploded record, are left out: they are rows of their own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from ingestion.formats.xml_paths import Family, Step, XmlPath, as_xml, local, text_of

_TECHNICAL = ("{http://www.w3.org/2001/XMLSchema-instance}", "{http://www.w3.org/XML/1998/namespace}")


@dataclass
class Named:
    """One element as the contract knows it: whether it is left alone with all below it, whether columns read its text,
    which attributes they read, and which steps go on below.
    """

    left: bool = False
    whole: bool = False
    attributes: set[str] = field(default_factory=set)
    below: dict[Step, "Named"] = field(default_factory=dict)

    def add(self, steps: Sequence[Step], ask: str) -> None:
        """A path that is read; what its conditions look at is known by that, too."""
        if steps:
            step = steps[0]
            for _, test, _ in step.conditions:
                self._condition(step, test)
            self.below.setdefault(step, Named()).add(steps[1:], ask)
        elif ask == "all":
            self.left = True
        elif ask == "text":
            self.whole = True
        elif ask.startswith("@"):
            self.attributes.add(ask[1:])

    def _condition(self, step: Step, test: str) -> None:
        known = self.below.setdefault(step, Named())
        if test.startswith("@"):
            known.attributes.add(test[1:])
        elif test:
            known.add((Step(test),), "text")


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
    """One record. `apart`: true for elements below it that are rows of their own."""

    family: Family
    apart: Callable[[etree._Element], bool]

    def texts(self, record: etree._Element, known: Named, separator: str) -> dict[str, str]:
        """Text by path; namesakes are joined."""
        found: dict[str, list[str]] = {}
        for path, text in self._below(record, known, ""):
            found.setdefault(path, []).append(text)
        return {path: separator.join(texts) for path, texts in found.items()}

    def _below(self, element: etree._Element, known: Named | None, path: str) -> Iterator[tuple[str, str]]:
        if known is not None and (known.left or (known.whole and len(element))):
            return
        yield from _attributes(element, known, path)
        if not len(element):
            text = text_of(element)
            if text and not (known is not None and known.whole):
                yield path or ".", text
            return
        steps = {} if known is None else _taken(element, known, self.family)
        names = [local(child.tag) for child in element]
        for name, child in zip(names, element, strict=True):
            if self.apart(child):
                continue
            below = f"{path}/{name}" if path else name
            reached = steps.get(child)
            if reached is None and len(child) and names.count(name) > 1:
                yield below, as_xml(child)
            else:
                yield from self._below(child, reached, below)


def _attributes(element: etree._Element, known: Named | None, path: str) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        name = local(str(key))
        if known is not None and name in known.attributes:
            continue
        if str(value).strip() and not str(key).startswith(_TECHNICAL):
            yield (f"{path}/@{name}" if path else f"@{name}"), str(value)


def _taken(element: etree._Element, known: Named, family: Family) -> dict[etree._Element, Named]:
    """The children that steps of columns lead to, with what these read of them."""
    taken: dict[etree._Element, Named] = {}
    for step, below in known.below.items():
        for child in family.find(element, (step,)):
            taken[child] = _both(taken[child], below) if child in taken else below
    return taken


def _both(one: Named, other: Named) -> Named:
    """An element that several steps lead to, such as Value and Value[2]."""
    below = {**one.below}
    for step, named_there in other.below.items():
        below[step] = _both(below[step], named_there) if step in below else named_there
    return Named(one.left or other.left, one.whole or other.whole, one.attributes | other.attributes, below)
