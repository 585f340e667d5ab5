"""Who confirmed in the demo, and what was found bad, against the delivered files and the simulator's truth."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import duckdb
import pyarrow.dataset as ds

from tests.integration.conftest import DemoRun, rows
from tests.integration.homes import PSEUDONYM_KEY
from tests.unit.ingestion.home import pseudonym_of


def employee_id(site: str, number: object) -> str:
    return f"{site}-{pseudonym_of(str(number), PSEUDONYM_KEY.encode())}"


def confirmed_in_sap(landing: Path) -> dict[str, str]:
    """Employee by confirmation, as the exports say it."""
    found = {}
    for path in (landing / "sap_ecc").glob("AFRU_*.csv"):
        with path.open(encoding="cp1252", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                if row["PERNR"]:
                    number = f"1000-{row['RUECK'].lstrip('0')}-{row['RMZHL']}"
                    found[number] = employee_id("1000", row["PERNR"])
    return found


def logged_in_odoo(landing: Path) -> dict[str, set[str]]:
    """Employees by work order, as the log of the work centres names them."""
    found: dict[str, set[str]] = defaultdict(set)
    files = [str(path) for path in (landing / "odoo").glob("mrp_workcenter_productivity.*.parquet")]
    for row in ds.dataset(files).to_table(["workorder_id", "user_id"]).to_pylist():
        found[f"2000-{row['workorder_id']}"].add(employee_id("2000", row["user_id"]))
    return found


def test_each_confirmation_knows_who_made_it(demo: DemoRun, release: duckdb.DuckDBPyConnection) -> None:
    in_sap, in_odoo = confirmed_in_sap(demo.home / "landing"), logged_in_odoo(demo.home / "landing")
    several = 0
    for confirmation, site, employee in rows(
        release, "select confirmation_id, site_code, employee_id from fct_confirmation"
    ):
        if site == "1000":
            key = confirmation.split("-")
            assert employee == in_sap[f"1000-{key[1].lstrip('0')}-{key[2]}"], confirmation
        else:
            named = in_odoo.get(confirmation, set())
            several += len(named) > 1
            assert employee == (next(iter(named)) if len(named) == 1 else None), confirmation
    assert len(set(in_sap.values())) == 36  # one person a machine and shift
    assert several


def test_employees_are_those_who_confirmed(release: duckdb.DuckDBPyConnection) -> None:
    known = rows(release, "select employee_id, site_code from dim_employee order by all")
    asked = "select distinct employee_id, site_code from fct_confirmation where employee_id is not null order by all"
    assert known == rows(release, asked)
    assert {site for _, site in known} == {"1000", "2000"}


def test_findings_are_what_was_rejected_and_confirmed_as_bad(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        release,
        "select site_code, disposition, count(*), sum(defect_qty) from fct_defect group by all order by all",
    )
    rejected = "select site_code, 'rejected', count(*), null from fct_inspection where not is_ok group by all"
    confirmed = " union all ".join(
        f"select site_code, '{kind}', count(*), sum({kind}_qty) from fct_confirmation where {kind}_qty > 0 group by all"
        for kind in ("scrap", "rework")
    )
    assert found == rows(release, f"{rejected} union all {confirmed} order by all")
    assert {row[0] for row in found} == {"1000", "2000"}
