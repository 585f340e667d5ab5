"""Published B2MML and BatchML messages through the contracts of b2mml, held to counts by xml.etree on the same bytes."""

import shutil
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from ingestion.batch import BatchResult
from ingestion.contracts import Contract, load_contracts
from tests.unit.ingestion.home import Home

DATA = Path(__file__).parents[3] / "shared" / "data" / "fmt_b2mml" / "Examples"
ARCHIVES = sorted(DATA.glob("*.zip")) if DATA.is_dir() else []
CONTRACTS = load_contracts(["b2mml"])
# Messages of other standards in the same archives: each contract holds them, and says which namespace it saw.
FOREIGN = {
    "cough syrup pmw.xml": "http://www.wbf.org/xml/BatchML-V02",
    "cough%20syrup%20pmw_property.xml": "http://xmlns.xfy.com/properties",
}
# What the messages say beyond the columns: kept in _extra, with a remark. The rest of a record is rows of other tables.
BESIDE = {
    "batch_elements": {"ObjectType", "OtherInformation"},
    "batch_events": {"ObjectType", "EventSubType/@Risk", "EventSubType/@Status"},
    "material_definitions": {"Description/@languageID"},
    "material_requirements": {"Description/@languageID", "Location/EquipmentElementLevel"},
    "segment_requirements": {
        f"ProductionParameter/Parameter/{path}" for path in ("ID", "Value/ValueString", "Value/DataType")
    },
}

pytestmark = pytest.mark.skipif(not ARCHIVES, reason=f"no B2MML example archives in {DATA}")


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


@pytest.fixture(scope="module")
def messages() -> dict[str, ET.Element]:
    """Root element of every XML member, by file name."""
    found = {}
    for path in ARCHIVES:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".xml"):
                    found[Path(name).name] = ET.fromstring(archive.read(name))
    return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, dict[str, BatchResult]]]:
    """The archives as delivered, loaded under every contract: results by table and file name."""
    home = Home(tmp_path_factory.mktemp("b2mml"))
    for path in ARCHIVES:
        shutil.copy(path, home.inbox)
    results = {}
    for contract in CONTRACTS:
        results[contract.table] = {Path(batch.file).name: batch for batch in home.load(contract).batches}
    return home, results


def counted(contract: Contract, root: ET.Element) -> int:
    """Rows that a contract makes of a message: its record elements, times the children that it explodes."""
    options = contract.format_options
    explode = options.get("explode")
    rows = 0
    for parent in (None, *root.iter()):
        for child in [root] if parent is None else list(parent):
            names = [f"{local(parent)}/{local(child)}" if parent is not None else "", local(child)]
            if set(names) & set(options["records"]):
                parts = sum(local(one) == explode for one in child) if explode else 1
                rows += parts or options.get("keepEmpty", True)
    return rows


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.table)
def test_every_message_gives_the_rows_that_etree_counts_or_a_reason(
    contract: Contract,
    messages: dict[str, ET.Element],
    loaded: tuple[Home, dict[str, dict[str, BatchResult]]],
) -> None:
    batches = loaded[1][contract.table]
    assert batches.keys() == messages.keys()
    for name, batch in batches.items():
        if name in FOREIGN:
            assert batch.status == "held"
            assert FOREIGN[name] in batch.message
            continue
        expected = counted(contract, messages[name])
        assert (batch.status, batch.rows_read, batch.rows_committed) == ("committed", expected, expected), (
            batch.message
        )
        rules = [finding.rule for finding in batch.findings if finding.rule != "unexpected_column"]
        assert rules == ([] if expected else ["no_records"])


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.table)
def test_what_no_column_reads_is_kept_beside_the_row(
    contract: Contract, loaded: tuple[Home, dict[str, dict[str, BatchResult]]]
) -> None:
    remarks = [
        finding
        for batch in loaded[1][contract.table].values()
        for finding in batch.findings
        if finding.rule == "unexpected_column"
    ]
    assert {finding.column for finding in remarks} == BESIDE.get(contract.table, set())
    assert all("kept as text in _extra" in finding.message for finding in remarks)


def test_every_message_of_the_standard_feeds_a_table(
    messages: dict[str, ET.Element], loaded: tuple[Home, dict[str, dict[str, BatchResult]]]
) -> None:
    fed = {name for table in loaded[1].values() for name, batch in table.items() if batch.rows_committed}
    assert fed == messages.keys() - FOREIGN.keys()


@pytest.mark.parametrize("table", ["material_actuals", "material_requirements", "inventory"])
def test_quantities_are_those_of_the_messages(
    table: str, messages: dict[str, ET.Element], loaded: tuple[Home, dict[str, dict[str, BatchResult]]]
) -> None:
    contract = next(contract for contract in CONTRACTS if contract.table == table)
    expected: Counter[tuple[float, str]] = Counter()
    for name, root in messages.items():
        for record in root.iter() if name not in FOREIGN else ():
            for quantity in record if local(record) in contract.format_options["records"] else ():
                if local(quantity) == "Quantity":
                    parts = {local(part): part.text for part in quantity}
                    expected[float(parts["QuantityString"] or 0), parts["UnitOfMeasure"] or ""] += 1
    assert expected
    found = loaded[0].rows(contract, "quantity, uom", order="1, 2")
    assert Counter(found) == expected


def test_nested_segments_know_their_place_and_their_request(
    loaded: tuple[Home, dict[str, dict[str, BatchResult]]],
) -> None:
    contract = next(contract for contract in CONTRACTS if contract.table == "segment_requirements")
    rows = loaded[0].rows(
        contract, "request_id, segment_requirement_id, parent_segment_requirement_id, process_segment_id"
    )
    assert rows == [
        ("258456", "0010", None, None), ("258456", None, "0010", "Weighing"), ("258456", None, None, "Contenair"),
    ]  # fmt: skip
