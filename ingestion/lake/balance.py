"""The proof that nothing is lost: rows read = rows in raw + rows in quarantine + rows that a person gave up.

Counted for every file that was ever taken in, from the rows themselves: those of the raw table by their batch, those of
the quarantine with what was decided about them; the ledger only says how many were read.

Belongs here: counting and comparing. What the tables mean stands in ledger.py, quarantine.py and decisions.py.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from ingestion.lake.commit import UTC_MICROSECONDS
from ingestion.lake.decisions import DISCARDED, RECOVERED
from ingestion.lake.quarantine import OPEN, QuarantineReader
from ingestion.settings import Settings
from ingestion.typing.expressions import literals

_BOOKED = pa.schema(
    [
        pa.field("ingested_at", UTC_MICROSECONDS),
        pa.field("file", pa.string()),
        pa.field("read", pa.int64()),
        pa.field("committed", pa.int64()),
        pa.field("aside", pa.int64()),
    ]
)
_COUNTED = f"""
    SELECT
        ingested_at, any_value(file) AS file,
        coalesce(sum(read), 0) AS read, coalesce(sum(committed), 0) AS committed, coalesce(sum(aside), 0) AS aside,
        coalesce(sum(raw), 0) AS raw, coalesce(sum(opened), 0) AS opened,
        coalesce(sum(discarded), 0) AS discarded, coalesce(sum(recovered), 0) AS recovered
    FROM (
        FROM booked
        UNION ALL BY NAME SELECT _ingested_at AS ingested_at, count(*) AS raw FROM {{raw}} GROUP BY ALL
        UNION ALL BY NAME SELECT
            ingested_at,
            count(*) FILTER (state = '{OPEN}') AS opened,
            count(*) FILTER (state IN ({literals(DISCARDED)})) AS discarded,
            count(*) FILTER (state IN ({literals(RECOVERED)})) AS recovered
        FROM ({{rows}}) GROUP BY ALL
    ) GROUP BY ingested_at ORDER BY ingested_at
"""


@dataclass(frozen=True)
class BatchBalance:
    """The rows of one file taken in. The ledger says `read`, `committed` and `aside` (quarantined at the time); the
    tables hold `raw`, `opened` (still quarantined), `discarded` and `recovered` (replayed or released, so in raw)."""

    file: str | None
    read: int
    committed: int
    aside: int
    raw: int
    opened: int
    discarded: int
    recovered: int

    @property
    def problem(self) -> str:
        """What does not add up; empty if all does."""
        name = f"file {self.file}" if self.file else "rows of no known file"
        if self.read != self.committed + self.aside:
            return f"{name}: {self.read} rows read do not balance in the ledger"
        if self.read != self.raw + self.opened + self.discarded:
            return (
                f"{name}: {self.read} rows read, but {self.raw} are in raw, {self.opened} in quarantine, "
                f"{self.discarded} discarded"
            )
        if self.raw != self.committed + self.recovered:
            return (
                f"{name}: raw holds {self.raw} rows, the ledger says {self.committed} were committed and "
                f"{self.recovered} came out of the quarantine"
            )
        return ""


@dataclass(frozen=True)
class Balance:
    """The rows of one raw table over all files; `problems` in words, none if everything adds up."""

    read: int
    committed: int
    quarantined: int
    discarded: int
    problems: tuple[str, ...]


def table_balance(settings: Settings, raw_name: str, reader: QuarantineReader | None = None) -> Balance:
    """Count every row of a raw table and of its quarantine, file by file; with a `reader` many tables go quicker."""
    with nullcontext(reader) if reader is not None else QuarantineReader(settings) as opened:
        batches = list(_batches(settings, raw_name, opened))
    return Balance(
        read=sum(batch.read for batch in batches),
        committed=sum(batch.raw for batch in batches),
        quarantined=sum(batch.opened for batch in batches),
        discarded=sum(batch.discarded for batch in batches),
        problems=tuple(batch.problem for batch in batches if batch.problem),
    )


def _batches(settings: Settings, raw_name: str, reader: QuarantineReader) -> Iterator[BatchBalance]:
    names = {"read": "rows_read", "committed": "rows_committed", "aside": "rows_quarantined"}
    booked = [
        {"ingested_at": entry["ingested_at"], "file": entry["file"]}
        | {name: entry[column] for name, column in names.items()}
        for entry in reader.entries(raw_name)
    ]
    rows, raw = reader.rows(raw_name), _raw(settings, raw_name, reader.connection)
    reader.connection.register("booked", pa.Table.from_pylist(booked, _BOOKED))
    counted = reader.connection.sql(_COUNTED.format(raw=raw, rows=rows)).to_arrow_table()
    for row in counted.drop_columns(["ingested_at"]).to_pylist():
        file = row.pop("file")
        yield BatchBalance(file, **{name: int(count) for name, count in row.items()})


def _raw(settings: Settings, raw_name: str, connection: duckdb.DuckDBPyConnection) -> str:
    path = settings.raw_path(raw_name)
    files = DeltaTable(path).file_uris() if DeltaTable.is_deltatable(str(path)) else []
    if files:
        return f"read_parquet([{literals(files)}], hive_partitioning=false)"
    connection.register("nothing", pa.table({"_ingested_at": pa.array([], UTC_MICROSECONDS)}))
    return "nothing"
