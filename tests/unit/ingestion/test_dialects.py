"""Dialects of delimited text: every delimiter, row end and encoding that a bulk export was seen with, and broken ones."""

import codecs
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract
from ingestion.errors import ContractError
from ingestion.formats import terminated
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("note"), column("qty", "DOUBLE")]
BULK = {"header": False, "delimiter": "+|", "rowEnd": "&|\n"}
TAB = {"header": False, "delimiter": "\t", "quote": ""}


def contract(home: Home, options: dict[str, Any], columns: list[dict[str, Any]] = COLUMNS) -> Contract:
    return home.contract(columns, files="*.csv", formatOptions=options, maxQuarantinedPct=90)


def quarantined(home: Home, of: Contract) -> list[tuple[int, int, str, str]]:
    return [(row.source_row, row.line, row.rule, row.raw_text) for row in home.quarantine(of)]


READ = {
    "tab without quotes": (TAB, "a1\t say \"5 o'clock\t1\n"),
    "bulk row ends": (BULK, "a1+| say \"5 o'clock+|1&|\n"),
    "bulk row ends with carriage returns": (BULK, "a1+| say \"5 o'clock+|1&|\r\n"),
    "row end without line feed": ({**BULK, "rowEnd": "&|"}, "a1+| say \"5 o'clock+|1&|"),
    "two pipes": ({"header": False, "delimiter": "||", "quote": ""}, "a1|| say \"5 o'clock||1\n"),
    "five characters": (
        {"header": False, "delimiter": "<===>", "quote": ""},
        "a1<===> say \"5 o'clock<===>1\n",
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("case", READ)
def test_rows_of_every_dialect_and_encoding(home: Home, case: str, encoding: str) -> None:
    options, row = READ[case]
    given = contract(home, {**options, "encoding": encoding}, [column("id"), *COLUMNS[1:]])
    other = row.replace("a1", "b2").replace("1&", "2.5&").replace("1\n", "2.5\n").replace("5 o", "ö")
    home.deliver("a.csv", (row + other).encode(encoding))
    (batch,) = home.load(given).batches
    assert (batch.status, batch.rows_quarantined) == ("committed", 0), batch.message
    assert home.rows(given, "id, note, qty, _source_row") == [
        ("a1", " say \"5 o'clock", 1.0, 1),
        ("b2", " say \"ö'clock", 2.5, 2),
    ]


def test_line_feeds_inside_fields_of_bulk_rows(home: Home) -> None:
    given = contract(home, BULK)
    home.deliver(
        "a.csv",
        "1+|first\nsecond\r\n\nlast+|1&|\n2+|plain+|2&|\n3+|\x1f \x1e\x1e+|3&|\n4+|" + "x" * 400 + "+|4&|\n",
    )
    home.load(given)
    notes = [("first\nsecond\r\n\nlast",), ("plain",), ("\x1f \x1e\x1e",)]
    assert home.rows(given, "note")[:3] == notes


def test_multiline_fields_end_with_the_last_field(home: Home) -> None:
    given = contract(home, {**TAB, "quote": "", "multiline": True})
    home.deliver("a.csv", '1\tone\n\n"two\nthree\t1\n2\tplain\t2\n3\tlost\n4\tfour\t4\n5\tx\ty\tz\n6\tcut')
    home.load(given)
    rows = home.rows(given, "id, note, _source_row")
    assert rows == [(1, 'one\n\n"two\nthree', 1), (2, "plain", 2), (4, "four", 4)]
    assert quarantined(home, given) == [
        (3, 6, "malformed_row", "3\tlost"),
        (5, 8, "malformed_row", "5\tx\ty\tz"),
        (6, 9, "truncated_row", "6\tcut"),
    ]


def test_quarantine_shows_bulk_rows_as_delivered(home: Home) -> None:
    given = contract(home, BULK)
    home.deliver("a.csv", "1+|a\nb+|1&|\nx+|c\nd+|2&|\n3+|too+|many+|4&|\n4+|few&|\n5+|e+|5&|\n6+|f+|6")
    home.load(given)
    assert home.rows(given, "id, _source_row") == [(1, 1), (5, 5)]
    assert quarantined(home, given) == [
        (2, 3, "type:id", "x+|c\nd+|2"),
        (3, 5, "malformed_row", "3+|too+|many+|4"),
        (4, 6, "malformed_row", "4+|few"),
        (6, 8, "truncated_row", "6+|f+|6"),
    ]


def test_only_the_last_line_feed_is_missing(home: Home) -> None:
    given = contract(home, BULK)
    home.deliver("a.csv", "1+|a+|1&|\n2+|b+|2&|")
    assert home.load(given).rows_committed == 2


def test_row_with_another_end_is_put_aside_with_its_neighbour(home: Home) -> None:
    given = contract(home, BULK)
    home.deliver("a.csv", "1+|a+|1&|\n2+|b+|2\n3+|c+|3&|\n4+|d+|4&|\n")
    home.load(given)
    assert home.rows(given, "id, _source_row") == [(1, 1), (4, 3)]
    assert quarantined(home, given) == [(2, 2, "malformed_row", "2+|b+|2\n3+|c+|3")]


HELD = {
    "other row end": (BULK, b"1+|a+|1\n2+|b+|2\n", "wrong_row_end", r"no row ends with '&|\n'"),
    "other delimiter": (BULK, b"1;a;1&|\n2;b;2&|\n", "wrong_delimiter", "';'"),
    "other delimiter of lines": (TAB, b"1;a;1\n2;b;2\n", "wrong_delimiter", "';'"),
    "other encoding": (BULK, "1+|ä+|1&|\n".encode("cp1252"), "wrong_encoding", "byte 3"),
    "mixed encodings": (
        BULK,
        "1+|ä+|1&|\n".encode() + "2+|ä+|1&|\n".encode("cp1252"),
        "wrong_encoding",
        "byte 14",
    ),
    "garbage": (BULK, bytes(range(256)) * 20, "unreadable_file", "binary data"),
    "only marks": (BULK, b"&|\n&|\n+|&|\n", "too_many_quarantined", "malformed_row"),
    "empty": (BULK, b"", "empty_file", "byte 0"),
}


@pytest.mark.parametrize("case", HELD)
def test_files_of_another_dialect_are_held_with_the_reason(home: Home, case: str) -> None:
    options, content, rule, place = HELD[case]
    given = contract(home, options)
    good = "1+|ä+|1&|\n" if options is BULK else "1\tä\t1\n"
    home.deliver("a.csv", good)
    home.deliver("m.csv", content)
    home.deliver("z.csv", good.replace("1", "2"))
    first, wrong, last = home.load(given).batches
    assert (first.status, last.status) == ("committed", "committed"), first.message + last.message
    assert (wrong.status, wrong.findings[0].rule) == ("held", rule), wrong.message
    for part in ("sys__t", "m.csv", place, "Next step"):
        assert part in wrong.message


def test_bulk_row_without_end_is_not_read_into_memory(home: Home) -> None:
    given = contract(home, BULK)
    path = home.deliver("a.csv", "1+|a+|1&|\n2+|")
    with path.open("ab") as handle:
        for _ in range(40):
            handle.write(b"y\n" * 2**19)
        handle.write(b"+|1&|\n3+|c+|3&|\n4+|" + b"z" * 2**21)
    result = home.load(given).batches[0]
    assert (result.rows_read, result.rows_committed) == (4, 2)
    found = [(row.source_row, row.line, row.rule, len(row.raw_text) < 2000) for row in home.quarantine(given)]
    lines = 40 * 2**19
    assert found == [(2, 2, "line_too_long", True), (4, lines + 4, "line_too_long", True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_marks_inside_a_file_are_left_out_where_the_contract_says_so(home: Home, encoding: str) -> None:
    text = "1+|\ufeff<a/>+|1&|\n\ufeff2+|in\ufeffside+|2&|\n"
    given = contract(home, {**BULK, "encoding": encoding, "innerMarks": True})
    home.deliver("a.csv", text.encode(encoding))
    home.load(given)
    assert home.rows(given, "id, note") == [(1, "<a/>"), (2, "in\ufeffside")]


def test_marks_inside_a_file_are_kept_otherwise(home: Home) -> None:
    given = contract(home, TAB)
    home.deliver("a.csv", "\ufeff1\t\ufeffa\t1\n\ufeff2\tb\t2\n")
    home.load(given)
    assert home.rows(given, "id, note") == [(1, "\ufeffa")]
    assert quarantined(home, given) == [(2, 2, "type:id", "\ufeff2\tb\t2")]


@pytest.mark.parametrize("encoding", [codecs.BOM_UTF8.decode(), "utf-16", "utf-8"])
def test_one_contract_for_deliveries_of_two_encodings(home: Home, encoding: str) -> None:
    given = contract(home, {**TAB, "encoding": ["utf-16", "utf-8"]})
    text = "1\tä\t1\n"
    home.deliver("a.csv", text.encode(encoding) if encoding[0] == "u" else (encoding + text).encode())
    home.load(given)
    assert home.rows(given, "id, note, qty") == [(1, "ä", 1.0)]


def test_columns_of_a_file_without_header_can_be_named(home: Home) -> None:
    given = contract(home, {**TAB, "columns": ["qty", "unused", "id", "note"]})
    home.deliver("a.csv", "1.5\tx\t7\tn\n")
    (batch,) = home.load(given).batches
    assert home.rows(given, "id, note, qty") == [(7, "n", 1.5)]
    assert [finding.column for finding in batch.findings] == ["unused"]


def test_header_that_occurs_twice_is_told_apart(home: Home) -> None:
    units = [column("id"), column("unit", physicalName="Un"), column("alternative", physicalName="Un#2")]
    given = contract(home, {"delimiter": ";"}, units)
    home.deliver("a.csv", "id;Un;Un\n1;PC;KG\n")
    home.load(given)
    assert home.rows(given, "id, unit, alternative") == [("1", "PC", "KG")]


def test_header_that_is_repeated_is_no_row(home: Home) -> None:
    texts = [column("id"), column("note")]
    given = home.contract(texts, files="*.csv", maxQuarantinedPct=90)
    home.deliver("a.csv", "note,id\na,1\nnote,id\nb,2\n\ufeffnote,id\nnote,3\n")
    home.load(given)
    assert home.rows(given, "id, note, _source_row") == [("1", "a", 1), ("2", "b", 3), ("3", "note", 5)]
    assert quarantined(home, given) == [
        (2, 3, "repeated_header", "note,id"),
        (4, 5, "repeated_header", "\ufeffnote,id"),
    ]


def test_header_of_a_bulk_file(home: Home) -> None:
    given = contract(home, {"delimiter": "+|", "rowEnd": "&|\n"})
    home.deliver("a.csv", "qty+|id+|note&|\r\n1+|2+|three&|\r\n")
    home.load(given)
    assert home.rows(given, "id, note, qty, _source_row") == [(2, "three", 1.0, 1)]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"delimeter": ";"}, "delimeter"),
        ({"delimiter": ""}, "delimiter is empty"),
        ({"quote": "''"}, "quote"),
        ({"multiline": True, "quote": '"'}, "multiline"),
        ({"delimiter": "&", "rowEnd": "&|\n"}, "rowEnd"),
        ({"columns": ["a"]}, "columns"),
        ({"encoding": "utf-99"}, "utf-99"),
    ],
)
def test_options_that_cannot_be_are_named(home: Home, options: dict[str, Any], part: str) -> None:
    home.deliver("a.csv", "id,note,qty\n1,a,1\n")
    with pytest.raises(ContractError, match=part):
        home.load(contract(home, options))


FIELD = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\r\t"), max_size=12
).filter(
    lambda text: "+|" not in text and "&|" not in text and not text.endswith(("+", "&")) and text[:1] != "|"
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=8), st.sampled_from(["utf-8", "utf-16-le"]))
def test_any_text_survives_bulk_rows(
    tmp_path_factory: pytest.TempPathFactory, fields: list[tuple[str, str]], encoding: str
) -> None:
    home = Home(tmp_path_factory.mktemp("bulk"))
    given = contract(
        home, {**BULK, "encoding": encoding}, [column("n", "BIGINT"), column("a"), column("b"), column("z")]
    )
    rows = "".join(f"{number}+|{a}+|{b}+|.&|\n" for number, (a, b) in enumerate(fields, start=1))
    home.deliver("a.csv", rows.encode(encoding))
    (batch,) = home.load(given).batches
    assert batch.status == "committed", batch.message
    expected = [(number, a or None, b or None) for number, (a, b) in enumerate(fields, start=1)]
    assert home.rows(given, "n, a, b") == expected


MARKS = [
    ("+|", "&|\n"),
    ("|", "\n"),
    ("~", "~\n"),
    ("||", "|\n"),
    ("ab", "ba\n"),
    ("a", "b"),
    ("+|", "|+\n"),
    ("+&", "&|\n"),
]


@given(st.sampled_from(MARKS), st.lists(st.text("+|&~ab \n\r", max_size=6), max_size=12), st.booleans())
def test_rows_part_at_each_separator_wherever_else_its_bytes_stand(
    marks: tuple[str, str], texts: list[str], separated: bool
) -> None:
    separator, end = marks
    raw = "".join(text + (separator + text if separated else "") + end for text in texts)
    *rows, rest = re.split(re.escape(end).replace("\\\n", "\r?\n"), raw)
    assert not rest
    wanted = "".join(row.replace(separator, "\x1f") + "\n" for row in rows)
    if any("\n" in row for row in rows):  # they hold line feeds of their own: looked at one by one
        wanted = ""
    seen = terminated.Rows(1, raw.encode(), terminated.RowEnd(end))
    assert seen.parted(separator.encode(), b"\x1f").decode() == wanted
