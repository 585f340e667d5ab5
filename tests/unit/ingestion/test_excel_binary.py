"""Workbooks of the binary formats: .xls by another writer, .xlsb byte by byte; the same rows as from .xlsx."""

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from ingestion.contracts import Contract
from tests.unit.ingestion import xlsb_bytes
from tests.unit.ingestion.home import Home, column
from tests.unit.ingestion.test_excel_layout import book

Sheets = Mapping[str, Sequence[Sequence[Any]]]
STYLES = {dt.datetime: "DD.MM.YYYY hh:mm:ss", dt.date: "DD.MM.YYYY"}


def xls(sheets: Sheets) -> bytes:
    """BIFF8 in a compound file."""
    xlwt = pytest.importorskip("xlwt", reason="the writer of .xls files is not installed")
    made = xlwt.Workbook()
    styles = {kind: xlwt.easyxf(num_format_str=shape) for kind, shape in STYLES.items()}
    for name, rows in sheets.items():
        page = made.add_sheet(name)
        for at, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if type(cell) in styles:
                    page.write(at, place, cell, styles[type(cell)])
                elif cell in xlsb_bytes.ERRORS:
                    page.row(at).set_cell_error(place, xlsb_bytes.ERRORS[cell])
                elif cell is not None:
                    page.write(at, place, cell)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


WRITERS = {"xls": xls, "xlsb": xlsb_bytes.workbook}


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest) -> tuple[str, Callable[[Sheets], bytes]]:
    return request.param, WRITERS[request.param]


def excel(home: Home, columns: Sequence[dict[str, Any]], **options: Any) -> Contract:
    given = {"sheet": "Data", **options}
    return home.contract(columns, format="excel", files="*.xls*", formatOptions=given, maxQuarantinedPct=90)


def test_cells_of_every_kind(home: Home, writer: tuple[str, Callable[[Sheets], bytes]]) -> None:
    suffix, write = writer
    contract = excel(
        home,
        [
            column("id"),
            column("x", "DOUBLE"),
            column("n", "BIGINT"),
            column("yes"),
            column("day", "DATE"),
            column("seen", "TIMESTAMPTZ", parse="local_timestamp", parseFormat="%d.%m.%Y %H:%M:%S"),
        ],
    )
    moment = dt.datetime(2025, 7, 1, 6, 30, 5)  # noqa: DTZ001 - a cell has no zone
    rows = [
        ["id", "x", "n", "yes", "day", "seen"],
        ["a", 1234.5, 7, True, dt.date(2025, 7, 1), moment],
        ["007", -1e-7, 2**40, False, dt.date(1999, 12, 31), moment.replace(month=1)],
        ["Prüfung \u2126\nzweite Zeile", None, None, None, None, None],
    ]
    home.deliver(f"a.{suffix}", write({"Other": [["nothing"]], "Data": rows}))
    assert home.load(contract).rows_quarantined == 0
    found = home.rows(contract, "id, x, n, yes, day, seen")
    utc = [None if row[5] is None else row[5].astimezone(dt.UTC).isoformat() for row in found]
    assert [row[:5] for row in found] == [
        ("a", 1234.5, 7, "true", dt.date(2025, 7, 1)),
        ("007", -1e-7, 2**40, "false", dt.date(1999, 12, 31)),
        ("Prüfung \u2126\nzweite Zeile", None, None, None, None),
    ]
    assert utc == ["2025-07-01T04:30:05+00:00", "2025-01-01T05:30:05+00:00", None]


def test_layout_is_found_as_in_xlsx(home: Home, writer: tuple[str, Callable[[Sheets], bytes]]) -> None:
    suffix, write = writer
    options = {"sheet": "M*", "sheetColumn": "month", "headerRow": 2}
    contract = excel(home, [column("month"), column("id"), column("x", "DOUBLE")], **options)
    sheets = {f"M{at}": [["Report"], ["id", "x"], [f"a{at}", at], [], [f"b{at}", at]] for at in (1, 2)}
    home.deliver("c.xlsx", book(sheets))
    expected = home.load(contract)
    wanted = home.rows(contract, "month, id, x")
    home.deliver(f"d.{suffix}", write(sheets))
    assert home.load(contract).rows_committed == expected.rows_committed == 4
    assert home.rows(contract, "month, id, x") == wanted * 2


def test_an_error_cell_is_no_value(home: Home, writer: tuple[str, Callable[[Sheets], bytes]]) -> None:
    """These formats do not tell an error from an empty cell: where a value is required, its row is put aside."""
    suffix, write = writer
    contract = excel(home, [column("id"), column("x", "DOUBLE", required=True)])
    home.deliver(f"a.{suffix}", write({"Data": [["id", "x"], ["a", 1], ["b", "#N/A"], ["c", "#DIV/0!"]]}))
    home.load(contract)
    assert home.rows(contract, "id, x") == [("a", 1.0)]
    assert [(row.source_row, row.rule) for row in home.quarantine(contract)] == [
        (2, "required:x"),
        (3, "required:x"),
    ]


def test_a_torn_workbook_is_held(home: Home, writer: tuple[str, Callable[[Sheets], bytes]]) -> None:
    suffix, write = writer
    whole = write({"Data": [["id"], *([f"{at}"] for at in range(500))]})
    home.deliver(f"a.{suffix}", whole[: len(whole) // 2])
    (batch,) = home.load(excel(home, [column("id")])).batches
    assert batch.status == "held"
