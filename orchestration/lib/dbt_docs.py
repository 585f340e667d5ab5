"""dbt's documentation of a built warehouse as one page that needs no server: it travels with each release.

Here: the catalogue of the warehouse's tables and putting it, with the manifest, into the page that dbt ships.
``dbt docs generate --static`` gives the same page, but starts dbt once more (3 s and a second parse in each run).
Not here: copying the page into a release (``serving.build``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
from dbt.task.docs import DOCS_INDEX_FILE_PATH

from ingestion.errors import TundishError
from orchestration.lib.workspace import Workspace

PAGE_NAME = "static_index.html"
_MANIFEST_MARK = b'"MANIFEST.JSON INLINE DATA"'
_CATALOG_MARK = b'"CATALOG.JSON INLINE DATA"'
_CATALOG_SCHEMA = "https://schemas.getdbt.com/dbt/catalog/v1.json"


class DbtPageError(TundishError):
    """The page that dbt ships has no place for the data any more."""

    def __init__(self, page: Path) -> None:
        self.page = page
        super().__init__(
            f"{page}: the marks of the inline data are missing.",
            f"lock the version of dbt-core that this was written for (found {version('dbt-core')}).",
        )


def write_docs(workspace: Workspace, manifest: Mapping[str, Any]) -> Path:
    """Write the page of the last build of the manifest's project into dbt's target folder. Raises DbtPageError."""
    target = workspace.settings.dbt_target
    with duckdb.connect(str(workspace.settings.warehouse_path), read_only=True) as connection:
        catalog = json.dumps(_catalog(manifest, connection), separators=(",", ":")).encode()
    template = Path(DOCS_INDEX_FILE_PATH)
    page = template.read_bytes()  # as text each character would take four bytes
    built = (target / "manifest.json").read_bytes()  # with the SQL that ran
    for mark, data in ((_MANIFEST_MARK, built), (_CATALOG_MARK, catalog)):
        if mark not in page:
            raise DbtPageError(template)
        page = page.replace(mark, data.replace(b"</", b"<\\/"))  # no text of ours can end the script element
    written = target / PAGE_NAME
    written.write_bytes(page)
    return written


def _catalog(manifest: Mapping[str, Any], connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """dbt's catalogue, version 1: type and position of each column of each table and view that was built."""
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type, column_index from duckdb_columns() "
        "where not internal order by all"
    ).fetchall()
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for schema, table, name, kind, index in columns:
        found.setdefault((schema, table), {})[name] = {"name": name, "type": kind, "index": index}
    parts = {
        part: {
            unique_id: _entry(unique_id, node, found[(node["schema"], _relation(node))])
            for unique_id, node in manifest[part].items()
            if (node["schema"], _relation(node)) in found
        }
        for part in ("nodes", "sources")
    }
    metadata = {
        "dbt_schema_version": _CATALOG_SCHEMA,
        "dbt_version": version("dbt-core"),
        "generated_at": datetime.now(UTC).isoformat(),
        "env": {},
    }
    return {"metadata": metadata, **parts, "errors": None}


def _relation(node: Mapping[str, Any]) -> str:
    return str(node.get("identifier") or node.get("alias") or node["name"])


def _entry(unique_id: str, node: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    kind = node.get("config", {}).get("materialized") or "view"
    table = {"type": kind, "schema": node["schema"], "name": _relation(node), "database": node["database"]}
    return {
        "unique_id": unique_id,
        "metadata": {**table, "comment": None, "owner": None},
        "columns": {name: {**column, "comment": None} for name, column in columns.items()},
        "stats": {"has_stats": {"id": "has_stats", "label": "Has Stats?", "value": False, "include": False}},
    }
