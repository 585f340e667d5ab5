"""Workbooks as people build them: several sheets, two-line headers, cross tables, totals, and what Excel damages."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import xlsxwriter

from ingestion.errors import ContractError
from ingestion.formats.excel_layout import layout_of
from tests.unit.ingestion.home import Home, column
from tests.unit.ingestion.test_excel import excel, load_one, workbook


def book(sheets: Mapping[str, Sequence[Sequence[Any]]], **options: Any) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as made:
        day = made.add_format({"num_format": "dd.mm.yyyy"})
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for line, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, dt.date):
                        page.write_datetime(line, place, cell, day)
                    elif isinstance(cell, str) and cell.startswith("="):
                        page.write_formula(line, place, cell, None, "#" + cell.split("#")[1])
                    elif cell is not None:
                        page.write(line, place, cell)
    return content.getvalue()


WEEKS = {
    "Week 1": [["id", "x"], ["a", 1]],
    "Notes": [["hello"]],
    "Week 2": [["id", "x"], ["b", 2], ["c", "?"]],
}


def test_sheets_by_pattern_with_their_name_as_a_column(home: Home) -> None:
    contract = excel(
        home, [column("id"), column("x", "DOUBLE"), column("week")], sheet="Week *", sheetColumn="week"
    )
    batch = load_one(home, contract, book(WEEKS))
    assert (batch.rows_read, batch.rows_committed) == (3, 2)
    assert home.rows(contract, "id, x, week") == [("a", 1.0, "Week 1"), ("b", 2.0, "Week 2")]
    (row,) = home.quarantine(contract)
    assert (row.source_row, row.line, json.loads(row.raw_text)["week"]) == (3, 3, "Week 2")


def test_all_sheets_and_one_without_the_columns_holds_the_file(home: Home) -> None:
    contract = home.contract(
        [column("id"), column("x", "DOUBLE")], format="excel", files="*.xlsx", formatOptions={"sheets": "all"}
    )
    found = load_one(home, contract, book({name: WEEKS[name] for name in ("Week 1", "Week 2")}), "good.xlsx")
    assert found.rows_read == 3
    batch = load_one(home, contract, book(WEEKS), "z.xlsx")
    assert batch.status == "held"
    assert "sheet Notes, row 1" in batch.message


def test_merged_two_line_header_is_flattened(home: Home) -> None:
    columns = [
        column("day", "DATE"), column("good", "BIGINT", physicalName="Shift 1 / Good"), column("bad", "BIGINT", physicalName="Shift 2 / Good"),
        column("line", physicalName="Line"),
    ]  # fmt: skip
    contract = excel(home, columns, headerRow=2, headerRows=2)
    rows = [
        ["Report"], ["day", "Shift 1", None, "Shift 2", None, "Line"], [None, "Good", "Bad", "Good", "Bad", None],
        [dt.date(2025, 7, 1), 5, 1, 7, 0, "L1"],
    ]  # fmt: skip
    rows[2][0], rows[2][5] = "day", "Line"  # a cell merged downwards is written in one of both lines
    batch = load_one(home, contract, book({"Data": rows}))
    assert batch.status == "committed", batch.message
    assert home.rows(contract, "day, good, bad, line") == [(dt.date(2025, 7, 1), 5, 7, "L1")]


def test_cross_table_becomes_rows(home: Home) -> None:
    columns = [column("machine"), column("month"), column("pieces", "BIGINT")]
    contract = excel(
        home,
        columns,
        unpivot={"ids": ["machine"], "header": "month", "value": "pieces"},
        leaveOut={"machine": "^Total"},
    )
    rows = [["machine", "Jan", "Feb", "Mar"], ["M1", 1, None, 3], ["M2", 4, "n/a", 6], ["Total", 5, 0, 9]]
    batch = load_one(home, contract, book({"Data": rows}))
    assert (batch.rows_read, batch.rows_committed) == (5, 4)
    assert home.rows(contract, "machine, month, pieces") == [
        ("M1", "Jan", 1), ("M1", "Mar", 3), ("M2", "Jan", 4), ("M2", "Mar", 6),
    ]  # fmt: skip
    (row,) = home.quarantine(contract)
    assert (row.line, json.loads(row.raw_text)) == (3, {"machine": "M2", "month": "Feb", "pieces": "n/a"})
    assert {finding.rule for finding in batch.findings} == {"left_out_rows", "type:pieces"}


def test_header_is_searched_and_total_rows_are_left_out(home: Home) -> None:
    contract = excel(
        home, [column("id"), column("x", "DOUBLE")], headerSearch=10, leaveOut={"id": "^(Sum|Stand)"}
    )
    rows = [["Report"], ["id"], [], ["id", "x"], ["a", 1], ["Sum", 1], ["Stand 01.07."]]
    batch = load_one(home, contract, book({"Data": rows}))
    assert home.rows(contract, "id, x") == [("a", 1.0)]
    assert (batch.rows_read, [finding.rule for finding in batch.findings]) == (1, ["left_out_rows"])


@pytest.mark.parametrize("error", ["REF!", "N/A", "DIV/0!", "NAME?"])
def test_error_cell_puts_its_row_aside_also_in_a_text_column(home: Home, error: str) -> None:
    contract = excel(home, [column("id"), column("x", "DOUBLE")])
    rows = [
        ["id", "x", "other"],
        ["a", 1, f"=0#{error}"],
        [f"=0#{error}", 2],
        ["c", f"=0#{error}"],
        ["d", None],
    ]
    batch = load_one(home, contract, book({"Data": rows}))
    assert home.rows(contract, "id, x") == [("a", 1.0), ("d", None)]
    assert [(row.rule, row.line) for row in home.quarantine(contract)] == [
        ("error_cell", 3),
        ("error_cell", 4),
    ]
    assert f"#{error}" in home.quarantine(contract)[0].raw_text
    assert any("Excel shows an error" in finding.message for finding in batch.findings)


ORDER = column("order_no", logicalTypeOptions={"pattern": "^[0-9]{12}$"})


def test_lost_leading_zeros_are_put_aside_with_the_reason(home: Home) -> None:
    contract = excel(home, [ORDER])
    batch = load_one(
        home, contract, workbook([["order_no"], ["000001000123"], [1000123], ["x"], [123456789012]])
    )
    assert home.rows(contract, "order_no") == [("000001000123",), ("123456789012",)]
    found = [(row.line, row.rule) for row in home.quarantine(contract)]
    assert found == [(3, "lost_leading_zeros"), (4, "pattern:order_no")]
    message = next(one.message for one in batch.findings if one.rule == "lost_leading_zeros")
    assert "Excel dropped them" in message
    assert "padZeros" in message


def test_lost_zeros_come_back_where_the_contract_says_how_many(home: Home) -> None:
    contract = excel(home, [ORDER], padZeros={"order_no": 12})
    load_one(home, contract, workbook([["order_no"], ["000001000123"], [1000123]]))
    assert home.rows(contract, "order_no") == [("000001000123",), ("000001000123",)]


@pytest.mark.parametrize("values", [["00:00.0"] * 3, ["12:30.5"] * 2])
def test_column_of_times_cut_to_what_excel_showed_holds_the_file(home: Home, values: list[str]) -> None:
    contract = excel(home, [column("id"), column("start")])
    batch = load_one(
        home, contract, workbook([["id", "start"], *([str(n), v] for n, v in enumerate(values))])
    )
    assert (batch.status, batch.findings[0].rule) == ("held", "damaged_column")
    for part in ("'start'", values[0], "mm:ss.0", "Next step"):
        assert part in batch.message


@pytest.mark.parametrize(("is_1904", "serial"), [(False, 45839.25), (True, 45839.25 - 1462)])
def test_dates_kept_as_serial_numbers(home: Home, is_1904: bool, serial: float) -> None:
    columns = [
        column("day", "DATE"),
        column("seen", "TIMESTAMPTZ", parse="local_timestamp"),
        column("n", "DOUBLE"),
    ]
    contract = excel(home, columns)
    rows = [["day", "seen", "n"], [int(serial), serial, serial], [dt.date(2025, 7, 1), serial, 1]]
    load_one(
        home,
        contract,
        book({"Data": rows}, default_date_format=None, **({"date_1904": True} if is_1904 else {})),
    )
    assert home.rows(contract, "day, strftime(seen, '%Y-%m-%d %H:%M'), n") == [
        (dt.date(2025, 7, 1), "2025-07-01 04:00", serial), (dt.date(2025, 7, 1), "2025-07-01 04:00", 1.0),
    ]  # fmt: skip


def test_open_document_spreadsheet(home: Home) -> None:
    """The smallest .ods that there is, written as its XML."""
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    cells = "".join(
        "<table:table-row>" + "".join(f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>" for kind, text in row) + "</table:table-row>"
        for row in [
            [('office:value-type="string"', "id"), ('office:value-type="string"', "x")],
            [('office:value-type="string"', "a"), ('office:value-type="float" office:value="1.5"', "1,5")],
        ]
    )  # fmt: skip
    body = f'<table:table table:name="Data">{cells}</table:table>'
    document = (
        f'<office:document-content xmlns:office="{names}office:1.0" xmlns:table="{names}table:1.0" xmlns:text="{names}text:1.0">'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{names}manifest:1.0"/>'
        )
        archive.writestr("content.xml", document)
    contract = home.contract([column("id"), column("x", "DOUBLE")], format="excel", files="*.ods")
    batch = load_one(home, contract, content.getvalue(), "a.ods")
    assert batch.status == "committed", batch.message
    assert home.rows(contract, "id, x") == [("a", 1.5)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"sheat": "x"}, "unknown sheat"),
        ({"headerRow": 0}, "headerRow counts from 1"),
        ({"unpivot": {"ids": ["a"]}}, "unpivot needs"),
        ({"leaveOut": {"a": "("}}, "formatOptions"),
        ({"sheets": "some"}, "sheets is 'some'"),
    ],
)
def test_wrong_options_are_named(home: Home, options: dict[str, Any], reason: str) -> None:
    contract = home.contract([column("a")], format="excel", formatOptions=options)
    with pytest.raises(ContractError, match=reason.replace("(", r"\(")):
        layout_of(contract)
