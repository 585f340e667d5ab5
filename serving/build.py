"""Building a release candidate from the warehouse: Parquet per table and one .duckdb with all BI tables.

Here: the order of the steps and what ends up in the candidate's folder. Not here: types and SQL of one
table (`tables`), gates (`quality/`), and making a candidate visible (`release`).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from quality.table_spec import TableSpec
from serving.atomic import TRASH_PREFIX, remove_folder
from serving.errors import ReleaseBuildError
from serving.layout import (
    DATASET_FOLDERS,
    DOCS_FOLDER,
    DUCKDB_NAME,
    Candidate,
    bi_root,
    make_release_id,
    release_folder,
)
from serving.manifest import Manifest, ReleasedTable, ReleaseInfo, describe_file
from serving.tables import ROW_GROUP_ROWS, WarehouseColumns, export_table, read_warehouse_columns

STORAGE_VERSION = "v1.2.0"
"""Storage format that the ODBC and JDBC drivers of BI tools open; newer ones they refuse."""
THREADS = 2
"""Tables that are written beside each other, for most are one row group, which one thread writes; and files whose
sha256 is taken. Each holds row groups of its own, so that more of them need more memory."""
MEMORY_LIMIT = "100MB"
"""Enough for the row groups of most tables; without a limit the engine keeps what it has read and written. A table whose
rows are so wide that it does not do is written without one."""


def build_candidate(
    warehouse: Path,
    released: Path,
    tables: Sequence[TableSpec],
    info: ReleaseInfo,
    *,
    docs: Path | None = None,
) -> Candidate:
    """Write all tables, docs and the manifest into a hidden folder below `released/bi`.

    `warehouse` is the private .duckdb (opened read-only; nobody in this process may hold it open otherwise);
    `docs` is dbt's target folder. The manifest is written last, so a candidate with one is complete.
    Raises ReleaseBuildError if a table or column is missing or has a type that BI tools cannot read; then
    nothing is left behind.
    """
    if not warehouse.is_file():
        raise ReleaseBuildError(
            "(all)", f"there is no warehouse at {warehouse}", "run `tundish run`, which builds it."
        )
    candidate, created_at = _reserve(released, info)
    try:
        released_tables = _export_all(warehouse, candidate, tables)
        docs_kind = copy_docs(docs, candidate.folder / DOCS_FOLDER)
    except (ReleaseBuildError, duckdb.Error, OSError):
        remove_folder(candidate.folder)
        raise
    manifest = Manifest(
        release_id=candidate.release_id,
        created_at=created_at.isoformat(timespec="seconds"),
        info=info,
        tables=released_tables,
        files=_describe_files(candidate.folder),
        docs=docs_kind,
    )
    manifest.write(candidate.folder)
    return candidate


def _reserve(released: Path, info: ReleaseInfo) -> tuple[Candidate, datetime]:
    """Make the candidate's folder; a second candidate in the same second gets the next free second."""
    bi_root(released).mkdir(parents=True, exist_ok=True)
    created_at = datetime.now(UTC).replace(microsecond=0)
    while True:
        candidate = Candidate(make_release_id(created_at, info.fingerprint), released)
        if not candidate.folder.exists() and not release_folder(released, candidate.release_id).exists():
            break
        created_at += timedelta(seconds=1)
    candidate.folder.mkdir()
    for name in DATASET_FOLDERS.values():
        (candidate.folder / name).mkdir()
    return candidate, created_at


def _export_all(
    warehouse: Path, candidate: Candidate, tables: Sequence[TableSpec]
) -> tuple[ReleasedTable, ...]:
    """Copy each table once into the .duckdb (BI only) and once into Parquet; returns what was written, in this order.

    Those that need more than the limit of memory come last, without one and one after the other.
    """
    spill = bi_root(candidate.released) / f"{TRASH_PREFIX}spill-{candidate.release_id}"
    with duckdb.connect(
        config={"threads": THREADS, "memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)}
    ) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        target = candidate.folder / DUCKDB_NAME
        options = f"storage_version '{STORAGE_VERSION}', row_group_size {ROW_GROUP_ROWS}"
        connection.execute(f"attach '{_quoted(target)}' as release ({options})")
        found = read_warehouse_columns(connection)
        with ThreadPoolExecutor(THREADS) as pool:
            limited = pool.map(lambda table: _export(connection, table, found, candidate), tables)
            written = dict(zip(tables, limited, strict=True))
        connection.execute("reset memory_limit")
        for table in [table for table in tables if written[table] is None]:
            written[table] = export_table(connection, table, found, candidate)
        connection.execute("detach release")
    return tuple(one for one in written.values() if one is not None)


def _export(
    connection: duckdb.DuckDBPyConnection, table: TableSpec, found: WarehouseColumns, candidate: Candidate
) -> ReleasedTable | None:
    """Export one table by a cursor of its own; None if the limit of memory is too small for it."""
    with connection.cursor() as cursor:
        cursor.execute("set timezone = 'UTC'")
        try:
            return export_table(cursor, table, found, candidate)
        except ReleaseBuildError as error:
            if not isinstance(error.__cause__, duckdb.OutOfMemoryException):
                raise
            cursor.rollback()
            return None


def copy_docs(target: Path | None, destination: Path) -> str:
    """Copy dbt's docs; returns "static" (one page), "site" (page and its JSON files) or "none"."""
    if target is None:
        return "none"
    static = target / "static_index.html"
    site = [target / name for name in ("index.html", "manifest.json", "catalog.json")]
    if static.is_file():
        destination.mkdir()
        shutil.copyfile(static, destination / "index.html")
        return "static"
    if all(path.is_file() for path in site):
        destination.mkdir()
        for path in site:
            shutil.copyfile(path, destination / path.name)
        return "site"
    return "none"


def _describe_files(folder: Path) -> dict[str, dict[str, object]]:
    """Size and sha256 of each file of the candidate, by path relative to it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in files]
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(names, pool.map(describe_file, files), strict=True))


def _quoted(path: Path) -> str:
    """The path as the inside of a SQL string."""
    return str(path).replace("'", "''")
