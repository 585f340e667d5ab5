"""Folders of documents: unstructured files registered in a catalogue by content, kind, size and links.

options.py reads plant.yml, scan.py the folder, catalogue.py tells what changed; here that is landed as JSON lines for
every contract of the source with an `extract` (see sources/documents). The documents themselves stay where they are.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingestion.connectors import landed
from ingestion.connectors.documents.catalogue import CURRENT, Entry, changes, delivered
from ingestion.connectors.documents.options import Options, options_of
from ingestion.connectors.documents.scan import Document, Scan, scan
from ingestion.connectors.pull import PullProgress
from ingestion.contracts import Contract
from ingestion.errors import ConnectorError, PullError
from ingestion.lake.locks import exclusive
from ingestion.lake.read import held_rows
from ingestion.plant import Plant, Source
from ingestion.session import connect
from ingestion.settings import Settings

_COLUMNS = (
    "path", "content_sha256", "size_bytes", "mime_type", "modified_at", "version", "status", "moved_from", "links",
)  # fmt: skip
_SHOWN = 3


def pull(
    source: Source, contracts: Sequence[Contract], plant: Plant, settings: Settings, progress: PullProgress
) -> list[Path]:
    """Land what changed in the folder; PullError after that if some files could not be read."""
    options = options_of(source, plant)
    found: list[Path] = []
    for contract in contracts:
        if contract.extract is None:
            continue
        progress(f"looking through {options.folder.name} for {contract.raw_name}")
        path, seen = _catalogue(contract, source, settings, options)
        found += [path] if path is not None else []
        if seen.unreadable:
            shown = ", ".join(f"{name} ({why})" for name, why in list(seen.unreadable.items())[:_SHOWN])
            problem = f"{len(seen.unreadable)} files or folders cannot be read: {shown}."
            step = "let the user that runs Tundish read them; their rows stay as they are."
            error = ConnectorError(contract.raw_name, str(options.folder), problem, step)
            raise PullError(source.system, {contract.raw_name: error}, found)
    return found


def _catalogue(
    contract: Contract, source: Source, settings: Settings, options: Options
) -> tuple[Path | None, Scan]:
    with exclusive(settings.lake, f"fetch_{contract.raw_name}"):
        landed.remove_parts(source.path, f"{contract.table}.")
        entries = _committed(contract, settings)
        current = {entry.document.path: entry.document for entry in entries if entry.status == CURRENT}
        if not options.folder.is_dir():
            step = "mount the share or correct folder in plant.yml; the catalogue stays as it is."
            raise ConnectorError(contract.raw_name, str(options.folder), "there is no such folder.", step)
        seen = scan(options, current, settings.settle_seconds)
        if current and not (seen.documents or seen.waiting or seen.unreadable or options.allow_empty):
            step = "mount the share, or set allow_empty: true in plant.yml if all documents are gone."
            problem = f"it is empty, {len(current)} documents are registered."
            raise ConnectorError(contract.raw_name, str(options.folder), problem, step)
        untouched = seen.waiting | (set(current) if seen.unreadable else set())
        untouched -= {document.path for document in seen.documents}
        new = changes(entries, seen.documents, options, untouched)
        return (_land(contract, source, settings, new) if new else None), seen


def _committed(contract: Contract, settings: Settings) -> list[Entry]:
    """The catalogue as raw holds it: the newest row of each path and content."""
    columns, rows = held_rows(contract, settings)
    if not set(_COLUMNS) <= columns:
        return []
    newest = (
        "row_number() OVER (PARTITION BY path, content_sha256 ORDER BY _ingested_at DESC, _source_row DESC)"
    )
    connection = connect(settings, settings.scratch)
    try:
        sql = f"SELECT {', '.join(_COLUMNS)} FROM ({rows}) QUALIFY {newest} = 1"
        found = connection.execute(sql).fetchall()
    finally:
        connection.close()
    return [
        Entry(Document(path, sha256, size, mime, at.astimezone(UTC)), version, status, moved_from, links)
        for path, sha256, size, mime, at, version, status, moved_from, links in found
    ]


def _land(contract: Contract, source: Source, settings: Settings, new: Sequence[Entry]) -> Path:
    name = f"{contract.table}.{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z.jsonl"
    part = landed.part_path(source.path, name)
    with part.open("w", encoding="utf-8") as out:
        for entry in new:
            row = delivered(entry, contract.headers)
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    landed.make_new(part, contract, settings)
    return landed.replace_uncommitted(part, source.path / name, contract, source, settings)
