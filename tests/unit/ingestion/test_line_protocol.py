"""Line protocol: what becomes a reading, what is put aside, and that the fast way gives what the exact one gives."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract
from ingestion.errors import ContractError
from ingestion.formats.line_protocol import LineProtocolReader
from tests.unit.ingestion.historian import READING, lenient, shipped, with_options
from tests.unit.ingestion.home import Home

SECOND = 1_700_000_000
AT = datetime.fromtimestamp(SECOND, UTC)


@pytest.fixture
def contract() -> Contract:
    return shipped("influxdb")


def test_values_by_type(home: Home, contract: Contract) -> None:
    fields = (
        'f=1.5,g=-2e3,i=7i,big=9007199254740993i,u=18446744073709551615u,yes=t,no=False,s="a, \\"b\\" =c"'
    )
    home.deliver("a.lp", f"machine,unit=M1 {fields} {SECOND}000000000\n")
    assert home.load(contract).rows_committed == 8
    assert home.rows(contract, READING) == [
        ("machine,unit=M1 f", AT, 1.5, None, "good"),
        ("machine,unit=M1 g", AT, -2000.0, None, "good"),
        ("machine,unit=M1 i", AT, 7.0, None, "good"),
        ("machine,unit=M1 big", AT, 9007199254740992.0, "9007199254740993", "good"),
        ("machine,unit=M1 u", AT, 1.8446744073709552e19, "18446744073709551615", "good"),
        ("machine,unit=M1 yes", AT, 1.0, None, "good"),
        ("machine,unit=M1 no", AT, 0.0, None, "good"),
        ("machine,unit=M1 s", AT, None, 'a, "b" =c', "good"),
    ]


def test_a_series_has_one_spelling(home: Home, contract: Contract) -> None:
    home.deliver("a.lp", f"m,b=2,a=1 f=1 {SECOND}000000000\nm,a=1,b=2 f=2 {SECOND}000000001\n")
    home.deliver("b.lp", f"m\\,x,b=2,a=1\\=1 my\\ f=1 {SECOND}000000000\n")
    home.load(contract)
    assert [row[0] for row in home.rows(contract, "signal")] == [
        "m,a=1,b=2 f",
        "m,a=1,b=2 f",
        "m\\,x,a=1\\=1,b=2 my\\ f",
    ]


def test_nanoseconds_beyond_microseconds_are_kept(home: Home, contract: Contract) -> None:
    home.deliver(
        "a.lp",
        "m f=1 1700000000000000789\nm f=2 1700000000000000790\nm f=3 -1\nm f=4 -9223372036854775808\nm f=5 -1000\n",
    )
    home.load(contract)
    assert home.rows(contract, "reading_at, reading_ns, value") == [
        (AT, 789, 1.0),
        (AT, 790, 2.0),
        (datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 999, 3.0),
        (datetime(1677, 9, 21, 0, 12, 43, 145224, tzinfo=UTC), 192, 4.0),
        (datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 0, 5.0),
    ]


@pytest.mark.parametrize(("precision", "zeros"), [("s", 0), ("ms", 3), ("us", 6), ("ns", 9)])
@pytest.mark.parametrize("end", ["", ' \n# "a comment"\n'])
def test_precisions(home: Home, contract: Contract, precision: str, zeros: int, end: str) -> None:
    contract = with_options(home, contract, precision=precision)
    home.deliver("a.lp", f"m f=1 {SECOND}{'0' * zeros}\n{end}")
    home.load(contract)
    assert home.rows(contract, "reading_at, value") == [(AT, 1.0)]


def test_an_unknown_precision_is_refused(home: Home, contract: Contract) -> None:
    contract = with_options(home, contract, precision="minutes")
    home.deliver("a.lp", "m f=1 1\n")
    with pytest.raises(ContractError, match="ns, us, ms, s"):
        home.load(contract)


def test_bad_lines_are_put_aside_one_by_one(home: Home, contract: Contract) -> None:
    lines = [
        "m f=1 1700000000000000000",
        "m,=x f=1 1",
        "m f=NaN 1",
        "m f=1",
        'm s="never closed 1',
        "# a comment",
        "",
        "m f=1,g=2 1700000000000000000",
        "m f=3 17000000000000000000",
        "m f=4 1700000000000000000",
        "m f=5 17000",
        "m f",
    ]
    home.deliver("a.lp", "\n".join(lines))
    contract = lenient(home, contract)
    load = home.load(contract)
    assert load.rows_read == 11
    assert [(row.source_row, row.line, row.rule) for row in home.quarantine(contract)] == [
        (2, 2, "malformed_row"),
        (3, 3, "malformed_row"),
        (4, 4, "required:reading_at"),
        (5, 5, "malformed_row"),
        (8, 9, "malformed_row"),
        (11, 12, "truncated_row"),
    ]
    assert [row[0] for row in home.rows(contract, "value")] == [1.0, 1.0, 2.0, 4.0, 5.0]
    assert "column 5: b'NaN' is no value" in home.quarantine(contract)[1].raw_text


def test_a_text_over_several_lines(home: Home, contract: Contract) -> None:
    home.deliver("a.lp", 'm s="one\r\ntwo\n\nthree" 1700000000000000000\r\nm f=1 1700000000000000000\r\n')
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, "value_text, value") == [("one\r\ntwo\n\nthree", None), (None, 1.0)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark(home: Home, contract: Contract, end: str, mark: str) -> None:
    lines = [f"m f={number} {SECOND + number}000000000" for number in range(3)]
    home.deliver("a.lp", mark + end.join([*lines, ""]))
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, "signal, value") == [("m f", float(number)) for number in range(3)]


def test_an_empty_file_and_a_file_of_comments(home: Home, contract: Contract) -> None:
    home.deliver("a.lp", "")
    home.deliver("b.lp", "# nothing today\n")
    results = {batch.file: batch for batch in home.load(contract).batches}
    assert results["a.lp"].status == "held"
    assert "the file is empty" in results["a.lp"].message
    assert (results["b.lp"].status, results["b.lp"].rows_read) == ("committed", 0)


def test_many_small_files_in_one_query(home: Home, contract: Contract) -> None:
    for index in range(20):
        bad = "m f=x 1\n" if index == 7 else ""
        home.deliver(f"{index:02}.lp", "".join(f"m{index} f={n} {n}\n" for n in range(30)) + bad)
    load = home.load(contract)
    assert (load.rows_committed, load.rows_quarantined) == (600, 1)
    assert len(load.with_status("committed")) == 20


# the fast way against the exact one

NAMES = st.sampled_from(["m", "a_b", "temp", "größe", "x\\ y", "x\\,y", "#m", "a=b", "", '"q"', "1"])
TAGS = st.lists(st.tuples(NAMES, NAMES), max_size=3).map(lambda tags: "".join(f",{k}={v}" for k, v in tags))
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(2**63), 2**64).map(lambda number: f"{number}i"),
    st.integers(0, 2**64).map(lambda number: f"{number}u"),
    st.sampled_from(
        ["t", "F", "true", "nan", "inf", "-inf", "+1", "1_0", "1e400", "1.", ".5", "-", "0x1", '"s"', "1\t"]
    ),
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=3).map(
    lambda fields: ",".join(f"{name}={value}" for name, value in fields)
)
TIMES = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.integers(0, 2 * 10**18).map(str),
    st.sampled_from(["", "+5", "1_0", "1e3", "1.5", "007", "9223372036854775808"]),
)
LINES = st.one_of(
    st.tuples(NAMES, TAGS, FIELDS, TIMES).map(lambda parts: f"{parts[0]}{parts[1]} {parts[2]} {parts[3]}"),
    st.tuples(st.just("m,k=v f=1.5"), st.integers(0, 2 * 10**18)).map(lambda parts: f"{parts[0]} {parts[1]}"),
    st.sampled_from(
        ["# one two", "", " ", "m f=1", "m  f=1 1", " m f=1 1", "m f=1 1 ", "a b c d", "m 5 5", "m f=1 1\r"]
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, min_size=1, max_size=4), precision=st.sampled_from(["ns", "s"]))
def test_the_fast_way_gives_what_the_exact_one_gives(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    precision: str,
) -> None:
    content = "\n".join(lines) + "\n"
    both = []
    for exact in (False, True):
        home = Home(tmp_path_factory.mktemp("both"))
        contract = lenient(home, with_options(home, shipped("influxdb"), precision=precision))
        with monkeypatch.context() as patch:
            if exact:
                patch.setattr("ingestion.formats.line_protocol.looks_plain", lambda *_: False)
            home.deliver("a.lp", content)
            both.append(outcome(home, contract))
    assert both[0] == both[1]


@pytest.mark.parametrize("length", [63, 64, 65, 80, 95, 96, 97, 128, 200])
@pytest.mark.parametrize("before", [0, 33])
def test_lines_up_to_the_limit_and_no_longer(
    home: Home, contract: Contract, length: int, before: int
) -> None:
    home.settings = home.settings.model_copy(update={"max_line_bytes": 64})
    short = "m f=1 1\n" * before
    tag = "x" * (length - len("m,t= f=1 2"))
    home.deliver("a.lp", f"{short}m,t={tag} f=1 2\nm f=1 3\n")
    home.load(lenient(home, contract))
    rules = [row.rule for row in home.quarantine(contract)]
    assert rules == (["line_too_long"] if length > 64 else [])


def outcome(home: Home, contract: Contract) -> Any:
    load = home.load(contract)
    if load.batches[0].status == "held":
        return load.batches[0].message
    columns = "_source_row, signal, reading_at, reading_ns, value, value_text"
    return home.rows(contract, columns), [row.source_row for row in home.quarantine(contract)]


def test_plain_files_take_the_fast_way(
    home: Home, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LineProtocolReader, "screen", lambda *_: pytest.fail("screened"))
    home.deliver("a.lp", "m,k=v f=1.5 1\nm f=1i 2\nm f=t 3\n")
    home.deliver("b.lp", "m,k=v f=1.5,g=2 1\nm f=1i 2\n")
    home.deliver("c.lp", "m,k=v f=1.5 3\r\nm f=1i 4\r\n")
    assert home.load(contract).rows_committed == 8


@pytest.mark.parametrize("kept", ["spelled", "compared", "as delivered"])
def test_signals_are_whole_whichever_field_is_the_usual_one(
    home: Home, contract: Contract, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    monkeypatch.setattr(LineProtocolReader, "screen", lambda *_: pytest.fail("screened"))
    signal = contract.columns[0]
    changed = {
        "spelled": signal,
        "compared": replace(signal, max_length=len("m,a=1,b=2 temp")),
        "as delivered": replace(signal, parse_format=None),
    }[kept]
    home.deliver("a.lp", "m,b=2,a=1 temp=1 1\nm,a=1,b=2 temp=1 2\nm load=2 3\nm long_name_of_field=3 4\n")
    home.deliver("b.lp", "m load=1 5\nm temp=2 6\nmtemp load=3 7\n")
    changed_contract = replace(contract, columns=(changed, *contract.columns[1:]), max_quarantined_pct=100)
    home.load(changed_contract)
    first = "m,b=2,a=1 temp" if kept == "as delivered" else "m,a=1,b=2 temp"
    long = [] if kept == "compared" else ["m long_name_of_field"]
    expected = [first, "m,a=1,b=2 temp", "m load", *long, "m load", "m temp", "mtemp load"]
    assert [row[0] for row in home.rows(changed_contract, "signal")] == expected
    assert len(home.quarantine(changed_contract)) == (1 - len(long))
