"""Streams the records of an XML file: memory holds one outermost record, and the values asked of open ancestors.

A row may ask an enclosing element for a value that stands behind the record. So rows wait: all of a small file, of a
big one up to `WAITING` of them. Where an ancestor's value comes after its rows had to go, LateValueError is raised
rather than a row given without it.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path

from lxml import etree

from ingestion.formats.xml_frames import (
    Ancestor,
    Answer,
    ColumnPath,
    Found,
    Frame,
    Key,
    Row,
    Shape,
    column_path,
    name_of,
)
from ingestion.formats.xml_paths import (
    Family,
    XmlPath,
    as_xml,
    asked,
    line_of,
    local,
    place_of,
)
from ingestion.formats.xml_rest import Rest

WAITING = 16 * 1024


class XmlError(ValueError):
    """The document cannot be used; `line` is where, 0 if that is not known."""

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        self.problem = problem
        super().__init__(problem)


class LateValueError(XmlError):
    """A value of an enclosing element stands behind more records than can wait for it."""


class XmlStream:
    """One pass over a file."""

    def __init__(self, path: Path, shape: Shape, check_root: Callable[[etree._Element], None]) -> None:
        self._path = path
        self._shape = shape
        self._check_root = check_root
        self._frames: list[Frame] = []
        self._names = {tail[-1] for tail in shape.records}
        self._columns = [[column_path(one, shape.explode) for one in paths] for paths in shape.columns]
        above = [one for paths in shape.columns for one in paths if one.origin != "record" and one.steps]
        self._captured: dict[str, set[Key]] = {}
        for one in above:
            self._captured.setdefault(one.steps[-1].name, set()).add(one.key)
        self._from_above = [all(one.origin != "record" for one in paths) for paths in shape.columns]
        self._shared: dict[int, Answer] = {}  # answers that rows below the same open elements have in common
        self._unit_place = 0
        self._nested = False
        self.root = ""

    def rows(self, wanted: Container[int] = ()) -> Iterator[Row]:
        """All rows in order of the document; those whose number (from 1) is `wanted` come with XML and place."""
        waiting: list[tuple[list[Answer], Row]] = []
        number = 0
        for unit in self._units():
            for record in self._records(unit):
                children = self._exploded(record)
                for child in children:
                    number += 1
                    answers, row, found = self._row(record, child, unit, full=number in wanted)
                    self._look(row, found, children)
                    waiting.append((answers, row))
            if len(waiting) >= (self._shape.waiting or WAITING):
                yield from self._answered(waiting)
                waiting = []
        yield from self._answered(waiting)

    # the document

    def _units(self) -> Iterator[etree._Element]:
        """Each outermost record while its ancestors are in self._frames."""
        unit: etree._Element | None = None
        for event, element in self._events():
            if unit is not None:
                if event == "start":
                    self._nested = self._nested or local(element.tag) in self._names
                elif element is unit:
                    yield unit
                    _forget(unit)
                    unit = None
            elif event == "start":
                name = local(element.tag)
                if not self._frames and not self.root:
                    self.root = name
                    self._check_root(element)
                if name in self._names and self._is_record(name, [frame.name for frame in self._frames]):
                    self._unit_place = self._count(name)
                    unit, self._nested = element, False
                else:
                    self._frames.append(self._frame(element, name))
                    self._shared = {}
            else:
                self._close(element)

    def _events(self) -> Iterator[tuple[str, etree._Element]]:
        with self._path.open("rb") as handle:
            context = etree.iterparse(
                handle,
                events=("start", "end"),
                load_dtd=False,
                dtd_validation=False,
                attribute_defaults=False,
                resolve_entities=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
            try:
                yield from context
            except etree.XMLSyntaxError as error:
                raise XmlError(error.lineno or 0, error.msg or "no XML") from error

    def _frame(self, element: etree._Element, name: str) -> Frame:
        attributes = (
            {local(str(key)): str(value) for key, value in element.attrib.items()} if element.attrib else {}
        )
        return Frame(name, self._count(name), attributes)

    def _count(self, name: str) -> int:
        counts = self._frames[-1].counts if self._frames else {}
        counts[name] = counts.get(name, 0) + 1
        return counts[name]

    def _close(self, element: etree._Element) -> None:
        """The end of an element outside of records: keep what is asked of its ancestors, forget the rest."""
        name = self._frames[-1].name
        for key in self._captured.get(name, ()):
            names = key[:-1]
            target = len(self._frames) - len(names) - 1
            if target >= 0 and tuple(frame.name for frame in self._frames[target + 1 :]) == names:
                value = asked(element, key[-1])
                if key[-1] == "text" and self._frames[-1].counts:  # its children are forgotten already
                    value = str(element.text or "").strip()
                self._keep(self._frames[target], key, value, element)
        self._frames.pop()
        self._shared = {}
        _forget(element)

    def _keep(self, frame: Frame, key: Key, value: str | None, element: etree._Element) -> None:
        if not value:
            return
        if key in frame.answered:
            where = "/".join(key[:-1])
            problem = f"{where} of {frame.name} stands behind more than {WAITING} of its records"
            raise LateValueError(line_of(element), problem)
        frame.values.setdefault(key, []).append(value)

    # records

    def _records(self, unit: etree._Element) -> Iterator[etree._Element]:
        """The unit itself and records inside it, in order of the document."""
        yield unit
        for element in unit.iterdescendants() if self._nested else ():
            name = local(element.tag)
            if name in self._names:
                above = [local(one.tag) for one in element.iterancestors()][::-1]
                if self._is_record(name, above):
                    yield element

    def _is_record(self, name: str, above: Sequence[str]) -> bool:
        return any(
            tail[-1] == name and (len(tail) == 1 or tuple(above[-len(tail) + 1 :]) == tail[:-1])
            for tail in self._shape.records
        )

    def _exploded(self, record: etree._Element) -> list[etree._Element | None]:
        if not self._shape.explode:
            return [None]
        found: list[etree._Element | None] = [*Family().find(record, self._shape.explode)]
        return found or ([None] if self._shape.keep_empty else [])

    def _row(
        self, record: etree._Element, child: etree._Element | None, unit: etree._Element, *, full: bool
    ) -> tuple[list[Answer], Row, Found]:
        above: list[Ancestor] = []
        element = record
        while element is not unit and (parent := element.getparent()) is not None:
            above.append(parent)
            element = parent
        above += reversed(self._frames)
        found = Found(unit, record, child, above)
        answers = [self._column(found, column) for column in range(len(self._columns))]
        line = line_of(record)
        row = Row([], line, as_xml(record), self._place(found)) if full else Row([], line)
        return answers, row, found

    def _look(self, row: Row, found: Found, children: Sequence[etree._Element | None]) -> None:
        """Note what no column reads of a record, and which of the paths that are looked for it has."""
        shape = self._shape
        if shape.known is not None:
            several = self._nested or len(children) > 1
            rest = Rest(found.family, (lambda one: self._apart(one, found, children)) if several else None)
            row.unnamed = rest.texts(found.record, shape.known, shape.separator)
        if shape.looked:
            row.seen = tuple(name for name, paths in shape.looked.items() if any(map(found.has, paths)))

    def _apart(self, one: etree._Element, found: Found, children: Sequence[etree._Element | None]) -> bool:
        """True for an element inside a record that makes another row."""
        if one is not found.child and one in children:
            return True
        name = local(one.tag)
        if not self._nested or name not in self._names:
            return False
        inside = [local(each.tag) for each in one.iterancestors()][::-1]
        return self._is_record(name, inside)

    def _column(self, found: Found, column: int) -> Answer:
        """The answer of a column, asked once for all records right below the same open elements."""
        if not self._from_above[column] or found.record is not found.unit:
            return self._answer(found, self._columns[column])
        if column not in self._shared:
            self._shared[column] = self._answer(found, self._columns[column])
        return self._shared[column]

    def _answer(self, found: Found, paths: Sequence[ColumnPath]) -> Answer:
        """The column's text, or where an open ancestor is asked: what to choose from later."""
        choice: list[str | tuple[Frame, XmlPath]] = []
        for one in paths:
            origin = found.origin(one)
            if isinstance(origin, Frame):
                choice.append((origin, one.path))
            elif origin is not None and (text := self._text(found, one.below, origin)):
                return [*choice, text] if choice else text
        return choice or None

    def _text(self, found: Found, path: XmlPath, origin: etree._Element) -> str | None:
        """The value of a path below an element of the unit."""
        if path.ask == "place" and origin is found.unit and not path.steps:
            return str(self._unit_place)  # its siblings are forgotten, it cannot be counted again
        return found.family.text(origin, path, self._shape.separator)

    def _answered(self, waiting: Sequence[tuple[list[Answer], Row]]) -> Iterator[Row]:
        for answers, row in waiting:
            row.texts.extend(self._resolved(answer) for answer in answers)
            yield row

    def _resolved(self, answer: Answer) -> str | None:
        if not isinstance(answer, list):
            return answer
        for option in answer:
            text = option if isinstance(option, str) else option[0].answer(option[1], self._shape.separator)
            if text:
                return text
        return None

    def _place(self, found: Found) -> str:
        """Where the record is: SegmentResponse[2]/MaterialActual[3] below all that encloses it."""
        steps = []
        for one in (*reversed(found.above), found.record):
            place = (
                one.place
                if isinstance(one, Frame)
                else self._unit_place
                if one is found.unit
                else place_of(one)
            )
            steps.append(f"{name_of(one)}[{place}]" if place > 1 else name_of(one))
        return "/".join(steps)


def _forget(element: etree._Element) -> None:
    """Give back the memory of an element that has ended, and of those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
