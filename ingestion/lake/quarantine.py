"""The quarantine: rows that did not become raw, with their exact text, place, rule and contract version.

One Delta table per raw table. Rows of an attempt that was killed before its raw commit do not count, are not listed
and go when the file is taken in again. A row judged again stands here again, and its last record tells why it is still here. What became of a row
(open, replayed, released, discarded, expired) follows from the decisions about it (decisions.py).

Belongs here: appending records, reading rows with their state. Deciding what goes here is typing/ and verdict.py, bringing rows into raw
ingestion/recover.py.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable

from ingestion.errors import ConfigurationError
from ingestion.lake.commit import UTC_MICROSECONDS, append_rows, remove_rows
from ingestion.lake.decisions import STATES, counting_decisions
from ingestion.lake.ledger import Book, Entry, committed_entries
from ingestion.lake.transactions import committed_hashes
from ingestion.settings import Settings
from ingestion.typing.expressions import literal, literals

OPEN = "open"
SCHEMA = pa.schema(
    [
        pa.field("file", pa.string()),
        pa.field("source_row", pa.int64()),
        pa.field("line", pa.int64()),
        pa.field("rule", pa.string()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("raw_text", pa.string()),
        pa.field("expected", pa.string()),
        pa.field("batch_id", pa.string()),
        pa.field("ingested_at", UTC_MICROSECONDS),
        pa.field("contract_version", pa.string()),
        pa.field("judged_at", UTC_MICROSECONDS),  # null: when it was read first
    ]
)
_STATES = " ".join(f"WHEN {literal(action)} THEN {literal(state)}" for action, state in STATES.items())
_ROWS = f"""
    WITH records AS (
        SELECT * FROM (FROM {{relation}} UNION ALL BY NAME FROM no_rows)
        SEMI JOIN attempts USING (batch_id, ingested_at)
        QUALIFY row_number() OVER (
            PARTITION BY batch_id, ingested_at, source_row ORDER BY judged_at DESC NULLS LAST
        ) = 1
    ), named AS (
        SELECT
            batch_id, ingested_at, unnest(source_rows) AS source_row,
            CASE action {_STATES} END AS state, decided_at, decided_by, reason
        FROM decisions
    ), decided AS (
        FROM named QUALIFY row_number() OVER (
            PARTITION BY batch_id, ingested_at, source_row ORDER BY decided_at DESC
        ) = 1
    )
    SELECT records.* EXCLUDE (judged_at), coalesce(state, '{OPEN}') AS state, decided_at, decided_by, reason
    FROM records LEFT JOIN decided USING (batch_id, ingested_at, source_row)
"""


def append_records(
    settings: Settings, raw_name: str, records: Iterable[pa.RecordBatch], transactions: Sequence[str] = ()
) -> None:
    """Append records of SCHEMA to the quarantine of a raw table, before raw commits under the same transactions.

    What an attempt under one of them left here, killed before its raw commit, goes: a reader of the bare Delta table
    would count those rows twice.
    """
    path = settings.quarantine_path(raw_name)
    if committed_hashes(path, transactions):
        _remove_killed(settings, raw_name, path)
    reader = pa.RecordBatchReader.from_batches(SCHEMA, records)
    append_rows(path, reader, f"quarantine of {raw_name}", transactions)


def _remove_killed(settings: Settings, raw_name: str, path: Path) -> None:
    """Remove the records of attempts that the ledger does not count."""
    counted = {(entry["batch_id"], entry["ingested_at"]) for entry in committed_entries(settings, raw_name)}
    held = ds.dataset(DeltaTable(path).file_uris()).to_table(["batch_id", "ingested_at"])
    attempts = {
        (one["batch_id"], one["ingested_at"])
        for one in held.group_by(held.column_names).aggregate([]).to_pylist()
    }
    for batch_id, ingested_at in sorted(attempts - counted):
        at = f"arrow_cast({literal(ingested_at.isoformat())}, 'Timestamp(Microsecond, Some(\"UTC\"))')"
        remove_rows(path, f"batch_id = {literal(batch_id)} AND ingested_at = {at}")


@dataclass(frozen=True)
class QuarantinedRow:
    """One row that was put aside, and what was decided about it."""

    table: str
    file: str
    source_row: int
    line: int
    rule: str
    column: str | None
    value: str | None
    raw_text: str
    expected: str
    batch_id: str
    ingested_at: datetime
    contract_version: str
    state: str = OPEN
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None

    @property
    def row_id(self) -> str:
        """Names the row in its table: batch and record number."""
        return f"{self.batch_id}:{self.source_row}"


@dataclass(frozen=True)
class Selection:
    """Rows of the quarantine by what they have in common; what is empty is not asked. `rows` are row ids, `file` a
    name that may hold * and ?, `before` the end of the time at which they were put aside. No state: all states."""

    rule: str = ""
    file: str = ""
    rows: tuple[str, ...] = ()
    states: tuple[str, ...] = (OPEN,)
    before: datetime | None = None

    def condition(self) -> str:
        """The same as SQL."""
        asked = [f"rule = {literal(self.rule)}"] if self.rule else []
        asked += [f"file GLOB {literal(self.file)}"] if self.file else []
        asked += [f"concat(batch_id, ':', source_row) IN ({literals(self.rows)})"] if self.rows else []
        asked += [f"state IN ({literals(self.states)})"] if self.states else []
        asked += [f"ingested_at < TIMESTAMPTZ '{self.before.isoformat()}'"] if self.before else []
        return " AND ".join(asked) or "true"


@dataclass(frozen=True)
class RuleCount:
    """Rows of one table that broke one rule and are in one state, with one of them as an example."""

    table: str
    rule: str
    state: str
    rows: int
    files: int
    first_at: datetime
    value: str | None
    expected: str


def list_quarantine(
    settings: Settings,
    table: str | None = None,
    *,
    rule: str | None = None,
    limit: int | None = None,
    selection: Selection | None = None,
) -> list[QuarantinedRow]:
    """Rows of one raw table (e.g. sap_ecc__afru) or of all that still wait, or that are selected; oldest file first."""
    wanted = (selection or Selection(rule=rule or "")).condition()
    found: list[QuarantinedRow] = []
    with QuarantineReader(settings) as reader:
        for name in quarantined_tables(settings) if table is None else [table]:
            most = "" if limit is None else f" LIMIT {limit - len(found)}"
            sql = (
                f"FROM ({reader.rows(name)}) WHERE {wanted} ORDER BY ingested_at, batch_id, source_row{most}"
            )
            rows = reader.connection.sql(sql).to_arrow_table().to_pylist()
            found += [QuarantinedRow(table=name, **row) for row in rows]
    return found


def rule_counts(settings: Settings, tables: Collection[str] | None = None) -> list[RuleCount]:
    """Rows by table, rule and state, of these raw tables or of all."""
    names = [name for name in quarantined_tables(settings) if tables is None or name in tables]
    if not names:
        return []
    found: list[RuleCount] = []
    with QuarantineReader(settings) as reader:
        for name in names:
            counted = reader.connection.sql(f"""
                SELECT
                    rule, state, count(*) AS rows, count(DISTINCT file) AS files, min(ingested_at) AS first_at,
                    arg_min(value, (ingested_at, source_row)) AS value, any_value(expected) AS expected
                FROM ({reader.rows(name)}) GROUP BY rule, state ORDER BY rule, state
            """)
            found += [RuleCount(table=name, **row) for row in counted.to_arrow_table().to_pylist()]
    return found


def quarantined_tables(settings: Settings) -> list[str]:
    """Raw tables of which rows were ever put aside."""
    folder = settings.lake / "quarantine"
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path.name for path in paths if DeltaTable.is_deltatable(str(path))]


class QuarantineReader:
    """Reads the quarantine of one table after the other; DuckDB and the ledger are opened once. Use it in a with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._book = Book(settings)
        self.connection = duckdb.connect(config={"threads": "1"})

    def __enter__(self) -> "QuarantineReader":
        """Times come out in UTC."""
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.register("no_rows", SCHEMA.empty_table())
        return self

    def __exit__(self, *_: object) -> None:
        """Give back DuckDB's memory."""
        self.connection.close()

    def entries(self, table: str) -> list[Entry]:
        """What the ledger counts of a raw table."""
        return committed_entries(self._settings, table, self._book)

    def rows(self, table: str) -> str:
        """SQL of all quarantined rows of a raw table with their state, until the next is asked for; columns as
        QuarantinedRow."""
        fields = [SCHEMA.field(name) for name in ("batch_id", "ingested_at")]
        attempts = [{field.name: entry[field.name] for field in fields} for entry in self.entries(table)]
        self.connection.register("attempts", pa.Table.from_pylist(attempts, pa.schema(fields)))
        self.connection.register("decisions", counting_decisions(self._settings, table))
        return _ROWS.format(relation=_relation(self._settings.quarantine_path(table)))


def _relation(path: Path) -> str:
    files = DeltaTable(path).file_uris() if DeltaTable.is_deltatable(str(path)) else []
    return f"read_parquet([{literals(files)}], union_by_name=true)" if files else "no_rows"


def export_quarantine(settings: Settings, table: str, selection: Selection, to: Path) -> int:
    """Write the selected rows of a raw table into a .csv, .json or .parquet file; their number."""
    kinds = {".csv": "(FORMAT csv, HEADER)", ".json": "(FORMAT json, ARRAY)", ".parquet": "(FORMAT parquet)"}
    if to.suffix not in kinds:
        raise ConfigurationError(to, "the name tells no format.", f"end it with {', '.join(kinds)}.")
    with QuarantineReader(settings) as reader:
        chosen = f"FROM ({reader.rows(table)}) WHERE {selection.condition()}"
        wanted = f"{chosen} ORDER BY ingested_at, batch_id, source_row"
        written = reader.connection.execute(
            f"COPY ({wanted}) TO {literal(str(to))} {kinds[to.suffix]}"
        ).fetchone()
    return int(written[0]) if written else 0
