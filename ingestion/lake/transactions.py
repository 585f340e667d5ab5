"""Which contents a raw table holds: all application transactions of a Delta log, read at once.

Asking delta-rs for one id after the other takes milliseconds each; the log and its checkpoint hold them all.
"""

import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq


def committed_hashes(table: Path) -> set[str]:
    """sha256 of every file whose rows are in the Delta table at `table`; empty if there is no table."""
    log = table / "_delta_log"
    if not log.is_dir():
        return set()
    checkpoint = _last_checkpoint(log)
    found = _of_checkpoint(log, checkpoint) if checkpoint is not None else set()
    for commit in log.glob("*.json"):
        if commit.stem.isdigit() and (checkpoint is None or int(commit.stem) > checkpoint):
            found |= _of_commit(commit)
    return found


def _last_checkpoint(log: Path) -> int | None:
    pointer = log / "_last_checkpoint"
    return int(json.loads(pointer.read_text())["version"]) if pointer.exists() else None


def _of_checkpoint(log: Path, version: int) -> set[str]:
    found: set[str] = set()
    for part in log.glob(f"{version:020d}.checkpoint*.parquet"):
        column = pq.read_table(part, columns=["txn"]).column("txn")
        found |= set(pc.struct_field(column, "appId").drop_null().to_pylist())
    return found


def _of_commit(commit: Path) -> set[str]:
    with commit.open(encoding="utf-8") as handle:
        return {json.loads(line)["txn"]["appId"] for line in handle if line.startswith('{"txn"')}
