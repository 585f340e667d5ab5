"""Reading a folder of documents: which files there are, their content's hash and kind.

A file that has the size and time with which it was registered is not read again. Files younger than the settle time
may still be written and wait for the next run.
"""

import hashlib
import mimetypes
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import puremagic

from ingestion.connectors.documents.options import Options

_HEAD = 8192
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Document:
    """One file with one content. `path` is relative to the folder, `modified_at` is UTC in microseconds."""

    path: str
    content_sha256: str
    size_bytes: int
    mime_type: str
    modified_at: datetime


@dataclass
class Scan:
    """What was found; `waiting` may still be written, `unreadable` are files or folders with the reason."""

    documents: list[Document] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)


def scan(options: Options, known: Mapping[str, Document], settle_s: float) -> Scan:
    """Look at every wanted file; `known` are the current documents by path."""
    found = Scan()
    for path in _files(options.folder, found):
        name = path.relative_to(options.folder).as_posix()
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        if not options.wanted(shown):
            continue
        try:
            document = _document(path, shown, known.get(shown), settle_s)
        except FileNotFoundError:
            continue  # it went while the folder was read
        except OSError as error:
            found.unreadable[shown] = error.strerror or type(error).__name__
            continue
        if document is None:
            found.waiting.add(shown)
        else:
            found.documents.append(document)
    found.documents.sort(key=lambda document: document.path)
    return found


def mime_type(path: Path, head: bytes) -> str:
    """Kind of a content by its first bytes; by the name where these say nothing; text or bytes at last."""
    try:
        found = puremagic.from_string(head, mime=True, filename=path.name) if head else ""
    except (puremagic.PureError, ValueError):
        found = ""
    guessed = mimetypes.guess_type(path.name)[0] or ""
    if found and not _is_text(head):
        return str(found)
    if _is_text(head):
        return (
            guessed
            if guessed.startswith("text/") or _is_text_kind(guessed or found)
            else found or "text/plain"
        )
    return guessed or "application/octet-stream"


def _files(folder: Path, found: Scan) -> Iterator[Path]:
    def note(error: OSError) -> None:
        found.unreadable[os.fsdecode(error.filename or "")] = error.strerror or type(error).__name__

    for place, folders, names in os.walk(folder, onerror=note):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file():
                yield path


def _document(path: Path, name: str, known: Document | None, settle_s: float) -> Document | None:
    status = path.stat()
    modified_at = _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    if known is not None and (known.size_bytes, known.modified_at) == (status.st_size, modified_at):
        return known
    if 0 <= time.time() - status.st_mtime < settle_s:
        return None
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
        handle.seek(0)
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    return Document(name, sha256, status.st_size, mime_type(path, head), modified_at)


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == _HEAD and error.start > _HEAD - 4  # cut within a character
    return b"\x00" not in head


def _is_text_kind(kind: str) -> bool:
    return kind in ("application/json", "application/xml", "application/x-sh", "image/svg+xml")
