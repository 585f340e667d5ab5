"""Schema drift: new columns are kept and reported, other changes hold the file with a diff that a person can read."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.batch import BatchResult
from ingestion.drift.changes import Change, changes_of
from ingestion.errors import ContractError
from tests.unit.ingestion.home import Home, column

COLUMNS = [
    column("id", "BIGINT", key=1),
    column("machine", physicalName="Machine"),
    column("qty", "DOUBLE", physicalName="Qty"),
]
OLD = "id,Machine,Qty\n" + "".join(f"{n},M{n % 3},{n}.5\n" for n in range(1, 21))


def one(home: Home, name: str, content: str | bytes, **extras: object) -> BatchResult:
    contract = home.contract(COLUMNS, **({"files": "*.csv"} | extras))
    home.deliver(name, content)
    return next(batch for batch in home.load(contract).batches if batch.file == name)


def changes(result: BatchResult) -> list[Change]:
    assert result.status == "held"
    return changes_of(result.findings)


def test_values_of_a_new_column_are_kept_as_text_and_reported(home: Home) -> None:
    one(home, "a.csv", OLD)
    result = one(
        home, "b.csv", "id,Tool,Machine,Qty,Shift\n30,T 1,M1,1.5,\n31,,M2,2.5,\n32,T2,M1,3.5,early\n"
    )
    assert (result.status, result.rows_committed) == ("committed", 3)
    tool, shift = result.findings
    assert (tool.rule, tool.column, [entry["value"] for entry in tool.sample]) == (
        "unexpected_column",
        "Tool",
        ["T 1", "T2"],
    )
    assert shift.column == "Shift"
    assert "kept as text in _extra" in tool.message
    contract = home.contract(COLUMNS, files="*.csv")
    kept = dict(home.rows(contract, "id, _extra", order="id")[20:])
    assert kept == {30: '{"Tool":"T 1"}', 31: None, 32: '{"Tool":"T2","Shift":"early"}'}


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_new_columns_of_other_formats_are_kept_too(home: Home, kind: str) -> None:
    rows = [{"id": 1, "Machine": "M1", "Qty": 1.5, "Tool": "T1"}, {"id": 2, "Machine": "M2", "Qty": 2.5}]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), home.inbox / "a.x")
    else:
        home.deliver("a.x", "".join(json.dumps(row) + "\n" for row in rows))
    contract = home.contract(COLUMNS, files="*.x", format=kind)
    assert home.load(contract).rows_committed == 2
    assert home.rows(contract, "id, _extra", order="id") == [(1, '{"Tool":"T1"}'), (2, None)]


def test_policy_ignore_leaves_new_columns_out_and_ignored_ones_are_not_even_reported(home: Home) -> None:
    contract = home.contract(COLUMNS, files="*.csv", drift={"newColumns": "ignore", "ignored": ["Tool"]})
    home.deliver("a.csv", "id,Machine,Qty,Tool,Shift\n1,M1,1.5,T1,early\n")
    (batch,) = home.load(contract).batches
    assert [(finding.rule, finding.column) for finding in batch.findings] == [("unexpected_column", "Shift")]
    assert home.rows(contract, "_extra") == [(None,)]


def test_policy_hold_holds_a_file_with_a_new_column(home: Home) -> None:
    result = one(home, "a.csv", "id,Machine,Qty,Tool\n1,M1,1.5,T1\n", drift={"newColumns": "hold"})
    assert result.findings[0].rule == "new_column"
    assert changes(result) == [Change("new", "", "Tool", "", "VARCHAR", "e.g. 'T1'", "--add Tool")]


def test_renamed_column_holds_the_file_and_is_guessed_with_evidence(home: Home) -> None:
    one(home, "a.csv", OLD)
    result = one(
        home, "b.csv", "id,Operator,Quantity,Machine\n" + "".join(f"{n},Ann,{n}.5,M1\n" for n in range(5, 30))
    )
    assert result.findings[0].rule == "missing_column"
    renamed, new = changes(result)
    assert (renamed.kind, renamed.old, renamed.new, renamed.option) == (
        "renamed",
        "Qty",
        "Quantity",
        "--rename Qty=Quantity",
    )
    assert (
        "55% alike; 100% of its values read as DOUBLE; 16 of 25 distinct values are known" in renamed.evidence
    )
    assert (new.kind, new.new) == ("new", "Operator")
    message = result.findings[1].message
    assert "renamed?  Qty -> Quantity: DOUBLE" in message
    assert "tundish source accept sys__t --rename Qty=Quantity" in message


def test_column_with_quite_another_name_is_recognised_by_its_values(home: Home) -> None:
    one(home, "a.csv", OLD)
    result = one(home, "b.csv", "id,Anlage,Qty\n" + "".join(f"{n},M{n % 3},{n}.5\n" for n in range(40, 60)))
    (renamed,) = changes(result)
    assert (renamed.kind, renamed.old, renamed.new) == ("renamed", "Machine", "Anlage")
    assert "3 of 3 distinct values are known" in renamed.evidence


def test_removed_column_shows_what_was_held(home: Home) -> None:
    one(home, "a.csv", OLD)
    (missing,) = changes(one(home, "b.csv", "id,Machine\n40,M1\n"))
    assert (missing.kind, missing.old, missing.option) == ("missing", "Qty", "--remove Qty")
    assert missing.evidence == "held so far: '1.5', '2.5', '3.5'"


def test_type_flip_is_frozen_and_shown_with_values(home: Home) -> None:
    one(home, "a.csv", OLD)
    result = one(home, "b.csv", "id,Machine,Qty\n" + "".join(f"{n},M1,n/a\n" for n in range(40, 60)))
    assert result.findings[0].rule == "type_changed"
    (change,) = changes(result)
    assert (change.kind, change.old, change.before, change.after) == ("type", "Qty", "DOUBLE", "VARCHAR")
    assert "now e.g. 'n/a'" in change.evidence


def test_reordered_columns_are_no_drift(home: Home) -> None:
    result = one(home, "a.csv", "Qty,id,Machine\n1.5,1,M1\n")
    assert (result.status, result.findings) == ("committed", ())
    assert home.rows(home.contract(COLUMNS, files="*.csv"), "id, machine, qty") == [(1, "M1", 1.5)]


def test_former_names_load_both_forms_and_optional_columns_may_be_absent(home: Home) -> None:
    drift = {"formerNames": {"Qty": ["Menge", "Pieces"]}, "optional": ["Machine"]}
    contract = home.contract(COLUMNS, files="*.csv", drift=drift, maxQuarantinedPct=60)
    home.deliver("a.csv", "id,Machine,Pieces\n1,M1,1.5\n9,M1,x\n")
    home.deliver("b.csv", "id,Qty\n2,2.5\n")
    assert [batch.status for batch in home.load(contract).batches] == ["committed", "committed"]
    assert home.rows(contract, "id, machine, qty, _extra", order="id") == [
        (1, "M1", 1.5, None),
        (2, None, 2.5, None),
    ]
    assert [row.value for row in home.quarantine(contract)] == ["x"]


@pytest.mark.parametrize(
    ("drift", "says"),
    [
        ({"newColumns": "guess"}, "newColumns is 'guess'"),
        ({"rename": {}}, "unknown rename"),
        ({"optional": ["nowhere"]}, "must name headers"),
        ({"optional": ["id"]}, "cannot be optional"),
    ],
)
def test_wrong_policy_is_refused(home: Home, drift: dict[str, object], says: str) -> None:
    with pytest.raises(ContractError, match=says):
        home.contract(COLUMNS, files="*.csv", drift=drift)


def test_few_bad_rows_of_a_tiny_file_are_quarantined_alone(home: Home) -> None:
    result = one(home, "a.csv", "id,Machine,Qty\n1,M1,1\n2,M1,2\n3,M1,3\n4,M1,4\n5,M1,x\n")
    assert (result.status, result.rows_quarantined) == ("committed", 1)
    strict = one(home, "b.csv", "id,Machine,Qty\n6,M1,1\n7,M1,x\n", minQuarantinedRows=1)
    assert strict.findings[0].rule == "too_many_quarantined"
