"""Values of nested records that no column reads: kept, reported, accepted; held where the policy says so."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from ingestion.drift.accept import Accepted, accept
from ingestion.drift.changes import changes_of
from ingestion.formats.json_paths import ColumnPath, Level, Record, as_text, unnamed
from ingestion.formats.unnamed import tree
from tests.unit.ingestion.home import Home, column

COLUMNS = [
    column("id", "BIGINT", physicalName="id", required=True),
    column("qty", "DOUBLE", physicalName="qty/value"),
]
XML_COLUMNS = [
    column("id", "BIGINT", physicalName="@id", required=True),
    column("qty", "DOUBLE", physicalName="qty/value"),
]


def contract_of(home: Home, kind: str, **extras: Any) -> Contract:
    options = {"json": {"records": "rows/*"}, "xml": {"records": "row"}, "jsonl": {}}[kind]
    columns = {"json": COLUMNS, "xml": XML_COLUMNS, "jsonl": COLUMNS[:1]}[kind]
    extras = {"formatOptions": options, "maxQuarantinedPct": 90} | extras
    return home.contract(columns, format=kind, files="*.doc", **extras)


def document(kind: str, *rows: str) -> str:
    """Rows of one kind in a document; xml rows are the inside of <row ...>."""
    if kind == "jsonl":
        return "\n".join(rows) + "\n"
    return f'{{"rows": [{",".join(rows)}]}}' if kind == "json" else f"<all>{''.join(rows)}</all>"


def one(home: Home, contract: Contract) -> BatchResult:
    (batch,) = home.load(contract).batches
    return batch


def kept(home: Home, contract: Contract) -> list[Any]:
    return [json.loads(extra) if extra else None for (extra,) in home.rows(contract, "_extra")]


JSON_ROWS = (
    '{"id": 1, "qty": {"value": 2.5, "unit": "kg"}, "by": {"name": "N/A", "shift": {"no": 3}}, "tags": ["a", 1.10]}',
    '{"id": 2, "qty": null, "by": {}, "tags": [], "note": " ", "gone": null}',
    '{"id": 3, "a/b": true, "qty": {"value": 1}}',
)
XML_ROWS = (
    '<row id="1" state="ok"><qty unit="kg"><value base="10">2.5</value></qty><by><name>N</name></by></row>',
    '<row id="2"><qty/><note> </note></row>',
    '<row id="3"><tag>a</tag><tag>b</tag><part><no>1</no></part><part><no>2</no></part></row>',
)


def test_members_of_json_records_are_kept_by_path(home: Home) -> None:
    contract = contract_of(home, "json")
    home.deliver("a.doc", document("json", *JSON_ROWS))
    batch = one(home, contract)
    assert kept(home, contract) == [
        {"qty/unit": "kg", "by/name": "N/A", "by/shift/no": "3", "tags": '["a", 1.10]'},
        None,
        {"a~1b": "true"},
    ]
    paths = ["qty/unit", "by/name", "by/shift/no", "tags", "a~1b"]
    assert [(found.rule, found.column) for found in batch.findings] == [
        ("unexpected_column", path) for path in paths
    ]
    assert [value["value"] for value in batch.findings[2].sample] == ["3"]


def test_elements_and_attributes_of_xml_records_are_kept_by_path(home: Home) -> None:
    contract = contract_of(home, "xml")
    home.deliver("a.doc", document("xml", *XML_ROWS))
    one(home, contract)
    assert kept(home, contract) == [
        {"@state": "ok", "qty/@unit": "kg", "qty/value/@base": "10", "by/name": "N"},
        None,
        {"tag": "a; b", "part": "<part><no>1</no></part>; <part><no>2</no></part>"},
    ]


@pytest.mark.parametrize(("kind", "rows"), [("json", JSON_ROWS), ("xml", XML_ROWS)])
def test_branches_that_the_contract_ignores_are_left_out(
    home: Home, kind: str, rows: tuple[str, ...]
) -> None:
    ignored = ["by/*", "qty/*", *(["tags", "a~1b"] if kind == "json" else ["@state", "tag", "part/*"])]
    contract = contract_of(home, kind, drift={"ignored": ignored})
    home.deliver("a.doc", document(kind, *rows))
    assert one(home, contract).findings == ()
    assert kept(home, contract) == [None, None, None]


def test_children_of_other_rows_are_no_rest_of_a_row(home: Home) -> None:
    contract = contract_of(home, "xml", formatOptions={"records": "row", "explode": "qty"})
    inner = '<row id="2"><qty><value>3</value></qty></row>'
    qty = "<qty><value>{}</value><unit>{}</unit></qty>"
    home.deliver(
        "a.doc", document("xml", f'<row id="1">{qty.format(1, "kg")}{qty.format(2, "g")}{inner}</row>')
    )
    one(home, contract)
    assert home.rows(contract, "id, qty") == [(1, 1.0), (1, 2.0), (2, 3.0)]
    assert kept(home, contract) == [{"qty/unit": "kg"}, {"qty/unit": "g"}, None]


ROWS = {
    "json": ('{{"id": {0}, "qty": {{"value": 1}}}}', '{{"id": {0}, "late": {{"x": 7}}}}'),
    "jsonl": ('{{"id": {0}}}', '{{"id": {0}, "late": {{"x": 7}}}}'),
    "xml": ('<row id="{0}"><qty><value>1</value></qty></row>', '<row id="{0}"><late><x>7</x></late></row>'),
}
LATE = {"json": {"late/x": "7"}, "xml": {"late/x": "7"}, "jsonl": {"late": '{"x":7}'}}


@pytest.mark.parametrize("kind", ROWS)
def test_what_comes_late_in_a_file_is_kept_and_reported_too(home: Home, kind: str) -> None:
    contract = contract_of(home, kind)
    usual, last = ROWS[kind]
    home.deliver("a.doc", document(kind, *(usual.format(number) for number in range(200)), last.format(200)))
    batch = one(home, contract)
    (path,) = LATE[kind]
    assert [(found.rule, found.column) for found in batch.findings] == [("unexpected_column", path)]
    assert kept(home, contract) == [None] * 200 + [LATE[kind]]


@pytest.mark.parametrize("kind", ROWS)
def test_policy_hold_sees_the_whole_file_and_ignore_keeps_nothing(home: Home, kind: str) -> None:
    usual, last = ROWS[kind]
    home.deliver("a.doc", document(kind, *(usual.format(number) for number in range(200)), last.format(200)))
    held = one(home, contract_of(home, kind, drift={"newColumns": "hold"}))
    assert (held.status, next(iter(LATE[kind])) in held.message) == ("held", True)
    contract = contract_of(home, kind, drift={"newColumns": "ignore"})
    assert one(home, contract).status == "committed"
    assert set(kept(home, contract)) == {None}


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_a_renamed_path_holds_the_file_and_both_names_load_once_accepted(home: Home, kind: str) -> None:
    contract = contract_of(home, kind)
    old, new = (
        [f'{{"{name}": {number}, "qty": {{"value": {number}}}}}' for number in range(1, 9)]
        if kind == "json"
        else [f'<row {name}="{number}"><qty><value>{number}</value></qty></row>' for number in range(1, 9)]
        for name in ("id", "ident")
    )
    before, after = ("id", "ident") if kind == "json" else ("@id", "@ident")
    home.deliver("a.doc", document(kind, *old))
    one(home, contract)
    home.deliver("b.doc", document(kind, *new))
    held = next(batch for batch in home.load(contract).batches if batch.file == "b.doc")
    assert held.status == "held", held.message
    (change,) = changes_of(held.findings)
    assert (change.kind, change.old, change.new) == ("renamed", before, after)
    renamed = accept(contract, Accepted(renames={before: after}))
    assert [batch.status for batch in home.load(renamed).batches].count("held") == 0
    assert home.rows(renamed, "id, qty, _extra") == [(n, float(n), None) for n in range(1, 9)] * 2


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_an_accepted_path_is_filled_from_what_was_kept(home: Home, kind: str) -> None:
    contract = contract_of(home, kind)
    row = {
        "json": '{{"id": {}, "by": {{"no": {}}}}}',
        "xml": '<row id="{}"><by><no>{}</no></by></row>',
    }[kind]
    home.deliver("a.doc", document(kind, row.format(1, 10), row.format(2, 20)))
    one(home, contract)
    wider = accept(contract, Accepted(added={"by/no": "BIGINT"}))
    home.deliver("b.doc", document(kind, row.format(3, 30)))
    home.load(wider)
    assert home.rows(wider, "id, by_no, _extra") == [(1, 10, None), (2, 20, None), (3, 30, None)]


KEYS = st.sampled_from(["a", "b", "c/d"])
VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(["x", " "]),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(
    value=st.dictionaries(KEYS, VALUES, max_size=3), paths=st.lists(st.lists(KEYS, min_size=1, max_size=3))
)
def test_each_value_is_read_by_a_column_or_is_unnamed_and_a_column_of_its_path_reads_it(
    value: Any, paths: list[list[str]]
) -> None:
    found = unnamed(value, tree(paths))
    for path, text in found.items():
        assert ColumnPath.parse(path).text(Record((Level(value),))) == text
    for steps, leaf in leaves(value, ()):
        taken = any(steps[: len(path)] == tuple(path) for path in paths)
        deeper = any(tuple(path)[: len(steps)] == steps for path in paths)  # a plain value there is malformed
        name = "/".join(step.replace("/", "~1") for step in steps)
        assert (name in found) == (not taken and not deeper and bool(leaf.strip())), name


def leaves(value: Any, steps: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """Plain values and whole lists, by the steps that lead to them."""
    if isinstance(value, dict):
        return [leaf for key, member in value.items() for leaf in leaves(member, (*steps, key))]
    return [] if value is None or value == [] else [(steps, as_text(value) or "")]
