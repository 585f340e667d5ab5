"""A table written in any dialect comes back value by value through the contract that profiling drafts of it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from samples import Samples

from ingestion.contracts import Contract
from ingestion.lake.read import create_raw_views, pin_tables
from ingestion.load import load_table
from ingestion.plant import Plant, Site, Source

ZONE = "Europe/Berlin"
SITE = Site("1000", "Test", ZONE, "EUR", "DE")


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    decimal: str
    quote_all: bool
    encoding: str
    line_end: str
    header: bool
    trailing_minus: bool


@dataclass(frozen=True)
class Kind:
    """Values of a column, how they are written, and the value that must come out."""

    name: str
    values: st.SearchStrategy[Any]
    written: Callable[[Any, Dialect], str]
    out: Callable[[Any], Any] = lambda value: value


def _signed(text: str, dialect: Dialect) -> str:
    return f"{text[1:]}-" if dialect.trailing_minus and text.startswith("-") else text


def _at(value: dt.datetime) -> dt.datetime:
    return value.replace(tzinfo=dt.timezone(dt.timedelta(hours=1))).astimezone(dt.UTC)


WORDS = st.text(alphabet="abcdefgäöüÜ xyz-_/&'\"", min_size=1, max_size=12).map(lambda text: f"w{text}w")
# winter: no clock change, and no day above 12 is missing by chance
WINTER = (dt.datetime.fromisoformat("2025-01-01"), dt.datetime.fromisoformat("2025-02-28"))
MOMENTS = st.datetimes(*WINTER).map(lambda value: value.replace(microsecond=0, second=7))
DAYS = st.dates(dt.date(2025, 1, 13), dt.date(2025, 1, 31))
FLOATS = (
    st.floats(-1e6, 1e6, allow_nan=False)
    .map(lambda value: round(value, 3))
    .filter(lambda value: value != int(value))
)
KINDS = [
    Kind("number", st.integers(-(10**12), 10**12), lambda value, d: _signed(str(value), d)),
    Kind("measure", FLOATS, lambda value, d: _signed(f"{value:.3f}".replace(".", d.decimal), d)),
    Kind("word", WORDS, lambda value, d: value),
    Kind("material", st.integers(1, 10**6).map(lambda value: f"{value:010d}"), lambda value, d: value),
    Kind("iso_day", DAYS, lambda value, d: value.isoformat()),
    Kind("german_day", DAYS, lambda value, d: value.strftime("%d.%m.%Y")),
    Kind("us_day", DAYS, lambda value, d: value.strftime("%m/%d/%Y")),
    Kind("dats", DAYS, lambda value, d: value.strftime("%Y%m%d")),
    Kind("local", MOMENTS, lambda value, d: value.strftime("%Y-%m-%d %H:%M:%S"), _at),
    Kind("german", MOMENTS, lambda value, d: value.strftime("%d.%m.%Y %H:%M:%S"), _at),
    Kind("utc", MOMENTS, lambda value, d: f"{value.isoformat()}Z", lambda value: value.replace(tzinfo=dt.UTC)),
    Kind("flag", st.booleans(), lambda value, d: "ja" if value else "nein"),
]  # fmt: skip
DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    quote_all=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    header=st.booleans(),
    trailing_minus=st.booleans(),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Kind], list[list[Any]], Dialect]:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=3, max_size=6, unique_by=lambda kind: kind.name))
    count = draw(st.integers(30, 60))
    columns = [draw(st.lists(kind.values, min_size=count, max_size=count)) for kind in kinds]
    for kind, column in zip(kinds, columns, strict=True):
        if kind.name == "flag":
            column[:2] = [True, False]  # both words, or nothing tells a flag from a text
        elif kind.name == "number":
            column[0] = 10  # not flags
    return kinds, [list(row) for row in zip(*columns, strict=True)], draw(DIALECTS)


def text_of(kinds: list[Kind], rows: list[list[Any]], dialect: Dialect) -> str:
    def cell(text: str) -> str:
        special = any(mark in text for mark in (dialect.delimiter, '"'))
        doubled = text.replace('"', '""')
        return f'"{doubled}"' if special or dialect.quote_all else text

    written = [[kind.written(value, dialect) for kind, value in zip(kinds, row, strict=True)] for row in rows]
    lines = [[kind.name for kind in kinds], *written] if dialect.header else written
    return "".join(dialect.delimiter.join(map(cell, line)) + dialect.line_end for line in lines)


def loaded(contract: Contract, samples: Samples) -> list[tuple[Any, ...]]:
    source = Source("sys", samples.folder, "1000", ZONE)
    plant = Plant("test", "Test", samples.root, (SITE,), (source,))
    load = load_table(contract, source, plant, samples.settings)
    assert [batch.status for batch in load.batches] == ["committed"], load.batches
    warehouse = samples.root / "warehouse.duckdb"
    create_raw_views(warehouse, [contract], pin_tables([contract], samples.settings))
    names = ", ".join(column.name for column in contract.columns)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        view = f"raw.{contract.raw_name}__history"
        return connection.execute(f"SELECT {names} FROM {view} ORDER BY _source_row").fetchall()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(tables())
def test_every_value_comes_back(table: tuple[list[Kind], list[list[Any]], Dialect]):
    kinds, rows, dialect = table
    event(f"{dialect.delimiter} {dialect.encoding}")
    with tempfile.TemporaryDirectory() as folder:
        samples = Samples(Path(folder))
        samples.add("table.csv", text_of(kinds, rows, dialect).encode(dialect.encoding))
        found = samples.table()
        assert found.check.clean, found.check
        expected = [tuple(kind.out(value) for kind, value in zip(kinds, row, strict=True)) for row in rows]
        assert loaded(found.contract, samples) == expected
