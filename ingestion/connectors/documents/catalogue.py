"""The catalogue of documents: what changed since the last committed state, as rows to land.

One row per path and content, with a version number per path and a status: current, superseded (the path has another
content now) or removed (there is no such file any more). A moved file is a removed and a current row of one content,
and the new one names where it came from. The committed rows are the only memory.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.connectors.documents.options import Options
from ingestion.connectors.documents.scan import Document

CURRENT, SUPERSEDED, REMOVED = "current", "superseded", "removed"


@dataclass(frozen=True)
class Entry:
    """One row of the catalogue as it was committed."""

    document: Document
    version: int
    status: str
    moved_from: str | None
    links: str

    @property
    def key(self) -> tuple[str, str]:
        """Path and content."""
        return self.document.path, self.document.content_sha256


def changes(
    entries: Iterable[Entry], documents: Iterable[Document], options: Options, untouched: set[str]
) -> list[Entry]:
    """The rows that are new or other than committed, ordered by path and version.

    `untouched` are paths that could not be judged this time: their rows stay as they are.
    """
    held = {entry.key: entry for entry in entries}
    present = {document.path: document for document in documents}
    gone = {
        entry.document.content_sha256: entry.document.path
        for entry in held.values()
        if entry.status == CURRENT and entry.document.path not in present | dict.fromkeys(untouched)
    }
    versions: dict[str, int] = {}
    for entry in held.values():
        versions[entry.document.path] = max(entry.version, versions.get(entry.document.path, 0))
    wanted = {}
    for document in present.values():
        before = held.get((document.path, document.content_sha256))
        version = before.version if before else versions.get(document.path, 0) + 1
        moved_from = before.moved_from if before else gone.get(document.content_sha256)
        links = json.dumps(options.links(document.path), ensure_ascii=False, sort_keys=True)
        entry = Entry(document, version, CURRENT, moved_from, links)
        wanted[entry.key] = entry
    for key, entry in held.items():
        if key not in wanted and entry.document.path not in untouched:
            status = SUPERSEDED if entry.document.path in present else REMOVED
            status = entry.status if entry.status == SUPERSEDED else status
            wanted[key] = Entry(entry.document, entry.version, status, entry.moved_from, entry.links)
    new = [entry for key, entry in wanted.items() if held.get(key) != entry]
    return sorted(new, key=lambda entry: (entry.document.path, entry.version))


def delivered(entry: Entry, headers: Iterable[str]) -> Mapping[str, Any]:
    """A row as it is landed; links that the contract has a column for stand in that column too."""
    document, links = entry.document, json.loads(entry.links)
    row = {
        "path": document.path,
        "content_sha256": document.content_sha256,
        "version": entry.version,
        "status": entry.status,
        "size_bytes": document.size_bytes,
        "mime_type": document.mime_type,
        "modified_at": document.modified_at.isoformat().replace("+00:00", "Z"),
        "moved_from": entry.moved_from,
        "links": entry.links,
    }
    return row | {name: value for name, value in links.items() if name in set(headers) - set(row)}
