"""Excel workbooks at their edges: cells of every kind against what was written, and workbooks that are none."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from tests.unit.ingestion.home import Home, column

FORMATS = {dt.datetime: "dd.mm.yyyy hh:mm:ss", dt.date: "dd.mm.yyyy", dt.time: "hh:mm:ss"}


def workbook(rows: Sequence[Sequence[Any]], sheet: str = "Data", column_offset: int = 0) -> bytes:
    """An xlsx file; None leaves a cell out, text stays text also if it looks like a number."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_numbers": False}) as book:
        page = book.add_worksheet(sheet)
        formats = {kind: book.add_format({"num_format": shape}) for kind, shape in FORMATS.items()}
        for at, cells in enumerate(rows):
            for place, cell in enumerate(cells, start=column_offset):
                if type(cell) in formats:
                    page.write_datetime(at, place, cell, formats[type(cell)])
                elif isinstance(cell, str) and cell.startswith("=1/0"):
                    page.write_formula(at, place, cell, None, "#DIV/0!")
                elif cell is not None:
                    page.write(at, place, cell)
    return content.getvalue()


def excel(home: Home, columns: Sequence[dict[str, Any]], sheet: str = "Data", **options: Any) -> Contract:
    settings = {"sheet": sheet, **options}
    return home.contract(
        columns, format="excel", files="*.xlsx", formatOptions=settings, maxQuarantinedPct=90
    )


def load_one(home: Home, contract: Contract, content: bytes, name: str = "a.xlsx") -> BatchResult:
    home.deliver(name, content)
    return {batch.file: batch for batch in home.load(contract).batches}[name]


def test_numbers_as_cells_and_as_german_text(home: Home) -> None:
    columns = [column("id"), column("x", "DOUBLE"), column("p", "DECIMAL(18,3)"), column("n", "BIGINT")]
    contract = excel(home, columns, decimal=",", thousands=".")
    rows = [
        ["id", "x", "p", "n"],
        ["cells", 1234.5, 0.125, 1234567],
        ["text", "1.234,5", "0,125", "1.234.567"],
        ["trailing minus", "1.234,5-", "0,125-", "7-"],
        ["small and big", 1e-7, 123456789012.375, 2**40],
        ["whole", 3, -4, 0],
        ["no number", "1,234.5", 1, 1],
        ["no whole number", 1, 1, 1.5],
    ]
    load_one(home, contract, workbook(rows))
    assert home.rows(contract, "id, x, p, n") == [
        ("cells", 1234.5, Decimal("0.125"), 1234567),
        ("text", 1234.5, Decimal("0.125"), 1234567),
        ("trailing minus", -1234.5, Decimal("-0.125"), -7),
        ("small and big", 1e-7, Decimal("123456789012.375"), 2**40),
        ("whole", 3.0, Decimal(-4), 0),
    ]
    found = [(row.source_row, row.rule, row.value) for row in home.quarantine(contract)]
    assert found == [(6, "type:x", "1,234.5"), (7, "type:n", "1,5")]


@pytest.mark.parametrize("moment", [dt.datetime(2025, 7, 1, 6, 30, 5), dt.datetime(2025, 7, 1)])  # noqa: DTZ001
@pytest.mark.parametrize("shape", [None, "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"])
def test_local_times_as_cells_and_as_text(home: Home, moment: dt.datetime, shape: str | None) -> None:
    given = {"parse": "local_timestamp"} | ({"parseFormat": shape} if shape else {})
    contract = excel(home, [column("id"), column("seen", "TIMESTAMPTZ", **given)])
    text = moment.strftime(shape or "%Y-%m-%d %H:%M:%S")
    batch = load_one(home, contract, workbook([["id", "seen"], ["cell", moment], ["text", text]]))
    utc = (moment - dt.timedelta(hours=2)).isoformat(sep=" ")
    assert home.rows(contract, "id, strftime(seen, '%Y-%m-%d %H:%M:%S')") == [("cell", utc), ("text", utc)], (
        batch
    )


@pytest.mark.parametrize("shape", [None, "%d.%m.%Y"])
def test_dates_as_cells_and_as_text(home: Home, shape: str | None) -> None:
    given = {"parse": "date"} | ({"parseFormat": shape} if shape else {})
    contract = excel(home, [column("id"), column("day", "DATE", **given)])
    day = dt.date(2024, 2, 29)
    rows = [
        ["date", day],
        ["midnight", dt.datetime(2024, 2, 29)],  # noqa: DTZ001
        ["text", day.strftime(shape or "%Y-%m-%d")],
    ]
    load_one(home, contract, workbook([["id", "day"], *rows, ["no date", "31.02.2024"]]))
    assert home.rows(contract, "id, day") == [("date", day), ("midnight", day), ("text", day)]
    assert [(row.rule, row.value) for row in home.quarantine(contract)] == [("type:day", "31.02.2024")]


def test_date_cell_in_a_text_column_is_iso(home: Home) -> None:
    contract = excel(home, [column("note")])
    cells = [dt.datetime(2025, 7, 1, 6), dt.date(2025, 7, 1), dt.time(6, 0, 5)]  # noqa: DTZ001
    load_one(home, contract, workbook([["note"], *([cell] for cell in cells)]))
    assert home.rows(contract, "note") == [("2025-07-01 06:00:00",), ("2025-07-01",), ("06:00:05",)]


def test_leading_zeros_stay_and_whole_numbers_get_no_point(home: Home) -> None:
    contract = excel(home, [column("order_no"), column("flag")], decimal=",")
    cells = [["000100", "0"], [100, True], [4711.0, False], ["1.0", " x "], [123456789012345, 0], [-5, 0.5]]
    load_one(home, contract, workbook([["order_no", "flag"], *cells]))
    assert home.rows(contract, "order_no, flag") == [
        ("000100", "0"), ("100", "true"), ("4711", "false"), ("1.0", " x "), ("123456789012345", "0"), ("-5", "0,5"),
    ]  # fmt: skip


def test_empty_rows_are_no_records_but_count_as_lines(home: Home) -> None:
    contract = excel(home, [column("id", "BIGINT", key=1), column("x", "DOUBLE")])
    rows: list[list[Any]] = [
        ["id", "x"],
        [],
        [1, 1],
        [None, None],
        ["", ""],
        [2, 0],
        [],
        ["bad", 3],
        [0, None],
    ]
    batch = load_one(home, contract, workbook(rows))
    assert (batch.rows_read, batch.rows_committed, batch.rows_quarantined) == (4, 3, 1)
    assert home.rows(contract, "id, x, _source_row") == [(1, 1.0, 1), (2, 0.0, 2), (0, None, 4)]
    (row,) = home.quarantine(contract)
    assert (row.source_row, row.line, row.rule, row.value) == (3, 8, "type:id", "bad")
    assert json.loads(row.raw_text) == {"id": "bad", "x": "3"}


def test_header_row_option_and_a_table_that_starts_further_right(home: Home) -> None:
    contract = excel(home, [column("id"), column("x", "DOUBLE")], headerRow=4)
    rows: list[list[Any]] = [
        ["Prüfbericht"],
        ["Stand", dt.date(2025, 7, 1)],
        [],
        [" id ", "x"],
        ["a", 1],
        [],
        ["b", "?"],
    ]
    load_one(home, contract, workbook([*rows[:3], ["id", "x"], *rows[4:]], column_offset=2))
    assert home.rows(contract, "id, x, _source_row") == [("a", 1.0, 1)]
    assert [(row.source_row, row.line) for row in home.quarantine(contract)] == [(2, 7)]


def test_missing_column_is_held_and_names_the_place_and_a_likely_name(home: Home) -> None:
    contract = excel(home, [column("id"), column("value", "DOUBLE")], headerRow=2)
    home.deliver("good.xlsx", workbook([["Report"], ["value", "id"], [1, "a"]]))
    batch = load_one(home, contract, workbook([["Report"], ["id", "Values"], ["b", 2]]), "z.xlsx")
    assert (batch.status, batch.findings[0].rule) == ("held", "missing_column")
    for part in ("z.xlsx", "sheet Data, row 2", "value (renamed to Values?)", "Next step"):
        assert part in batch.message
    assert home.rows(contract, "id, value") == [("a", 1.0)]


def test_extra_column_is_a_finding(home: Home) -> None:
    contract = excel(home, [column("id")])
    batch = load_one(home, contract, workbook([["id", None, "Bemerkung"], ["a", "under no header", "b"]]))
    assert [(finding.rule, finding.column) for finding in batch.findings] == [
        ("unexpected_column", "Bemerkung")
    ]
    assert home.rows(contract, "id") == [("a",)]


def test_wrong_sheet_is_named_with_those_that_exist(home: Home) -> None:
    contract = excel(home, [column("id")], sheet="Prüfung")
    batch = load_one(home, contract, workbook([["id"], ["a"]], sheet="Tabelle1"))
    assert (batch.status, batch.findings[0].rule) == ("held", "unreadable_file")
    for part in ("a.xlsx", "Prüfung", "Tabelle1", "Next step"):
        assert part in batch.message


def foreign_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return content.getvalue()


WHOLE = workbook([["id"], *([f"row {number}"] for number in range(200))])
NO_WORKBOOK = {
    "text": b"id;x\n1;2\n",
    "html that calls itself xlsx": b"<html><table><tr><td>id</td></tr></table></html>",
    "zip of something else": foreign_zip(),
    "cut": WHOLE[: len(WHOLE) // 2],
    "cut at the end": WHOLE[:-10],
    "one byte": b"P",
}


@pytest.mark.parametrize("case", NO_WORKBOOK)
def test_no_workbook_is_held_and_the_others_go_on(home: Home, case: str) -> None:
    contract = excel(home, [column("id")])
    home.deliver("good.xlsx", workbook([["id"], ["a"]]))
    batch = load_one(home, contract, NO_WORKBOOK[case], "z.xlsx")
    assert (batch.status, batch.findings[0].rule) == ("held", "unreadable_file")
    assert "z.xlsx" in batch.message
    assert home.rows(contract, "id") == [("a",)]


def test_header_only_is_a_good_batch_and_a_blank_sheet_is_empty(home: Home) -> None:
    contract = excel(home, [column("id")])
    home.deliver("blank.xlsx", workbook([]))
    home.deliver("header.xlsx", workbook([["id"]]))
    found = {batch.file: (batch.status, batch.rows_read) for batch in home.load(contract).batches}
    assert found == {"blank.xlsx": ("held", 0), "header.xlsx": ("committed", 0)}


def test_error_cell_is_no_value(home: Home) -> None:
    contract = excel(home, [column("id"), column("x", "DOUBLE", required=True)])
    load_one(home, contract, workbook([["id", "x"], ["a", 1], ["b", "=1/0"]]))
    assert home.rows(contract, "id, x") == [("a", 1.0)]
    assert [(row.rule, row.line) for row in home.quarantine(contract)] == [("error_cell", 3)]
