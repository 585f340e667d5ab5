"""What the simulator writes has exactly the columns that the contracts describe."""

from pathlib import Path

import pytest
from open_data_contract_standard.model import OpenDataContractStandard

from data.simulator.exporters.cms import SCHEMA
from data.simulator.exporters.historian import COLUMNS as PI_COLUMNS
from data.simulator.exporters.inspections import HEADER
from data.simulator.exporters.mes import STATES_HEADER
from data.simulator.exporters.odoo_tables import SCHEMAS as ODOO
from data.simulator.exporters.opcua import SCHEMA as OPCUA
from data.simulator.exporters.sap_format import COLUMNS

SOURCES = Path(__file__).resolve().parents[3] / "ingestion/sources"
PLANT = Path(__file__).resolve().parents[3] / "data/plants/demo"


def physical(system: str, table: str) -> set[str]:
    """Columns of the source: physical names and what derived columns are made of."""
    contract = OpenDataContractStandard.from_file(str(SOURCES / system / f"{table}.contract.yml"))
    return {p.physicalName for p in contract.schema_[0].properties if p.physicalName}


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_sap_tables_match_their_contracts(table: str) -> None:
    assert set(COLUMNS[table].split()) == physical("sap_ecc", table.lower())


@pytest.mark.parametrize("table", sorted(ODOO))
def test_odoo_tables_match_their_contracts(table: str) -> None:
    assert set(ODOO[table].names) == physical("odoo", table)


def test_every_contract_of_odoo_is_written() -> None:
    assert set(ODOO) == {path.name.split(".")[0] for path in (SOURCES / "odoo").glob("*.contract.yml")}


def test_other_tables_match_their_contracts() -> None:
    assert set(STATES_HEADER.split(",")) == physical("mes", "machine_states")
    assert set(HEADER) == physical("mes", "inspection_results")
    assert set(PI_COLUMNS) == physical("pi_historian", "readings")
    assert set(SCHEMA.names) == physical("cms", "vibration_snapshots")
    assert set(OPCUA.names()) == physical("opcua", "readings")


@pytest.mark.parametrize("table", sorted(path.stem for path in PLANT.glob("*.csv")))
def test_plant_tables_match_their_contracts(table: str) -> None:
    header = (PLANT / f"{table}.csv").read_text().splitlines()[0].split(",")
    assert header == [p for p in header if p in physical("plant", table)]
    assert set(header) == physical("plant", table)
