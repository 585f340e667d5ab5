"""Every bad file of the brief: one clear finding that names file, place and next step; the other files go on."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.batch import BatchProfile, BatchResult, Finding, GateVerdict
from ingestion.contracts import Contract
from ingestion.errors import PlantError
from ingestion.load import load_table
from ingestion.plant import Source
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("name", physicalName="Name"), column("qty", "DOUBLE")]
GOOD = "id,Name,qty\n1,a,1.5\n2,b,2.5\n"


def delimited(home: Home, **extras: object) -> Contract:
    return home.contract(COLUMNS, files="*.csv", maxQuarantinedPct=50, **extras)


def load_beside_good(home: Home, contract: Contract, name: str, content: bytes | str) -> BatchResult:
    """Load a bad file between two good ones, which must come through."""
    home.deliver("a.csv", GOOD)
    home.deliver(name, content)
    home.deliver("z.csv", GOOD.replace("2,b", "3,c"))
    results = {batch.file: batch for batch in home.load(contract).batches}
    assert results["a.csv"].status == "committed"
    assert results["z.csv"].status == "committed"
    return results[name]


HELD = {
    "missing column": (b"id,qty\n1,2\n", "missing_column", "line 1"),
    "renamed column": (b"id,Names,qty\n1,a,2\n", "missing_column", "renamed to Names"),
    "wrong delimiter": (b"id;Name;qty\n1;a;2\n", "wrong_delimiter", "';'"),
    "wrong encoding": ("id,Name,qty\n1,M\xfcller,2\n".encode("cp1252"), "wrong_encoding", "byte 15"),
    "wrong encoding in header": (b"id,Name,qty\xe4\n1,a,2\n", "wrong_encoding", "byte 11"),
    "utf-16": ("id,Name,qty\n1,a,2\n".encode("utf-16"), "wrong_encoding", "byte 0"),
    "empty": (b"", "empty_file", "byte 0"),
    "only blank lines": (b"\n\n", "empty_file", "byte 0"),
    "binary": (bytes(range(256)) * 40, "unreadable_file", "binary data"),
    "zip": (b"PK\x03\x04" + b"x" * 100, "unreadable_file", "zip archive"),
    "parquet": (b"PAR1" + b"x" * 100, "unreadable_file", "Parquet"),
    "only garbage rows": (b"id,Name,qty\nx,a,1\ny,b,2\n1,c,3\n", "too_many_quarantined", "2 of 3 rows"),
}


@pytest.mark.parametrize("case", HELD)
def test_bad_file_is_held_with_place_and_next_step(home: Home, case: str) -> None:
    content, rule, place = HELD[case]
    contract = delimited(home)
    result = load_beside_good(home, contract, "m.csv", content)
    assert result.status == "held"
    assert result.findings[0].rule == rule
    for part in ("sys__t", "m.csv", place, "Next step"):
        assert part in result.message
    assert (result.rows_read, result.rows_committed, result.rows_quarantined) == (0, 0, 0)
    assert len(home.rows(contract, "id")) == 4


def test_held_file_is_reported_again_and_released_by_a_new_contract(home: Home) -> None:
    contract = delimited(home)
    home.deliver("m.csv", "id,Names,qty\n1,a,2\n")
    first = home.load(contract).batches[0]
    again = home.load(contract).batches[0]
    assert (again.status, again.message, again.findings[0].rule) == ("held", first.message, "missing_column")
    mended = [COLUMNS[0], column("name", physicalName="Names"), COLUMNS[2]]
    contract = home.contract(mended, files="*.csv")
    assert home.load(contract).batches[0].status == "committed"


def test_unexpected_column_is_a_remark_and_the_file_goes_on(home: Home) -> None:
    contract = delimited(home)
    result = load_beside_good(home, contract, "m.csv", "id,Name,extra,qty\n7,x,zz,1\n")
    assert result.status == "committed"
    assert [(finding.rule, finding.column) for finding in result.findings] == [("unexpected_column", "extra")]
    assert (7, "x", 1.0) in home.rows(contract, "id, name, qty")


def test_reordered_columns_are_read_by_name(home: Home) -> None:
    contract = delimited(home)
    load_beside_good(home, contract, "m.csv", "qty,Name,id\n9.5,x,7\n")
    assert (7, "x", 9.5) in home.rows(contract, "id, name, qty")


def test_header_only_is_a_good_batch_without_rows(home: Home) -> None:
    contract = delimited(home)
    result = load_beside_good(home, contract, "m.csv", "id,Name,qty\n")
    assert (result.status, result.rows_read) == ("committed", 0)
    assert home.load(contract).with_status("known")[1].file == "m.csv"


def test_truncated_last_line_is_quarantined_with_its_text(home: Home) -> None:
    contract = delimited(home)
    result = load_beside_good(home, contract, "m.csv", "id,Name,qty\n7,x,1\n8,y,2\n9,z")
    assert (result.rows_read, result.rows_committed, result.rows_quarantined) == (3, 2, 1)
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row, row.line, row.raw_text) == ("truncated_row", 3, 4, "9,z")


def test_malformed_rows_keep_number_and_text_and_the_others_their_numbers(home: Home) -> None:
    contract = delimited(home)
    load_beside_good(
        home, contract, "m.csv", 'id,Name,qty\n7,x,1\n8,y\n\n9,"a""b",3\n10,"open,4\n11,u,v,5\r\n12,w,6\n'
    )
    found = {row.source_row: (row.rule, row.line, row.raw_text) for row in home.quarantine(contract)}
    assert found == {
        2: ("malformed_row", 3, "8,y"),
        4: ("malformed_row", 6, '10,"open,4'),
        5: ("malformed_row", 7, "11,u,v,5"),
    }
    mine = home.rows(contract, "id, name, _source_row", order="id")
    assert {(7, "x", 1), (9, 'a"b', 3), (12, "w", 6)} <= set(mine)


def test_line_of_many_megabytes_is_not_read_into_memory(home: Home) -> None:
    contract = delimited(home)
    path = home.deliver("m.csv", "id,Name,qty\n7,x,1\n8,")
    with path.open("ab") as handle:
        for _ in range(64):
            handle.write(b"y" * 2**20)
        handle.write(b",1\n9,z,2\n")
    result = home.load(contract).batches[0]
    assert (result.rows_read, result.rows_committed) == (3, 2)
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row) == ("line_too_long", 2)
    assert len(row.raw_text) < 2000


def test_file_that_is_one_endless_line_is_held(home: Home) -> None:
    contract = delimited(home)
    result = load_beside_good(home, contract, "m.csv", b"x" * (3 * 2**20))
    assert (result.status, result.findings[0].rule) == ("held", "line_too_long")


def test_young_file_waits_and_comes_later(home: Home, tmp_path: Path) -> None:
    contract = delimited(home)
    home.settings = home.settings.model_copy(update={"settle_seconds": 3600})
    path = home.deliver("m.csv", GOOD)
    path.touch()
    load = home.load(contract)
    assert [batch.status for batch in load.batches] == ["waiting"]
    assert not load.changed
    home.settings = home.settings.model_copy(update={"settle_seconds": 0})
    assert home.load(contract).batches[0].status == "committed"


def test_file_that_grows_while_it_is_read_waits(home: Home) -> None:
    contract = delimited(home)
    home.deliver("a.csv", GOOD)
    growing = home.deliver("b.csv", GOOD.replace("1,a", "7,g"))

    def export_goes_on(profile: BatchProfile) -> GateVerdict:
        if profile.file == "a.csv":
            with growing.open("a") as handle:
                handle.write("8,h,1\n")
        return GateVerdict(passed=True)

    first = home.load(contract, export_goes_on)
    assert [batch.status for batch in first.batches] == ["committed", "waiting"]
    assert "changed while it was read" in first.batches[1].message
    assert home.load(contract).rows_committed == 3
    assert len(home.rows(contract, "id")) == 5


def test_batch_gate_stops_a_file_before_its_commit(home: Home) -> None:
    contract = delimited(home)
    home.deliver("a.csv", GOOD)
    home.deliver("b.csv", GOOD + "4,d,1\n")

    def gate(profile: BatchProfile) -> GateVerdict:
        finding = Finding("volume", None, profile.rows_read, message="too many rows")
        return GateVerdict(profile.rows_read < 3, (finding,) if profile.rows_read >= 3 else ())

    statuses = [(batch.file, batch.status) for batch in home.load(contract, gate).batches]
    assert statuses == [("a.csv", "committed"), ("b.csv", "held")]
    assert len(home.rows(contract, "id")) == 2


def test_missing_source_folder_says_how_to_get_the_data(home: Home) -> None:
    source = Source("sys", home.root / "nowhere", "1000", "UTC", "fetch it from the vendor.")
    with pytest.raises(PlantError, match="fetch it from the vendor"):
        load_table(delimited(home), source, home.plant, home.settings)


def test_broken_parquet_and_excel_are_held(home: Home) -> None:
    for kind in ("parquet", "excel"):
        contract = home.contract(COLUMNS, table=kind, format=kind, files=f"*.{kind}")
        home.deliver(f"bad.{kind}", b"no such thing" * 10)
        home.deliver(f"empty.{kind}", b"")
        rules = [batch.findings[0].rule for batch in home.load(contract).batches]
        assert rules == ["unreadable_file", "empty_file"]


def test_parquet_with_a_broken_page_is_held_and_the_others_go_on(home: Home) -> None:
    contract = home.contract(COLUMNS, format="parquet", files="*.parquet")
    good = pa.table({"id": [1, 2], "Name": ["a", "b"], "qty": [1.0, 2.0]})
    pq.write_table(good, home.inbox / "good.parquet")
    pq.write_table(good, home.inbox / "bad.parquet", compression="none", use_dictionary=False)
    broken = bytearray((home.inbox / "bad.parquet").read_bytes())
    broken[4:40] = b"\xff" * 36
    (home.inbox / "bad.parquet").write_bytes(broken)
    assert {batch.file: batch.status for batch in home.load(contract).batches} == {
        "good.parquet": "committed",
        "bad.parquet": "held",
    }
