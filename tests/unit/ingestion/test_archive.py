"""The archive holds what became raw, to the byte, whatever happens to the delivered file afterwards or meanwhile."""

import gzip
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from ingestion import load
from ingestion.contracts import Contract
from ingestion.errors import ArchiveError
from ingestion.formats.delimited import DelimitedReader
from ingestion.lake.archive import archived, copy_content, damaged
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("qty", "DOUBLE")]
TEXT = "id,qty\n1,1.5\n2,2.5\n"


@pytest.fixture
def contract(home: Home) -> Contract:
    return home.contract(COLUMNS, files="*.csv")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_overwriting_a_delivered_file_in_place_leaves_the_archive(home: Home, contract: Contract) -> None:
    delivered = home.deliver("a.csv", TEXT)
    home.load(contract)
    with delivered.open("r+") as handle:
        handle.write("XX")
    assert archived(home.settings, sha256(TEXT)).read_text() == TEXT
    assert not list(home.settings.archive.glob("incoming/*"))


def test_a_file_replaced_while_it_is_read_does_not_become_raw_under_the_old_hash(
    home: Home, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with size and time of before: the rows are those of the copy that was hashed."""
    delivered = home.deliver("a.csv", TEXT)
    status = delivered.stat()
    relation = DelimitedReader.relation

    def replaced(self: DelimitedReader, files: object) -> str:
        delivered.write_text(TEXT.replace("2.5", "9.5"))
        os.utime(delivered, ns=(status.st_atime_ns, status.st_mtime_ns))
        return relation(self, files)  # type: ignore[arg-type]

    monkeypatch.setattr(DelimitedReader, "relation", replaced)
    (batch,) = home.load(contract).batches
    assert (batch.status, batch.sha256) == ("committed", sha256(TEXT))
    assert home.rows(contract, "qty") == [(1.5,), (2.5,)]


def test_a_file_that_is_gone_before_it_is_read_waits(
    home: Home, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver("a.csv", TEXT)
    home.deliver("b.csv", "id,qty\n3,3\n")
    found = load.discover

    def then_gone(*given: object) -> object:
        files = found(*given)  # type: ignore[arg-type]
        (home.inbox / "a.csv").unlink()
        return files

    monkeypatch.setattr(load, "discover", then_gone)
    assert [batch.status for batch in home.load(contract).batches] == ["waiting", "committed"]


def test_packed_content_stays_packed_and_is_found_by_its_own_hash(home: Home, contract: Contract) -> None:
    home.deliver("a.csv.gz", gzip.compress(TEXT.encode()))
    other = "id,qty\n3,3\n"
    with zipfile.ZipFile(home.inbox / "b.csv.zip", "w") as packed:
        packed.writestr("b.csv", other)
        packed.writestr("c.csv", "id,qty\n4,4\n")
    wide = home.contract(COLUMNS, files="*.csv", archives="*.zip")
    load_ = home.load(wide)
    assert {batch.status for batch in load_.batches} == {"committed"}
    assert gzip.decompress(archived(home.settings, sha256(TEXT)).read_bytes()).decode() == TEXT
    assert archived(home.settings, sha256(other)).name.endswith(".csv.zst")


def test_a_held_file_is_not_archived(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", "id\n1\n")
    assert home.load(contract).batches[0].status == "held"
    assert [path for path in home.settings.archive.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_damaged_archive_is_noticed(home: Home, contract: Contract, suffix: str) -> None:
    content = gzip.compress(TEXT.encode()) if suffix.endswith("gz") else TEXT.encode()
    home.deliver(f"a{suffix}", content)
    home.load(contract)
    assert list(damaged(home.settings)) == []
    kept = archived(home.settings, sha256(TEXT))
    kept.unlink()
    kept.write_bytes(content[:-9])
    with pytest.raises(ArchiveError, match="its content is"):
        archived(home.settings, sha256(TEXT))
    assert len(list(damaged(home.settings))) == 1
    with pytest.raises(ArchiveError, match="not there"):
        archived(home.settings, "0" * 64)


def test_a_copy_is_ordinary_where_the_system_cannot_copy_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3_000_000))

    def refused(*_: object) -> int:
        raise OSError(18, "Invalid cross-device link")

    copy_content(source, tmp_path / "by_range")
    monkeypatch.setattr(os, "copy_file_range", refused)
    copy_content(source, tmp_path / "plain")
    assert (tmp_path / "by_range").read_bytes() == (tmp_path / "plain").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("longest", [700_001, 1 << 26, 0])
def test_a_big_file_is_known_by_the_hash_of_its_copy(
    home: Home, contract: Contract, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    """The hash follows the copy: in pieces that the system cuts as it likes, at once, or where it copies none."""
    by_range = os.copy_file_range

    def cut(source: int, target: int, count: int) -> int:
        if not longest:
            raise OSError(18, "Invalid cross-device link")
        return by_range(source, target, min(count, longest))

    monkeypatch.setattr(os, "copy_file_range", cut)
    text = "id,qty\n" + "".join(f"{number},{number % 97}.5\n" for number in range(200_000))
    home.deliver("a.csv", text)
    (batch,) = home.load(contract).batches
    assert (batch.status, batch.sha256, batch.rows_committed) == ("committed", sha256(text), 200_000)
    assert archived(home.settings, sha256(text)).read_text() == text


def test_a_returning_export_that_was_killed_before_its_commit_is_taken_in_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = home.contract(COLUMNS, files="*.csv", loadMode="snapshot")
    for number, text in enumerate([TEXT, "id,qty\n"]):
        home.deliver(f"{number}.csv", text)
        home.load(contract)
    home.deliver("2.csv", TEXT)

    def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(load, "commit_batches", killed)
        with pytest.raises(KeyboardInterrupt):
            home.load(contract)
    assert home.rows(contract, "id") == []
    assert home.load(contract).batches[-1].status == "committed"
    assert home.rows(contract, "id") == [(1,), (2,)]
    assert not home.load(contract).changed
