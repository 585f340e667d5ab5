"""The canonical reading: every contract agrees on it, and its columns are typed as it says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingestion.contracts import Contract, load_contracts
from ingestion.errors import ContractError
from ingestion.readings import deviations, is_canonical
from tests.unit.ingestion.home import Home, column

CANONICAL = [contract for contract in load_contracts() if is_canonical(contract)]
SIGNAL = column("signal", key=1, physicalName="tag", required=True)


@pytest.mark.parametrize("contract", CANONICAL, ids=lambda contract: contract.raw_name)
def test_every_contract_of_readings_agrees_with_the_canonical_reading(contract: Contract) -> None:
    assert deviations(contract) == []


def test_a_deviation_is_named(home: Home) -> None:
    contract = home.contract([SIGNAL, column("value", "VARCHAR"), column("colour")], table="readings")
    found = deviations(contract)
    assert "column server_at is missing" in found
    assert "column colour is not part of a reading" in found
    assert "column value is VARCHAR, not DOUBLE" in found
    assert "key is signal, not signal, reading_at" in found
    assert "status does not list good, uncertain, bad" in found


def value_columns(**extras: Any) -> list[dict[str, Any]]:
    return [
        SIGNAL,
        column("value", "DOUBLE", parse="reading_value", physicalName="v", **extras),
        column("value_text", parse="reading_text", physicalName="v", **extras),
    ]


def test_value_by_type(home: Home) -> None:
    contract = home.contract(value_columns(nullValues=["NULL"]))
    given = ["1.5", "true", "False", "Running", "NULL", "", "NaN", "-inf", "9007199254740993", "1e300", " 7 "]
    home.deliver("t.csv", "tag,v\n" + "".join(f"a,{value}\n" for value in given))
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, "value, value_text") == [
        (1.5, None),
        (1.0, None),
        (0.0, None),
        (None, "Running"),
        (None, None),
        (None, None),
        (None, "NaN"),
        (None, "-inf"),
        (9007199254740992.0, "9007199254740993"),
        (1e300, None),
        (7.0, None),
    ]


def test_the_first_filled_of_two_value_columns_counts(home: Home) -> None:
    columns = [
        SIGNAL,
        column("value", "DOUBLE", parse="reading_value", transformSourceObjects=["v", "w"]),
        column("value_text", parse="reading_text", transformSourceObjects=["v", "w"]),
        column("uom", parse="absent"),
    ]
    contract = home.contract(columns, formatOptions={"decimal": ",", "delimiter": ";"})
    home.deliver("t.csv", "tag;v;w\na;1,5;\na;;closed\na; ;2,5\n")
    home.load(contract)
    assert home.rows(contract, "value, value_text, uom") == [
        (1.5, None, None),
        (None, "closed", None),
        (2.5, None, None),
    ]


def test_status_and_flags_of_two_code_columns_and_unknown_codes_are_put_aside(home: Home) -> None:
    codes = {"transformSourceObjects": ["q", "d"], "parseFormat": "opc_classic aveva_detail"}
    contract = home.contract(
        [
            SIGNAL,
            column("status", parse="status_of", required=True, enum=["good", "uncertain", "bad"], **codes),
            column("is_substituted", "BOOLEAN", parse="substituted_of", **codes),
            column("is_clamped", "BOOLEAN", parse="clamped_of", **codes),
        ],
        maxQuarantinedPct=60,
    )
    home.deliver("t.csv", "tag,q,d\na,192,192\nb,193,202\nc,192,133\nd,,\ne,192,what\n")
    load = home.load(contract)
    assert home.rows(contract, "signal, status, is_substituted, is_clamped") == [
        ("a", "good", False, False),
        ("b", "good", True, True),
        ("c", "bad", False, False),
    ]
    assert [(row.source_row, row.rule) for row in home.quarantine(contract)] == [
        (4, "required:status"),
        (5, "type:status"),
    ]
    assert load.rows_read == 5


def test_epochs_in_every_unit_and_what_microseconds_cut_off(home: Home) -> None:
    two = {"transformSourceObjects": ["s", "n"], "parseFormat": "s ns"}
    contract = home.contract(
        [
            SIGNAL,
            column("taken_at", "TIMESTAMPTZ", parse="epoch", **two),
            column("ns", "INTEGER", parse="nanoseconds", **two),
            column("at_ms", "TIMESTAMPTZ", parse="epoch", parseFormat="ms", physicalName="m"),
        ],
        maxQuarantinedPct=60,
    )
    home.deliver("t.csv", "tag,s,n,m\na,1,123456789,1\nb,-1,1,-1\nc,1.5,0,1\nd,1,0,99999999999999999\n")
    home.load(contract)
    assert home.rows(contract, "signal, taken_at, ns, at_ms") == [
        (
            "a",
            datetime(1970, 1, 1, 0, 0, 1, 123456, tzinfo=UTC),
            789,
            datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC),
        ),
        (
            "b",
            datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
            1,
            datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        ),
    ]
    assert [row.rule for row in home.quarantine(contract)] == ["type:taken_at", "type:at_ms"]


def test_nanoseconds_of_an_iso_text(home: Home) -> None:
    columns = [SIGNAL, column("ns", "INTEGER", parse="nanoseconds", physicalName="at")]
    contract = home.contract(columns)
    home.deliver("t.csv", "tag,at\na,2024-01-01T00:00:00.1234567Z\nb,2024-01-01T00:00:00Z\n")
    home.load(contract)
    assert home.rows(contract, "signal, ns") == [("a", 700), ("b", 0)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "03-Mrz-24 04:05:06"),
        ("de", "03-Mär-24 04:05:06"),
        ("de", "03-Mar-24 04:05:06"),
        ("fr", "03-mars-24 04:05:06"),
        ("nl", "03-mrt.-24 04:05:06"),
        ("it", "03-MAR-24 04:05:06"),
    ],
)
def test_month_names_of_other_languages(home: Home, language: str, text: str) -> None:
    columns = [
        SIGNAL,
        column("taken_at", "TIMESTAMPTZ", parse="local_timestamp", parseFormat="%d-%b-%y %H:%M:%S"),
    ]
    contract = home.contract(columns, formatOptions={"monthNames": language})
    home.deliver("t.csv", f"tag,taken_at\na,{text}\n")
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, "taken_at") == [(datetime(2024, 3, 3, 3, 5, 6, tzinfo=UTC),)]


@pytest.mark.parametrize(
    ("wrong", "options", "words"),
    [
        (column("s", parse="status_of", parseFormat="opcua"), {}, "notation per source"),
        (column("s", parse="status_of"), {}, "notation per source"),
        (column("s", "TIMESTAMPTZ", parse="epoch"), {}, "unit per source"),
        (column("s", parse="reading_text"), {}, "reading_value"),
        (column("s"), {"monthNames": "xx"}, "monthNames"),
    ],
)
def test_a_contract_that_no_query_can_be_made_of(
    home: Home, wrong: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    contract = home.contract([SIGNAL, wrong], formatOptions=options)
    home.deliver("t.csv", "tag,s\na,1\n")
    with pytest.raises(ContractError, match=words):
        home.load(contract)
