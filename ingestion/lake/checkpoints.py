"""Checkpoints of raw tables: transactions stand in row groups of their own, by name, behind all other actions.

The log of a raw table names every content that it took in. delta-rs writes a checkpoint as one row group, so whoever
opens the table reads a hundred thousand names too; readers pass over row groups without what they look for, so whoever asks
for a few names reads a few groups. The protocol leaves the order of actions open. A checkpoint is made aside and moved in whole: one that is already there stays as it is,
since somebody may be reading it.
"""

import json
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

EVERY = 10
"""Commits; what a table costs to open grows with those since its checkpoint."""
_NAMES = 16_384
"""Rows of a group of transactions: with fewer its statistics of sixty columns cost more than what they save."""
_POINTER = "_last_checkpoint"


def last_checkpoint(log: Path) -> int | None:
    """Version of the last checkpoint in a `_delta_log`; None if there is none."""
    pointer = log / _POINTER
    return int(json.loads(pointer.read_text())["version"]) if pointer.exists() else None


def is_due(log: Path, version: int) -> bool:
    """True if a table with this `_delta_log` and latest version is to get a checkpoint."""
    last = last_checkpoint(log)
    return version - (-1 if last is None else last) >= EVERY


def write_checkpoint(table: Path, version: int, aside: Path) -> None:
    """A checkpoint of a table's latest version, made in the folder `aside` of the same file system; none if it has one.

    The caller keeps other writers away.
    """
    log, private = table / "_delta_log", aside / "_delta_log"
    name = f"{version:020d}.checkpoint.parquet"
    if (log / name).exists():
        return
    shutil.rmtree(aside, ignore_errors=True)
    private.mkdir(parents=True)
    last = last_checkpoint(log)
    for path in log.iterdir():
        number = path.name.partition(".")[0]
        if path.name == _POINTER or (number.isdigit() and (last is None or int(number) >= last)):
            shutil.copyfile(path, private / path.name)
    DeltaTable(aside).create_checkpoint()
    pointer = private / _POINTER
    _by_kind(private / name, private / "by_kind")
    told = json.loads(pointer.read_text()) | {"sizeInBytes": (private / "by_kind").stat().st_size}
    pointer.write_text(json.dumps(told))
    (private / "by_kind").replace(log / name)
    pointer.replace(log / _POINTER)
    shutil.rmtree(aside)


def _by_kind(checkpoint: Path, target: Path) -> None:
    actions = pq.read_table(checkpoint)
    named = pc.is_valid(actions.column("txn"))
    names = actions.filter(named)
    names = names.take(pc.sort_indices(pc.struct_field(names.column("txn"), "appId")))
    with pq.ParquetWriter(target, actions.schema, compression="none", store_schema=False) as writer:
        if names.num_rows < actions.num_rows:
            writer.write_table(actions.filter(pc.invert(named)))
        if names.num_rows:
            writer.write_table(names, row_group_size=_NAMES)
