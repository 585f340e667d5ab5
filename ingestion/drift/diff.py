"""The difference between a file that was held and its contract, found by reading a sample of the file.

A file that lacks columns is opened once more under a contract that demands none; then missing and unknown columns are
compared by name, by whether the values read as the wanted type, and by the values that the raw table holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from ingestion.contracts import Column, Contract
from ingestion.delivery import Delivered
from ingestion.drift.changes import Change
from ingestion.drift.guess import Match, best_matches, inferred_type, known_share, shown, similar
from ingestion.drift.policy import Drift
from ingestion.errors import FileError
from ingestion.formats import reader_for
from ingestion.formats.base import ArrowReader, Opened, TextReader, relation_of
from ingestion.typing.expressions import identifier, literal
from ingestion.typing.query import RULE_COLUMN, typed_query

_ROWS = 2_000
_MOST = 24  # columns that are compared with each other
_TABLE = "drift_sample"


@dataclass(frozen=True)
class Sampler:
    """Where a sample is read: DuckDB, scratch folder, line limit, and the raw table that holds former values."""

    connection: duckdb.DuckDBPyConnection
    scratch: Path
    max_line_bytes: int
    raw_table: Path


def compare(
    contract: Contract,
    file: Delivered,
    sampler: Sampler,
    *,
    lacking: Sequence[str] = (),
    changed: Sequence[str] = (),
) -> list[Change]:
    """All differences in columns; [] if nothing can be read.

    `lacking`: headers that the file does not have; `changed`: columns of the contract whose type is another.
    """
    relaxed = replace(contract, drift=Drift(optional=frozenset(contract.headers)))
    try:
        opened = _sampled(relaxed, file, sampler)
    except (FileError, duckdb.Error):
        return []
    seen = list(opened.inputs)
    unknown = list(contract.drift.unknown(contract.headers, seen))
    matches = [
        _match(contract, opened, old, new, sampler) for old in lacking[:_MOST] for new in unknown[:_MOST]
    ]
    renamed = best_matches(matches)
    changes = [_renamed(contract, match) for match in renamed.values()]
    changes += [_missing(contract, header, sampler) for header in lacking if header not in renamed]
    changes += [_type(contract, opened, name, sampler) for name in changed]
    taken = {match.new for match in renamed.values()}
    return changes + [_new(opened, header, sampler) for header in unknown if header not in taken]


def _sampled(contract: Contract, file: Delivered, sampler: Sampler) -> Opened:
    """Open the file and copy its first rows into a temporary table."""
    reader = reader_for(contract, sampler.scratch, sampler.max_line_bytes)
    opened = reader.open(file)
    if isinstance(reader, TextReader):
        relation = relation_of(reader, [opened], sampler.connection)
    else:
        assert isinstance(reader, ArrowReader)
        empty = pa.table({f"c{index}": pa.array([], pa.string()) for index in range(len(opened.inputs))})
        portion = next(reader.chunks(opened), empty)
        sampler.connection.register("drift_portion", portion)
        relation = "drift_portion"
    sampler.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS SELECT * FROM {relation} LIMIT {_ROWS}"
    )
    return opened


def _texts(opened: Opened, header: str, sampler: Sampler) -> list[str]:
    given = opened.inputs.get(header)
    if given is None:
        return []
    sql = f"SELECT CAST({given.sql} AS VARCHAR) AS text FROM {_TABLE}"
    rows = sampler.connection.execute(f"SELECT text FROM ({sql}) WHERE trim(text) <> ''").fetchall()
    return [str(text) for (text,) in rows]


def _held(column: Column, sampler: Sampler) -> list[object]:
    """Values of a column in the newest file of the raw table."""
    if not DeltaTable.is_deltatable(str(sampler.raw_table)):
        return []
    table = DeltaTable(sampler.raw_table)
    actions = pa.table(table.get_add_actions(flatten=True))
    if not actions.num_rows:
        return []
    times, paths = (actions.column(name).to_pylist() for name in ("modification_time", "path"))
    _, newest = max(zip(times, paths, strict=True))
    path = literal(str(sampler.raw_table / newest))
    name = identifier(column.name)
    sql = f"SELECT {name} FROM (SELECT * FROM read_parquet({path}) LIMIT {_ROWS}) WHERE {name} IS NOT NULL"
    try:
        return [value for (value,) in sampler.connection.execute(sql).fetchall()]
    except duckdb.Error:  # the newest file was written before this column came
        return []


def _read_as(
    contract: Contract, column: Column, opened: Opened, header: str, sampler: Sampler
) -> tuple[float, list[object]]:
    """Share of the filled values of a delivered column that the contract's column could take, and those values."""
    filled = len(_texts(opened, header, sampler))
    if not filled or len(column.sources) > 1:
        return 0.0, []
    alone = replace(
        contract, columns=(replace(column, sources=(header,)),), drift=Drift(new_columns="ignore")
    )
    query = typed_query(alone, {header: opened.inputs[header]}).over(_TABLE)
    name = identifier(column.name)
    sql = f"SELECT {name} FROM ({query}) WHERE {RULE_COLUMN} = 0 AND {name} IS NOT NULL"
    values = [value for (value,) in sampler.connection.execute(sql).fetchall()]
    return min(1.0, len(values) / filled), values


def _match(contract: Contract, opened: Opened, old: str, new: str, sampler: Sampler) -> Match:
    column = _column_of(contract, old)
    readable, values = _read_as(contract, column, opened, new, sampler)
    known, words = known_share(_held(column, sampler), values)
    name = similar(old, new)
    free_text = column.type == "VARCHAR" and not (column.pattern or column.enum or column.values)
    evidence = f"names {name:.0%} alike; {readable:.0%} of its values read as {column.type}; {words}"
    return Match(old, new, name, readable, known, free_text, evidence)


def _column_of(contract: Contract, header: str) -> Column:
    return next(
        column for column in contract.columns if header in column.sources and column.parse != "utc_date_of"
    )


def _renamed(contract: Contract, match: Match) -> Change:
    kind = _column_of(contract, match.old).type
    option = f"--rename {match.old}={match.new}"
    return Change("renamed", match.old, match.new, kind, "", match.evidence, option)


def _missing(contract: Contract, header: str, sampler: Sampler) -> Change:
    column = _column_of(contract, header)
    held = shown(_held(column, sampler))
    return Change(
        "missing", header, "", column.type, "", f"held so far: {held or 'no values'}", f"--remove {header}"
    )


def _new(opened: Opened, header: str, sampler: Sampler) -> Change:
    texts = _texts(opened, header, sampler)
    return Change(
        "new", "", header, "", inferred_type(texts), f"e.g. {shown(texts) or 'no values'}", f"--add {header}"
    )


def _type(contract: Contract, opened: Opened, name: str, sampler: Sampler) -> Change:
    column = contract.column(name)
    header = contract.drift.given_as(column.sources[0], opened.inputs) or column.sources[0]
    texts = _texts(opened, header, sampler)
    after = inferred_type(texts)
    evidence = f"held so far: {shown(_held(column, sampler)) or 'no values'}; now e.g. {shown(texts)}"
    return Change("type", header, "", column.type, after, evidence, f"--type {header}={after.split()[0]}")
