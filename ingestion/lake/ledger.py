"""The ledger: one row per attempt to take in a file, in the Delta table <lake>/batches.

A row of status `committed` counts only if the log of the raw table holds its transaction (its content hash), and of
several the last: the ledger is written just before the raw commit. It also remembers hashes by (path, size, time), so resting files are not read
again, and held files, so they are not judged again until file or contract changes.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable

from ingestion.batch import BatchResult, Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.lake.commit import UTC_MICROSECONDS, add_rows, open_table
from ingestion.lake.locks import exclusive
from ingestion.lake.maintain import compact_if_scattered
from ingestion.lake.pruning import Bounds, files_within
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
        pa.field("transaction", pa.string()),
        pa.field("null_counts", pa.string()),
    ]
)
_ORDER = ("recorded_at", "ingested_at")
Entry = Mapping[str, Any]


class Ledger:
    """What the ledger says about one table.

    A long-lived table has a hundred thousand attempts: files whose bounds in the log show that they cannot answer stay
    closed, what every load asks is looked for in the narrowest column first, and whole rows are read only of what is
    found there.
    """

    def __init__(self, path: Path, actions: pa.Table | None, raw_name: str) -> None:
        self._path = path
        self._actions = actions
        self._raw_name = raw_name

    def known_hashes(self, files: Sequence[Delivered]) -> dict[Delivered, str]:
        """The content hashes of those files that were seen with the same path, size and time before."""
        times = {file.mtime_ns for file in files}
        at_times = ds.field("mtime_ns").isin(pa.array(times, pa.int64()))
        within = {"mtime_ns": (min(times, default=0), max(times, default=0))}
        if not self._read(at_times, ["mtime_ns"], within).num_rows:
            return {}
        names = ["path", "size", "mtime_ns", "sha256"]
        asked = at_times & _among("path", [str(file.path) for file in files])
        rows = self._read(asked, [*names, *_ORDER], within)
        columns = (_oldest_first(rows).column(name).to_pylist() for name in names)
        seen = {(path, size, at): sha256 for path, size, at, sha256 in zip(*columns, strict=True)}
        keys = ((file, (str(file.path), file.size, file.mtime_ns)) for file in files)
        return {file: seen[key] for file, key in keys if key in seen}

    def held(self, hashes: Collection[str], contract_hash: str) -> dict[str, BatchResult]:
        """The former verdicts on those contents that were held, last, under this very contract."""
        asked = (ds.field("status") == "held") & _among("sha256", hashes)
        once = self._read(asked, ["sha256"], _of("held")).column("sha256").to_pylist()
        attempts = self._read(_among("sha256", once)) if once else SCHEMA.empty_table()
        last = {entry["sha256"]: entry for entry in _oldest_first(attempts).to_pylist()}
        return {
            sha256: _result(entry)
            for sha256, entry in last.items()
            if (entry["status"], entry["contract_hash"]) == ("held", contract_hash)
        }

    def entries(self, status: str | None = None) -> list[Entry]:
        """All attempts, or those of one status, oldest first."""
        rows = (
            self._read() if status is None else self._read(ds.field("status") == status, within=_of(status))
        )
        return _oldest_first(rows).to_pylist()  # type: ignore[no-any-return] # pyarrow is untyped

    def _read(
        self,
        condition: ds.Expression | None = None,
        columns: Sequence[str] = SCHEMA.names,
        within: Bounds | None = None,
    ) -> pa.Table:
        """Columns of the rows of this table that meet the condition, which holds only `within` these bounds."""
        bounds = {"raw_name": (self._raw_name, self._raw_name), **(within or {})}
        files = files_within(self._path, self._actions, bounds) if self._actions is not None else []
        if not files:
            return SCHEMA.empty_table().select(list(columns))
        of_table = ds.field("raw_name") == self._raw_name
        dataset = ds.dataset(files, schema=SCHEMA, format="parquet")
        return dataset.to_table(
            columns=list(columns), filter=of_table if condition is None else of_table & condition
        )


def _of(status: str) -> Bounds:
    return {"status": (status, status)}


def _among(name: str, texts: Collection[str]) -> ds.Expression:
    return ds.field(name).isin(pa.array(texts, pa.string()))


def _oldest_first(rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in _ORDER])


class Book:
    """The ledger's Delta table, opened once and brought up to date when it is read again; for one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.ledger_path
        self._table: DeltaTable | None = None

    def of(self, raw_name: str) -> Ledger:
        """The ledger as far as it is about one table; it says nothing if there is none yet."""
        table = self._latest()
        actions = pa.table(table.get_add_actions(flatten=True)) if table is not None else None
        return Ledger(self._path, actions, raw_name)

    def record(
        self, contract: Contract, contract_hash: str, attempts: Iterable[tuple[Delivered, BatchResult]]
    ) -> None:
        """Append one row per attempt."""
        now = datetime.now(UTC)
        rows = [_row(now, contract, contract_hash, file, result) for file, result in attempts]
        if not rows:
            return
        with exclusive(self._settings.lake, "ledger"):  # loads of other tables write too
            self._table = add_rows(self._path, self._latest(), pa.Table.from_pylist(rows, SCHEMA))
        sizes = pa.table(self._table.get_add_actions()).column("size_bytes").to_pylist()
        compact_if_scattered(self._settings, self._path, sizes)

    def _latest(self) -> DeltaTable | None:
        if self._table is not None:
            self._table.update_incremental()
        else:
            self._table = open_table(self._path)
        return self._table


def read_ledger(settings: Settings, raw_name: str) -> Ledger:
    """The ledger as far as it is about one table; it says nothing if there is none yet."""
    return Book(settings).of(raw_name)


def committed_entries(settings: Settings, raw_name: str, book: Book | None = None) -> list[Entry]:
    """The entries that count: one per content in the raw table, ordered by ingestion."""
    hashes = committed_hashes(settings.raw_path(raw_name))
    entries = (book or Book(settings)).of(raw_name).entries("committed")
    named = [(entry["transaction"] or entry["sha256"], entry) for entry in entries]
    last = {transaction: entry for transaction, entry in named if transaction in hashes}
    return sorted(last.values(), key=lambda entry: entry["ingested_at"])


def _row(
    now: datetime, contract: Contract, contract_hash: str, file: Delivered, result: BatchResult
) -> dict[str, Any]:
    return {
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
        "transaction": result.transaction,
        "null_counts": json.dumps(result.null_counts) if result.status == "committed" else None,
        **_diff(result),
    }


def _diff(result: BatchResult) -> dict[str, int | None]:
    diff = asdict(result.diff) if result.diff is not None else {}
    return {f"rows_{name}": diff.get(name) for name in ("added", "changed", "unchanged", "deleted")}


def contract_hash(contract: Contract) -> str:
    """sha256 of the contract's text: a held file is judged again when it changes."""
    text = contract.path.read_bytes() if contract.path is not None else repr(contract).encode()
    return hashlib.sha256(text).hexdigest()


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
