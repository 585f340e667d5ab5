"""The quarantine: rows that did not become raw, with their exact text, place, rule and contract version.

One Delta table per raw table. Rows of an attempt that was killed before its raw commit do not count and are not
listed. Deciding what goes here is typing/ and intake.py; replaying is loading the archived file again.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable

from ingestion.lake.commit import UTC_MICROSECONDS
from ingestion.lake.ledger import committed_entries
from ingestion.settings import Settings

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
    ]
)


@dataclass(frozen=True)
class QuarantinedRow:
    """One row that was put aside."""

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


def list_quarantine(
    settings: Settings, table: str | None = None, *, rule: str | None = None, limit: int | None = None
) -> list[QuarantinedRow]:
    """Quarantined rows of one raw table (e.g. sap_ecc__afru) or of all, oldest file first, in order of the file."""
    found: list[QuarantinedRow] = []
    for path in _tables(settings, table):
        found += _counting_rows(settings, path, rule)
        if limit is not None and len(found) >= limit:
            break
    return found[:limit]


def quarantine_counts(settings: Settings) -> dict[tuple[str, str], int]:
    """Number of quarantined rows by (raw table, rule)."""
    counts: dict[tuple[str, str], int] = {}
    for row in list_quarantine(settings):
        counts[row.table, row.rule] = counts.get((row.table, row.rule), 0) + 1
    return counts


def _tables(settings: Settings, table: str | None) -> list[Path]:
    if table is not None:
        paths = [settings.quarantine_path(table)]
    else:
        folder = settings.lake / "quarantine"
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in paths if DeltaTable.is_deltatable(str(path))]


def _counting_rows(settings: Settings, path: Path, rule: str | None) -> list[QuarantinedRow]:
    attempts = {(entry["batch_id"], entry["ingested_at"]) for entry in committed_entries(settings, path.name)}
    rows = ds.dataset(DeltaTable(path).file_uris(), schema=SCHEMA, format="parquet").to_table(
        filter=None if rule is None else ds.field("rule") == rule
    )
    ordered = rows.sort_by([("ingested_at", "ascending"), ("source_row", "ascending")]).to_pylist()
    return [
        QuarantinedRow(table=path.name, **row)
        for row in ordered
        if (row["batch_id"], row["ingested_at"]) in attempts
    ]
