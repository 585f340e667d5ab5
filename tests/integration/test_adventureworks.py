"""The second plant from its raw Parquet to a release, held to figures that were computed outside the pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable

from ingestion.contracts import load_contracts
from ingestion.plant import load_plant
from ingestion.settings import Settings
from tests.integration.adventureworks_reference import FROM_FILES, PUBLISHED, Files
from tests.integration.homes import ROOT, succeed

PLANT = ROOT / "data" / "plants" / "adventureworks"
# Where the plant file looks; the commands under test run without settings of the caller's environment.
DATA = load_plant(PLANT, Settings(plant=PLANT, source_paths={})).source("adventureworks").path
ORDERS = DATA / "Production.WorkOrder.parquet"

pytestmark = pytest.mark.skipif(
    not ORDERS.is_file(),
    reason=f"no AdventureWorks files in {DATA}; data/plants/adventureworks/README.md says how to get them",
)

# Every published figure by plain SQL on released tables. Days of operations are read in the zone of the site.
FROM_RELEASE = {
    "work orders": "select count(*) from fct_production_order",
    "products with work orders": """
        select count(distinct material_id) from fct_production_order join dim_material using (material_id)""",
    "ordered, stocked, scrapped quantity": """
        select sum(ordered_qty)::bigint, sum(received_qty)::bigint, sum(scrapped_qty)::bigint
        from fct_production_order""",
    "scrap rate in percent": """
        select round(100 * sum(scrapped_qty)::double / sum(ordered_qty)::double, 6) from fct_production_order""",
    "work orders with scrap": "select count(*) from fct_production_order where scrapped_qty > 0",
    "first and last start": "select min(actual_start_date), max(actual_start_date) from fct_production_order",
    "work orders by start year": """
        select year(actual_start_date), count(*) from fct_production_order group by 1 order by 1""",
    "work orders started before 2012": """
        select count(*) from fct_production_order where actual_start_date < date '2012-01-01'""",
    "late work orders": "select count(*) from fct_production_order where is_late",
    "late work orders in percent": """
        select round(100 * count(*) filter (where is_late)::double / count(*), 6) from fct_production_order""",
    "days late in total": "select sum(late_days)::bigint from fct_production_order where is_late",
    "routing operations": "select count(*) from fct_operation",
    "work orders with and without routing": """
        select count(*) filter (where operation_count > 0), count(*) filter (where operation_count = 0)
        from fct_production_order""",
    "planned and actual cost": "select sum(planned_cost), sum(actual_cost) from fct_operation",
    "resource hours": "select sum(actual_resource_h) from fct_operation",
    "late operations": "select count(*) from fct_operation where is_late",
    "operations that end after their work order": """
        select count(*) from fct_operation as operations join fct_production_order as orders using (order_id)
        where timezone('America/Los_Angeles', operations.actual_ended_at)::date > orders.actual_end_date""",
    "top scrap reason: orders, pieces": """
        select reason_name, count(*), sum(scrapped_qty)::bigint as pieces
        from fct_production_order join dim_reason on scrap_reason_id = reason_id
        group by 1 order by pieces desc limit 1""",
    "location with most operations": """
        select equipment_name, count(*) as operations
        from fct_operation join dim_equipment on work_centre_id = equipment_id
        group by 1 order by operations desc limit 1""",
    "bill of material lines, active ones": """
        select count(*), count(*) filter (where is_active) from bridge_bill_of_material""",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one run by the command that a user types."""
    home = tmp_path_factory.mktemp("adventureworks")
    succeed("run", home=home, plant=PLANT)
    return home


@pytest.fixture(scope="module")
def release(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The current release, as a consumer opens it."""
    bi = home / "released" / "bi"
    current = json.loads((bi / "current.json").read_text(encoding="utf-8"))
    database = next((bi / f"v={current['release_id']}").glob("*.duckdb"))
    con = duckdb.connect(str(database), read_only=True)
    con.execute("set timezone = 'UTC'")
    yield con
    con.close()


def answer(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """A value for one row of one column, a tuple for one row, a list for several rows."""
    rows = con.execute(sql).fetchall()
    if len(rows) > 1:
        return rows
    return rows[0][0] if len(rows[0]) == 1 else rows[0]


def frame(con: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    result = pl.from_arrow(con.sql(sql).to_arrow_table())
    assert isinstance(result, pl.DataFrame)
    return result


@pytest.fixture(scope="module")
def files() -> Files:
    return Files(DATA)


@pytest.mark.parametrize("figure", PUBLISHED)
def test_released_figure_equals_the_published_and_the_recomputed_one(
    figure: str, release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    released = answer(release, FROM_RELEASE[figure])
    assert released == PUBLISHED[figure]
    assert released == FROM_FILES[figure](files)


def test_contracts_name_every_column_of_the_files(files: Files) -> None:
    for contract in load_contracts(["adventureworks"]):
        assert set(contract.headers) == set(files(contract.files.removesuffix(".parquet")).columns)


def test_every_file_arrives_whole_and_nothing_is_quarantined(home: Path, files: Files) -> None:
    contracts = load_contracts(["adventureworks"])
    tables = {
        contract.files.removesuffix(".parquet"): home / "lake" / "raw" / contract.raw_name
        for contract in contracts
    }
    arrived = {name: DeltaTable(path).count() for name, path in tables.items()}
    assert arrived == {name: files(name).height for name in tables}
    assert not [
        path for path in (home / "lake" / "quarantine").glob("adventureworks__*") if DeltaTable(path).count()
    ]


def test_int96_days_of_every_work_order_come_through(
    release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    days = [pl.col(name).cast(pl.Date) for name in ("StartDate", "EndDate", "DueDate")]
    delivered = files.orders.select(pl.col("WorkOrderID").cast(pl.String), *days).sort("WorkOrderID")
    released = frame(
        release,
        """
        select split_part(order_id, '-', 2) as WorkOrderID, actual_start_date as StartDate,
            actual_end_date as EndDate, due_date as DueDate
        from fct_production_order
        """,
    ).sort("WorkOrderID")
    assert released.equals(delivered)


def test_int96_days_of_every_operation_come_through(release: duckdb.DuckDBPyConnection, files: Files) -> None:
    names = ("ScheduledStartDate", "ScheduledEndDate", "ActualStartDate", "ActualEndDate")
    key = pl.concat_str(pl.lit("AW"), "WorkOrderID", "OperationSequence", separator="-").alias("id")
    delivered = files.operations.select(key, *[pl.col(name).cast(pl.Date) for name in names]).sort("id")
    released = frame(
        release,
        """
        select operation_id as id,
            timezone('America/Los_Angeles', scheduled_started_at)::date as ScheduledStartDate,
            timezone('America/Los_Angeles', scheduled_ended_at)::date as ScheduledEndDate,
            timezone('America/Los_Angeles', actual_started_at)::date as ActualStartDate,
            timezone('America/Los_Angeles', actual_ended_at)::date as ActualEndDate
        from fct_operation
        """,
    ).sort("id")
    assert released.equals(delivered)


def test_stocked_quantity_is_what_was_ordered_less_scrap(release: duckdb.DuckDBPyConnection) -> None:
    wrong = "select count(*) from fct_production_order where received_qty <> ordered_qty - scrapped_qty"
    assert answer(release, wrong) == 0


def test_bill_of_material_is_valid_through_its_last_day(
    release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    ends = (pl.col("EndDate").cast(pl.Date) + timedelta(days=1)).alias("valid_to")
    delivered = files("Production.BillOfMaterials").select(pl.col("BillOfMaterialsID").cast(pl.String), ends)
    released = frame(
        release,
        "select split_part(bom_item_id, '-', 2) as BillOfMaterialsID, valid_to from bridge_bill_of_material",
    )
    assert released.sort("BillOfMaterialsID").equals(delivered.sort("BillOfMaterialsID"))


def test_suppliers_deliver_what_the_purchase_orders_say(
    release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    headers = files("Purchasing.PurchaseOrderHeader").select("PurchaseOrderID", "VendorID", "ShipDate")
    lines = files("Purchasing.PurchaseOrderDetail").join(headers, on="PurchaseOrderID")
    late = (pl.col("ShipDate") > pl.col("DueDate")).sum().cast(pl.Int64)
    columns = [
        pl.col(name).sum().cast(pl.Float64)
        for name in ("OrderQty", "ReceivedQty", "RejectedQty", "LineTotal")
    ]
    expected = lines.group_by(pl.col("VendorID").cast(pl.String)).agg(pl.len().cast(pl.Int64), late, *columns)
    released = frame(
        release,
        """
        select supplier_id, purchase_lines, shipped_late_lines, ordered_qty::double, received_qty::double,
            rejected_qty::double, purchase_amount::double
        from mart_suppliers__delivery
        """,
    )
    assert sorted(released.rows()) == sorted(expected.rows())
    assert released["purchase_lines"].sum() == 8_845


def test_stock_is_what_the_ledger_and_the_inventory_say(
    release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    ledger = pl.concat(
        [files("Production.TransactionHistory"), files("Production.TransactionHistoryArchive")]
    )
    sold = ledger.filter(pl.col("TransactionType") == "S")["Quantity"].sum()
    expected = (files("Production.ProductInventory")["Quantity"].sum(), ledger["Quantity"].sum() - sold, sold)
    sums = "sum(on_hand_qty)::bigint, sum(moved_in_qty)::bigint, sum(moved_out_qty)::bigint"
    assert answer(release, f"select {sums} from mart_stock__position") == expected
    assert answer(release, "select count(*) from fct_stock_movement") == ledger.height


def test_sales_lines_are_those_of_the_ledger_and_add_up_to_their_orders(
    release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    ledger = pl.concat(
        [files("Production.TransactionHistory"), files("Production.TransactionHistoryArchive")]
    ).filter(pl.col("TransactionType") == "S")
    headers = files("Sales.SalesOrderHeader")
    (lines, orders, quantity, amount) = answer(
        release,
        "select count(*), count(distinct sales_order_no), sum(ordered_qty)::bigint, sum(line_amount) from fct_sales_line",
    )
    assert (lines, orders) == (121_317, 31_465) == (ledger.height, headers.height)
    assert (quantity, amount) == (ledger["Quantity"].sum(), headers["SubTotal"].sum())
    released = frame(
        release,
        """
        select sales_order_no, sum(line_amount)::double as amount, any_value(customer_id) as customer,
            any_value(order_date) as ordered, any_value(shipped_date) as shipped
        from fct_sales_line group by 1
        """,
    ).sort("sales_order_no")
    delivered = headers.select(
        pl.col("SalesOrderID").cast(pl.String).alias("sales_order_no"),
        pl.col("SubTotal").cast(pl.Float64).alias("amount"),
        pl.col("CustomerID").cast(pl.String).alias("customer"),
        pl.col("OrderDate").cast(pl.Date).alias("ordered"),
        pl.col("ShipDate").cast(pl.Date).alias("shipped"),
    ).sort("sales_order_no")
    assert released.drop("amount").equals(delivered.drop("amount"))
    assert (released["amount"] - delivered["amount"]).abs().max() < 1e-6


def test_customers_are_companies_by_name_and_persons_by_number(
    release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    customers, stores = files("Sales.Customer"), files("Sales.Store")
    named = customers.join(stores, left_on="StoreID", right_on="BusinessEntityID")
    found = answer(
        release,
        """
        select count(*), count(*) filter (where customer_type = 'company'), count(distinct customer_name),
            count(*) filter (where customer_type = 'person' and customer_name is not null)
        from dim_customer
        """,
    )
    assert found == (19_820, named.height, named["Name"].n_unique(), 0)
    unknown = "select count(*) from fct_sales_line left join dim_customer using (customer_key) where dim_customer.customer_id is null"
    assert answer(release, unknown) == 0


def test_cost_history_holds_each_cost_through_its_last_day(
    release: duckdb.DuckDBPyConnection, files: Files
) -> None:
    history = files("Production.ProductCostHistory")
    delivered = history.select(
        pl.col("ProductID").cast(pl.String),
        pl.col("StartDate").cast(pl.Date),
        (pl.col("EndDate").cast(pl.Date) + timedelta(days=1)),
        pl.col("StandardCost").cast(pl.Float64),
    ).sort("ProductID", "StartDate")
    released = frame(
        release,
        "select material_id, valid_from, valid_to, standard_cost::double as cost from bridge_material_cost",
    ).sort("material_id", "valid_from")
    assert released.rows() == delivered.rows()
    current = """
        select count(*) from bridge_material_cost as costs join dim_material using (material_id)
        where costs.is_current and costs.standard_cost <> dim_material.standard_cost"""
    assert answer(release, current) == 0


def test_a_second_run_finds_nothing_new(home: Path, release: duckdb.DuckDBPyConnection) -> None:
    current = (home / "released" / "bi" / "current.json").read_text(encoding="utf-8")
    assert "nothing new" in succeed("run", home=home, plant=PLANT)
    assert (home / "released" / "bi" / "current.json").read_text(encoding="utf-8") == current
