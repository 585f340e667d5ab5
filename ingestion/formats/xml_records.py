"""XML: one row per record element, columns by paths, streamed.

formatOptions:
    records     name of the record element, or a list of names; SegmentResponse/MaterialActual asks for its parent too
    explode     child path: one row for each such child; its columns begin with that path
    keepEmpty   false: a record without such a child has no row (default: one row)
    namespaces  patterns that the root's namespace must match, such as http://www.mesa.org/xml/B2MML*; none: any
    optional    true: a file without records is another message and has no rows; else the file is held
    separator   between the values of an element that repeats (default "; ")

A column's physicalName is a path (see xml_paths.py). Namespaces play no part below the root. Documents with a document
type declaration are refused, entities are not expanded, nothing is fetched, and the parser's limits against oversized
input stay on. A file that is no well-formed XML is held as a whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from lxml import etree

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, EmptyFileError, UnreadableFileError
from ingestion.formats.base import HEAD_BYTES, Opened, RawRecord, bounded, unexpected_columns
from ingestion.formats.texts import TextChunk
from ingestion.formats.unnamed import SAMPLE, left_alone, names_given, nested_inputs, packed
from ingestion.formats.xml_frames import Row, Shape, column_path
from ingestion.formats.xml_paths import PathError, Step, XmlPath, line_of, parse
from ingestion.formats.xml_rest import named
from ingestion.formats.xml_stream import XmlError, XmlStream

_OPTIONS = {
    "records", "explode", "keepEmpty", "namespaces", "optional", "separator", "decimal", "thousands",
}  # fmt: skip
_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<")
_LIMITS = ("huge", "excessive depth", "maximum depth", "too large")


class XmlReader:
    """Reads the XML of one contract."""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        options = contract.format_options
        self._contract = contract
        self._namespaces = _texts(options.get("namespaces"))
        self._optional = bool(options.get("optional", False))
        self._names = _texts(options.get("records"))
        self._check_options()
        policy = contract.drift
        self._headers = [name for header in contract.headers for name in policy.names_of(header)]
        try:
            self._known = named(_paths(self._headers), _paths(left_alone(contract)))
            self._shape = Shape(
                records=tuple(tuple(name.split("/")) for name in self._names),
                explode=_plain_steps(str(options.get("explode") or "")),
                columns=tuple(parse(header) for header in contract.headers),
                separator=str(options.get("separator", "; ")),
                keep_empty=bool(options.get("keepEmpty", True)),
            )
        except PathError as error:
            step = "ingestion/formats/xml_paths.py shows the notation."
            raise ContractError(contract.path or contract.raw_name, f"{error}.", step) from error

    def open(self, file: Delivered) -> Opened:
        """Checks up to the first record; a file without one is held, or with `optional` remarked."""
        self._check_head(file)
        stream = self._stream(file, self._looking())
        hold = self._contract.drift.new_columns == "hold"
        first = list(islice(self._rows(file, stream), None if hold else SAMPLE))
        if not first and not self._optional:
            raise UnreadableFileError(
                self._contract.raw_name, file.name, "whole file", f"an element {' or '.join(self._names)}",
                f"none below the root element {stream.root}",
            )  # fmt: skip
        seen = dict.fromkeys(name for row in first for name in row.seen)
        unnamed = list(dict.fromkeys(path for row in first for path in row.unnamed))
        place = f"the first {SAMPLE} records"
        names = names_given(self._contract, file.name, place, [*seen, *unnamed] if first else ())
        return Opened(
            file=file,
            path=file.path,
            text_path=file.path,
            inputs=nested_inputs(names, unnamed),
            signature=("xml", *names),
            findings=unexpected_columns(self._contract, unnamed, file.name)
            if first
            else (self._no_records(file, stream.root),),
            extra=f"c{len(names)}" if self._keeps else "",
        )

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The columns as text, what no column reads as the last one."""
        names = [str(name) for name in opened.signature[1:]]
        chunk = TextChunk(len(names) + 1)
        shape = replace(
            self._shape, columns=tuple(map(parse, names)), known=self._known if self._keeps else None
        )
        for row in self._rows(opened.file, self._stream(opened.file, shape)):
            chunk.add([*row.texts, packed(row.unnamed)])
            if chunk.full:
                yield chunk.take()
        if chunk.rows:
            yield chunk.take()

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch records by number; the raw text is the record's XML."""
        wanted = set(rows)
        last = max(wanted, default=0)
        found = self._rows(opened.file, self._stream(opened.file, self._shape), wanted)
        for number, row in enumerate(found, start=1):
            if number in wanted:
                values = dict(zip(self._contract.headers, row.texts, strict=True))
                yield RawRecord(number, row.line, bounded(row.xml), values, place=row.place)
            if number >= last:
                return

    def _stream(self, file: Delivered, shape: Shape) -> XmlStream:
        return XmlStream(file.path, shape, self._check_root)

    @property
    def _keeps(self) -> bool:
        return self._contract.drift.new_columns == "evolve"

    def _looking(self) -> Shape:
        """The shape that also tells which headers occur and what no column reads, of the first records unless all count."""
        explode = self._shape.explode
        looked = {name: tuple(column_path(path, explode) for path in parse(name)) for name in self._headers}
        waiting = 0 if self._contract.drift.new_columns == "hold" else SAMPLE
        return replace(self._shape, known=self._known, looked=looked, waiting=waiting)

    def _rows(self, file: Delivered, stream: XmlStream, wanted: set[int] | None = None) -> Iterator[Row]:
        try:
            yield from stream.rows(wanted or ())
        except XmlError as error:
            place = f"line {error.line}" if error.line else "whole file"
            raise UnreadableFileError(
                self._contract.raw_name, file.name, place, "XML to this contract", _explained(error.problem)
            ) from error

    def _check_head(self, file: Delivered) -> None:
        with file.path.open("rb") as handle:
            head = handle.read(HEAD_BYTES).lstrip(b" \t\r\n")
        if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
            raise EmptyFileError(self._contract.raw_name, file.name)
        if not head.startswith(_BEGINNINGS):
            seen = f"{head[:20]!r}"
            raise UnreadableFileError(self._contract.raw_name, file.name, "byte 0", "XML", seen)

    def _check_root(self, root: etree._Element) -> None:
        if getattr(root.getroottree().docinfo, "doctype", ""):
            raise XmlError(
                line_of(root), "a document type declaration, which is not read: it can define entities"
            )
        namespace = etree.QName(root).namespace or ""
        if self._namespaces and not any(fnmatchcase(namespace, pattern) for pattern in self._namespaces):
            wanted = " or ".join(self._namespaces)
            raise XmlError(
                line_of(root),
                f"root element {etree.QName(root).localname} of namespace {namespace!r}, not {wanted}",
            )

    def _no_records(self, file: Delivered, root: str) -> Finding:
        names = " or ".join(self._names)
        return Finding(
            rule="no_records",
            column=None,
            rows=0,
            message=f"{self._contract.raw_name}: file {file.name}: {root} has no element {names}, so no rows. "
            "Next step: none if it is another kind of message; else check formatOptions.records.",
        )

    def _check_options(self) -> None:
        where = self._contract.path or self._contract.raw_name
        unknown = sorted(set(self._contract.format_options) - _OPTIONS)
        if unknown:
            raise ContractError(
                where, f"unknown formatOptions {unknown}.", f"use {', '.join(sorted(_OPTIONS))}."
            )
        if not self._names:
            raise ContractError(where, "formatOptions.records is missing.", "name the record element.")


def _paths(names: Iterable[str]) -> Iterator[XmlPath]:
    return (path for name in names for path in parse(name))


def _texts(option: Any) -> tuple[str, ...]:
    if option is None:
        return ()
    return tuple(map(str, option)) if isinstance(option, list | tuple) else (str(option),)


def _plain_steps(path: str) -> tuple[Step, ...]:
    (parsed,) = parse(path) if path else (None,)
    return parsed.steps if parsed else ()


def _explained(problem: str) -> str:
    if any(word in problem.lower() for word in _LIMITS):
        return f"more than the XML parser takes ({problem}); its limits against oversized input stay on"
    return problem
