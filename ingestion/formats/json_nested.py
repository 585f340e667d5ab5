"""Nested JSON: documents of any size, or one document per line, exploded into rows by the contract.

formatOptions:
    records         path of the records, such as orders/*/operations/* (see json_paths.py); empty: the document
    lines           true: each line is a document of its own; a line that is none is quarantined by itself
    keepEmpty       true: a missing or empty branch gives one row without the values below it
    optional        true: a document without the branch of the records has no rows; else the file is held
    encoding        utf-8 (default), utf-16 ...; a byte order mark is left out
    maxRecordBytes  longest part that is held in memory at once: an element of the first array (default 64 MiB)

A column's physicalName is its path from the record. Memory holds one element of the first array of the path, so a
document of gigabytes is read as it is. DuckDB's own reader would hold the whole document as one object and round its
numbers. A document that breaks off is held as a whole; a record of the wrong shape or with a doubled key is quarantined.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, UnreadableFileError
from ingestion.formats import text
from ingestion.formats.base import Opened, RawRecord, bounded, unexpected_columns
from ingestion.formats.json_paths import (
    EACH,
    ColumnPath,
    Level,
    Record,
    WrongShapeError,
    explode,
    is_level,
    level_count,
    steps_of,
    unnamed,
)
from ingestion.formats.json_text import BrokenJsonError, JsonText, decoded, shown
from ingestion.formats.texts import MALFORMED, TextChunk
from ingestion.formats.unnamed import SAMPLE, Tree, left_alone, names_given, nested_inputs, packed, tree

_OPTIONS = {
    "records", "lines", "keepEmpty", "optional", "encoding", "maxRecordBytes", "decimal", "thousands",
}  # fmt: skip
_MAX_RECORD = 64 * 2**20


class NestedJsonReader:
    """Reads the nested JSON of one contract."""

    malformed = MALFORMED

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        options = contract.format_options
        self._contract = contract
        self._scratch = scratch
        self._lines = bool(options.get("lines", False))
        self._limit = limit if self._lines else int(options.get("maxRecordBytes", _MAX_RECORD))
        self._keep_empty = bool(options.get("keepEmpty", False))
        self._optional = bool(options.get("optional", False))
        self._path = str(options.get("records", ""))
        self._steps = steps_of(self._path)
        self._columns = [ColumnPath.parse(header) for header in contract.headers]
        self._named = self._tree()
        self._check()

    def open(self, file: Delivered) -> Opened:
        """Checks on the first records; FileError for what is no JSON or has nothing at the path."""
        text.check_head(self._contract, file)
        readable = text.as_utf8(self._contract, file, self._scratch)
        names, unnamed = self._first_records(file, readable)
        return Opened(
            file=file,
            path=readable,
            text_path=readable,
            inputs=nested_inputs(names, unnamed),
            signature=("json", *names),
            findings=unexpected_columns(self._contract, unnamed, file.name),
            extra=f"c{len(names)}" if self._keeps else "",
        )

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The columns as text, what no column reads as the last one, and which rows are malformed."""
        columns = [ColumnPath.parse(str(name)) for name in opened.signature[1:]]
        chunk = TextChunk(len(columns) + 1)
        for record in self._records(opened.file, opened.path):
            texts = self._texts(record, columns)
            chunk.add(None if texts is None else [*texts, self._extra(record)])
            if chunk.full:
                yield chunk.take()
        if chunk.rows:
            yield chunk.take()

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch records by number; the raw text is the record's JSON, of a broken line the line."""
        wanted = set(rows)
        last = max(wanted, default=0)
        found = enumerate(self._records(opened.file, opened.path), start=1)
        for row, record in islice(found, last):
            if row in wanted:
                yield self._raw(row, record)

    def _raw(self, row: int, record: Record) -> RawRecord:
        problem, texts = record.problem, self._texts(record, self._columns)
        if texts is None and not problem:
            problem = self._wrong_shape(record)
        values = dict(zip(self._contract.headers, texts or (), strict=False))
        place = ": ".join(filter(None, (self._place(record), problem)))
        return RawRecord(row, record.line, bounded(record.text or shown(record.value)), values, place=place)

    @staticmethod
    def _texts(record: Record, columns: Sequence[ColumnPath]) -> list[str | None] | None:
        """The columns of a record; None if it is malformed."""
        if record.problem:
            return None
        try:
            return [column.text(record) for column in columns]
        except WrongShapeError:
            return None

    def _wrong_shape(self, record: Record) -> str:
        """Why the columns of a record could not be read."""
        for header, column in zip(self._contract.headers, self._columns, strict=True):
            try:
                column.text(record)
            except WrongShapeError as error:
                return f"{header}: {error}"
        return ""

    def _place(self, record: Record) -> str:
        """The record's path with indexes, as far as it goes: orders/3/operations/1."""
        indexes = iter(level.place for level in record.levels if level.place is not None)
        return "/".join(str(next(indexes, step)) if step == EACH else step for step in self._steps)

    # values that no column reads

    @property
    def _keeps(self) -> bool:
        return self._contract.drift.new_columns == "evolve"

    def _tree(self) -> Tree | None:
        """The paths into the record that the contract names, now or formerly, or ignores."""
        names = [name for header in self._contract.headers for name in self._contract.drift.names_of(header)]
        paths = map(ColumnPath.parse, [*names, *left_alone(self._contract)])
        return tree(path.steps for path in paths if path.ups == 0 and not path.index)

    def _extra(self, record: Record) -> str | None:
        return packed(unnamed(record.value, self._named)) if self._keeps else None

    def _first_records(self, file: Delivered, path: Path) -> tuple[tuple[str, ...], list[str]]:
        """Names under which the columns come, and paths that no column reads; all records count where such files are held."""
        policy = self._contract.drift
        looked = {
            name: ColumnPath.parse(name)
            for header in self._contract.headers
            for name in policy.names_of(header)
        }
        seen: dict[str, None] = {}
        found: dict[str, None] = {}
        records = self._records(file, path)
        for record in records if policy.new_columns == "hold" else islice(records, SAMPLE):
            if isinstance(record.value, dict):
                seen.update(dict.fromkeys(name for name, column in looked.items() if column.given(record)))
                found.update(dict.fromkeys(unnamed(record.value, self._named)))
        place = f"the first {SAMPLE} records"
        return names_given(self._contract, file.name, place, [*seen, *found] if seen else ()), [*found]

    # from files to records

    def _records(self, file: Delivered, path: Path) -> Iterator[Record]:
        found = self._of_lines(path) if self._lines else self._of_document(path)
        try:
            yield from found
        except BrokenJsonError as error:
            self._unreadable(file, f"line {error.line}", "JSON", error.problem, error)
        except UnicodeDecodeError as error:
            text.check_decodable(self._contract, file)
            self._unreadable(file, "body", "JSON", str(error), error)

    def _of_lines(self, path: Path) -> Iterator[Record]:
        with path.open("rb") as handle:
            for line in text.lines(handle, self._limit):
                if line.raw.strip(b" \t\r\xef\xbb\xbf"):
                    yield from self._of_line(line)

    def _of_line(self, line: text.Line) -> Iterator[Record]:
        shown_line = line.raw.decode("utf-8", errors="replace").removeprefix("\ufeff")
        if line.too_long:
            note = f" [cut here: the line is longer than {self._limit} bytes]"
            yield Record((), line.number, "the line is too long", shown_line + note)
            return
        try:
            document = decoded(shown_line)
        except BrokenJsonError as error:
            yield Record((), line.number, error.problem, shown_line)
            return
        above = (Level(document),) if is_level(self._steps, 0) else ()
        for record in explode(document, self._steps, above, keep_empty=self._keep_empty):
            yield Record(record.levels, line.number, record.problem, shown_line if record.problem else "")

    def _of_document(self, path: Path) -> Iterator[Record]:
        context = self._context(path)
        with path.open(encoding="utf-8-sig", newline="") as handle:
            source = JsonText(handle, self._limit)
            yield from _Walk(self._steps, self._needed(), context, keep_empty=self._keep_empty).records(
                source
            )
            if source.peek():
                raise BrokenJsonError(
                    source.line, "more content behind the document (set lines: true for one a line)"
                )

    def _context(self, path: Path) -> list[dict[str, Any]]:
        """What columns need from objects around the first array; it may stand behind that array."""
        needed = self._needed()
        with path.open(encoding="utf-8-sig", newline="") as handle:
            walk = _Walk(self._steps, needed, None)
            found = walk.look_around(JsonText(handle, self._limit))
        if not found and not self._optional:
            raise BrokenJsonError(1, f"nothing at {self._path!r}")
        return walk.around

    def _needed(self) -> list[set[str]]:
        """Keys that columns need from each object around the first array, outermost first."""
        total = level_count(self._steps)
        needed: list[set[str]] = [set() for _ in range(len(self._steps) + 1)]
        for column in self._columns:
            at = total - 1 - column.ups
            if column.steps:
                needed[at].add(column.steps[0])
        return needed

    def _check(self) -> None:
        where = self._contract.path or self._contract.raw_name
        unknown = sorted(set(self._contract.format_options) - _OPTIONS)
        if unknown:
            raise ContractError(
                where, f"unknown formatOptions {unknown}.", f"use {', '.join(sorted(_OPTIONS))}."
            )
        above = level_count(self._steps) - 1
        for header, column in zip(self._contract.headers, self._columns, strict=True):
            if column.ups > above or EACH in column.steps or ".." in column.steps:
                problem = f"path {header!r} does not fit records {self._path!r}."
                step = f"at most {above} times '..' at its beginning, and '*' in formatOptions.records only."
                raise ContractError(where, problem, step)

    def _unreadable(
        self, file: Delivered, place: str, expected: str, seen: str, error: Exception
    ) -> NoReturn:
        raise UnreadableFileError(self._contract.raw_name, file.name, place, expected, seen) from error


class _Walk:
    """One pass over a document: down to the first array of the path, then element by element."""

    def __init__(
        self,
        steps: Sequence[str],
        needed: Sequence[set[str]],
        context: list[dict[str, Any]] | None,
        *,
        keep_empty: bool = False,
    ) -> None:
        self._steps = steps
        self._first = steps.index(EACH) if EACH in steps else len(steps)
        self._needed = needed
        self._keep_empty = keep_empty
        self._reached = False
        self.around = [{} for _ in range(self._first)] if context is None else context

    def look_around(self, source: JsonText) -> bool:
        """Fill `around`; False if the document has no such branch. Stops early where all that is needed stands in front."""
        for _ in self._down(source, 0, look=True):
            if all(self._needed[at] <= set(found) for at, found in enumerate(self.around)):
                return True
            source.skip()
        return self._reached

    def records(self, source: JsonText) -> Iterator[Record]:
        """The records, each with the line of its element."""
        above = tuple(Level(found) for found in self.around)
        stopped = False
        for index in self._down(source, 0, look=False):
            stopped = True
            source.peek()
            line = source.line
            element = source.value()
            position = self._first + (index is not None)
            own = (Level(element, index),) if is_level(self._steps, position) else ()
            for record in explode(element, self._steps, above + own, position, keep_empty=self._keep_empty):
                yield Record(record.levels, line, record.problem)
        if not stopped and self._keep_empty:
            yield from explode(None, self._steps, above, self._first, keep_empty=True)

    def _down(self, source: JsonText, position: int, *, look: bool) -> Iterator[int | None]:
        """Stop before each element of the first array (or, in a path without one, before the value)."""
        if position == self._first:
            self._reached = True
            yield from self._stops(source, look=look)
        elif source.peek() == "{":
            yield from self._inside(source, position, look=look)
        else:
            raise BrokenJsonError(source.line, f"no object where {self._steps[position]!r} is looked for")

    def _inside(self, source: JsonText, position: int, *, look: bool) -> Iterator[int | None]:
        keys: set[str] = set()
        for key in source.members():
            wanted = key == self._steps[position] or (
                position < len(self.around) and key in self._needed[position]
            )
            if wanted and key in keys:
                raise BrokenJsonError(source.line, f"key {key!r} is given twice")
            if wanted:
                keys.add(key)
            if key == self._steps[position]:
                yield from self._down(source, position + 1, look=look)
            elif look and wanted:
                self.around[position][key] = source.value()
            else:
                source.skip()

    def _stops(self, source: JsonText, *, look: bool) -> Iterator[int | None]:
        if look or self._first == len(self._steps):
            yield None
        elif source.peek() == "[":
            for index in source.elements():
                yield index + 1
        else:
            seen = source.value()
            if seen is not None:
                raise BrokenJsonError(
                    source.line, f"no array at {'/'.join(self._steps[: self._first]) or 'the top'!r}"
                )
