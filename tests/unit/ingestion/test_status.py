"""Quality codes: what the field's codes mean, and that Python and SQL read them alike."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.typing.quality_codes import CODES, USUAL, Meaning
from ingestion.typing.status import FLAGS, combined, flag_sql, meaning, status_sql

GOOD, UNCERTAIN, BAD = Meaning("good"), Meaning("uncertain", questionable=True), Meaning("bad")


@pytest.mark.parametrize(
    ("notation", "code", "expected"),
    [
        ("opc_ua", 0x00000000, GOOD),
        ("opc_ua", "0x80310000", BAD),  # BadNoCommunication
        ("opc_ua", "2150891520", BAD),  # the same, decimal, with another sub code
        ("opc_ua", -2144272384, BAD),  # a signed 32-bit number
        ("opc_ua", "0xC0000000", BAD),  # reserved severity
        ("opc_ua", 0x40900000, UNCERTAIN),  # UncertainLastUsableValue
        ("opc_ua", 0x40940000, UNCERTAIN),  # UncertainEngineeringUnitsExceeded
        ("opc_ua", 0x40910000, Meaning("uncertain", substituted=True, questionable=True)),
        ("opc_ua", 0x00960000, Meaning("good", substituted=True)),  # GoodLocalOverride
        ("opc_ua", 0x00300000, Meaning("good", clamped=True)),  # GoodClamped
        ("opc_ua", 0x00000500, Meaning("good", clamped=True)),  # DataValue, limit low
        ("opc_ua", 0x00000600, Meaning("good", clamped=True)),  # DataValue, limit high
        ("opc_ua", 0x00000700, GOOD),  # DataValue, constant
        ("opc_ua", 0x00000200, GOOD),  # limit bits without info type say nothing
        ("opc_ua", 0x00000402, GOOD),  # interpolated
        ("opc_ua", "BadWaitingForInitialData", BAD),
        ("opc_ua", "UncertainSubNormal", UNCERTAIN),
        ("opc_ua", "GoodClamped", Meaning("good", clamped=True)),
        ("opc_ua", "perhaps", None),
        ("opc_classic", 192, GOOD),
        ("opc_classic", 193, Meaning("good", clamped=True)),
        ("opc_classic", 194, Meaning("good", clamped=True)),
        ("opc_classic", 195, GOOD),
        ("opc_classic", 216, Meaning("good", substituted=True)),
        ("opc_classic", 64, UNCERTAIN),
        ("opc_classic", 86, Meaning("uncertain", questionable=True, clamped=True)),  # limit exceeded, high
        ("opc_classic", 0, BAD),
        ("opc_classic", 24, BAD),
        ("opc_classic", 0x2000C0, BAD),  # historical access: no data
        ("opc_classic", 0x0400C0, GOOD),  # historical access: raw
        ("opc_classic", 0xFFC0, GOOD),  # the high byte is the vendor's
        ("ignition", 192, GOOD),
        ("ignition", 0, BAD),
        ("ignition", 64, UNCERTAIN),
        ("ignition", 301, BAD),
        ("ignition", 500, BAD),
        ("ignition", 516, BAD),
        ("ignition", 257, UNCERTAIN),
        ("ignition", -2147483132, BAD),  # Bad_Stale
        ("ignition", 1073742081, UNCERTAIN),  # Uncertain_LastKnownValue
        ("aveva_detail", 192, GOOD),
        ("aveva_detail", 133, BAD),
        ("aveva_detail", 24, BAD),
        ("aveva_detail", 249, BAD),
        ("aveva_detail", 252, GOOD),
        ("aveva_detail", 202, Meaning("good", substituted=True)),
        ("aveva_detail", 448, Meaning("good", questionable=True)),
        ("aveva_quality", 16, UNCERTAIN),
        ("aveva_quality", 7, None),
        ("proficy", "Good", GOOD),
        ("proficy", "Bad", BAD),
        ("proficy", 3, GOOD),
        ("proficy", 100, GOOD),
        ("proficy", 42, UNCERTAIN),
        ("sparkplug", 192, GOOD),
        ("sparkplug", 500, BAD),
        ("sparkplug", None, GOOD),
        ("sitewise", "UNCERTAIN", UNCERTAIN),
        ("sitewise", "", GOOD),
        ("pi_state", "12.5", GOOD),
        ("pi_state", "Running", GOOD),
        ("pi_state", "I/O Timeout", BAD),
        ("pi_state", "Pt Created", BAD),
        ("pi_good", "False", BAD),
        ("pi_questionable", "True", UNCERTAIN),
        ("pi_substituted", "True", Meaning("good", substituted=True)),
        ("pi_questionable", "", None),
        ("unrated", "anything", GOOD),
    ],
)
def test_codes_of_the_field(notation: str, code: str | int | None, expected: Meaning | None) -> None:
    assert meaning(notation, code) == expected


def test_the_worst_of_several_codes_counts_and_all_flags() -> None:
    parts = [
        meaning("pi_good", "true"),
        meaning("pi_questionable", "true"),
        meaning("pi_substituted", "true"),
    ]
    assert combined(parts) == Meaning("uncertain", substituted=True, questionable=True)
    assert combined([None, meaning("opc_classic", 0)]) == BAD
    assert combined([None, None]) is None


def texts() -> st.SearchStrategy[str]:
    words = sorted({word for table in CODES.values() for word in (*table.texts, *table.beginnings)})
    numbers = st.one_of(st.integers(-(2**31), 2**32 - 1), st.integers(0, 700))
    return st.one_of(
        numbers.map(str),
        numbers.map(lambda number: hex(number & 0xFFFFFFFF)),
        st.sampled_from(words),
        st.sampled_from(sorted({*USUAL.values()})),
        st.sampled_from(words).map(str.upper),
        st.sampled_from(words).map(lambda word: f" {word}Xyz"),
        st.text("abgod 0x-1.", max_size=6),
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(texts(), min_size=1, max_size=20), st.sampled_from(sorted(CODES)), st.sampled_from(sorted(CODES))
)
def test_sql_reads_codes_as_python_does(codes: list[str], one: str, two: str) -> None:
    pairs = list(zip(codes, reversed(codes), strict=True))
    said = [(meaning(one, a), meaning(two, b)) for a, b in pairs]
    unreadable = [_unreadable(one, a) or _unreadable(two, b) for a, b in pairs]
    expected = []
    for parts, hidden in zip(said, unreadable, strict=True):
        whole = combined(parts)
        status = None if hidden or whole is None else whole.status
        expected.append((status, *(bool(whole and getattr(whole, flag)) for flag in FLAGS)))
    columns = [
        status_sql(["a", "b"], [one, two]),
        *(flag_sql(flag, ["a", "b"], [one, two]) for flag in FLAGS),
    ]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {', '.join(columns)} FROM (SELECT unnest($1::VARCHAR[]) AS a, unnest($2::VARCHAR[]) AS b)",
            [codes, codes[::-1]],
        ).fetchall()
    assert rows == expected


@pytest.mark.parametrize("name", USUAL)
def test_usual_codes_are_good_and_no_more(name: str) -> None:
    assert meaning(name, USUAL[name]) == GOOD


def _unreadable(notation: str, code: str) -> bool:
    return bool(code.strip()) and meaning(notation, code) is None
