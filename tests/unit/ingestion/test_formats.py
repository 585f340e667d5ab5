"""Formats at their edges: encodings, byte order marks, quotes, JSON, workbooks, foreign Parquet."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.formats.delimited import well_formed
from ingestion.formats.text import Block, Line, blocks, lines, pick
from tests.unit.ingestion.home import Home, column

TEXTS = [column("a"), column("b")]


def test_byte_order_mark_and_crlf_and_no_last_line_end(home: Home) -> None:
    contract = home.contract(TEXTS, files="*.csv")
    home.deliver("a.csv", b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4")
    home.deliver("mixed.csv", b"a,b\r\n5,6\n7,8\r\n")
    home.load(contract)
    assert home.rows(contract, "a, b") == [("1", "2"), ("3", "4"), ("5", "6"), ("7", "8")]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-16-le", "utf-8"])
def test_encodings_of_the_contract(home: Home, encoding: str) -> None:
    contract = home.contract(
        TEXTS, files="*.csv", formatOptions={"delimiter": ";", "encoding": encoding}, maxQuarantinedPct=90
    )
    home.deliver("a.csv", "a;b\nKühlmittel;Straße\nzu;viele;Ä\n".encode(encoding))
    home.load(contract)
    assert home.rows(contract, "a, b, _source_row") == [("Kühlmittel", "Straße", 1)]
    assert [row.raw_text for row in home.quarantine(contract)] == ["zu;viele;Ä"]


def test_quoted_fields_keep_delimiters_quotes_and_line_ends(home: Home) -> None:
    contract = home.contract(TEXTS, files="*.csv", maxQuarantinedPct=90)
    good = 'a,b\n"x, y","say ""hi"""\n"two\n\nlines",z\n'
    home.deliver("good.csv", good)
    home.deliver("screened.csv", good + "only one\n")
    home.load(contract)
    expected = [("x, y", 'say "hi"'), ("two\n\nlines", "z")]
    assert home.rows(contract, "a, b") == expected * 2
    assert [(row.source_row, row.line) for row in home.quarantine(contract)] == [(3, 6)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="ab,\r", max_size=6), max_size=30), st.booleans(), st.integers(1, 5))
def test_splitter_equals_plain_splitting(parts: list[str], ended: bool, limit: int) -> None:
    raw = ("\n".join(parts) + ("\n" if ended else "")).encode()
    block = Block(1, raw)
    plain = raw.split(b"\n")
    plain = plain[:-1] if not plain[-1] else plain
    found = list(block.lines(limit)) if raw else []
    assert [line.number for line in found] == list(range(1, len(plain) + 1))
    for line, text in zip(found, plain, strict=True):
        assert line.too_long == (len(text) > limit)
        if not line.too_long:
            assert line.raw == text.rstrip(b"\r")
    count = block.records() if raw else 0
    if count is not None:
        assert count == len([line for line in found if line.raw])
    fast = well_formed(block, b",", 2, limit)
    if fast:
        assert fast == len(found)
        assert all(line.raw.count(b",") == 1 and not line.too_long for line in found)


def test_blocks_cover_a_file_and_records_are_found_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    texts = ["x" * int(size) for size in rng.integers(0, 400, 5_000)]
    path = tmp_path / "f"
    path.write_text("\n".join(texts))
    with path.open("rb") as handle:
        assert [line.raw.decode() for line in lines(handle, 1000)] == texts
    filled = [(number, text) for number, text in enumerate(texts, start=1) if text]
    wanted = sorted({1, 2, 2_500, len(filled), *rng.integers(1, len(filled), 40).tolist()})
    found = [(row, line.number, line.raw.decode()) for row, line in pick(path, wanted, 1, 1000)]
    assert found == [(row, *filled[row - 1]) for row in wanted]
    with path.open("rb") as handle:
        assert all(isinstance(piece, Block | Line) for piece in blocks(handle, 10))


def test_json_lines(home: Home) -> None:
    columns = [column("id", "BIGINT", key=1), column("note"), column("x", "DOUBLE"), column("ok", "BOOLEAN")]
    contract = home.contract(columns, format="jsonl", files="*.jsonl", maxQuarantinedPct=90)
    home.deliver(
        "a.jsonl",
        '{"id": 1, "note": "a \\"b\\" ü", "x": 1.5, "ok": true}\n\n{"id": 2}\n{"id": 3, "x": "4,5"}\n[1]\n{"id": 4, "no\n'
        '{"id": null}\n{"id": 5, "note": null, "extra": 1}\n{"id": 6, "no',
    )
    (batch,) = home.load(contract).batches
    assert home.rows(contract, "id, note, x, ok") == [
        (1, 'a "b" ü', 1.5, True),
        (2, None, None, None),
        (5, None, None, None),
    ]
    assert [(row.source_row, row.line, row.rule) for row in home.quarantine(contract)] == [
        (3, 4, "type:x"), (4, 5, "malformed_row"), (5, 6, "malformed_row"), (6, 7, "required:id"), (8, 9, "truncated_row"),
    ]  # fmt: skip
    assert "unexpected_column" in {finding.rule for finding in batch.findings}


def test_json_lines_that_stop_duckdb_are_screened(home: Home) -> None:
    contract = home.contract(TEXTS, format="jsonl", files="*.jsonl", maxQuarantinedPct=90)
    home.deliver("a.jsonl", b'{"a": "1"}\r\n{"a": "2"}\n\x1f\n' + b'{"a": "3"}\n' * 20)
    home.load(contract)
    assert home.rows(contract, "a, _source_row")[:3] == [("1", 1), ("2", 2), ("3", 4)]
    assert [(row.source_row, row.rule) for row in home.quarantine(contract)] == [(3, "malformed_row")]


def test_json_lines_without_a_required_key_are_held(home: Home) -> None:
    contract = home.contract([column("id", required=True), column("b")], format="jsonl", files="*.jsonl")
    home.deliver("a.jsonl", json.dumps({"ID": "1"}) + "\n")
    (batch,) = home.load(contract).batches
    assert (batch.status, batch.findings[0].rule) == ("held", "missing_column")
    assert "renamed to ID" in batch.message


def test_workbook_cells_become_typed(home: Home) -> None:
    columns = [
        column("id"),
        column("x", "DOUBLE"),
        column("n", "BIGINT"),
        column("seen", "TIMESTAMPTZ", parse="local_timestamp", parseFormat="%d.%m.%Y %H:%M"),
    ]
    contract = home.contract(
        columns, format="excel", files="*.xlsx", formatOptions={"sheet": "Data", "headerRow": 2, "decimal": ","},
        maxQuarantinedPct=90,
    )  # fmt: skip
    with xlsxwriter.Workbook(home.inbox / "a.xlsx", {"remove_timezone": True}) as book:
        sheet = book.add_worksheet("Data")
        date = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        for row, cells in enumerate(
            [["Report"], ["id", "x", "n", "seen"], ["a", 1.5, 7], ["b", "2,5", "8"], [], ["c", "two", 9]]
        ):
            sheet.write_row(row, 0, cells)
        sheet.write_datetime(2, 3, dt.datetime(2025, 7, 1, 12), date)  # noqa: DTZ001
        sheet.write_string(3, 3, "01.07.2025 13:00")
    home.load(contract)
    assert home.rows(contract, "id, x, n, strftime(seen, '%H:%M'), _source_row") == [
        ("a", 1.5, 7, "10:00", 1), ("b", 2.5, 8, "11:00", 2),
    ]  # fmt: skip
    (row,) = home.quarantine(contract)
    assert (row.rule, row.line, row.value, json.loads(row.raw_text)["x"]) == ("type:x", 6, "two", "two")


def test_workbook_without_the_sheet_is_held(home: Home) -> None:
    contract = home.contract(TEXTS, format="excel", files="*.xlsx", formatOptions={"sheet": "Data"})
    with xlsxwriter.Workbook(home.inbox / "a.xlsx") as book:
        book.add_worksheet("Other")
    (batch,) = home.load(contract).batches
    assert batch.status == "held"
    assert "sheets Other" in batch.message


def test_foreign_parquet_of_any_timestamp(home: Home) -> None:
    columns = [
        column("id", "BIGINT", key=1),
        column("local", "TIMESTAMPTZ", parse="local_timestamp"),
        column("utc", "TIMESTAMPTZ", parse="utc_timestamp"),
        column("zoned", "TIMESTAMPTZ"),
        column("wave", "FLOAT[]"),
        column("price", "DECIMAL(18,2)"),
    ]
    contract = home.contract(columns, format="parquet", files="*.parquet")
    noon = dt.datetime(2011, 6, 3, 12)  # noqa: DTZ001
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "local": pa.array([noon, None], pa.timestamp("ns")),
            "utc": pa.array([noon, None], pa.timestamp("ms")),
            "zoned": pa.array([noon, None], pa.timestamp("us", tz="America/New_York")),
            "wave": pa.array([[1.5, 2.5], []], pa.list_(pa.float64())),
            "price": pa.array([1.25, None], pa.float64()),
        }
    )
    pq.write_table(table, home.inbox / "int96.parquet", use_deprecated_int96_timestamps=True)
    pq.write_table(table.slice(0, 1), home.inbox / "plain.parquet", row_group_size=1)
    home.load(contract)
    hours = "strftime(local, '%H'), strftime(utc, '%H'), strftime(zoned, '%H')"
    rows = home.rows(contract, f"id, {hours}, wave, price::VARCHAR", order="_source_file, id")
    assert rows == [
        (1, "10", "12", "12", [1.5, 2.5], "1.25"),
        (2, None, None, None, [], None),
        (1, "10", "12", "12", [1.5, 2.5], "1.25"),
    ]


def test_parquet_of_several_chunks_keeps_row_numbers_and_texts(home: Home) -> None:
    contract = home.contract(
        [column("id", "BIGINT", key=1), column("x", "DOUBLE")], format="parquet", files="*.parquet"
    )
    count = 150_000
    values = [None if number == 140_000 else str(number) for number in range(1, count + 1)]
    pq.write_table(pa.table({"id": values, "x": [1.0] * count}), home.inbox / "a.parquet")
    load = home.load(contract)
    assert load.rows_committed == count - 1
    (row,) = home.quarantine(contract)
    assert (row.source_row, row.rule) == (140_000, "required:id")
    assert home.rows(contract, "count(*) FILTER (id <> _source_row)", order="all") == [(0,)]


@pytest.mark.parametrize("rows", [1, 300_000])
def test_rows_are_numbered_in_file_order(home: Home, rows: int) -> None:
    contract = home.contract(
        [column("n", "BIGINT"), column("s", enum=[f"s{n}" for n in range(40)])], files="*.csv"
    )
    home.deliver("big.csv", "n,s\n" + "".join(f"{n},s{n % 40}\n" for n in range(1, rows + 1)))
    home.deliver("small.csv", "n,s\n1,s1\n2,s2\n")
    home.load(contract)
    assert home.rows(contract, "count(*), count(*) FILTER (n <> _source_row)", order="all") == [(rows + 2, 0)]
