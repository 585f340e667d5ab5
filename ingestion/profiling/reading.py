"""Rows of a sample as text in DuckDB, read by the readers of formats/ under a contract that asks for nothing.

A table of at most `rows` rows is filled from a few files: the first, the last and some between. Columns are c0, c1 ...
in the order of the headers, `f` is the number of the file. What no reader could place is counted, not kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.contracts import Column, Contract
from ingestion.drift.policy import Drift
from ingestion.errors import FileError
from ingestion.formats import reader_for
from ingestion.formats.base import ArrowReader, Opened, TextReader, relation_of
from ingestion.profiling.model import Group, Sample
from ingestion.profiling.samples import spread
from ingestion.typing.inputs import Input

ROWS = 200_000
FILES = 24
TABLE = "sample"


@dataclass
class Rows:
    """What was read: rows in all, which files, the native types of columns that are no text, and problems."""

    connection: duckdb.DuckDBPyConnection
    group: Group
    samples: tuple[Sample, ...]
    count: int = 0
    cut: bool = False
    native: Mapping[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def column(self, header: str) -> str:
        """SQL name of a header's column."""
        return f"c{self.group.headers.index(header)}"

    @property
    def sampled(self) -> str:
        """What was looked at, in words."""
        of = (
            f"{len(self.samples)} of {len(self.group.samples)} files"
            if len(self.group.samples) > 1
            else "1 file"
        )
        heads = [f"{sample.origin}: {sample.share}" for sample in self.samples if sample.share]
        which = "the first" if self.cut else "" if heads else "all"
        return f"{which} {self.count:,} rows of {of}".strip() + (f" ({'; '.join(heads)})" if heads else "")


def text_contract(group: Group) -> Contract:
    """All headers as text, any of them may be absent."""
    return Contract(
        system="profile",
        table=group.name,
        version="0",
        owner="",
        domain="",
        description="",
        columns=tuple(
            Column(name=f"c{place}", sources=(header,), type="VARCHAR", parse="text")
            for place, header in enumerate(group.headers)
        ),
        format=group.format,
        files=group.files,
        format_options=group.options,
        drift=Drift(optional=frozenset(group.headers), new_columns="ignore"),
    )


def read(
    group: Group, connection: duckdb.DuckDBPyConnection, scratch: Path, max_line_bytes: int, rows: int = ROWS
) -> Rows:
    """Fill the table `sample`; files that cannot be read are told in `problems`."""
    contract = text_contract(group)
    reader = reader_for(contract, scratch, max_line_bytes)
    samples = spread(group.samples, FILES)
    share = max(1, rows // len(samples))
    names = ", ".join(f"c{place} VARCHAR" for place in range(len(group.headers)))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} (f INTEGER, {names})")
    result = Rows(connection, group, samples)
    for number, sample in enumerate(samples):
        try:
            opened = reader.open(sample.file)
            if isinstance(reader, TextReader):
                taken = _from_text(result, reader, opened, number, share)
            else:
                assert isinstance(reader, ArrowReader)
                taken = _from_arrow(result, reader, opened, number, share)
        except (FileError, duckdb.Error, pa.ArrowException) as error:
            result.problems.append((sample.origin, str(error)))
            continue
        result.count += taken
        result.cut |= taken == share
    return result


def _from_text(result: Rows, reader: TextReader, opened: Opened, number: int, most: int) -> int:
    """As ingestion does: read at once, and screened where a line stops DuckDB."""
    try:
        relation = relation_of(reader, [opened], result.connection)
        return _insert(result, opened, number, relation, most=most, malformed=reader.malformed)
    except duckdb.Error:
        result.connection.execute(f"DELETE FROM {TABLE} WHERE f = {number}")
        screened = reader.screen(opened)
        if len(screened.skipped.rows):
            words = f"{len(screened.skipped.rows):,} lines no reader can place, the first is record {screened.skipped.rows[0]:,}"
            result.problems.append((opened.file.name, words))
        relation = relation_of(reader, [screened], result.connection)
        return _insert(result, screened, number, relation, most=most, malformed=reader.malformed)


def _from_arrow(result: Rows, reader: ArrowReader, opened: Opened, number: int, most: int) -> int:
    taken = 0
    malformed = str(getattr(reader, "malformed", ""))
    for chunk in reader.chunks(opened):
        result.connection.register("portion", chunk)
        if not result.native:
            result.native = _native(result, opened)
        taken = _insert(result, opened, number, "portion", most=most - taken, malformed=malformed)
        if taken >= most:
            break
    return taken


def _native(result: Rows, opened: Opened) -> dict[str, str]:
    """DuckDB's types of the columns that the format itself types."""
    described = result.connection.execute("DESCRIBE portion").fetchall()
    types = {name: str(kind) for name, kind, *_ in described}
    return {
        header: types.get(given.sql, "VARCHAR")
        for header, given in opened.inputs.items()
        if given.kind != "text"
    }


def _insert(result: Rows, opened: Opened, number: int, relation: str, *, most: int, malformed: str) -> int:
    texts = ", ".join(_text(opened.inputs.get(header)) for header in result.group.headers)
    where = f"WHERE NOT coalesce({malformed}, false)" if malformed else ""
    result.connection.execute(
        f"INSERT INTO {TABLE} SELECT {number}, {texts} FROM {relation} {where} LIMIT {most}"
    )
    return count(result.connection, f"SELECT count(*) FROM {TABLE} WHERE f = {number}")


def first_row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The first row of a query, () if it has none; fetched to its end, as DuckDB wants it before the next one."""
    return next(iter(connection.execute(sql).fetchall()), ())


def count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The one number that a query gives."""
    return int(first_row(connection, sql)[0])


def _text(given: Input | None) -> str:
    return "NULL" if given is None else f"CAST({given.sql} AS VARCHAR)"
