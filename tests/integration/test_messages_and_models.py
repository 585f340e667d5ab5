"""A plant of messages and nodesets from landed files to a release, by the commands that a user types."""

import csv
import io
import os
from pathlib import Path

import duckdb
import pytest

from tests.integration.homes import succeed, tundish
from tests.unit.ingestion.test_b2mml import NEWEST, OPERATIONS, PRODUCTION
from tests.unit.ingestion.test_nodeset import UNIT, document, node, reference

pytestmark = pytest.mark.long
PLANT = """
name: messages
title: Messages
sites: [{site_code: "1000", name: North, timezone: Europe/Berlin, currency: EUR, country: DE}]
sources:
  b2mml: {path: "{landing}/b2mml"}
  opcua_nodeset: {path: "{landing}/opcua_nodeset"}
"""
SIGNALS = "site_code,tag,machine,measurement,description,unit,interpolation,max_gap_s,low_limit,high_limit,uns_path\n"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(home, plant) with two messages, a nodeset of a press, and one of its signals already in the dictionary."""
    root = tmp_path_factory.mktemp("messages")
    home, plant = root / "home", root / "plant"
    plant.mkdir()
    (plant / "plant.yml").write_text(PLANT)
    (plant / "signals.csv").write_text(
        f"{SIGNALS}1000,PRESS1.COUNT,PRESS1,count,Strokes,1,step,600,,,Acme/1000/A/L1/PRESS1/count\n"
    )
    (plant / "equipment.csv").write_text(
        "enterprise,site_code,area_code,area_name,line_code,line_name,machine,machine_name,equipment_class,calendar_code,"
        "work_centre,sap_equnr,valid_from\nAcme Works,1000,A,Area,L1,Line,PRESS1,Press,press,,,,2020-01-01\n"
    )
    (home / "landing" / "b2mml").mkdir(parents=True)
    (home / "landing" / "opcua_nodeset").mkdir()
    (home / "landing" / "b2mml" / "a.xml").write_text(OPERATIONS.replace("NAMESPACE", NEWEST))
    (home / "landing" / "b2mml" / "b.xml").write_text(PRODUCTION)
    (home / "landing" / "opcua_nodeset" / "press.xml").write_text(
        document(
            node("Object", "ns=1;i=1", "1:Press1", reference("Organizes", "i=85", forward=False)),
            node("Variable", "ns=1;i=2", "1:OilTemperature", reference("HasComponent", "ns=1;i=1", forward=False), DataType="Double"),
            node("Variable", "ns=1;i=3", "EngineeringUnits", reference("HasProperty", "ns=1;i=2", forward=False), inside=UNIT, DataType="i=887"),
            node("Variable", "ns=1;i=4", "1:Count", reference("HasComponent", "ns=1;i=1", forward=False), DataType="i=7"),
            node("Variable", "ns=1;i=5", "1:Name", reference("HasComponent", "ns=1;i=1", forward=False), DataType="i=12"),
        )
    )  # fmt: skip
    for path in (home / "landing").rglob("*.xml"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # they rest, nobody writes them any more
    return home, plant


def test_from_landed_files_to_staging_and_proposed_signals(places: tuple[Path, Path]) -> None:
    home, plant = places
    succeed("run", home=home, plant=plant)
    with duckdb.connect(str(home / "warehouse" / "tundish.duckdb"), read_only=True) as warehouse:
        actuals = warehouse.execute(
            "SELECT material_definition_id, quantity, uom FROM staging.stg_b2mml__material_actuals ORDER BY 1, 2"
        ).fetchall()
    assert actuals == [
        ("BRINE", None, None), ("DOUGH", None, None), ("SALT", 0.41, "KG"), ("SUGAR", 2.5, "kg"),
        ("SUGAR", 2.75, "kg"), ("WATER", None, None),
    ]  # fmt: skip
    lines = list(
        csv.DictReader(
            io.StringIO(succeed("signals", "propose", "--machine", "PRESS1", home=home, plant=plant))
        )
    )
    assert lines == [
        {
            "site_code": "1000", "tag": "PRESS1.OILTEMPERATURE", "machine": "PRESS1", "measurement": "oil_temperature",
            "description": "1:OilTemperature", "unit": "°C", "interpolation": "linear", "max_gap_s": "600.0",
            "low_limit": "", "high_limit": "", "uns_path": "AcmeWorks/1000/A/L1/PRESS1/oil_temperature",
        }
    ]  # fmt: skip
    assert ",".join(lines[0]) + "\n" == SIGNALS
    assert not succeed("signals", "propose", "--under", "Press2", home=home, plant=plant).splitlines()[1:]


def test_without_nodesets_the_next_step_is_told(places: tuple[Path, Path], tmp_path: Path) -> None:
    done = tundish("signals", "propose", home=tmp_path, plant=places[1])
    assert done.returncode == 2
    assert "add the system opcua_nodeset to plant.yml" in done.stderr
