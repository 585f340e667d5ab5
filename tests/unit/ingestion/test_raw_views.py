"""What dbt sees of raw: the current view by load mode, the history of every delivered version, empty typed views."""

import duckdb
import pytest

from ingestion.contracts import Contract
from ingestion.lake.read import create_raw_views, pin_tables
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("site", key=2), column("qty", "DOUBLE")]


def contract_of(home: Home, mode: str, **extras: object) -> Contract:
    return home.contract(COLUMNS, files="*.csv", loadMode=mode, **extras)


def csv(*rows: str) -> str:
    return "id,site,qty\n" + "".join(f"{row}\n" for row in rows)


def deliver_twice(home: Home) -> None:
    home.deliver("1.csv", csv("1,A,10", "2,A,20", "1,B,30"))
    home.deliver("2.csv", csv("2,A,21", "3,A,40", "2,A,22"))


DELIVERED = [(1, "A", 10.0), (2, "A", 20.0), (1, "B", 30.0), (2, "A", 21.0), (3, "A", 40.0), (2, "A", 22.0)]
CURRENT = {
    "append": DELIVERED,
    "upsert": [(1, "A", 10.0), (1, "B", 30.0), (3, "A", 40.0), (2, "A", 22.0)],
    "snapshot": [(2, "A", 21.0), (3, "A", 40.0), (2, "A", 22.0)],
}


@pytest.mark.parametrize("mode", CURRENT)
@pytest.mark.parametrize("together", [True, False])
def test_current_by_mode_and_all_in_history(home: Home, mode: str, together: bool) -> None:
    contract = contract_of(home, mode)
    if together:
        deliver_twice(home)
    else:
        home.deliver("1.csv", csv("1,A,10", "2,A,20", "1,B,30"))
        home.load(contract)
        home.deliver("2.csv", csv("2,A,21", "3,A,40", "2,A,22"))
    home.load(contract)
    assert home.rows(contract, "id, site, qty") == CURRENT[mode]
    assert home.rows(contract, "id, site, qty", history=True) == DELIVERED


@pytest.mark.parametrize("mode", CURRENT)
def test_loading_again_changes_nothing(home: Home, mode: str) -> None:
    contract = contract_of(home, mode)
    deliver_twice(home)
    home.load(contract)
    old = (
        home.clock - 1 if mode == "snapshot" else None
    )  # of full exports the time tells a copy from a return
    home.deliver("copy.csv", csv("1,A,10", "2,A,20", "1,B,30"), at=old)  # an old export under another name
    load = home.load(contract)
    assert ({batch.status for batch in load.batches}, load.changed) == ({"known"}, False)
    assert home.rows(contract, "id, site, qty") == CURRENT[mode]


def test_an_older_export_that_comes_late_wins_nothing_by_its_name(home: Home) -> None:
    contract = contract_of(home, "upsert")
    home.deliver("z.csv", csv("1,A,1"), at=2_000)
    home.deliver("a.csv", csv("1,A,2"), at=3_000)
    home.load(contract)
    assert home.rows(contract, "id, qty") == [(1, 2.0)]
    home.deliver("b.csv", csv("1,A,3"), at=1_000)  # delivered in a later run: the last arrival counts
    home.load(contract)
    assert home.rows(contract, "id, qty") == [(1, 3.0)]
    assert home.rows(contract, "qty", history=True) == [(1.0,), (2.0,), (3.0,)]


def test_latest_snapshot_without_rows_empties_the_table_but_a_held_one_does_not(home: Home) -> None:
    contract = contract_of(home, "snapshot")
    home.deliver("1.csv", csv("1,A,1", "2,A,2"))
    home.load(contract)
    home.deliver("2.csv", "id,qty\n1,5\n")
    assert home.load(contract).batches[1].status == "held"
    assert home.rows(contract, "id") == [(1,), (2,)]
    home.deliver("3.csv", csv())
    home.load(contract)
    assert home.rows(contract, "id") == []
    assert home.rows(contract, "id", history=True) == [(1,), (2,)]


TYPES = {
    "a": "VARCHAR", "b": "BIGINT", "c": "DOUBLE", "d": "DECIMAL(18,3)", "e": "BOOLEAN", "f": "DATE", "g": "TIMESTAMPTZ",
    "h": "FLOAT[]",
}  # fmt: skip
TECHNICAL = {
    "_source_file": "VARCHAR",
    "_source_row": "BIGINT",
    "_batch_id": "VARCHAR",
    "_ingested_at": "TIMESTAMPTZ",
    "_extra": "VARCHAR",
}
PARSE = {"g": "utc_timestamp", "h": "list"}


@pytest.mark.parametrize("mode", CURRENT)
@pytest.mark.parametrize("state", ["never delivered", "no rows", "rows"])
def test_views_have_the_contracts_types_whether_there_are_rows_or_not(
    home: Home, mode: str, state: str
) -> None:
    columns = [
        column(
            name,
            kind,
            **({"parse": PARSE[name]} if name in PARSE else {}),
            **({"key": 1} if name == "b" else {}),
        )
        for name, kind in TYPES.items()
    ]
    contract = home.contract(columns, files="*.csv", loadMode=mode, formatOptions={"delimiter": ";"})
    if state != "never delivered":
        row = "x;1;1.5;2.25;true;2025-07-01;2025-07-01T00:00:00Z;[1, 2]\n" if state == "rows" else ""
        home.deliver("a.csv", ";".join(TYPES) + "\n" + row)
        assert home.load(contract).batches[0].status == "committed"
    assert len(home.rows(contract, "*")) == (state == "rows")
    expected = {**TYPES, **TECHNICAL}
    with duckdb.connect(str(home.root / "warehouse.duckdb")) as connection:
        for view in ("raw.sys__t", "raw.sys__t__history"):
            described = connection.execute(f"DESCRIBE {view}").fetchall()
            found = {
                name: kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") for name, kind, *_ in described
            }
            deleted = mode == "snapshot" and view.endswith("__history")
            assert found == (expected | {"_deleted_at": "TIMESTAMPTZ"} if deleted else expected)


def test_views_stay_at_their_pinned_version(home: Home) -> None:
    contract = contract_of(home, "append")
    home.deliver("1.csv", csv("1,A,1"))
    home.load(contract)
    pins = pin_tables([contract], home.settings)
    home.deliver("2.csv", csv("2,A,2"))
    home.load(contract)
    warehouse = home.root / "pinned.duckdb"
    create_raw_views(warehouse, [contract], pins)
    with duckdb.connect(str(warehouse)) as connection:
        assert connection.execute("SELECT id FROM raw.sys__t").fetchall() == [(1,)]
    assert home.rows(contract, "id") == [(1,), (2,)]


def test_partitioned_table_keeps_its_dates(home: Home) -> None:
    columns = [
        column("seen", "TIMESTAMPTZ", parse="utc_timestamp"),
        column("day", "DATE", parse="utc_date_of", transformSourceObjects=["seen"], partitioned=True),
    ]
    contract = home.contract(columns, files="*.csv")
    home.deliver(
        "a.csv",
        "seen\n2025-12-31T23:59:59Z\n2026-01-01T00:30:00+01:00\n2026-01-01T00:00:00Z\n1969-12-31T23:59:59.999999Z\n",
    )
    home.load(contract)
    days = [("2025-12-31",), ("2025-12-31",), ("2026-01-01",), ("1969-12-31",)]
    assert home.rows(contract, "day::VARCHAR", order="_source_row") == days
    stored = home.settings.raw_path(contract.raw_name)
    assert {path.name for path in stored.glob("day=*")} == {
        "day=2025-12-31",
        "day=2026-01-01",
        "day=1969-12-31",
    }
