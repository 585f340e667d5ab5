"""Fixed width: fields by place, in any encoding, with and without line ends; lines of another length are put aside."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract
from ingestion.errors import ContractError
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id"), column("name"), column("qty", "DECIMAL(9,2)")]
FIELDS = {"id": [1, 6], "name": [7, 8], "qty": [17, 9]}


def contract(home: Home, **options: Any) -> Contract:
    options = {"fields": FIELDS, **options}
    return home.contract(
        COLUMNS, format="fixed_width", files="*.txt", formatOptions=options, maxQuarantinedPct=90
    )


def line(number: str, name: str, qty: str) -> str:
    return f"{number:<6}{name:<8}##{qty:>9}"


ROWS = [("000012", "Späne", "302.35-"), ("000013", "a b", "1.50")]
READ = [("000012", "Späne", "-302.35"), ("000013", "a b", "1.50")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_fields_are_cut_by_characters(home: Home, encoding: str, end: str) -> None:
    given = contract(home, encoding=encoding)
    home.deliver("a.txt", "".join(line(*row) + end for row in ROWS).encode(encoding))
    (batch,) = home.load(given).batches
    assert (batch.status, batch.findings) == ("committed", ()), batch.message
    assert home.rows(given, "id, name, qty::VARCHAR") == READ


@pytest.mark.parametrize("encoding", ["cp273", "cp037", "cp1252"])
def test_records_without_line_ends(home: Home, encoding: str) -> None:
    given = contract(home, encoding=encoding, recordLength=25)
    home.deliver("a.txt", ("".join(line(*row) for row in ROWS) + "000014cut").encode(encoding))
    home.load(given)
    assert home.rows(given, "id, name, qty::VARCHAR") == READ
    (row,) = home.quarantine(given)
    assert (row.source_row, row.line, row.rule, row.raw_text) == (3, 3, "truncated_row", "000014cut")


def test_record_length_of_a_file_with_line_ends_is_held(home: Home) -> None:
    given = contract(home, recordLength=25)
    home.deliver("a.txt", "".join(line(*row) + "\n" for row in ROWS))
    (batch,) = home.load(given).batches
    assert (batch.status, batch.findings[0].rule) == ("held", "unreadable_file")
    assert "record 2: expected records of 25 characters" in batch.message


def test_lines_of_another_length_are_put_aside(home: Home) -> None:
    given = contract(home, lineLength=25)
    good = line(*ROWS[1])
    home.deliver("a.txt", f"{good}\n{good}x\n\n{good[:-1]}\n{good}\r\n{good[:-3]}")
    home.load(given)
    assert home.rows(given, "_source_row") == [(1,), (4,)]
    found = [(row.source_row, row.line, row.rule) for row in home.quarantine(given)]
    assert found == [(2, 2, "malformed_row"), (3, 4, "malformed_row"), (5, 6, "truncated_row")]


def test_short_lines_may_lack_blanks(home: Home) -> None:
    given = contract(home, shortLines="blank")
    home.deliver("a.txt", "000001only\n" + line(*ROWS[1]) + "\n000002")
    home.load(given)
    assert home.rows(given, "id, name, qty::VARCHAR") == [
        ("000001", "only", None),
        READ[1],
        ("000002", None, None),
    ]


def test_leading_lines_are_no_records(home: Home) -> None:
    given = contract(home, skipLines=3)
    home.deliver(
        "a.txt", "REPORT 7\n\n" + "=" * 25 + "\n" + line(*ROWS[1]) + "\nx\n" + line("000015", "c", "x") + "\n"
    )
    home.load(given)
    assert home.rows(given, "id, _source_row") == [("000013", 1)]
    found = [(row.source_row, row.line, row.rule, row.value) for row in home.quarantine(given)]
    assert found == [(2, 5, "malformed_row", None), (3, 6, "type:qty", " " * 8 + "x")]


HELD = {
    "empty": (b"", "empty_file"),
    "binary": (bytes(range(256)) * 20, "unreadable_file"),
    "wrong encoding": ("000012Sp\xe4ne     302.35-\n".encode("cp1252"), "wrong_encoding"),
    "another layout": (b"a;b;c\n" * 30, "too_many_quarantined"),
}


@pytest.mark.parametrize("case", HELD)
def test_files_of_another_kind_are_held(home: Home, case: str) -> None:
    content, rule = HELD[case]
    given = contract(home)
    home.deliver("a.txt", content)
    home.deliver("b.txt", line(*ROWS[1]) + "\n")
    wrong, good = home.load(given).batches
    assert (wrong.status, wrong.findings[0].rule, good.status) == ("held", rule, "committed"), wrong.message
    assert "Next step" in wrong.message


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"fields": {"id": [1, 6]}}, "lacks name, qty"),
        ({"fields": {**FIELDS, "qty": [0, 9]}}, "qty must be"),
        ({"shortLines": "maybe"}, "shortLines"),
        ({"recordLength": 25, "lineLength": 25}, "exclude"),
        ({"delimiter": ";"}, "delimiter"),
    ],
)
def test_layouts_that_cannot_be_are_named(home: Home, options: dict[str, Any], part: str) -> None:
    home.deliver("a.txt", line(*ROWS[1]) + "\n")
    with pytest.raises(ContractError, match=part):
        home.load(contract(home, **options))


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, max_size=20))
def test_any_text_is_cut_where_it_lies(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    home = Home(tmp_path_factory.mktemp("fixed"))
    given = contract(home)
    home.deliver(
        "a.txt", "".join(line(f"{number:06}", name, "1") + "\n" for number, name in enumerate(names))
    )
    home.load(given)
    expected = [(f"{number:06}", name.rstrip(" ") or None) for number, name in enumerate(names)]
    assert home.rows(given, "id, name") == expected
