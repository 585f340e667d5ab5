"""Which contents a raw table holds: all application transactions of a Delta log, read at once.

Asking delta-rs for one id after the other takes milliseconds each; the log and its checkpoint hold them all.
"""

import re
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.lake.checkpoints import last_checkpoint

_NAME = "txn.appId"
_TXN = re.compile(r'^\{"txn":\{.*?"appId":"([^"]+)"', re.MULTILINE)


def committed_hashes(table: Path, among: Collection[str] | None = None) -> set[str]:
    """sha256 of every file whose rows are in the Delta table at `table`; empty if there is no table.

    `among`: only these are looked for, which is quicker where a table has taken in very many files.
    """
    log = table / "_delta_log"
    if not log.is_dir() or (among is not None and not among):
        return set()
    checkpoint = last_checkpoint(log)
    found = _of_checkpoint(log, checkpoint, among) if checkpoint is not None else set()
    for commit in log.glob("*.json"):
        if commit.stem.isdigit() and (checkpoint is None or int(commit.stem) > checkpoint):
            found |= set(_TXN.findall(commit.read_text(encoding="utf-8")))
    return found if among is None else found.intersection(among)


def _of_checkpoint(log: Path, version: int, among: Collection[str] | None) -> set[str]:
    found: set[str] = set()
    for part in log.glob(f"{version:020d}.checkpoint*.parquet"):
        file = pq.ParquetFile(part)
        groups = [
            group
            for group in range(file.num_row_groups)
            if among is None or _may_hold(file.metadata.row_group(group), among)
        ]
        ids = pc.struct_field(file.read_row_groups(groups, [_NAME]).column("txn"), "appId")
        if among is not None:
            ids = ids.filter(pc.is_in(ids, pa.array(among, ids.type)))
        found |= set(ids.drop_null().to_pylist())
    return found


def _may_hold(group: pq.RowGroupMetaData, among: Collection[str]) -> bool:
    """False for a row group without names, or with none between the least and the greatest of its names."""
    columns = (group.column(place) for place in range(group.num_columns))
    known = next(column.statistics for column in columns if column.path_in_schema == _NAME)
    if known is None or not known.has_min_max:
        return known is None or known.null_count < group.num_rows
    return any(known.min <= name <= known.max for name in among)
