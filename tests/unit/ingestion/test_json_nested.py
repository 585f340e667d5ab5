"""Nested JSON: explode rules against plain loops over json.loads, and documents that are broken."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, UnreadableFileError
from ingestion.formats.json_nested import NestedJsonReader
from ingestion.formats.json_paths import as_text
from ingestion.formats.json_text import decoded
from tests.unit.ingestion.home import Home, column

OPERATIONS = [
    column("plant", physicalName="../../plant"),
    column("order_no", physicalName="../id"),
    column("place", "BIGINT", physicalName="#"),
    column("order_place", "BIGINT", physicalName="../#"),
    column("name", physicalName="name"),
    column("qty", "DOUBLE", physicalName="qty/value"),
    column("unit", physicalName="qty/unit"),
]
DOCUMENT = {
    "plant": "North",
    "orders": [
        {
            "id": "4711",
            "operations": [{"name": "saw", "qty": {"value": 2.50, "unit": "pc"}}, {"name": "drill"}],
        },
        {"id": "4712", "operations": []},
        {"id": "4713"},
        {"id": "4714", "operations": [{"name": "größe", "qty": {"value": -1e3}}]},
    ],
}
EXPECTED = [
    ("North", "4711", 1, 1, "saw", 2.5, "pc"),
    ("North", "4711", 2, 1, "drill", None, None),
    ("North", "4714", 1, 4, "größe", -1000.0, None),
]
NAMES = "plant, order_no, place, order_place, name, qty, unit"


def nested(
    home: Home, columns: list[dict[str, Any]] | None = None, table: str = "t", **options: Any
) -> Contract:
    options = {"records": "orders/*/operations/*"} | options
    return home.contract(
        columns or OPERATIONS,
        table,
        format="json",
        files="*.json*",
        formatOptions=options,
        maxQuarantinedPct=90,
    )


def one(home: Home, contract: Contract) -> BatchResult:
    (batch,) = home.load(contract).batches
    return batch


def test_arrays_of_arrays_become_rows_with_values_of_their_ancestors(home: Home) -> None:
    contract = nested(home)
    home.deliver("a.json", json.dumps(DOCUMENT, ensure_ascii=False))
    batch = one(home, contract)
    assert (batch.status, batch.rows_read, batch.findings) == ("committed", 3, ()), batch.message
    assert home.rows(contract, NAMES) == EXPECTED


def test_what_stands_behind_the_array_is_known_to_its_rows_too(home: Home) -> None:
    contract = nested(home)
    turned = {"orders": DOCUMENT["orders"], "note": {"big": [1, [2]]}, "plant": "North"}
    home.deliver("a.json", json.dumps(turned, indent=2))
    one(home, contract)
    assert home.rows(contract, NAMES) == EXPECTED


def test_keep_empty_gives_a_row_for_a_missing_and_for_an_empty_branch(home: Home) -> None:
    contract = nested(home, keepEmpty=True)
    home.deliver("a.json", json.dumps(DOCUMENT))
    home.deliver("b.json", '{"plant": "South", "orders": []}')
    home.load(contract)
    assert home.rows(contract, "plant, order_no, order_place, name") == [
        ("North", "4711", 1, "saw"),
        ("North", "4711", 1, "drill"),
        ("North", "4712", 2, None),
        ("North", "4713", 3, None),
        ("North", "4714", 4, "größe"),
        ("South", None, None, None),
    ]


def test_one_file_feeds_several_tables(home: Home) -> None:
    operations = nested(home)
    orders = nested(
        home, [column("id"), column("plant", physicalName="../plant")], "orders", records="orders/*"
    )
    header = nested(home, [column("plant"), column("all", physicalName="orders")], "header", records="")
    home.deliver("a.json", json.dumps(DOCUMENT))
    for contract in (operations, orders, header):
        assert one(home, contract).status == "committed"
    assert [key for key, _ in home.rows(orders, "id, plant")] == ["4711", "4712", "4713", "4714"]
    ((plant, text),) = home.rows(header, 'plant, "all"')
    assert (plant, json.loads(text)) == ("North", DOCUMENT["orders"])


def test_lines_are_documents_and_a_broken_one_is_quarantined_alone(home: Home) -> None:
    contract = nested(home, lines=True)
    first = json.dumps(DOCUMENT)
    home.deliver("a.jsonl", f'\ufeff{first}\n\n{{"orders": [}}\n{{"other": 1}}\r\n{first}')
    batch = one(home, contract)
    assert (batch.status, batch.rows_read, batch.rows_committed) == ("committed", 7, 6), batch.message
    (row,) = home.quarantine(contract)
    assert (row.source_row, row.line, row.rule, row.raw_text) == (4, 3, "malformed_row", '{"orders": [}')
    assert home.rows(contract, NAMES) == EXPECTED * 2


def test_a_quarantined_row_shows_its_json_and_its_path(home: Home) -> None:
    contract = nested(home)
    text = (
        '{"plant": "N", "orders": [\n{"id": "1", "operations": [{"name": "a"}]},\n{"id": "2", "operations":\n'
    )
    text += '[{"name": "b", "qty": {"value": 1.10}}, {"name":"c","qty":{"value":"x","big":1.000000000000000000001}}]}]}'
    home.deliver("a.json", text)
    batch = one(home, contract)
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row, row.line, row.value) == ("type:qty", 3, 3, "x")
    assert row.raw_text == '{"name": "c", "qty": {"value": "x", "big": 1.000000000000000000001}}'
    beside, broken = batch.findings
    assert (beside.rule, beside.column) == ("unexpected_column", "qty/big")
    assert "line 3, orders/2/operations/2: 'x'" in broken.message


def test_numbers_stay_as_written(home: Home) -> None:
    columns = [column("text"), column("exact", "DECIMAL(38,10)"), column("whole", "BIGINT")]
    contract = nested(home, columns, records="*")
    home.deliver(
        "a.json", '[{"text": 0.10, "exact": 12345678901234567890.0123456789, "whole": 9007199254740993}]'
    )
    one(home, contract)
    ((text, exact, whole),) = home.rows(contract, "text, exact, whole")
    assert (text, str(exact), whole) == ("0.10", "12345678901234567890.0123456789", 9007199254740993)


def test_matrix_of_numbers_gives_a_row_per_cell_with_both_places(home: Home) -> None:
    columns = [
        column("x", "DOUBLE", physicalName="."),
        column("col", "BIGINT", physicalName="#"),
        column("row", "BIGINT", physicalName="../#"),
        column("unit", physicalName="../../unit"),
    ]
    contract = nested(home, columns, records="m/*/*")
    home.deliver("a.json", '{"unit": "mm", "m": [[1, 2], [], [3]]}')
    one(home, contract)
    assert home.rows(contract, "x, col, row, unit") == [
        (1.0, 1, 1, "mm"), (2.0, 2, 1, "mm"), (3.0, 1, 3, "mm"),
    ]  # fmt: skip


def test_keys_of_any_kind_by_pointer_escapes(home: Home) -> None:
    columns = [
        column("a", physicalName="m~1s"),
        column("b", physicalName="~0x"),
        column("c", physicalName="list/1"),
    ]
    contract = nested(home, columns, records="a.b/*")
    home.deliver("a.json", '{"a.b": [{"m/s": "1", "~x": true, "list": [0, {"k": 1}]}]}')
    one(home, contract)
    assert home.rows(contract, "a, b, c") == [("1", "true", '{"k": 1}')]


WRONG_SHAPE = {
    "object where an array is": ('{"orders": [{"id": 1, "operations": {"name": "a"}}]}', '{"name": "a"}'),
    "text where an array is": ('{"orders": [{"id": 1, "operations": "none"}]}', '"none"'),
    "text where an object is": ('{"orders": [{"operations": [{"name": "a", "qty": "3 pc"}]}]}', None),
    "scalar record": ('{"orders": [{"operations": [7]}]}', "7"),
    "element that is a text": ('{"orders": ["4711"]}', '"4711"'),
    "key given twice": (
        '{"orders": [{"operations": [{"name": "a", "name": "b"}]}]}',
        '{"name": "a", "name": "b"}',
    ),
    "half a surrogate pair": ('{"orders": [{"operations": [{"name": "\\ud800"}]}]}', '{"name": "\\ud800"}'),
}
SHAPES = {
    "object where an array is": "orders/1/operations/*: no array where one is to be exploded",
    "text where an array is": "orders/1/operations/*: no array where one is to be exploded",
    "text where an object is": "orders/1/operations/1: qty/value: no object where 'value' is looked for",
    "scalar record": "orders/1/operations/1: name: no object where 'name' is looked for",
    "element that is a text": "orders/1/operations/*: no object where 'operations' is looked for",
    "key given twice": "orders/1/operations/1: name: key 'name' is given twice",
    "half a surrogate pair": "orders/1/operations/1",
}


@pytest.mark.parametrize("case", WRONG_SHAPE)
def test_a_record_of_the_wrong_shape_is_quarantined_and_the_others_go_on(home: Home, case: str) -> None:
    contract = nested(home)
    text, raw = WRONG_SHAPE[case]
    home.deliver("a.json", text[:-2] + ', {"id": "9", "operations": [{"name": "good"}]}]}')
    batch = one(home, contract)
    assert (batch.status, batch.rows_read) == ("committed", 2), batch.message
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row) == ("malformed_row", 1)
    assert raw is None or row.raw_text == raw
    assert SHAPES[case] in batch.findings[0].message
    assert home.rows(contract, "order_no, name") == [("9", "good")]


BROKEN = {
    "cut": (json.dumps(DOCUMENT)[:-40], "unreadable_file", "ends in the middle"),
    "cut in a text": ('{"orders": [{"operations": [{"name": "sa', "unreadable_file", "ends in the middle"),
    "trailing comma": ('{"orders": [{"operations": []},]}', "unreadable_file", "line 1"),
    "single quotes": ("{'orders': []}", "unreadable_file", "a key in quotes"),
    "garbage": ("ERROR: no data\n", "unreadable_file", "no object"),
    "two documents": (json.dumps(DOCUMENT) * 2, "unreadable_file", "lines: true"),
    "no such branch": (
        '{"plant": "N", "order": []}',
        "unreadable_file",
        "nothing at 'orders/*/operations/*'",
    ),
    "no array at the path": ('{"orders": {"id": 1}}', "unreadable_file", "no array at 'orders'"),
    "array at the top": ("[]", "unreadable_file", "no object"),
    "branch twice": ('{"orders": [], "orders": []}', "unreadable_file", "given twice"),
    "nested too deep": ('{"orders": [' + "[" * 30_000, "unreadable_file", "deeper"),
    "empty": (" \n", "empty_file", "empty"),
    "utf-16": (b"\xff\xfe" + '{"orders": []}'.encode("utf-16-le"), "wrong_encoding", "utf-8"),
    "latin-1": ('{"orders": [], "plant": "Süd"}'.encode("latin-1"), "wrong_encoding", "utf-8"),
    "zip": (b"PK\x03\x04" + bytes(100), "unreadable_file", "zip"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_document_is_held_with_its_reason_and_the_others_go_on(home: Home, case: str) -> None:
    contract = nested(home)
    text, rule, message = BROKEN[case]
    home.deliver("good.json", json.dumps(DOCUMENT))
    home.deliver("z.json", text)
    good, bad = home.load(contract).batches
    assert (good.status, bad.status, bad.findings[0].rule) == ("committed", "held", rule), bad.message
    assert message in bad.message
    assert "Next step" in bad.message
    assert home.rows(contract, NAMES) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_and_byte_order_marks(home: Home, encoding: str) -> None:
    contract = nested(home, encoding="utf-8" if encoding == "utf-8-sig" else encoding)
    home.deliver("a.json", json.dumps(DOCUMENT, ensure_ascii=False).encode(encoding))
    assert one(home, contract).status == "committed"
    assert home.rows(contract, NAMES) == EXPECTED


def test_an_optional_branch_may_be_missing(home: Home) -> None:
    contract = nested(home, optional=True)
    home.deliver("a.json", '{"plant": "N"}')
    home.deliver("b.json", '{"orders": null}')
    found = {(batch.status, batch.rows_read) for batch in home.load(contract).batches}
    assert found == {("committed", 0)}


def test_what_no_column_reads_is_a_finding(home: Home) -> None:
    contract = nested(home)
    home.deliver("a.json", '{"orders": [{"operations": [{"name": "a", "Qty": 1, "deep": {"x": 1}}]}]}')
    assert [(found.rule, found.column) for found in one(home, contract).findings] == [
        ("unexpected_column", "Qty"),
        ("unexpected_column", "deep/x"),
    ]


@pytest.mark.parametrize(
    ("columns", "options"),
    [
        ([column("x", physicalName="../../../id")], {}),
        ([column("x", physicalName="a/*/b")], {}),
        ([column("x")], {"record": "orders"}),
    ],
)
def test_options_that_cannot_be_are_told(
    home: Home, columns: list[dict[str, Any]], options: dict[str, Any]
) -> None:
    contract = nested(home, columns, **options)
    home.deliver("a.json", "{}")
    with pytest.raises(ContractError, match="Next step"):
        home.load(contract)


BRANCHES = st.recursive(
    st.none() | st.integers(0, 9) | st.just("x"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, min_size=1, max_size=2)
    ),
    max_leaves=12,
)
BAD = "bad"


def by_loops(value: Any, steps: list[str], place: int | None = None) -> list[Any]:
    """(value, place) of each record, BAD for a value that the path does not fit: what the docstring promises."""
    if not steps:
        return [(value, place)]
    step, rest = steps[0], steps[1:]
    fits = isinstance(value, list if step == "*" else dict)
    if value is None or not fits:
        return [] if value is None else [BAD]
    if step == "*":
        return [one for at, item in enumerate(value, start=1) for one in by_loops(item, rest, at)]
    return [] if value.get(step) is None else by_loops(value[step], rest)


def stops_before_the_first_array(value: Any, steps: list[str]) -> bool:
    """True if the document has nothing that could be streamed: such a file is held."""
    for step in steps:
        if step == "*":
            return value is not None and not isinstance(value, list)
        if not isinstance(value, dict) or step not in value:
            return True
        value = value[step]
    return False


@settings(max_examples=150, deadline=None)
@given(document=BRANCHES, steps=st.lists(st.sampled_from(["a", "b", "*"]), max_size=4), front=st.booleans())
def test_any_path_on_any_document_gives_what_plain_loops_give(
    tmp_path_factory: pytest.TempPathFactory, document: Any, steps: list[str], front: bool
) -> None:
    home = Home(tmp_path_factory.mktemp("paths"))
    columns = [column("value", physicalName="."), column("place", physicalName="#")]
    contract = nested(home, columns, records="/".join(steps))
    path = home.deliver("a.json", (" \n" if front else "") + json.dumps(document))
    reader = NestedJsonReader(contract, home.root, 10**6)
    file = Delivered(path, "a.json", path.stat().st_size, 0)
    if stops_before_the_first_array(document, steps):
        with pytest.raises(UnreadableFileError):
            reader.open(file)
        return
    rows = [row for chunk in reader.chunks(reader.open(file)) for row in chunk.to_pylist()]
    found = [BAD if row["bad"] else (row["c0"], row["c1"]) for row in rows]
    whole = "*" not in steps
    expected = by_loops(document, steps) or ([(None, None)] if whole else [])
    texts = [
        one if one == BAD else (as_text(decoded(json.dumps(one[0]))), one[1] and str(one[1]))
        for one in expected
    ]
    assert found == texts
