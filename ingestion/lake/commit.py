"""The commit: the only module that writes Delta tables.

Belongs here: committing staged files with their content hashes, appending small tables, replacing feature tables,
and the checks on schemas that hold for every table of the lake.
"""

import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import (
    CommitProperties,
    DeltaTable,
    Field,
    PostCommitHookProperties,
    Transaction,
    write_deltalake,
)
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from ingestion.contracts import Contract
from ingestion.contracts.column_types import duckdb_type
from ingestion.drift.widening import widens
from ingestion.errors import LakeError, NaiveTimestampError
from ingestion.lake import checkpoints
from ingestion.lake.stage import StagedFile
from ingestion.lake.statistics import file_statistics
from ingestion.lake.widen import widened
from ingestion.settings import Settings

UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")
_LOG = {"delta.checkpointInterval": str(checkpoints.EVERY)}


def check_timestamps(table: str, schema: pa.Schema) -> None:
    """NaiveTimestampError unless every timestamp is UTC microseconds."""
    wrong = [
        field.name for field in schema if pa.types.is_timestamp(field.type) and field.type != UTC_MICROSECONDS
    ]
    if wrong:
        raise NaiveTimestampError(table, wrong)


def open_table(path: Path) -> DeltaTable | None:
    """The Delta table at `path`; None if there is none. Asking first would list its log twice."""
    try:
        return DeltaTable(path)
    except TableNotFoundError:
        return None


def table_version(path: Path) -> int | None:
    """Latest version of the Delta table at `path`, None if there is none; by the names in its log, unopened."""
    numbers = (commit.stem for commit in (path / "_delta_log").glob("*.json"))
    return max((int(number) for number in numbers if number.isdigit()), default=None)


def commit_batches(
    contract: Contract,
    settings: Settings,
    staged: Sequence[StagedFile],
    transactions: Sequence[str],
    metadata: Mapping[str, Any],
) -> int:
    """Make staged files part of the raw table, in one commit with the transactions; returns the new version.

    The table is created or given new columns first where needed. A transaction is a content hash. There may be more
    than files: a delivered file without rows is committed by its hash alone.
    """
    path, schema = settings.raw_path(contract.raw_name), contract.arrow_schema
    check_timestamps(contract.raw_name, schema)
    table = _prepared(contract, path, schema)
    adds: list[AddAction | RemoveAction] = [_into_place(file, path) for file in staged]
    table.create_write_transaction(
        adds,
        mode="append",
        schema=DeltaSchema.from_arrow(schema),
        partition_by=list(contract.partition_by),
        commit_properties=CommitProperties(
            custom_metadata=dict(metadata), app_transactions=[Transaction(name, 1) for name in transactions]
        ),
        post_commithook_properties=PostCommitHookProperties(create_checkpoint=False),
    )
    version = table_version(path)
    assert version is not None
    if checkpoints.is_due(path / "_delta_log", version):
        checkpoints.write_checkpoint(path, version, settings.staging_path(contract.raw_name) / "checkpoint")
    return version


def append_rows(
    path: Path, rows: pa.Table | pa.RecordBatchReader, table: str, transactions: Sequence[str] = ()
) -> None:
    """Append rows to a table of the lake (quarantine) as they stream, with the transactions; new columns are added."""
    check_timestamps(table, rows.schema)
    path.parent.mkdir(parents=True, exist_ok=True)
    properties = CommitProperties(app_transactions=[Transaction(name, 1) for name in transactions])
    write_deltalake(path, rows, mode="append", schema_mode="merge", commit_properties=properties)


def remove_rows(path: Path, condition: str) -> None:
    """Remove the rows of a table of the lake (quarantine) that meet a condition, written as delta-rs reads SQL."""
    DeltaTable(path).delete(condition)


def add_rows(path: Path, opened: DeltaTable | None, rows: pa.Table) -> DeltaTable:
    """Append rows as one file to a small table, which is created or given new columns where needed; the table, open.

    `opened` is the table if it is open already: opening it would cost more than the commit.
    """
    wanted = DeltaSchema.from_arrow(rows.schema)
    table = opened or DeltaTable.create(path, wanted, mode="ignore", configuration=_LOG)
    known = {field.name for field in table.schema().fields}
    added = [field for field in wanted.fields if field.name not in known]
    if added:
        table.alter.add_columns(added)
        table.update_incremental()
    name = f"part-{uuid.uuid4().hex}.zstd.parquet"
    written: list[pq.FileMetaData] = []
    pq.write_table(rows, path / name, compression="zstd", metadata_collector=written)
    table.create_write_transaction(
        [_added(path / name, name, {}, written[0])], mode="append", schema=wanted, partition_by=[]
    )
    table.update_incremental()
    return table


def replace_by_file(path: Path, file: Path, metadata: Mapping[str, Any]) -> int:
    """Make a copy of a Parquet file all that a Delta table holds, its schema too, in one commit; returns the new version.

    `metadata` goes into the commit: text keys, values that JSON can hold.
    """
    with pq.ParquetFile(file) as opened:
        footer, schema = opened.metadata, opened.schema_arrow
    check_timestamps(path.name, schema)
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = DeltaSchema.from_arrow(schema)
    table = open_table(path) or DeltaTable.create(path, wanted)
    name = f"part-{uuid.uuid4().hex}.zstd.parquet"
    shutil.copyfile(file, path / name)
    table.create_write_transaction(
        [_added(path / name, name, {}, footer)],
        mode="overwrite",
        schema=wanted,
        partition_by=[],
        commit_properties=CommitProperties(custom_metadata=dict(metadata)),
    )
    table.update_incremental()
    return table.version()


def _prepared(contract: Contract, path: Path, schema: pa.Schema) -> DeltaTable:
    """The table, created or widened to the contract's columns; LakeError if a column changed its type."""
    wanted = DeltaSchema.from_arrow(schema)
    table = open_table(path)
    if table is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        return DeltaTable.create(
            path,
            wanted,
            partition_by=list(contract.partition_by),
            name=contract.raw_name,
            description=contract.description,
            configuration=_LOG,
        )
    known = {field.name: field for field in table.schema().fields}
    changed = [
        field.name for field in wanted.fields if field.name in known and known[field.name].type != field.type
    ]
    if changed:
        _widen(contract, path, schema, changed)
        table = DeltaTable(path)
    added = [
        Field(field.name, field.type, nullable=True) for field in wanted.fields if field.name not in known
    ]
    if added:
        table.alter.add_columns(added)
        table = DeltaTable(path)
    return table


def _widen(contract: Contract, path: Path, schema: pa.Schema, changed: Sequence[str]) -> None:
    """Rewrite the table with wider types; LakeError if a new type cannot hold what the table holds."""
    held = pa.schema(DeltaTable(path).schema().to_arrow())
    frozen = [
        name for name in changed if not widens(duckdb_type(held.field(name).type), contract.column(name).type)
    ]
    if frozen:
        raise LakeError(
            contract.raw_name,
            f"the contract changes the type of {', '.join(frozen)}, raw types are frozen.",
            f"let tundish source accept {contract.raw_name} --type begin a new column, or give it a new name yourself.",
        )
    write_deltalake(
        path,
        widened(path, schema, changed),
        mode="overwrite",
        schema_mode="overwrite",
        partition_by=list(contract.partition_by) or None,
        commit_properties=CommitProperties(custom_metadata={"widened": ", ".join(changed)}),
    )


def _into_place(file: StagedFile, table: Path) -> AddAction:
    target = table / file.relative
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(file.path, target)
    return _added(target, file.relative, file.partition, file.metadata)


def _added(
    path: Path, relative: str, partition: Mapping[str, str | None], metadata: pq.FileMetaData
) -> AddAction:
    status = path.stat()
    return AddAction(
        path=relative,
        size=status.st_size,
        partition_values=dict(partition),
        modification_time=int(status.st_mtime * 1000),
        data_change=True,
        stats=file_statistics(metadata),
    )


def data_files(path: Path, version: int | None = None) -> Iterable[str]:
    """Absolute paths of the Parquet files of a version (the latest if None)."""
    return DeltaTable(path, version=version).file_uris()
