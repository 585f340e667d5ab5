"""JSON lines at their edges: what a line leaves out, what it adds, what it breaks, and the exact text of each bad line."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("note"), column("x", "DOUBLE")]


def jsonl(home: Home, columns: list[dict[str, Any]] | None = None, **extras: Any) -> Contract:
    given = {"format": "jsonl", "files": "*.jsonl", "maxQuarantinedPct": 90} | extras
    return home.contract(columns or COLUMNS, **given)


def one(home: Home, contract: Contract) -> BatchResult:
    (batch,) = home.load(contract).batches
    return batch


def test_missing_keys_and_null_are_null(home: Home) -> None:
    contract = jsonl(home)
    home.deliver(
        "a.jsonl", '{"id": 1}\n{"x": 2, "id": 2}\n{"id": 3, "note": null, "x": null}\n{"id": 4, "note": ""}\n'
    )
    one(home, contract)
    assert home.rows(contract, "id, note, x") == [
        (1, None, None),
        (2, None, 2.0),
        (3, None, None),
        (4, None, None),
    ]


def test_unknown_key_is_a_finding_and_the_file_goes_on(home: Home) -> None:
    contract = jsonl(home)
    home.deliver("a.jsonl", '{"id": 1, "Note": "a", "note": "b"}\n{"id": 2, "later": {"deep": 1}}\n')
    batch = one(home, contract)
    assert (batch.status, batch.rows_committed) == ("committed", 2)
    found = [(finding.rule, finding.column) for finding in batch.findings]
    assert found == [("unexpected_column", "Note"), ("unexpected_column", "later")]
    assert home.rows(contract, "id, note") == [(1, "b"), (2, None)]


def test_nested_values_stay_json_and_lists_become_lists(home: Home) -> None:
    columns = [column("id", "BIGINT", key=1), column("note"), column("wave", "FLOAT[]", parse="list")]
    contract = jsonl(home, columns)
    nested = {"a": [1, {"b": "ü"}], "c": None}
    lines = [{"id": 1, "note": nested, "wave": [1, -2.5, 1e3]}, {"id": 2, "note": [], "wave": []}]
    home.deliver("a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    one(home, contract)
    rows = home.rows(contract, "id, note, wave")
    assert [(key, json.loads(note), wave) for key, note, wave in rows] == [
        (1, nested, [1.0, -2.5, 1000.0]),
        (2, [], []),
    ]


def test_keys_are_taken_literally(home: Home) -> None:
    names = ["a.b", "$x", 'say "hi"', "a b", "größe", "it's", "[0]", "*", "back\\slash", "m/s", "~1", "0"]
    columns = [column(f"c{index}", physicalName=name) for index, name in enumerate(names)]
    contract = jsonl(home, columns)
    home.deliver("a.jsonl", json.dumps({name: f"v{index}" for index, name in enumerate(names)}) + "\n")
    batch = one(home, contract)
    assert (batch.status, batch.findings) == ("committed", ())
    every = ", ".join(f"c{index}" for index in range(len(names)))
    assert home.rows(contract, every) == [tuple(f"v{index}" for index in range(len(names)))]


BROKEN = {
    "no closing brace": '{"id": 1, "note": "a"',
    "single quotes": "{'id': 1}",
    "two objects": '{"id": 1} {"id": 2}',
    "list": '[{"id": 1}]',
    "number": "42",
    "text": '"id"',
    "null": "null",
    "words": "ERROR: connection lost, retrying; größer",
    "spaces kept": '  {"id": 1   ',
    "half a surrogate pair": '{"id": 1, "note": "\\ud800"}',
    "unknown escape": '{"id": 1, "note": "\\x41"}',
    "control character": '{"id": 1, "note": "a\x1fb, and enough text around it that the file is no binary data'
    + "." * 80
    + '"}',
    "nested too deep for a parser": '{"id": ' + "[" * 20_000 + "}",
}


@pytest.mark.parametrize("case", BROKEN)
def test_line_that_is_no_object_is_malformed_with_its_exact_text(home: Home, case: str) -> None:
    contract = jsonl(home)
    home.deliver("a.jsonl", f'{{"id": 7}}\n{BROKEN[case]}\n{{"id": 8, "note": "ü"}}\n')
    batch = one(home, contract)
    assert (batch.status, batch.rows_read, batch.rows_committed) == ("committed", 3, 2), batch.message
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row, row.line, row.raw_text) == ("malformed_row", 2, 2, BROKEN[case])
    assert home.rows(contract, "id, note, _source_row") == [(7, None, 1), (8, "ü", 3)]


def test_cut_last_line_is_truncated_but_a_whole_one_without_line_end_is_good(home: Home) -> None:
    contract = jsonl(home)
    home.deliver("cut.jsonl", '{"id": 1}\n{"id": 2, "note": "h\u00fc')
    home.deliver("whole.jsonl", '{"id": 3}\n{"id": 4}')
    home.load(contract)
    assert home.rows(contract, "id") == [(1,), (3,), (4,)]
    (row,) = home.quarantine(contract)
    assert (row.file, row.rule, row.source_row, row.raw_text) == (
        "cut.jsonl",
        "truncated_row",
        2,
        '{"id": 2, "note": "hü',
    )


def test_file_cut_inside_a_character_is_held_with_the_place(home: Home) -> None:
    contract = jsonl(home)
    start = '{"id": 1}\n{"id": 2, "note": "h'
    home.deliver("a.jsonl", f"{start}ü".encode()[:-1])
    batch = one(home, contract)
    assert (batch.status, batch.findings[0].rule) == ("held", "wrong_encoding")
    assert f"byte {len(start)}" in batch.message


def test_blank_lines_are_no_records_and_crlf_is_no_text(home: Home) -> None:
    contract = jsonl(home)
    home.deliver("a.jsonl", b'{"id": 1}\r\n\r\n\n{"id": 2, "note": "a\\r\\nb"}\r\n{"id": "x"}\r\n\r\n')
    batch = one(home, contract)
    assert (batch.rows_read, batch.rows_committed) == (3, 2)
    assert home.rows(contract, "id, note, _source_row") == [(1, None, 1), (2, "a\r\nb", 2)]
    (row,) = home.quarantine(contract)
    assert (row.source_row, row.line, row.value, row.raw_text) == (3, 5, "x", '{"id": "x"}')


def test_line_over_the_limit_is_put_aside_and_the_others_keep_their_numbers(home: Home) -> None:
    home.settings = home.settings.model_copy(update={"max_line_bytes": 4096})
    contract = jsonl(home)
    long = json.dumps({"id": 2, "note": "y" * 5000})
    home.deliver("a.jsonl", f'{{"id": 1}}\n{long}\n{{"id": 3}}\n{{"id": 4, "note": "{"z" * 4000}"}}\n')
    one(home, contract)
    assert home.rows(contract, "id, coalesce(length(note), 0), _source_row") == [
        (1, 0, 1),
        (3, 0, 3),
        (4, 4000, 4),
    ]
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row, row.line) == ("line_too_long", 2, 2)
    assert long.startswith(row.raw_text.partition(" [cut here")[0])
    assert "longer than 4096 bytes" in row.raw_text


def test_numbers_as_text_and_text_as_numbers(home: Home) -> None:
    columns = [
        column("id", "BIGINT", key=1), column("order_no"), column("x", "DOUBLE"), column("p", "DECIMAL(18,3)"),
        column("ok", "BOOLEAN"),
    ]  # fmt: skip
    contract = jsonl(home, columns)
    home.deliver(
        "a.jsonl",
        '{"id": "1", "order_no": "000100", "x": "1.5", "p": "2.250", "ok": "true"}\n'
        '{"id": 9007199254740993, "order_no": 100, "x": 1.5e2, "p": -2.25, "ok": false}\n'
        '{"id": 3, "x": "1,5"}\n{"id": 4.5}\n{"id": true}\n{"id": 99999999999999999999}\n{"id": 7, "x": NaN}\n',
    )
    one(home, contract)
    assert home.rows(contract, "*", order="_source_row")[0][:5] == (1, "000100", 1.5, Decimal("2.250"), True)
    assert home.rows(contract, "*", order="_source_row")[1][:5] == (
        2**53 + 1,
        "100",
        150.0,
        Decimal("-2.250"),
        False,
    )
    found = [(row.source_row, row.rule) for row in home.quarantine(contract)]
    assert found == [(3, "type:x"), (4, "type:id"), (5, "type:id"), (6, "type:id"), (7, "type:x")]


@pytest.mark.parametrize("ascii_only", [True, False])
def test_escapes_and_plain_characters_are_the_same_text(home: Home, ascii_only: bool) -> None:
    contract = jsonl(home)
    texts = [
        "Kühlmittel",
        "☃ 𝄞",
        'quote " back \\ slash /',
        "tab\tline\nfeed",
        "\u2028sep\u0085",
        "\u00a0",
        "{}",
        "null",
    ]
    lines = [json.dumps({"id": key, "note": text}, ensure_ascii=ascii_only) for key, text in enumerate(texts)]
    home.deliver("a.jsonl", "\n".join(lines) + "\n")
    one(home, contract)
    assert home.rows(contract, "note") == [(text,) for text in texts]


def test_byte_order_mark_is_no_text(home: Home) -> None:
    contract = jsonl(home)
    home.deliver("good.jsonl", b'\xef\xbb\xbf{"id": 1, "note": "a"}\n{"id": 2}\n')
    home.deliver("screened.jsonl", b'\xef\xbb\xbf{"id": 3, "note": "b"}\n{"id": 4')
    home.deliver("bad.jsonl", b'\xef\xbb\xbf{"id": "x"}\n{"id": 5}\n')
    home.load(contract)
    assert home.rows(contract, "id, note") == [(1, "a"), (2, None), (3, "b"), (5, None)]
    assert [(row.rule, row.value) for row in home.quarantine(contract)] == [
        ("truncated_row", None),
        ("type:id", "x"),
    ]


def test_one_broken_file_of_many_does_not_change_the_others(home: Home, tmp_path: Path) -> None:
    contract = jsonl(home)
    for number in range(12):
        bad = "[" * 20_000 if number == 5 else '{"id": '
        home.deliver(f"{number:02}.jsonl", f'{{"id": {number}}}\n{bad}\n{{"id": {number + 100}}}\n')
    load = home.load(contract)
    assert {batch.status for batch in load.batches} == {"committed"}
    assert home.rows(contract, "id") == [(key,) for number in range(12) for key in (number, number + 100)]
    assert {(row.source_row, row.rule) for row in home.quarantine(contract)} == {(2, "malformed_row")}
    assert len(home.quarantine(contract)) == 12
