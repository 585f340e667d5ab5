"""Texts become values as an independent reading in plain Python says; what cannot be read is told from a blank."""

import datetime as dt
import re
import string
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contracts import Column, Contract, load_contracts
from ingestion.typing.inputs import Input
from ingestion.typing.query import typed_query
from tests.unit.ingestion.home import Home, column

GERMAN = {"decimal": ",", "thousands": "."}


def read(column: Column, texts: list[str], options: dict[str, str] | None = None) -> list[tuple[object, str]]:
    """(value, rule or '') of each text."""
    contract = Contract("s", "t", "1", "", "", "", (column,), "delimited", "*", format_options=options or {})
    query = typed_query(contract, {"h": Input("h")})
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE given (n INTEGER, h VARCHAR)")
        connection.executemany("INSERT INTO given VALUES (?, ?)", list(enumerate(texts)))
        rows = connection.execute(query.over("(SELECT h FROM given ORDER BY n)")).fetchall()
    return [(value, query.rules[code - 1].id if code else "") for value, code in rows]


def col(kind: str, parse: str, **given: object) -> Column:
    return Column("c", ("h",), kind, parse, **given)  # type: ignore[arg-type]


def german_decimal(text: str) -> Decimal | None:
    """The oracle: SAP's notation, sign before or behind, dots only between groups of three."""
    text = text.strip()
    sign = -1 if text.endswith("-") or text.startswith("-") else 1
    if text.startswith(("+", "-")) and text.endswith("-"):
        return None
    body = text.lstrip("+-") if text[:1] in "+-" and text[1:2] not in ("+", "-") else text
    body = body.removesuffix("-")
    if not re.fullmatch(r"(\d{1,3}(\.\d{3})+|\d*)(,\d*)?", body) or not any(
        digit.isdigit() for digit in body
    ):
        return None
    try:
        return sign * Decimal(body.replace(".", "").replace(",", "."))
    except InvalidOperation:
        return None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="0123456789.,-+ ", min_size=1, max_size=12), min_size=1, max_size=30))
def test_german_decimals_equal_the_oracle(texts: list[str]) -> None:
    for text, (value, rule) in zip(texts, read(col("DECIMAL(18,3)", "decimal"), texts, GERMAN), strict=True):
        if not text.strip():
            assert (value, rule) == (None, "")
            continue
        expected = german_decimal(text)
        if expected is None:
            assert (value, rule) == (None, "type:c"), text
        else:
            assert value == expected.quantize(Decimal("0.001"), ROUND_HALF_UP), text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(-(10**9), 10**9, places=3), min_size=1, max_size=40))
def test_sap_numbers_round_trip(numbers: list[Decimal]) -> None:
    def sap(number: Decimal) -> str:
        shown = f"{abs(number):,.3f}".replace(",", "_").replace(".", ",").replace("_", ".")
        return shown + ("-" if number < 0 else "")

    found = read(col("DECIMAL(18,3)", "decimal"), [sap(number) for number in numbers], GERMAN)
    assert found == [(number, "") for number in numbers]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("302.35-", -302.35), ("-302.35", -302.35), (" 7 ", 7.0), ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0),
        ("1_000", None), ("NaN", None), ("inf", None), ("1.5e400", None), ("--5", None), ("-5-", None), ("0x10", None),
        ("1,5", None), ("1 000", None), ("abc", None),
    ],
)  # fmt: skip
def test_doubles_are_plain_finite_numbers(text: str, value: float | None) -> None:
    assert read(col("DOUBLE", "decimal"), [text]) == [(value, "" if value is not None else "type:c")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="0123456789-+.e_ x", min_size=1, max_size=8), min_size=1, max_size=30))
def test_integers_are_whole_and_nothing_else(texts: list[str]) -> None:
    for text, (value, rule) in zip(texts, read(col("BIGINT", "integer"), texts), strict=True):
        stripped = text.strip()
        if match := re.fullmatch(r"([+-]?)(\d+)", stripped):
            assert value == int(stripped), match
        elif re.fullmatch(r"\d+-", stripped):
            assert value == -int(stripped[:-1])
        else:
            assert (value, rule) == (None, "type:c" if stripped else "")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(alphabet=string.digits, min_size=7, max_size=9) | st.dates().map(lambda d: f"{d:%Y%m%d}"),
        min_size=1,
        max_size=30,
    )
)
def test_sap_dates_equal_the_calendar(texts: list[str]) -> None:
    for text, (value, rule) in zip(texts, read(col("DATE", "dats"), texts), strict=True):
        try:
            expected = dt.datetime.strptime(text, "%Y%m%d").date() if len(text) == 8 else None  # noqa: DTZ007
            expected = expected if text >= "1" else None  # no plant has dates before the year 1000
        except ValueError:
            expected = None
        if text == "00000000":
            assert (value, rule) == (None, "")
        else:
            assert (value, rule) == (expected, "" if expected else "type:c"), text


def test_sap_times_and_end_of_day() -> None:
    texts = ["000000", "235959", "240000", "240001", "126000", "", "12:00:00"]
    found = read(col("VARCHAR", "tims"), texts)
    assert [value for value, _ in found] == ["00:00:00", "23:59:59", "24:00:00", None, None, None, None]
    assert [rule for _, rule in found] == ["", "", "", "type:c", "type:c", "", "type:c"]


def test_utc_timestamps_need_an_offset() -> None:
    texts = [
        "2025-10-06T06:00:00Z",
        "2025-10-06T08:00:00.5+02:00",
        "2025-10-06T06:00:00",
        "2025-13-06T06:00:00Z",
        "",
    ]
    found = read(col("TIMESTAMPTZ", "utc_timestamp"), texts)
    assert [rule for _, rule in found] == ["", "", "type:c", "type:c", ""]
    moment = dt.datetime(2025, 10, 6, 6, tzinfo=dt.UTC)
    assert [value for value, _ in found[:2]] == [moment, moment.replace(microsecond=500_000)]


def test_booleans_in_two_languages() -> None:
    texts = ["True", "X", "wahr", "Nein", "0", " yes ", "maybe", ""]
    values = [value for value, _ in read(col("BOOLEAN", "boolean"), texts)]
    assert values == [True, True, True, False, False, True, None, None]


def test_month_names_of_dates() -> None:
    texts = ["06-Mär-25", "06-März-25", "06-MRZ-25", "06-Mar-25", "31-Dez.-25", "06-Maerz-25"]
    found = read(col("DATE", "date", parse_format="%d-%b-%y"), texts, {"monthNames": "de"})
    march = (dt.date(2025, 3, 6), "")
    assert found == [march, march, march, march, (dt.date(2025, 12, 31), ""), (None, "type:c")]


def test_booleans_of_other_plants() -> None:
    true = ["VRAI", "oui", "VERDADERO", "sí", "Sim", "vero", "waar", "sant", "Prawda", "ano", "ON", "ein"]
    false = ["FAUX", "non", "FALSO", "no", "não", "onwaar", "nee", "falskt", "fałsz", "ne", "off", "Aus"]
    assert read(col("BOOLEAN", "boolean"), true) == [(True, "")] * len(true)
    assert read(col("BOOLEAN", "boolean"), false) == [(False, "")] * len(false)


@pytest.mark.parametrize("mark", [" ", "\u00a0", "\u202f", "\u2009", "'", "\u2019", ".", "_"])
@pytest.mark.parametrize("given", [" ", "\u202f", "'", "\u2019", ".", "_"])
def test_marks_between_thousands(mark: str, given: str) -> None:
    blanks, apostrophes = " \u00a0\u202f\u2009", "'\u2019"
    alike = mark == given or any({mark, given} <= set(marks) for marks in (blanks, apostrophes))
    notation = {"decimal": ",", "thousands": given}
    texts = [
        f"1{mark}234{mark}567,5",
        f"-12{mark}345",
        f"1{mark}23,5",
        f"{mark}123",
        f"1234{mark}567",
        "1234567,5",
    ]
    found = [value for value, _ in read(col("DOUBLE", "decimal"), texts, notation)]
    # a blank of any kind before a number is no mark but padding
    padded = 123.0 if mark in blanks else None
    assert found == [1234567.5 if alike else None, -12345.0 if alike else None, None, padded, None, 1234567.5]
    whole, _ = zip(*read(col("BIGINT", "integer"), [f"1{mark}234-", f"12{mark}34"], notation), strict=True)
    assert whole == (-1234 if alike else None, None)


def test_iso_dates_may_have_their_midnight_behind() -> None:
    texts = [
        "2025-10-06",
        "2025-10-06 00:00:00",
        "2025-10-06T00:00:00.000",
        "2025-10-06 00:00",
        "2025-10-06 00:00:01",
    ]
    found = read(col("DATE", "date"), [*texts, "2025-13-06 00:00:00", "2025-10-06 "])
    day = (dt.date(2025, 10, 6), "")
    assert found == [day, day, day, day, (None, "type:c"), (None, "type:c"), day]


def test_local_times_finer_than_microseconds_are_cut() -> None:
    texts = ["2014-02-08 10:17:21.5100000", "2013-12-29T13:51:58.103456789", "2014-02-08 10:17:21.51000000x"]
    values = [value for value, _ in read(col("TIMESTAMPTZ", "local_timestamp"), texts)]
    assert values[:2] == [
        dt.datetime(2014, 2, 8, 10, 17, 21, 510_000),  # noqa: DTZ001
        dt.datetime(2013, 12, 29, 13, 51, 58, 103_456),  # noqa: DTZ001
    ]
    assert values[2] is None


def test_ids_in_scientific_notation_are_no_ids() -> None:
    """What a spreadsheet made of a long number: whole numbers refuse it by type, texts by the contract's pattern."""
    assert read(col("BIGINT", "integer"), ["4.50012E+09", "4,50012E+09"]) == [(None, "type:c")] * 2
    strict = col("VARCHAR", "text", pattern="^[0-9]{10}$")
    assert [rule for _, rule in read(strict, ["4.50012E+09", "4500120001"])] == ["pattern:c", ""]


def test_null_values_are_null_also_between_blanks() -> None:
    found = read(
        col("DOUBLE", "decimal", null_values=("-9999", "n/a")), ["-9999", " -9999 ", "n/a", "-9998", ""]
    )
    assert found == [(None, ""), (None, ""), (None, ""), (-9998.0, ""), (None, "")]


def test_rules_are_asked_in_order() -> None:
    strict = col("VARCHAR", "text", required=True, pattern="^[A-Z]+$", max_length=3, enum=("A", "ABCD", "a"))
    assert [rule for _, rule in read(strict, ["", "B", "a", "ABCD", "A"])] == [
        "required:c", "set:c", "pattern:c", "length:c", "",
    ]  # fmt: skip
    bounded = col("DOUBLE", "decimal", minimum=0, maximum=10)
    assert [rule for _, rule in read(bounded, ["-0.1", "0", "10", "10.1"])] == ["range:c", "", "", "range:c"]


@pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.raw_name)
def test_typed_query_of_every_contract_keeps_file_order(contract: Contract) -> None:
    """A join in the plan would hand out rows in any order, and row numbers would be wrong."""
    query = typed_query(contract, {header: Input(f"c{n}") for n, header in enumerate(contract.headers)})
    columns = ", ".join(f"range::VARCHAR AS c{n}" for n in range(len(contract.headers)))
    with duckdb.connect() as connection:
        connection.execute("SET disabled_optimizers = 'in_clause'")
        plan = connection.execute("EXPLAIN " + query.over(f"(SELECT {columns} FROM range(9))")).fetchall()
    assert "join" not in str(plan).lower()


def test_patterns_of_repeating_texts_are_asked_once_per_text(home: Home) -> None:
    contract = home.contract(
        [
            column("tag", key=1, required=True, logicalTypeOptions={"pattern": "^[A-Z]+$"}),
            column("seen", "TIMESTAMPTZ", parse="utc_timestamp", required=True),
            column("day", "DATE", parse="utc_date_of", transformSourceObjects=["seen"], partitioned=True),
        ],
        files="*.csv",
        maxQuarantinedPct=100,
    )
    home.deliver(
        "a.csv", "tag,seen\n" + "".join(f"{tag},2025-10-06T06:00:00Z\n" for tag in ("A", "b", "", "A", "C"))
    )
    load = home.load(contract)
    assert home.rows(contract, "tag, _source_row") == [("A", 1), ("A", 4), ("C", 5)]
    assert [(row.source_row, row.rule) for row in home.quarantine(contract)] == [
        (2, "pattern:tag"),
        (3, "required:tag"),
    ]
    assert load.rows_read == 5
