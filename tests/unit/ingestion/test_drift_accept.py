"""Taking a change into the contract: a new version, comments kept, and the held file loads on the next run."""

from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from ingestion.contracts import SOURCES, Contract, load_contract
from ingestion.drift.accept import Accepted, AcceptError, accept, next_version
from ingestion.drift.edit import ContractText
from ingestion.drift.waiting import waiting
from ingestion.drift.widening import widens
from ingestion.errors import LakeError
from ingestion.lake.transactions import committed_hashes
from tests.unit.ingestion.home import Home, column

TEXT = """\
# Counters of the press shop.
apiVersion: v3.1.0
kind: DataContract
id: sys.t
version: 1.2.0  # raised by hand
status: active
description:
  purpose: >-
    One row per
    piece.
customProperties:
  - property: format
    value: delimited
  - property: files
    value: '*.csv'  # the exporter's names
schema:
  - name: t
    physicalName: t
    properties:
      - name: id
        physicalName: ID  # as printed
        physicalType: INTEGER
        primaryKey: true
      - {name: qty, physicalName: Qty, physicalType: INTEGER}  # pieces
      # said by the foreman
      - name: note
        physicalType: VARCHAR
        description: >-
          Anything that
          was said.
"""
ROWS = "ID,Qty,note\n" + "".join(f"{n},{n},n{n}\n" for n in range(1, 13))


@pytest.fixture
def contract(home: Home) -> Contract:
    path = home.root / "contracts" / "sys" / "t.contract.yml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT)
    return load_contract(path)


def lines(contract: Contract) -> list[str]:
    assert contract.path is not None
    return contract.path.read_text().splitlines()


def test_renamed_column_from_held_file_to_rows(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", ROWS)
    home.deliver("b.csv", ROWS.replace("Qty", "Quantity").replace("n1", "m1"))
    assert [batch.status for batch in home.load(contract).batches] == ["committed", "held"]
    (held,) = waiting(contract, home.settings)
    assert (held.file, held.rule, held.state) == ("b.csv", "missing_column", "waits")
    assert [change.option for change in held.changes] == ["--rename Qty=Quantity"]
    after = accept(contract, Accepted(renames={"Qty": "Quantity"}))
    assert (contract.version, after.version) == ("1.2.0", "2.0.0")
    assert after.drift.former_names == {"Quantity": ("Qty",)}
    assert "2.0.0 20" in after.drift.history[0]
    assert after.drift.history[0].endswith(": Qty renamed to Quantity")
    assert waiting(after, home.settings)[0].state == "the next run tries it again"
    assert [batch.status for batch in home.load(after).batches] == ["known", "committed"]
    home.deliver("c.csv", ROWS.replace("n1", "late"))  # an export of the old form still loads
    assert home.load(after).batches[2].status == "committed"
    assert waiting(after, home.settings) == []
    assert len(home.rows(after, "qty")) == 36


def test_what_is_not_changed_keeps_its_text(contract: Contract) -> None:
    after = accept(contract, Accepted(renames={"Qty": "Quantity"}, removed=["note"], added={"Tool No": ""}))
    text = lines(after)
    gone = [line for line in TEXT.splitlines() if line not in text]
    assert gone == [
        "version: 1.2.0  # raised by hand",
        "      - {name: qty, physicalName: Qty, physicalType: INTEGER}  # pieces",
    ]
    assert "version: 2.0.0  # raised by hand" in text
    assert "      - {name: qty, physicalName: Quantity, physicalType: INTEGER}  # pieces" in text
    assert [column.name for column in after.columns] == ["id", "qty", "note", "tool_no"]
    assert after.drift.optional == {"note"}
    again = accept(after, Accepted(ignored=["Shift"]))
    assert (again.version, len(again.drift.history)) == ("2.1.0", 2)
    assert sum("property: drift" in line for line in lines(again)) == 1


def test_new_column_is_minor_and_former_rows_have_what_was_kept(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", ROWS)
    home.deliver("b.csv", "ID,Qty,note,Tool\n20,1,x,7\n")
    home.load(contract)
    (new,) = waiting(contract, home.settings)
    assert (new.rule, new.state, new.changes[0].after) == ("unexpected_column", "kept in _extra", "BIGINT")
    after = accept(contract, Accepted(added={"Tool": "BIGINT"}))
    assert after.version == "1.3.0"
    assert home.rows(after, "id, tool", order="id")[0] == (1, None)  # before anything is loaded, too
    home.deliver("c.csv", "ID,Qty,note,Tool\n21,1,x,8\n")
    home.load(after)
    found = home.rows(after, "id, tool, _extra", order="id")[-2:]
    assert found == [(20, 7, None), (21, 8, None)]
    assert waiting(after, home.settings) == []


def test_removed_column_is_null_from_then_on(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", "ID,Qty\n1,2\n")
    assert home.load(contract).batches[0].status == "held"
    after = accept(contract, Accepted(removed=["note"]))
    home.load(after)
    assert home.rows(after, "id, qty, note") == [(1, 2, None)]


def test_wider_type_takes_the_held_rows_along(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", ROWS)
    home.load(contract)
    path = home.settings.raw_path(contract.raw_name)
    before = committed_hashes(path)
    home.deliver("b.csv", "ID,Qty,note\n" + "".join(f"{n},{n}.5,x\n" for n in range(30, 50)))
    (held,) = [batch for batch in home.load(contract).batches if batch.status == "held"]
    assert held.findings[0].rule == "type_changed"
    after = accept(contract, Accepted(types={"Qty": "DOUBLE"}))
    assert home.load(after).rows_committed == 20
    assert home.rows(after, "qty, typeof(qty)", order="qty")[:1] == [(1.0, "DOUBLE")]
    assert len(home.rows(after, "id")) == 32
    assert before < committed_hashes(path)


def test_type_that_cannot_hold_what_is_held_begins_a_new_column(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", ROWS)
    home.load(contract)
    after = accept(contract, Accepted(types={"Qty": "VARCHAR"}))
    home.deliver("b.csv", "ID,Qty,note\n40,many,x\n")
    home.load(after)
    assert home.rows(after, "id, qty, qty_v2", order="id")[-2:] == [(12, 12, None), (40, None, "many")]


def test_type_changed_by_hand_is_refused_with_a_next_step(home: Home, contract: Contract) -> None:
    home.deliver("a.csv", ROWS)
    home.load(contract)
    assert contract.path is not None
    contract.path.write_text(TEXT.replace("Qty, physicalType: INTEGER", "Qty, physicalType: VARCHAR"))
    home.deliver("b.csv", ROWS.replace("n1", "m1"))
    with pytest.raises(LakeError, match=r"raw types are frozen.*--type"):
        home.load(load_contract(contract.path))


@pytest.mark.parametrize(
    ("accepted", "says"),
    [
        (Accepted(), "nothing to accept"),
        (Accepted(removed=["ID"]), "ID is a key column"),
        (Accepted(renames={"Nope": "X"}), "no header 'Nope'.*use one of: ID, Qty, note"),
        (Accepted(added={"note": ""}), "a column note exists"),
        (Accepted(added={"Tool": "NUMBER"}), "no type 'NUMBER'"),
        (Accepted(types={"ID": "VARCHAR"}), "part of the key"),
    ],
)
def test_what_cannot_be_taken_in_leaves_the_file_alone(
    contract: Contract, accepted: Accepted, says: str
) -> None:
    with pytest.raises(AcceptError, match=says):
        accept(contract, accepted)
    assert "\n".join(lines(contract)) + "\n" == TEXT


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*/*.contract.yml")), ids=lambda path: path.stem)
def test_every_contract_of_the_house_can_be_edited(path: Path) -> None:
    edited = ContractText(path.read_text(encoding="utf-8"))
    before = yaml.safe_load(edited.text)
    names = [item["name"] for item in before["schema"][0]["properties"]]
    edited.set_version("9.0.0")
    edited.set_property(names[-1], "physicalName", "It's: new")
    edited.add_property({"name": "zz", "physicalType": "VARCHAR", "description": "New: 'x'"})
    edited.set_custom("drift", {"optional": [], "history": ["9.0.0: a, b"]})
    after = yaml.safe_load(edited.text)
    before["version"] = "9.0.0"
    properties = before["schema"][0]["properties"]
    properties[-1]["physicalName"] = "It's: new"
    properties.append({"name": "zz", "physicalType": "VARCHAR", "description": "New: 'x'"})
    kept = [item for item in before["customProperties"] if item["property"] != "drift"]
    drift = {"property": "drift", "value": {"optional": [], "history": ["9.0.0: a, b"]}}
    before["customProperties"] = kept
    after["customProperties"].remove(drift)
    assert after == before


def test_versions() -> None:
    assert next_version("1.2.3", breaking=False) == "1.3.0"
    assert next_version("1.2.3", breaking=True) == "2.0.0"


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("INTEGER", "BIGINT", True),
        ("INTEGER", "DOUBLE", True),
        ("BIGINT", "DOUBLE", False),
        ("BIGINT", "DECIMAL(22,3)", True),
        ("BIGINT", "DECIMAL(21,3)", False),
        ("DECIMAL(10,2)", "DECIMAL(12,3)", True),
        ("DECIMAL(10,2)", "DECIMAL(10,3)", False),
        ("DOUBLE", "VARCHAR", False),
    ],
)
def test_widening(old: str, new: str, *, fits: bool) -> None:
    assert widens(old, new) == fits


def test_widened_partitioned_table_keeps_rows_and_partitions(home: Home) -> None:
    def columns(kind: str) -> list[dict[str, object]]:
        at = column("at", "TIMESTAMPTZ", key=1)
        day = column("day", "DATE", parse="utc_date_of", transformSourceObjects=["at"], partitioned=True)
        return [at, column("tag", key=2), column("x", kind), day]

    home.deliver("a.csv", "at,tag,x\n2025-07-01T00:00:00Z,A,1.25\n2025-07-02T00:00:00Z,B,\n")
    contract = home.contract(columns("DECIMAL(10,2)"), files="*.csv")
    home.load(contract)
    home.deliver("b.csv", "at,tag,x\n2025-07-03T00:00:00Z,A,1.2345\n")
    wider = home.contract(columns("DECIMAL(16,4)"), files="*.csv", version="2.0.0")
    home.load(wider)
    found = home.rows(wider, "day::VARCHAR, x::VARCHAR", order="day")
    assert found == [("2025-07-01", "1.2500"), ("2025-07-02", None), ("2025-07-03", "1.2345")]
    folder = home.settings.raw_path(wider.raw_name)
    assert {path.name for path in folder.glob("day=*")} == {f"day=2025-07-0{n}" for n in (1, 2, 3)}
    assert pa.types.is_string(wider.arrow_schema.field("tag").type)
