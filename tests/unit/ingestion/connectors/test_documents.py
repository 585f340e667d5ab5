"""The document catalogue: each content of each path once, moves and changes told, nothing lost with a missing share."""

import gzip
import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ingestion.batch import TableLoad
from ingestion.connectors.pull import pull
from ingestion.contracts import SOURCES, load_contract
from ingestion.errors import ConnectorError, PlantError, PullError
from ingestion.plant import Connection, Plant
from tests.unit.ingestion.home import SITE, Home

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
PATTERNS = [
    r"^(?P<equipment>[A-Z]{2}\d{3})/",
    r"order[_-](?P<order_no>\d{7})",
    r"batch[_-](?P<batch_no>[A-Z0-9]+)",
    r"(?P<document_type>certificate|photo)s?/",
    r"rev(?P<revision>[A-Z])",
]


@dataclass
class Archive:
    """A folder of documents and the catalogue of it."""

    home: Home
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.home.root / "documents"
        self.folder.mkdir()
        self.contract = load_contract(SOURCES / "documents" / "files.contract.yml")

    def put(self, name: str, content: bytes, at: int | None = None) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.home.clock += 1
        os.utime(path, (at or self.home.clock, at or self.home.clock))
        return path

    def register(self) -> TableLoad:
        home = self.home
        options = {"folder": "documents", "patterns": PATTERNS, **self.more}
        source = replace(home.source, system="documents", connection=Connection("documents", options))
        home.source = source
        home.plant = Plant("test", "Test", home.root, (SITE,), (source,))
        try:
            pull(source, [self.contract], home.plant, home.settings)
        finally:
            load = home.load(self.contract)
        return load

    def rows(self, columns: str) -> list[Any]:
        return self.home.rows(self.contract, columns, order="path, version")


@pytest.fixture
def archive(home: Home) -> Archive:
    return Archive(home)


def test_a_folder_registered_twice_adds_nothing(archive: Archive):
    archive.put("MC001/certificates/order_1000012_revB.pdf", PDF)
    archive.put("MC001/photos/batch-C77A.png", PNG)
    archive.put("line.log", b"09:00 start\n")
    assert archive.register().rows_committed == 3
    assert not archive.register().changed
    assert archive.rows(
        "path, mime_type, size_bytes, version, status, equipment, order_no, batch_no, links"
    ) == [
        (
            "MC001/certificates/order_1000012_revB.pdf",
            "application/pdf",
            len(PDF),
            1,
            "current",
            "MC001",
            "1000012",
            None,
            '{"document_type": "certificate", "equipment": "MC001", "order_no": "1000012", "revision": "B"}',
        ),
        (
            "MC001/photos/batch-C77A.png",
            "image/png",
            len(PNG),
            1,
            "current",
            "MC001",
            None,
            "C77A",
            '{"batch_no": "C77A", "document_type": "photo", "equipment": "MC001"}',
        ),
        ("line.log", "text/plain", 12, 1, "current", None, None, None, "{}"),
    ]


def test_one_content_under_two_names_is_two_documents(archive: Archive):
    archive.put("a.pdf", PDF)
    archive.put("b.pdf", PDF)
    archive.register()
    assert archive.rows("path, version, status, moved_from") == [
        ("a.pdf", 1, "current", None),
        ("b.pdf", 1, "current", None),
    ]
    assert len({row[0] for row in archive.rows("content_sha256")}) == 1


def test_a_moved_file_says_where_it_came_from(archive: Archive):
    path = archive.put("in/a.pdf", PDF)
    archive.register()
    (archive.folder / "MC001").mkdir()
    path.rename(archive.folder / "MC001" / "a.pdf")
    assert archive.register().rows_committed == 2
    assert archive.rows("path, status, moved_from, equipment") == [
        ("MC001/a.pdf", "current", "in/a.pdf", "MC001"),
        ("in/a.pdf", "removed", None, None),
    ]
    assert not archive.register().changed


def test_a_changed_file_is_a_new_version_and_an_old_content_may_return(archive: Archive):
    archive.put("a.txt", b"one")
    archive.register()
    archive.put("a.txt", b"two")
    assert archive.register().rows_committed == 2
    assert archive.rows("version, status") == [(1, "superseded"), (2, "current")]
    archive.put("a.txt", b"one")
    archive.register()
    assert archive.rows("version, status") == [(1, "current"), (2, "superseded")]
    assert not archive.register().changed
    (archive.folder / "a.txt").unlink()
    archive.put("b.txt", b"x")
    archive.register()
    assert archive.rows("path, version, status")[:2] == [("a.txt", 1, "removed"), ("a.txt", 2, "superseded")]


def test_a_touched_file_is_no_new_version(archive: Archive):
    archive.put("a.txt", b"one")
    archive.register()
    archive.put("a.txt", b"one")
    archive.register()
    assert archive.rows("version, status") == [(1, "current")]
    assert not archive.register().changed


def test_registered_files_are_not_read_again(archive: Archive):
    """Same size and time, other content: by agreement the same file, as everywhere in ingestion."""
    archive.put("a.txt", b"one", at=1_700_000_000)
    archive.register()
    archive.put("a.txt", b"two", at=1_700_000_000)
    assert not archive.register().changed


def test_new_patterns_give_registered_files_new_links(archive: Archive):
    archive.put("MC001/a.txt", b"one")
    archive.register()
    archive.more = {"patterns": [r"(?P<equipment>MC\d+)/(?P<order_no>a)"]}
    archive.register()
    assert archive.rows("equipment, order_no") == [("MC001", "a")]


def test_a_share_that_is_away_removes_nothing(archive: Archive):
    path = archive.put("a.txt", b"one")
    archive.register()
    path.unlink()
    with pytest.raises(ConnectorError, match="it is empty, 1 documents are registered"):
        archive.register()
    archive.folder.rmdir()
    with pytest.raises(ConnectorError, match="there is no such folder"):
        archive.register()
    assert archive.rows("status") == [("current",)]
    archive.folder.mkdir()
    archive.more = {"allow_empty": True}
    archive.register()
    assert archive.rows("status") == [("removed",)]


def test_files_still_being_written_wait(archive: Archive):
    archive.home.settings = archive.home.settings.model_copy(update={"settle_seconds": 60})
    archive.put("a.txt", b"one")
    fresh = archive.put("b.txt", b"half", at=int(time.time()))
    archive.register()
    assert archive.rows("path") == [("a.txt",)]
    os.utime(fresh, (1_700_000_000, 1_700_000_000))
    archive.register()
    assert archive.rows("path, version") == [("a.txt", 1), ("b.txt", 1)]


def test_a_file_that_cannot_be_read_is_told_and_the_others_go_on(archive: Archive):
    archive.put("a.txt", b"one")
    archive.register()
    (archive.folder / "broken").symlink_to("/proc/self/mem")  # opens, and fails at the first byte
    archive.put("b.txt", b"two")
    (archive.folder / "a.txt").unlink()
    with pytest.raises(PullError, match=r"1 files or folders cannot be read: broken \("):
        archive.register()
    assert archive.rows("path, status") == [("a.txt", "current"), ("b.txt", "current")]


def test_what_is_left_out(archive: Archive):
    for name in ("a.pdf", "b.tmp", ".hidden/c.pdf", "d/e.pdf", "d/old/f.pdf", "g.txt"):
        archive.put(name, name.encode())
    archive.more = {"include": ["**/*.pdf"], "exclude": ["**/old/*"]}
    archive.register()
    assert [row[0] for row in archive.rows("path")] == ["a.pdf", "d/e.pdf"]


def test_kinds_by_content_before_name(archive: Archive):
    contents = {
        "a.txt": PDF,
        "b": PNG,
        "c.csv": "größe;1\n".encode(),
        "d.log": b"plain",
        "e.gz": gzip.compress(b"x"),
        "f.dump": random.Random(1).randbytes(100),
        "g.json": b"{}",
        "h.txt": b"",
    }
    for name, content in contents.items():
        archive.put(name, content)
    archive.register()
    assert dict(archive.rows("path, mime_type")) == {
        "a.txt": "application/pdf",
        "b": "image/png",
        "c.csv": "text/csv",
        "d.log": "text/plain",
        "e.gz": "application/x-gzip",
        "f.dump": "application/octet-stream",
        "g.json": "application/json",
        "h.txt": "text/plain",
    }


def test_names_of_any_bytes(archive: Archive):
    path = os.fsencode(archive.folder) + b"/m\xfcll \xe2\x82\xac\n.txt"
    with open(path, "wb") as out:  # noqa: PTH123 - a name that is no text
        out.write(b"x")
    archive.register()
    assert archive.rows("path") == [("m\\xfcll €\n.txt",)]
    assert not archive.register().changed


def test_thousands_of_documents(archive: Archive):
    for number in range(4000):
        archive.put(f"MC{number % 7:03}/order_{1_000_000 + number}.txt", b"%d" % (number // 2))
    started = time.monotonic()
    assert archive.register().rows_committed == 4000
    first = time.monotonic() - started
    started = time.monotonic()
    assert not archive.register().changed
    assert time.monotonic() - started < max(first, 5)
    archive.put("MC000/order_1000000.txt", b"changed")
    assert archive.register().rows_committed == 2
    assert len({row[0] for row in archive.rows("order_no")}) == 4000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"folder": ""}, "names no folder"),
        ({"patterns": ["(?P<order>"]}, "is no regular expression"),
        ({"folders": "x"}, r"unknown options \['folders'\]"),
    ],
)
def test_wrong_options_are_told(archive: Archive, options: dict[str, Any], words: str):
    archive.more = options
    with pytest.raises(PlantError, match=words):
        archive.register()
