"""Encodings of text files: the contract's is read right, any other is held with the place of the first wrong byte."""

import codecs
import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("note", physicalName="Störgrund")]
HEADER = "id;Störgrund\n"
UMLAUTS = ["Kühlmittel ÄÖÜ äöüß", "5 µm ± 0,1 °C", "½ Préçîsion ñ"]


def text(home: Home, encoding: str | None, kind: str = "delimited") -> Contract:
    options: dict[str, Any] = {"delimiter": ";"} | ({"encoding": encoding} if encoding else {})
    files = "*.csv" if kind == "delimited" else "*.jsonl"
    return home.contract(COLUMNS, format=kind, files=files, formatOptions=options, maxQuarantinedPct=90)


def export(texts: list[str]) -> str:
    return HEADER + "".join(f"{number};{note}\n" for number, note in enumerate(texts))


def load_beside_good(home: Home, contract: Contract, name: str, content: bytes, good: bytes) -> BatchResult:
    """A doubtful file between two good ones, which must come through."""
    suffix = name.rpartition(".")[2]
    home.deliver(f"a.{suffix}", good)
    home.deliver(name, content)
    home.deliver(f"z.{suffix}", good + b"\n")
    first, doubtful, last = home.load(contract).batches
    assert (first.status, last.status) == ("committed", "committed"), (first.message, last.message)
    return doubtful


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        (None, b""), ("utf-8", codecs.BOM_UTF8), ("utf-8-sig", codecs.BOM_UTF8), ("utf-8-sig", b""), ("cp1252", b""),
        ("iso-8859-1", b""), ("iso-8859-15", b""), ("cp850", b""), ("utf-16-le", b""), ("utf-16-be", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["delimited", "jsonl"])
def test_umlauts_of_any_encoding(home: Home, encoding: str | None, mark: bytes, kind: str) -> None:
    contract = text(home, encoding, kind)
    texts = UMLAUTS[:2] if encoding != "cp850" else ["Kühlmittel ÄÖÜ äöüß", "½ °C"]
    rows = [f'{{"id": {number}, "Störgrund": "{note}"}}\n' for number, note in enumerate(texts)]
    plain = export(texts) if kind == "delimited" else "".join(rows)
    raw = plain.encode("utf-8" if encoding in (None, "utf-8-sig") else encoding)
    home.deliver("a.csv" if kind == "delimited" else "a.jsonl", mark + raw)
    (batch,) = home.load(contract).batches
    assert (batch.status, batch.findings) == ("committed", ()), batch.message
    assert home.rows(contract, "id, note, _source_row") == [(n, note, n + 1) for n, note in enumerate(texts)]


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("last_line_end", [True, False])
def test_utf16_with_mark_of_either_byte_order(home: Home, order: str, last_line_end: bool) -> None:
    mark, name = (
        (codecs.BOM_UTF16_LE, "utf-16-le") if order == "little" else (codecs.BOM_UTF16_BE, "utf-16-be")
    )
    contract = text(home, "utf-16")
    plain = export([*UMLAUTS, "☃ 𝄞 ਊ Ċ"])  # the last two hold the byte of a line end
    plain = plain.replace("\n", "\r\n") if last_line_end else plain[:-1]
    home.deliver("a.csv", mark + plain.encode(name))
    home.load(contract)
    assert home.rows(contract, "note") == [(note,) for note in [*UMLAUTS, "☃ 𝄞 ਊ Ċ"]]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_raw_text_in_quarantine_is_readable(home: Home, encoding: str) -> None:
    contract = text(home, encoding)
    home.deliver("a.csv", (export(["gut"]) + "x;Ärger\n8;zu;viele;Ölflecken\n9;ß\n").encode(encoding))
    home.load(contract)
    assert home.rows(contract, "id, note, _source_row") == [(0, "gut", 1), (9, "ß", 4)]
    found = [(row.source_row, row.rule, row.line, row.raw_text) for row in home.quarantine(contract)]
    assert found == [(2, "type:id", 3, "x;Ärger"), (3, "malformed_row", 4, "8;zu;viele;Ölflecken")]


@pytest.mark.parametrize("at", [0, 3, 40_000, 90_000])
def test_wrong_byte_is_told_by_its_place_and_the_other_files_go_on(home: Home, at: int) -> None:
    contract = text(home, "utf-8")
    rows = [f"{number};{'Schleifkühlung' if number % 2 else 'none'} {number}\n" for number in range(at + 3)]
    start = (HEADER + "".join(rows[:at]) + f"{at};M").encode()
    content = start + "üller\n".encode("cp1252") + "".join(rows[at + 1 :]).encode()
    batch = load_beside_good(home, contract, "m.csv", content, export(UMLAUTS).encode())
    assert (batch.status, batch.findings[0].rule) == ("held", "wrong_encoding")
    for part in ("m.csv", f"byte {len(start)}:", "utf-8", "Next step", r"\xfc"):
        assert part in batch.message
    assert home.rows(contract, "count(*)", order="all") == [(6,)]
    assert home.quarantine(contract) == []


@pytest.mark.parametrize("shift", range(-3, 4))
def test_place_is_right_where_the_file_is_read_in_pieces(home: Home, shift: int) -> None:
    contract = text(home, "utf-8")
    piece = 2**20 + shift
    start = HEADER.encode() + b"1;a\n" * ((piece - len(HEADER.encode()) - 4) // 4)
    start += b"2;" + b"b" * (piece - len(start) - 2)
    batch = load_beside_good(
        home, contract, "m.csv", start + b"\xe2\x98\n3;c\n", b"id;St\xc3\xb6rgrund\n1;a\n"
    )
    assert (batch.status, batch.findings[0].rule) == ("held", "wrong_encoding")
    assert f"byte {len(start)}:" in batch.message


WRONG = {
    "cp1252 knows no 0x81": ("cp1252", export(["a"]).encode("cp1252") + b"5;\x81\n", "byte 19:"),
    "utf-16 with half a character": ("utf-16", export(["a"]).encode("utf-16") + b"x", None),
    "utf-16 with half a pair": ("utf-16-le", export(["a"]).encode("utf-16-le") + b"\x00\xd8\x0a\x00", None),
    "utf-8 that is utf-16": ("utf-8", export(["a"]).encode("utf-16"), "byte 0:"),
    "utf-8 with utf-16 header only in order": ("utf-8", export(["a"]).encode("utf-16-be"), None),
    "ascii with umlauts": ("ascii", export(["a"]).encode("utf-8"), "byte 5:"),
    "overlong zero": ("utf-8", HEADER.encode() + b"1;\xc0\x80\n", "byte 16:"),
    "surrogate in utf-8": ("utf-8", HEADER.encode() + b"1;\xed\xa0\x80\n", "byte 16:"),
}


@pytest.mark.parametrize("case", WRONG)
def test_other_wrong_encodings_are_held(home: Home, case: str) -> None:
    encoding, content, place = WRONG[case]
    contract = text(home, encoding)
    if encoding == "ascii":
        contract = home.contract(
            [column("id")], files="*.csv", formatOptions={"delimiter": ";", "encoding": "ascii"}
        )
    good = b"id;x\n1;2\n" if encoding == "ascii" else export(["gut"]).encode(encoding)
    home.deliver("a.csv", good)
    home.deliver("m.csv", content)
    first, wrong = home.load(contract).batches
    assert first.status == "committed", first.message
    assert (wrong.status, wrong.rows_read) == ("held", 0)
    assert wrong.findings[0].rule in ("wrong_encoding", "unreadable_file")
    if place:
        assert (wrong.findings[0].rule, place in wrong.message) == ("wrong_encoding", True), wrong.message


def test_wrong_encoding_of_json_lines_is_held_with_the_place(home: Home) -> None:
    contract = text(home, None, "jsonl")
    start = '{"id": 1, "Störgrund": "ü"}\n{"id": 2, "Störgrund": "'.encode()
    good = '{"id": 7, "Störgrund": "gut"}\n'.encode()
    batch = load_beside_good(home, contract, "m.jsonl", start + b'\xfc"}\n{"id": 3}\n', good)
    assert (batch.status, batch.findings[0].rule) == ("held", "wrong_encoding")
    assert f"byte {len(start)}:" in batch.message


def test_mark_of_utf8_in_another_encoding_is_held_by_its_header(home: Home) -> None:
    contract = text(home, "cp1252")
    batch = load_beside_good(
        home, contract, "m.csv", codecs.BOM_UTF8 + export(["a"]).encode(), export(["a"]).encode("cp1252")
    )
    assert (batch.status, batch.findings[0].rule) == ("held", "missing_column")
    assert "m.csv" in batch.message


PRINTABLE = st.text(
    st.characters(codec="cp1252", exclude_categories=("Cc", "Cs", "Zs", "Zl")), min_size=1, max_size=12
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(PRINTABLE, min_size=1, max_size=20), st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-8-sig"])
)
def test_any_text_round_trips(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], encoding: str
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    contract = text(home, encoding)
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows([["id", "Störgrund"], *enumerate(texts)])
    home.deliver("a.csv", out.getvalue().encode(encoding))
    (batch,) = home.load(contract).batches
    assert batch.status == "committed", batch.message
    assert home.rows(contract, "note") == [(note,) for note in texts]
