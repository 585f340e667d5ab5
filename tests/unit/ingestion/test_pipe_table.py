"""Pipe tables as SAP lists are saved: pages, repeated headers, trailing minus, bars in texts, broken rows."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract
from ingestion.errors import ContractError
from ingestion.formats import pipe_table, text
from tests.unit.ingestion.home import Home, column

COLUMNS = [
    column("order_id", physicalName="Auftrag", key=1),
    column("text", physicalName="Kurztext"),
    column("yield_qty", "DECIMAL(13,3)", physicalName="Gutmenge"),
    column("unit", physicalName="ME"),
    column("scrap_qty", "DECIMAL(13,3)", physicalName="Ausschuß"),
    column("scrap_unit", physicalName="ME#2"),
    column("posted_on", "DATE", physicalName="Buch.dat.", parseFormat="%d.%m.%Y"),
]
RULE = "-" * 78 + "\n"
HEADER = "|  |Auftrag     |Kurztext  |    Gutmenge|ME |Ausschuß|ME |Buch.dat. |\n"


def row(order: str, text: str, good: str, scrap: str = "0,000") -> str:
    return f"|  |{order:<12}|{text:<10}|{good:>12}|ST |{scrap:>8}|ST |06.10.2025|\n"


def page(*rows: str) -> str:
    return RULE + HEADER + RULE + "".join(rows) + RULE


def contract(home: Home, **options: Any) -> Contract:
    options = {"decimal": ",", "thousands": ".", **options}
    return home.contract(
        COLUMNS, format="pipe_table", files="*.txt", formatOptions=options, maxQuarantinedPct=90
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_pages_titles_and_repeated_headers_are_no_rows(home: Home, encoding: str, end: str) -> None:
    given = contract(home, encoding=encoding)
    title = "06.10.2025          Rückmeldungen Werk 1000              Seite  {}\n\n"
    export = title.format(1) + page(
        row("000001000001", "Welle", "1.234,500"), row("000001000002", "", "302,35-")
    )
    export += "\n" + title.format(2) + page(row("000001000003", "Nabe", "7,000", "1,5-"))
    home.deliver("a.txt", export.replace("\n", end).encode(encoding))
    (batch,) = home.load(given).batches
    assert (batch.status, batch.findings) == ("committed", ()), batch.message
    rows = home.rows(given, "order_id, text, yield_qty::VARCHAR, scrap_qty::VARCHAR, scrap_unit, _source_row")
    assert rows == [
        ("000001000001", "Welle", "1234.500", "0.000", "ST", 1),
        ("000001000002", None, "-302.350", "0.000", "ST", 2),
        ("000001000003", "Nabe", "7.000", "-1.500", "ST", 3),
    ]


def test_bar_inside_a_text_is_no_border(home: Home) -> None:
    given = contract(home)
    home.deliver("a.txt", page(row("1", "A|B|", "1,000"), row("2", "x", "2,000")))
    home.load(given)
    assert home.rows(given, "order_id, text, yield_qty::INTEGER") == [("1", "A|B|", 1), ("2", "x", 2)]


def test_broken_rows_are_put_aside_as_delivered(home: Home) -> None:
    given = contract(home)
    good = row("1", "a", "1,000")
    wrong = [good[1:], "Auftrag verloren\n", "|  |3 |x|\n", row("*", "Summe", "1,000"), row("5", "e", "zwei")]
    home.deliver("a.txt", "Liste\n" + page(good, *wrong) + "Ende der Liste\n" + good + good[:30])
    home.load(given)
    found = [(row.source_row, row.line, row.rule) for row in home.quarantine(given)]
    assert home.rows(given, "order_id, _source_row")[0] == ("1", 1)
    assert found == [
        (2, 6, "malformed_row"),
        (3, 7, "malformed_row"),
        (4, 8, "malformed_row"),
        (5, 9, "malformed_row"),
        (6, 10, "type:yield_qty"),
        (8, 14, "truncated_row"),
    ]
    assert home.quarantine(given)[0].raw_text == good[1:-1]


def test_table_without_rows_is_a_good_batch(home: Home) -> None:
    given = contract(home)
    home.deliver("a.txt", page())
    (batch,) = home.load(given).batches
    assert (batch.status, batch.rows_read) == ("committed", 0)


HELD = {
    "empty": ("", "empty_file", "byte 0"),
    "no table": ("Es wurden keine Daten selektiert\n", "unreadable_file", "no such line"),
    "renamed column": (page().replace("Gutmenge", "Gutmange"), "missing_column", "renamed to Gutmange"),
    "another table": ("|Material|Werk|\n|1|2|\n", "missing_column", "line 1"),
}


@pytest.mark.parametrize("case", HELD)
def test_other_files_are_held(home: Home, case: str) -> None:
    content, rule, part = HELD[case]
    given = contract(home)
    home.deliver("a.txt", content)
    home.deliver("b.txt", page(row("1", "a", "1,000")))
    wrong, good = home.load(given).batches
    assert (wrong.status, wrong.findings[0].rule, good.status) == ("held", rule, "committed"), wrong.message
    assert part in wrong.message


def test_options_of_other_formats_are_refused(home: Home) -> None:
    home.deliver("a.txt", page())
    with pytest.raises(ContractError, match="delimiter"):
        home.load(contract(home, delimiter="|"))


LINES = st.sampled_from(
    [
        *(row(f"{number:012}", "Welle", f"{number},5") for number in range(5)),
        row("7", "a*b", "1,0"), row("Auftrag 7", "Nabe", "2,000"), row("8", "ganz---gut", "1,0"),
        row("9", "a|b       ", "1,0"), row("10", "x\x1fy", "1,0"), "||||||||\n", "|\n", "||\n", row("11", "Welle", "3,0")[1:],
        row("12", "Welle", "3,0").replace("\n", " \n"), row("13", "Größe", "3,0").replace("\n", "\r\n"),
        RULE, HEADER, "\n", "Seite 2\n", "  \n", "|* |            |          |        8,0|ST |   0,000|ST |          |\n",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(LINES, max_size=4),
    lines=st.lists(LINES, max_size=60),
    block=st.integers(40, 2000),
    cut=st.integers(0, 3),
)
def test_stretches_of_rows_are_what_the_lines_are(
    monkeypatch: pytest.MonkeyPatch, before: list[str], lines: list[str], block: int, cut: int
) -> None:
    """Rows copied as blocks and rows copied one by one: same rows, same numbers, same broken lines."""
    content = "".join([*before, HEADER, *lines]).encode()
    content = content[: len(content) - cut]
    header = pipe_table.Header(HEADER.rstrip("\n"))
    monkeypatch.setattr(text, "_BLOCK", block)
    scan = pipe_table._Scan(header, 200)
    expected = [(one.number, pipe_table._copied(one, header)) for one in scan.rows(BytesIO(content))]
    found: list[tuple[int, bytes]] = []
    for part in pipe_table._Scan(header, 200).parts(BytesIO(content)):
        if isinstance(part, pipe_table.Stretch):
            found += enumerate(part.copied.splitlines(keepends=True), start=len(found) + 1)
            assert len(part.copied.splitlines()) == part.count
        else:
            found.append((part.number, pipe_table._copied(part, header)))
    assert [(number, _stripped(copied)) for number, copied in found] == [
        (number, _stripped(copied)) for number, copied in expected
    ]


def _stripped(copied: bytes) -> list[bytes]:
    """The cells; blanks around them are trimmed later."""
    return [cell.strip() for cell in copied.split(b"\x1f")]
