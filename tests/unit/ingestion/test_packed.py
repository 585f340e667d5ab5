"""Packed deliveries of every format: content counts once, members stand for themselves, broken archives say so."""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import packed
from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from ingestion.delivery import discover
from ingestion.lake.ledger import committed_entries
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("name"), column("qty", "DOUBLE")]


def csv(*ids: int, bad: int = 0) -> bytes:
    rows = "".join(f"{number},n{number},{number}.5\n" for number in ids)
    return ("id,name,qty\n" + rows + "x,y,1\n" * bad).encode()


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def encrypted(members: Mapping[str, bytes]) -> bytes:
    """The flags of an encrypted archive; the bytes themselves are never looked at then."""
    content = bytearray(zipped(members))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


@pytest.fixture
def contract(home: Home) -> Contract:
    return home.contract(COLUMNS, files="*.csv", maxQuarantinedPct=60)


def results(home: Home, of: Contract) -> dict[str, BatchResult]:
    return {batch.file: batch for batch in home.load(of).batches}


def test_every_packing_of_a_file_is_read(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", csv(1))
    home.deliver("b.csv.gz", gzip.compress(csv(2)) + gzip.compress(csv(3)[len("id,name,qty\n") :]))
    home.deliver("c.csv.zst", zstandard.ZstdCompressor().compress(csv(4)))
    home.deliver(
        "d.zip",
        zipped({"x.csv": csv(5), "deep/y.csv": csv(6), "z.csv.gz": gzip.compress(csv(7)), "r.txt": b"?"}),
    )
    home.deliver("E.CSV.GZ", gzip.compress(csv(99)))
    found = results(home, contract)
    assert {name: batch.status for name, batch in found.items()} == dict.fromkeys(
        ["a.csv", "b.csv.gz", "c.csv.zst", "d.zip/x.csv", "d.zip/deep/y.csv", "d.zip/z.csv.gz"], "committed"
    )
    rows = home.rows(contract, "id, _source_file", order="id")
    assert rows == [
        (1, "a.csv"), (2, "b.csv.gz"), (3, "b.csv.gz"), (4, "c.csv.zst"),
        (5, "d.zip/x.csv"), (6, "d.zip/deep/y.csv"), (7, "d.zip/z.csv.gz"),
    ]  # fmt: skip
    assert not home.settings.scratch.exists() or not list(home.settings.scratch.rglob("*.*"))


def test_same_content_in_another_packing_is_known(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", csv(1, 2))
    home.deliver("m.zip", zipped({"b.csv": csv(3)}))
    assert home.load(contract).rows_committed == 3
    home.deliver("a.csv.gz", gzip.compress(csv(1, 2), mtime=1))
    home.deliver("b.csv.zst", zstandard.ZstdCompressor().compress(csv(3)))
    home.deliver("n.zip", zipped({"b.csv": csv(3), "c.csv": csv(4)}, zipfile.ZIP_STORED))
    statuses = [(batch.file, batch.status) for batch in home.load(contract).batches[2:]]
    assert statuses == [
        ("a.csv.gz", "known"), ("b.csv.zst", "known"), ("n.zip/b.csv", "known"), ("n.zip/c.csv", "committed"),
    ]  # fmt: skip
    assert home.rows(contract, "id", order="id") == [(1,), (2,), (3,), (4,)]


def test_second_run_unpacks_nothing(home: Home, contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    home.deliver("a.csv.gz", gzip.compress(csv(1)))
    home.deliver("m.zip", zipped({"b.csv": csv(2), "c.csv": b"broken"}))
    first = home.load(contract)

    def fail(*_: object) -> None:
        raise AssertionError("unpacked again")

    monkeypatch.setattr(packed.Unpacker, "chunks", fail)
    again = home.load(contract)
    assert [batch.status for batch in again.batches] == ["known", "known", "held"]
    assert again.batches[2].message == first.batches[2].message
    assert not again.changed


def test_bad_member_is_held_and_bad_rows_name_the_member(home: Home, contract: Contract) -> None:
    content = zipped({"a.csv": csv(1, 2, bad=1), "b.csv": b"id;name;qty\n1;a;2\n", "c.csv": csv(3)})
    home.deliver("m.zip", content)
    found = results(home, contract)
    assert [batch.status for batch in found.values()] == ["committed", "held", "committed"]
    assert "file m.zip/b.csv, line 1" in found["m.zip/b.csv"].message
    (row,) = home.quarantine(contract)
    assert (row.file, row.line, row.raw_text) == ("m.zip/a.csv", 4, "x,y,1")
    assert {entry["file"] for entry in committed_entries(home.settings, contract.raw_name)} == {
        "m.zip/a.csv",
        "m.zip/c.csv",
    }


def test_archive_keeps_each_content_by_itself(home: Home, contract: Contract) -> None:
    home.deliver("a.csv.gz", gzip.compress(csv(1)))
    home.deliver("m.zip", zipped({"b.csv": csv(2)}))
    one, two = home.load(contract).batches
    assert gzip.decompress((home.settings.archive / f"{one.sha256}.csv.gz").read_bytes()) == csv(1)
    kept = (home.settings.archive / f"{two.sha256}.csv.zst").open("rb")
    with kept, zstandard.ZstdDecompressor().stream_reader(kept) as stream:
        assert stream.read() == csv(2)


GZIP = gzip.compress(csv(*range(1, 3000)))
ZSTD = zstandard.ZstdCompressor(write_checksum=True).compress(csv(*range(1, 3000)))
ZIP = zipped({"m.csv": csv(*range(1, 3000))})
BROKEN = {
    "cut gzip": ("m.csv.gz", GZIP[:-9], "cut off"),
    "half a gzip": ("m.csv.gz", GZIP[: len(GZIP) // 2], "cut off"),
    "damaged gzip": ("m.csv.gz", GZIP[:500] + b"\xff" * 20 + GZIP[520:], "damaged"),
    "no gzip": ("m.csv.gz", csv(1), "damaged"),
    "cut zstd": ("m.csv.zst", ZSTD[:-9], "cut off"),
    "damaged zstd": ("m.csv.zst", ZSTD[:500] + b"\xff" * 20 + ZSTD[520:], "damaged"),
    "no zstd": ("m.csv.zst", csv(1), "damaged"),
    "cut zip": ("m.zip", ZIP[:-30], "no whole zip archive"),
    "damaged zip": ("m.zip", ZIP[:500] + b"\xff" * 20 + ZIP[520:], "damaged"),
    "encrypted zip": ("m.zip", encrypted({"m.csv": csv(1)}), "encrypted"),
    "unknown method": ("m.zip", zipped({"m.csv": csv(1)}).replace(b"\x08\x00", b"\x09\x00"), "not known here"),
    "empty gzip": ("m.csv.gz", b"", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_broken_packing_is_one_clear_error_and_the_others_go_on(
    home: Home, contract: Contract, case: str
) -> None:
    name, content, part = BROKEN[case]
    home.deliver("a.csv", csv(1))
    home.deliver(name, content)
    home.deliver("z.csv", csv(2))
    first, wrong, last = home.load(contract).batches
    assert (first.status, last.status) == ("committed", "committed")
    rule = "empty_file" if part == "empty" else "unreadable_archive"
    assert (wrong.status, wrong.findings[0].rule, wrong.rows_read) == ("held", rule, 0)
    for expected in ("sys__t", name, part, "Next step"):
        assert expected in wrong.message
    assert home.load(contract).batches[1].message == wrong.message
    home.deliver(
        name, gzip.compress(csv(3)) if name.endswith(".gz") else ZSTD if name.endswith(".zst") else ZIP
    )
    assert home.load(contract).with_status("held") == ()


@pytest.mark.parametrize("name", ["m.csv.gz", "m.csv.zst", "m.zip"])
def test_bombs_are_refused(
    home: Home, contract: Contract, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_FREE_BYTES", 2**20)
    home.settings = home.settings.model_copy(update={"max_unpack_ratio": 100.0})
    zeros = csv(1) + b"0" * 2**24
    pack = {
        "gz": gzip.compress,
        "zst": zstandard.ZstdCompressor().compress,
        "zip": lambda data: zipped({"m.csv": data}),
    }
    home.deliver(name, pack[name.rpartition(".")[2]](zeros))
    (batch,) = home.load(contract).batches
    assert (batch.status, batch.findings[0].rule) == ("held", "unreadable_archive")
    assert "zip bomb" in batch.message


def test_archive_is_found_by_name_or_by_contract(home: Home) -> None:
    both = zipped({"afru_1.csv": csv(1), "afko_1.csv": csv(2)})
    home.deliver("afru_2025.zip", zipped({"afru_x.csv": csv(3), "afko_x.csv": csv(4)}))
    home.deliver("afru_2026.zip", zipped({"whatever.csv": csv(5)}))
    home.deliver("afru_none.zip", zipped({"b.csv": csv(6), "c.csv": csv(7)}))
    (home.inbox / "dump").mkdir()
    home.deliver("dump/all.zip", both)
    given = home.contract(COLUMNS, files="afru_*.csv")
    names = ["afru_2025.zip/afru_x.csv", "afru_2026.zip/whatever.csv", "afru_none.zip"]
    assert [file.name for file in discover(given, home.source)] == names
    assert "no member is named like" in results(home, given)["afru_none.zip"].message
    given = home.contract(COLUMNS, files="afru_*.csv", archives="dump/*.zip")
    assert [file.name for file in discover(given, home.source)] == [*names, "dump/all.zip/afru_1.csv"]


def test_folders_of_the_pattern_hold_for_archives_too(home: Home) -> None:
    for folder in ("2025/x", "2026/x"):
        (home.inbox / folder).mkdir(parents=True)
        home.deliver(f"{folder}/m.zip", zipped({"a.csv": csv(1), ".hidden/b.csv": csv(2)}))
    home.deliver("m.zip", zipped({"a.csv": csv(3)}))
    given = home.contract(COLUMNS, files="*/x/*.csv")
    assert len(discover(given, home.source)) == 4
    assert len(discover(home.contract(COLUMNS, files="**/*.csv"), home.source)) == 5


def test_two_members_of_one_name_are_refused(home: Home, contract: Contract) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.csv", csv(1))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", csv(2))
    home.deliver("m.zip", content.getvalue())
    (batch,) = home.load(contract).batches
    assert (batch.status, "two members are named a.csv" in batch.message) == ("held", True)


def test_growing_archive_waits(home: Home, contract: Contract) -> None:
    home.settings = home.settings.model_copy(update={"settle_seconds": 3600})
    path = home.deliver("m.zip", ZIP[:-30])
    path.touch()
    assert [batch.status for batch in home.load(contract).batches] == ["waiting"]
    path.write_bytes(ZIP)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert home.load(contract).rows_committed == 2999


def workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([["id", "name", "qty"], [1, "a", 1.5]]):
            sheet.write_row(row, 0, cells)


@pytest.mark.parametrize("kind", ["parquet", "excel", "jsonl"])
def test_other_formats_are_unpacked_too(home: Home, tmp_path: Path, kind: str) -> None:
    plain = tmp_path / f"x.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table({"id": [1], "name": ["a"], "qty": [1.5]}), plain)
    elif kind == "excel":
        workbook(plain)
    else:
        plain.write_text(json.dumps({"id": 1, "name": "a", "qty": 1.5}) + "\n")
    given = home.contract(COLUMNS, format=kind, files=f"*.{kind}")
    home.deliver("m.zip", zipped({f"x.{kind}": plain.read_bytes()}))
    home.deliver(f"y.{kind}.gz", gzip.compress(plain.read_bytes()))
    assert [batch.status for batch in home.load(given).batches] == ["committed", "known"]
    assert home.rows(given, "id, name, qty, _source_file") == [(1, "a", 1.5, f"m.zip/x.{kind}")]


def test_scratch_holds_one_bundle_at_a_time(home: Home, contract: Contract) -> None:
    rows = csv(*range(1, 300_000))
    for number in range(4):
        home.deliver(f"{number}.csv.gz", gzip.compress(rows + f"{number},x,1\n".encode(), 1))
    seen: list[int] = []

    def gate(_: object) -> object:
        seen.append(sum(path.stat().st_size for path in home.settings.scratch.rglob("*.csv")))
        return type("Passed", (), {"passed": True, "findings": ()})()

    home.load(contract, gate)  # type: ignore[arg-type]
    assert len(seen) == 4
    assert max(seen) < 2.5 * len(rows)


PACK = {
    "csv": lambda data: data,
    "csv.gz": gzip.compress,
    "csv.zst": zstandard.ZstdCompressor().compress,
    "zip": lambda data: zipped({"member.csv": data}),
}
DELIVERIES = st.lists(
    st.tuples(st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True), st.sampled_from(sorted(PACK)), st.booleans()),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DELIVERIES)
def test_content_counts_once_in_whatever_order_and_packing(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[tuple[list[int], str, bool]]
) -> None:
    """Each content is a file of one number; several numbers at once come as members of one archive."""
    home = Home(tmp_path_factory.mktemp("packed"))
    contract = home.contract(COLUMNS, files="*.csv")
    for number, (ids, packing, load_now) in enumerate(deliveries):
        if len(ids) > 1:
            home.deliver(f"d{number}.zip", zipped({f"m{one}.csv": csv(one) for one in ids}))
        else:
            home.deliver(f"d{number}.{packing}", PACK[packing](csv(*ids)))
        if load_now:
            home.load(contract)
    home.load(contract)
    expected = sorted({one for ids, _, _ in deliveries for one in ids})
    assert home.rows(contract, "id", order="id") == [(one,) for one in expected]
    assert not home.load(contract).changed
