"""JSON and XML: where the records of a document lie and which paths their columns have.

The notation of paths is that of the readers (formats/json_paths.py, formats/xml_paths.py). One table per document: the
records are the elements that repeat most, which a person changes if another level is wanted.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree

from ingestion.profiling.model import Guess, Recognised

_SAMPLE = 500
_DEPTH = 4
_MAX_DOCUMENT = 64 * 2**20
_EVENTS = 200_000


def json_table(path: Path, head: str, encoding: Guess) -> Recognised:
    """JSON lines, or a document with its largest array of objects as records."""
    options = {"encoding": encoding.value} if encoding.value != "utf-8" else {}
    lines = [line for line in head.splitlines() if line.strip()]
    if len(lines) > 1 and _object(lines[0]) is not None and _object(lines[1]) is not None:
        found = [value for line in lines[:_SAMPLE] if (value := _object(line)) is not None]
        return _lines(found, options)
    if path.stat().st_size > _MAX_DOCUMENT:
        problem = "a JSON document this large is not looked into: give a smaller one of the same kind."
        return Recognised("json", problem=problem)
    try:
        document = json.loads(path.read_bytes().decode(encoding.value).removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return Recognised("json", problem=f"no whole JSON document ({error}).")
    if _is_pi(document):
        return Recognised("pi_web_api", known_as="pi_web_api")
    return _document(document, options)


def _lines(found: list[dict[str, Any]], options: dict[str, Any]) -> Recognised:
    nested = any(isinstance(value, dict | list) for record in found for value in record.values())
    guess = Guess("format", "JSON lines", "high", f"each of the first {len(found):,} lines is an object")
    if nested:
        return Recognised("json", {"lines": True, **options}, _columns(found), (guess,))
    headers = tuple(dict.fromkeys(key for record in found for key in record))
    return Recognised("jsonl", options, headers, (guess,))


def _document(document: Any, options: dict[str, Any]) -> Recognised:
    arrays = dict(_arrays(document, ""))
    if not arrays:
        if not isinstance(document, dict):
            return Recognised("json", problem="no array of objects is in it.")
        words = "the whole document is one record: it holds no array of objects"
        return Recognised(
            "json", options, _columns([document]), (Guess("records", "document", "low", words),)
        )
    path = max(arrays, key=lambda path: len(arrays[path]))
    others = ", ".join(repr(other) for other in arrays if other != path)
    evidence = f"{len(arrays[path]):,} objects lie at {path!r}" + (
        f"; also arrays: {others}" if others else ""
    )
    guess = Guess("records", path, "medium" if others else "high", evidence)
    return Recognised("json", {"records": path, **options}, _columns(arrays[path]), (guess,))


def _arrays(value: Any, path: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Paths of arrays of objects, and their objects from all places that the path reaches."""
    found: dict[str, list[dict[str, Any]]] = {}
    waiting = [(value, path)]
    while waiting:
        here, at = waiting.pop(0)
        if isinstance(here, dict):
            waiting += [(child, _joined(at, key)) for key, child in here.items()]
        elif isinstance(here, list):
            objects = [child for child in here if isinstance(child, dict)]
            if objects:
                found.setdefault(_joined(at, "*", plain=True), []).extend(objects)
                waiting += [(child, _joined(at, "*", plain=True)) for child in objects]
    yield from found.items()


def _columns(records: list[dict[str, Any]]) -> tuple[str, ...]:
    """Paths of the plain values of records; arrays come as their JSON text."""
    found: dict[str, None] = {}
    for record in records[:_SAMPLE]:
        for path in _leaves(record, "", 0):
            found[path] = None
    parents = {path.rpartition("/")[0] for path in found}
    return tuple(path for path in found if path not in parents)


def _leaves(value: dict[str, Any], path: str, depth: int) -> Iterator[str]:
    for key, child in value.items():
        here = _joined(path, key)
        if isinstance(child, dict) and child and depth < _DEPTH:
            yield from _leaves(child, here, depth + 1)
        else:
            yield here


def _joined(path: str, key: str, *, plain: bool = False) -> str:
    step = key if plain else key.replace("~", "~0").replace("/", "~1")
    return f"{path}/{step}" if path else step


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _is_pi(document: Any) -> bool:
    """An answer of the PI Web API: items with a time and a value."""
    items = document.get("Items") if isinstance(document, dict) else None
    first = items[0] if isinstance(items, list) and items else None
    return isinstance(first, dict) and ({"Timestamp", "Value"} <= set(first) or "Items" in first)


def xml_table(path: Path) -> Recognised:
    """The element that occurs most and has children or attributes, and its paths."""
    counts: Counter[str] = Counter()
    columns: dict[str, dict[str, None]] = {}
    namespace = ""
    try:
        for element, depth in _elements(path):
            namespace = namespace or (etree.QName(element).namespace or "")
            if depth and (len(element) or element.attrib):
                name = etree.QName(element).localname
                counts[name] += 1
                columns.setdefault(name, {}).update(dict.fromkeys(_paths(element, "", 0)))
    except etree.XMLSyntaxError as error:
        return Recognised("xml", problem=f"no well-formed XML ({error}).")
    if "mesa.org/xml/B2MML" in namespace:
        return Recognised("xml", known_as="b2mml")
    if "opcfoundation.org/UA/2011/03/UANodeSet" in namespace:
        return Recognised("nodeset", known_as="opcua_nodeset")
    if not counts:
        return Recognised("xml", problem="no element repeats that has children or attributes.")
    record, times = counts.most_common(1)[0]
    others = ", ".join(f"{name} {count:,}" for name, count in counts.most_common(5)[1:])
    evidence = f"{times:,} elements {record}" + (f"; also {others}" if others else "")
    guess = Guess("records", record, "medium" if others else "high", evidence)
    return Recognised("xml", {"records": record}, tuple(columns[record]), (guess,))


def _elements(path: Path) -> Iterator[tuple[Any, int]]:
    """(element, depth) as elements end; the tree does not grow, and nothing is expanded or fetched."""
    events = etree.iterparse(str(path), events=("start", "end"), resolve_entities=False, no_network=True)
    depth = 0
    for event, element in islice(events, _EVENTS):
        if event == "start":
            depth += 1
            continue
        depth -= 1
        if isinstance(element.tag, str):
            yield element, depth
        if depth <= 1:
            element.clear()


def _paths(element: Any, path: str, depth: int) -> Iterator[str]:
    yield from (_joined(path, f"@{etree.QName(name).localname}", plain=True) for name in element.attrib)
    children = [child for child in element if isinstance(child.tag, str)]
    if not children and path and (element.text or "").strip():
        yield path
    if depth < _DEPTH:
        for child in children:
            name = etree.QName(child).localname
            yield from _paths(child, _joined(path, name, plain=True), depth + 1)
