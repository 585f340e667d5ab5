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
        ids = pc.struct_field(pq.ParquetFile(part).read(["txn.appId"]).column("txn"), "appId")
        if among is not None:
            ids = ids.filter(pc.is_in(ids, pa.array(among, ids.type)))
        found |= set(ids.drop_null().to_pylist())
    return found
