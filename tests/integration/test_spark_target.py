"""Both targets over the same raw tables: DuckDB and PySail in local-cluster mode build the same warehouse."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from orchestration.lib.spark_build import LAYERS
from tests.integration import test_adventureworks
from tests.integration.homes import DEMO, succeed

pytest.importorskip("pysail", reason="make spark installs the packages of the target spark")
pytestmark = [pytest.mark.long, pytest.mark.spark, pytest.mark.timeout(1800)]
SIZE = ("--machines", "4", "--tags", "20", "--rate", "600")


def build_both(home: Path, plant: Path = DEMO) -> None:
    """Run both targets and hold that each table is the same and that the star holds something."""
    succeed("run", home=home, plant=plant)
    assert "released" in succeed("run", "--target", "spark", home=home, plant=plant)
    printed = succeed("compare", "-f", "csv", home=home, plant=plant)
    rows = {row["table"]: row for row in csv.DictReader(io.StringIO(printed))}
    assert {row["verdict"] for row in rows.values()} == {"equal"}
    assert {table.split(".")[0] for table in rows} == set(LAYERS)
    assert int(rows["core.fct_production_order"]["spark rows"]) > 0


def test_the_demo_plant_is_the_same_on_both_targets_day_by_day(tmp_path: Path) -> None:
    succeed("simulate", "--days", "3", *SIZE, home=tmp_path)
    build_both(tmp_path)
    tables = tmp_path / "warehouse" / "spark" / "tables"
    first = {path.name for path in (tables / "fct_state_interval").glob("_delta_log/*.json")}
    succeed("simulate", "--days", "4", "--only-after-day", "3", *SIZE, home=tmp_path)
    build_both(tmp_path)
    later = {path.name for path in (tables / "fct_state_interval").glob("_delta_log/*.json")}
    assert first < later, "the second build started from nothing instead of the tables that are there"


@pytest.mark.skipif(
    not test_adventureworks.ORDERS.is_file(), reason="no AdventureWorks files, see its plant's README"
)
def test_adventureworks_is_the_same_on_both_targets(tmp_path: Path) -> None:
    build_both(tmp_path, test_adventureworks.PLANT)
