"""One ERP delivered twice by its maker and once as Parquet by somebody else: the same star numbers from each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contracts import load_contracts
from ingestion.lake.read import create_raw_views, pin_tables
from ingestion.load import load_table
from ingestion.plant import Plant, Site, Source
from ingestion.settings import Settings
from tests.integration.homes import ROOT

DATA = ROOT.parent / "shared" / "data"
FOLDERS = {
    "adventureworks": DATA / "adventureworks_2019_parquet",
    "adventureworks_ms": DATA / "adventureworks_ms_original",
}
PROJECT = ROOT / "dbt_project"
SITE = Site("AW", "Bothell", "America/Los_Angeles", "USD", "US")
SHIFT = timedelta(days=4017)
# What both systems deliver, without keys and technical columns.
TABLES = {
    "dim_material": "material_id, material_name, material_type, material_group, standard_cost, is_made_in_house",
    "dim_supplier": "supplier_id, supplier_code, supplier_name, rating, is_preferred, is_active",
    "dim_equipment": "equipment_id, equipment_name, area, equipment_class",
    "dim_reason": "reason_id, reason_name, loss_category",
    "bridge_bill_of_material": "assembly_material_id, component_material_id, component_qty, bom_level, valid_from, valid_to",
    "bridge_material_cost": "material_id, valid_from, valid_to, standard_cost, currency",
    "fct_purchase_line": "purchase_line_id, supplier_id, material_id, order_status, order_date, due_date, shipped_date, "
    "ordered_qty, received_qty, rejected_qty, stocked_qty, unit_price, line_amount",
    "fct_stock_balance": "stock_balance_id, material_id, storage_location_id, on_hand_qty",
}
Star = dict[str, list[tuple[Any, ...]]]

pytestmark = pytest.mark.skipif(
    not all(folder.is_dir() for folder in FOLDERS.values()),
    reason=f"not both of {', '.join(map(str, FOLDERS.values()))}",
)


def built(home: Path, system: str, inbox: Path) -> Star:
    """Load what lies in the inbox, build the tables above for this system alone and read them."""
    settings = Settings(home=home, settle_seconds=0)
    source = Source(system, inbox, SITE.site_code, SITE.timezone)
    plant = Plant("aw", "AW", home, (SITE,), (source,))
    contracts = load_contracts([system, "plant"])
    for contract in load_contracts([system]):
        load_table(contract, source, plant, settings)
    warehouse = home / "tundish.duckdb"
    create_raw_views(warehouse, contracts, pin_tables(contracts, settings))
    _dbt(home, warehouse, system)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return {
            table: con.execute(f"select {columns} from core.{table} order by all").fetchall()
            for table, columns in TABLES.items()
        }


def _dbt(home: Path, warehouse: Path, system: str) -> None:
    site = {name: getattr(SITE, name) for name in ("site_code", "name", "timezone", "currency", "country")}
    variables = {"active_systems": [system], "sites": [site], "enterprise": "AW"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
    environment |= {"TUNDISH_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "run", "--select", *(f"+{table}" for table in TABLES),
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(variables),
            "--target-path", str(home / "target"), "--log-path", str(home / "logs"),
        ],
        env=environment, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Star:
    """The star of the Parquet export."""
    return built(tmp_path_factory.mktemp("parquet"), "adventureworks", FOLDERS["adventureworks"])


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Star]:
    """The star of the maker's own files after one delivery more."""
    home = tmp_path_factory.mktemp("maker")
    inbox = home / "inbox"
    inbox.mkdir()

    def deliver(folder: str) -> Star:
        (inbox / folder).symlink_to(FOLDERS["adventureworks_ms"] / folder)
        return built(home, "adventureworks_ms", inbox)

    return deliver


def test_all_three_deliveries_give_the_same_star(parquet: Star, maker: Callable[[str], Star]) -> None:
    """The older delivery equals the Parquet copy; the newer one replaces it, every date 4,017 days later."""
    assert [len(parquet[table]) for table in ("dim_material", "bridge_bill_of_material", "fct_purchase_line")] == [
        504, 2_679, 8_845,
    ]  # fmt: skip
    older = maker("2014_dates")
    for table in TABLES:
        assert older[table] == parquet[table], table
    newer = maker("2025_dates")
    for table, rows in parquet.items():
        assert newer[table] == [tuple(map(_moved, row)) for row in rows], table


def _moved(value: Any) -> Any:
    return value + SHIFT if isinstance(value, date) else value
