"""Exports of PI, by DataLink and by its Web API: what becomes a reading, and what is held or put aside."""

import json
from typing import Any

import pytest

from tests.unit.ingestion.historian import READING, lenient, shipped, with_options
from tests.unit.ingestion.historian_items import FLAGS, item, utc
from tests.unit.ingestion.home import Home


@pytest.mark.parametrize(
    ("options", "content"),
    [
        (
            {},
            "Tag,Timestamp,Value,UOM,Questionable,Substituted\nFIC-1,07-Mar-24 06:00:00,12.5,bar,False,False\n",
        ),
        (
            {"delimiter": ";", "decimal": ","},
            "Tag;Timestamp;Value;UOM;Questionable;Substituted\nFIC-1;07-Mrz-2024 06:00:00;12,5;bar;Falsch;Falsch\n",
        ),
        (
            {"delimiter": "\t", "monthNames": "fr", "decimal": ","},
            "Tag\tTimestamp\tValue\tUOM\tQuestionable\tSubstituted\nFIC-1\t07-mars-24 06:00:00\t12,5\tbar\tnon\tnon\n",
        ),
    ],
)
def test_datalink_in_its_dialects(home: Home, options: dict[str, Any], content: str) -> None:
    contract = with_options(home, shipped("pi_datalink"), **options)
    home.deliver("a.csv", content.encode("cp1252"))
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, f"{READING}, uom") == [
        ("FIC-1", utc(2024, 3, 7, 5), 12.5, None, "good", "bar")
    ]


def test_datalink_states_and_flags(home: Home) -> None:
    contract = shipped("pi_datalink")
    values = ["I/O Timeout,,", "Running,,", "7,True,", "7,,True", ",,"]
    rows = [f"A,07-Mar-24 06:00:0{at},{cells.replace(',', ',bar,', 1)}" for at, cells in enumerate(values)]
    home.deliver("a.csv", "\n".join(["Tag,Timestamp,Value,UOM,Questionable,Substituted", *rows, ""]))
    home.load(contract)
    assert home.rows(contract, f"value, value_text, {FLAGS}") == [
        (None, "I/O Timeout", "bad", False, False, False),
        (None, "Running", "good", False, False, False),
        (7.0, None, "uncertain", False, True, False),
        (7.0, None, "good", True, False, False),
        (None, None, "bad", False, False, False),
    ]


def test_web_api_values_by_type(home: Home) -> None:
    contract = shipped("pi_web_api")
    items = [
        item(0, 12.5),
        item(1, {"Name": "Running", "Value": 3, "IsSystem": False}),
        item(2, {"Name": "I/O Timeout", "Value": 246, "IsSystem": True}, Good=False),
        item(3, "batch 7"),
        item(4, True, Questionable=True),
        item(5, 9007199254740993, Substituted=True),
    ]
    stream = {"WebId": "W1", "Name": "FIC-1", "Path": "\\\\PI\\FIC-1", "Items": items}
    home.deliver("a.json", json.dumps({"Items": [stream]}))
    home.load(contract)
    assert home.rows(contract, f"signal, reading_ns, value, value_text, status_code, uom, {FLAGS}") == [
        ("FIC-1", 700, 12.5, None, None, "bar", "good", False, False, False),
        ("FIC-1", 700, 3.0, "Running", None, "bar", "good", False, False, False),
        ("FIC-1", 700, None, "I/O Timeout", "246", "bar", "bad", False, False, False),
        ("FIC-1", 700, None, "batch 7", None, "bar", "good", False, False, False),
        ("FIC-1", 700, 1.0, None, None, "bar", "uncertain", False, True, False),
        ("FIC-1", 700, 9007199254740992.0, "9007199254740993", None, "bar", "good", True, False, False),
    ]
    assert home.rows(contract, "reading_at")[0] == (utc(2024, 3, 7, 5, 0, 0, 123456),)


def test_web_api_pages_of_several_streams_overlap(home: Home) -> None:
    contract = with_options(home, shipped("pi_web_api"), pageRows=3)

    def answer(*items: dict[str, Any], path: str = "\\\\PI\\A") -> dict[str, Any]:
        return {"Items": [{"WebId": path, "Path": path, "Items": list(items)}]}

    pages = [
        answer(item(0, 1), item(1, 2), item(1, 3)),
        answer(item(0, 1), path="\\\\PI\\B"),
        answer(item(1, 2), item(1, 3), item(2, 4)),
    ]
    home.deliver("a.json", "\n".join(json.dumps(page) for page in pages))
    load = home.load(contract)
    assert [row[0] for row in home.rows(contract, "signal || ' ' || value")] == [
        "A 1.0",
        "A 2.0",
        "A 3.0",
        "B 1.0",
        "A 4.0",
    ]
    found = load.batches[0].findings
    assert [(finding.rule, "A has 3 rows" in finding.message) for finding in found] == [
        ("may_be_truncated", True)
    ]


def test_web_api_single_stream_is_named_by_its_links(home: Home) -> None:
    contract = shipped("pi_web_api")
    answer = {
        "Links": {"First": "https://pi.example/piwebapi/streams/F1DPx/recorded?maxCount=1000"},
        "Items": [item(0, 1)],
        "UnitsAbbreviation": "",
    }
    home.deliver("a.json", "\ufeff" + json.dumps(answer))
    home.load(contract)
    assert home.rows(contract, "signal") == [("F1DPx",)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("<html>", "line 1"),
        ('{"Items": [{"Timestamp": "2024', "Unterminated"),
        ('{"Errors": ["Unknown point"]}', "Unknown point"),
        ('{"Message": "no"}', "without Items"),
        (json.dumps({"Items": [item(0, 1)]}), "no Name, Path, WebId"),
        (b"\xff\xfe\x00", "are not utf-8"),
        (b'{"Items": [], "x": "\xe4"}', "not UTF-8"),
    ],
)
def test_web_api_answers_that_are_held(home: Home, content: str | bytes, words: str) -> None:
    contract = shipped("pi_web_api")
    home.deliver("a.json", content)
    batch = home.load(contract).batches[0]
    assert batch.status == "held"
    assert words in batch.message


def test_web_api_items_that_are_no_value(home: Home) -> None:
    contract = lenient(home, shipped("pi_web_api"))
    wrong = [7, item(1, 1, Timestamp=None), item(2, 1, Timestamp="yesterday"), item(3, 1, Good="perhaps")]
    home.deliver("a.json", json.dumps({"Name": "A", "Items": [item(0, 1), *wrong]}))
    home.load(contract)
    assert [(row.source_row, row.rule) for row in home.quarantine(contract)] == [
        (2, "malformed_row"),
        (3, "required:reading_at"),
        (4, "type:reading_at"),
        (5, "type:status"),
    ]
