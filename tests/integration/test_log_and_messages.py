"""One plant of two sites: an MES event log and B2MML messages, from real files to the star, against plain Python."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.integration.homes import ROOT, succeed

DATA = ROOT.parent / "shared" / "data"
LOG = DATA / "production_event_log" / "patway_net" / "Production.csv"
MESSAGES = DATA / "fmt_b2mml" / "Examples"
ARCHIVES = ("BatchML v0401 Example with extensions.zip", "Courbon B2MML v0401 Example XML Files.zip")
PLANT_YML = """\
name: both
enterprise: Both
sites:
  - {site_code: SHOP, name: Shop, timezone: UTC, currency: USD, country: US}
  - {site_code: PHARMA, name: Pharma, timezone: Europe/Paris, currency: EUR, country: FR}
sources:
  mes_event_log: {site: SHOP}
  b2mml: {site: PHARMA}
  plant: {path: .}
"""
STATE_MAP = """\
system,state,mode,order_registered,planned,reason_group,time_element,is_corrective_maintenance,is_preventive_maintenance
mes_event_log,RUN,*,*,*,10000,apt,false,false
mes_event_log,SETUP,*,*,*,100000,aust,false,false
mes_event_log,BREAKDOWN,*,*,*,180000,adet,true,false
"""
STATES = {"D": "RUN", "B": "BREAKDOWN", "S": "SETUP"}

pytestmark = pytest.mark.skipif(
    not (LOG.is_file() and MESSAGES.is_dir()), reason=f"no event log and B2MML examples in {DATA}"
)


@pytest.fixture(scope="module")
def reports() -> list[dict[str, str]]:
    """The log as it stands."""
    with LOG.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release of one run over the files of both systems."""
    home = tmp_path_factory.mktemp("both")
    plant, landing = home / "plant", home / "landing"
    plant.mkdir()
    (plant / "plant.yml").write_text(PLANT_YML)
    (plant / "state_map.csv").write_text(STATE_MAP)
    for system, files in {"mes_event_log": [LOG], "b2mml": [MESSAGES / name for name in ARCHIVES]}.items():
        (landing / system).mkdir(parents=True)
        for path in files:
            shutil.copy(path, landing / system)
    succeed("run", home=home, plant=plant)
    bi = home / "released" / "bi"
    release_id = json.loads((bi / "current.json").read_text(encoding="utf-8"))["release_id"]
    con = duckdb.connect(str(bi / f"v={release_id}" / "tundish.duckdb"), read_only=True)
    con.execute("set timezone = 'UTC'")
    yield con
    con.close()


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def ended(report: dict[str, str]) -> datetime:
    return datetime.strptime(report["Complete Timestamp"], "%d.%m.%Y %H:%M").replace(tzinfo=UTC)


def length(report: dict[str, str]) -> timedelta:
    return timedelta(minutes=float(report["activity_duration"]))


def test_orders_of_the_log(release: duckdb.DuckDBPyConnection, reports: list[dict[str, str]]) -> None:
    cases: dict[str, list[dict[str, str]]] = defaultdict(list)
    for report in reports:
        cases[report["Case ID"].removeprefix("Case")].append(report)
    expected = {
        number: (
            max(int(report["Work_Order_Qty"]) for report in found),
            sum(int(report["Qty_for_MRB"]) for report in found),
            found[0]["Part_Desc_"],
            min(ended(report) - length(report) for report in found).date(),
            max(ended(report) for report in found).date(),
        )
        for number, found in cases.items()
    }
    found = rows(
        release,
        "select split_part(order_id, '-', 2), ordered_qty, scrapped_qty, material_id, actual_start_date, "
        "actual_end_date from fct_production_order where site_code = 'SHOP'",
    )
    assert {number: rest for number, *rest in found} == {key: list(value) for key, value in expected.items()}
    assert len(found) == 220


def test_confirmations_of_the_log(release: duckdb.DuckDBPyConnection, reports: list[dict[str, str]]) -> None:
    sums: Counter[str] = Counter()
    for report in reports:
        rework = report["Rework"] == "Y"
        sums["rework" if rework else "yield"] += int(report["Qty_Completed"])
        sums["scrap"] += int(report["Qty_for_MRB"])
        sums[report["Report_Type"]] += int(60 * float(report["activity_duration"]))
    (found,) = rows(
        release,
        "select count(*), sum(yield_qty), sum(rework_qty), sum(scrap_qty), sum(setup_s), sum(run_s) "
        "from fct_confirmation where site_code = 'SHOP'",
    )
    assert found == (2489, sums["yield"], sums["rework"], sums["scrap"], sums["S"], sums["D"])
    assert (sums["yield"] + sums["rework"], sums["rework"], sums["scrap"]) == (46_407, 2_400, 86)


def test_operations_of_the_log(release: duckdb.DuckDBPyConnection, reports: list[dict[str, str]]) -> None:
    expected = {(report["Case ID"].removeprefix("Case"), report["Activity"]) for report in reports}
    found = rows(
        release,
        "select split_part(order_id, '-', 2), operation_no from fct_operation where site_code = 'SHOP'",
    )
    assert len(found) == len(expected)
    assert set(found) == expected


def test_each_minute_of_each_machine_has_one_state(
    release: duckdb.DuckDBPyConnection, reports: list[dict[str, str]]
) -> None:
    """Minute by minute: production before breakdown before setup, whoever reports; no minute without a report."""
    said: dict[tuple[str, datetime], set[str]] = defaultdict(set)
    for report in reports:
        at = ended(report) - length(report)
        while at < ended(report):
            said[report["Resource.1"], at].add(report["Report_Type"])
            at += timedelta(minutes=1)
    expected = Counter(
        (machine, next(STATES[kind] for kind in "DBS" if kind in kinds))
        for (machine, _), kinds in said.items()
    )
    found = rows(
        release,
        "select substr(equipment_id, 6), state, sum(duration_s) / 60 from fct_state_interval "
        "where state is not null group by 1, 2",
    )
    assert {(machine, state): minutes for machine, state, minutes in found} == expected


def test_b2mml_order_and_course(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        release,
        "select order_id, material_id, ordered_qty, quantity_unit from fct_production_order "
        "where site_code = 'PHARMA' order by 1",
    )
    assert found == [("PHARMA-258456", "SO1215", Decimal(1), "KG"), ("PHARMA-53107", None, None, None)]
    found = rows(release, "select operation_id from fct_operation where site_code = 'PHARMA' order by 1")
    assert [operation for (operation,) in found] == [
        "PHARMA-258456-0010", "PHARMA-258456-Contenair", "PHARMA-258456-Weighing", "PHARMA-53107-Weighing",
    ]  # fmt: skip
    found = rows(
        release, "select confirmation_id, yield_qty from fct_confirmation where site_code = 'PHARMA'"
    )
    assert found == [("PHARMA-53107-Weighing", Decimal(0))]


def test_b2mml_material(release: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        release,
        "select material_id, batch_no, movement_type, moved_qty, quantity_unit, order_id, posting_date "
        "from fct_stock_movement",
    )
    assert [(*row[:6], row[6].isoformat()) for row in found] == [
        ("CRBN0001", "430147330000056734", "Consumed", Decimal("-0.41"), "KG", "PHARMA-53107", "2012-11-29")
    ]
    found = rows(release, "select material_id, on_hand_qty, quantity_unit from fct_stock_balance")
    assert found == [("CRBN0001", Decimal("24.91"), "KG")]
    found = rows(release, "select material_name, base_unit from dim_material where material_id = 'CRBN0001'")
    assert found == [("Product Courbon0001", "KG")]
