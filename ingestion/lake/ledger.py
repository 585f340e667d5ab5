"""The ledger: one row per attempt to take in a file, in the Delta table <lake>/batches.

A row of status `committed` counts only if the raw table holds its content hash, and of several the last: the ledger
is written just before the raw commit. It also remembers hashes by (path, size, time), so resting files are not read
again, and held files, so they are not judged again until file or contract changes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable

from ingestion.batch import BatchResult, Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.lake.commit import UTC_MICROSECONDS, append_rows
from ingestion.lake.transactions import committed_hashes
from ingestion.settings import Settings

SCHEMA = pa.schema(
    [
        pa.field("recorded_at", UTC_MICROSECONDS),
        pa.field("raw_name", pa.string()),
        pa.field("file", pa.string()),
        pa.field("path", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("mtime_ns", pa.int64()),
        pa.field("sha256", pa.string()),
        pa.field("batch_id", pa.string()),
        pa.field("status", pa.string()),
        pa.field("rows_read", pa.int64()),
        pa.field("rows_committed", pa.int64()),
        pa.field("rows_quarantined", pa.int64()),
        pa.field("findings", pa.string()),
        pa.field("message", pa.string()),
        pa.field("contract_version", pa.string()),
        pa.field("contract_hash", pa.string()),
        pa.field("ingested_at", UTC_MICROSECONDS),
        pa.field("rows_added", pa.int64()),
        pa.field("rows_changed", pa.int64()),
        pa.field("rows_unchanged", pa.int64()),
        pa.field("rows_deleted", pa.int64()),
    ]
)
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Ledger:
    """What the ledger says about one table. `rows` has the columns of SCHEMA, oldest attempt first.

    A long-lived table has a hundred thousand attempts: what every load asks is answered from single columns.
    """

    rows: pa.Table

    def known_hash(self, file: Delivered) -> str | None:
        """The content hash of a file that was seen with this path, size and time before."""
        return self._hashes.get((str(file.path), file.size, file.mtime_ns))

    def held(self, sha256: str, contract_hash: str) -> BatchResult | None:
        """The former verdict if this content was held under this very contract."""
        entry = self._last_of_held.get(sha256)
        if entry is None or (entry["status"], entry["contract_hash"]) != ("held", contract_hash):
            return None
        return _result(entry)

    @cached_property
    def entries(self) -> list[Entry]:
        """All attempts."""
        return self.rows.to_pylist()  # type: ignore[no-any-return] # pyarrow is untyped

    @cached_property
    def _hashes(self) -> dict[tuple[str, int, int], str]:
        names = ("path", "size", "mtime_ns", "sha256")
        columns = (self.rows.column(name).to_pylist() for name in names)
        return {(path, size, at): sha256 for path, size, at, sha256 in zip(*columns, strict=True)}

    @cached_property
    def _last_of_held(self) -> dict[str, Entry]:
        """The last attempt with each content that was ever held."""
        contents = self.rows.filter(pc.field("status") == "held").column("sha256")
        attempts = self.rows.filter(pc.field("sha256").isin(pc.unique(contents)))
        return {entry["sha256"]: entry for entry in attempts.to_pylist()}


def read_ledger(settings: Settings, raw_name: str) -> Ledger:
    """All entries of one table; none if there is no ledger yet."""
    return Ledger(_rows(settings.ledger_path, ds.field("raw_name") == raw_name))


def committed_entries(settings: Settings, raw_name: str) -> list[Entry]:
    """The entries that count: one per content in the raw table, ordered by ingestion."""
    hashes = committed_hashes(settings.raw_path(raw_name))
    entries = _rows(
        settings.ledger_path, (ds.field("raw_name") == raw_name) & (ds.field("status") == "committed")
    )
    last = {entry["sha256"]: entry for entry in entries.to_pylist() if entry["sha256"] in hashes}
    return sorted(last.values(), key=lambda entry: entry["ingested_at"])


def record(
    settings: Settings,
    contract: Contract,
    contract_hash: str,
    attempts: Iterable[tuple[Delivered, BatchResult]],
) -> None:
    """Append one row per attempt."""
    now = datetime.now(UTC)
    rows = [
        {
            "recorded_at": now,
            "raw_name": contract.raw_name,
            "file": file.name,
            "path": str(file.path),
            "size": file.size,
            "mtime_ns": file.mtime_ns,
            "sha256": result.sha256,
            "batch_id": result.batch_id,
            "status": result.status,
            "rows_read": result.rows_read,
            "rows_committed": result.rows_committed,
            "rows_quarantined": result.rows_quarantined,
            "findings": json.dumps([asdict(finding) for finding in result.findings], default=str),
            "message": result.message,
            "contract_version": contract.version,
            "contract_hash": contract_hash,
            "ingested_at": result.ingested_at,
            **_diff(result),
        }
        for file, result in attempts
    ]
    if rows:
        append_rows(settings.ledger_path, pa.Table.from_pylist(rows, SCHEMA), "batches")


def _diff(result: BatchResult) -> dict[str, int | None]:
    diff = asdict(result.diff) if result.diff is not None else {}
    return {f"rows_{name}": diff.get(name) for name in ("added", "changed", "unchanged", "deleted")}


def contract_hash(contract: Contract) -> str:
    """sha256 of the contract's text: a held file is judged again when it changes."""
    text = contract.path.read_bytes() if contract.path is not None else repr(contract).encode()
    return hashlib.sha256(text).hexdigest()


def _rows(path: Path, condition: ds.Expression) -> pa.Table:
    files = DeltaTable(path).file_uris() if DeltaTable.is_deltatable(str(path)) else []
    if not files:
        return SCHEMA.empty_table()
    table = ds.dataset(files, schema=SCHEMA, format="parquet").to_table(filter=condition)
    return table.sort_by([("recorded_at", "ascending"), ("ingested_at", "ascending")])


def _result(entry: Entry) -> BatchResult:
    findings = tuple(
        Finding(**{**finding, "sample": tuple(finding["sample"])})
        for finding in json.loads(entry["findings"])
    )
    return BatchResult(
        file=entry["file"],
        status="held",
        sha256=entry["sha256"],
        bytes=entry["size"],
        findings=findings,
        message=entry["message"],
    )
