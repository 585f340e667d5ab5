"""Published nodesets through the contract of opcua_nodeset, held to asyncua's own parser and to counts by xml.etree."""

import asyncio
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from asyncua.common.xmlparser import XMLParser

from ingestion.batch import BatchResult
from ingestion.contracts import load_contracts
from tests.unit.ingestion.home import Home

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
DATA = Path(__file__).parents[3] / "shared" / "data" / "fmt_opcua_nodesets"
NS = "{http://opcfoundation.org/UA/2011/03/UANodeSet.xsd}"
FILES = sorted(
    path.relative_to(DATA).as_posix()
    for path in (DATA.rglob("*.xml") if DATA.is_dir() else ())
    if "UANodeSet" in path.read_text(encoding="utf-8")
)
(CONTRACT,) = load_contracts(["opcua_nodeset"])
ELEMENTS = (
    "UAObject",
    "UAVariable",
    "UAMethod",
    "UAObjectType",
    "UAVariableType",
    "UADataType",
    "UAReferenceType",
)

pytestmark = pytest.mark.skipif(not FILES, reason=f"no nodesets in {DATA}")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, BatchResult]]:
    """A home after all nodesets were loaded, and the result of each."""
    home = Home(tmp_path_factory.mktemp("nodesets"))
    shutil.copytree(DATA, home.inbox, dirs_exist_ok=True)
    return home, {batch.file: batch for batch in home.load(CONTRACT).batches}


def absolute(text: str, uris: list[str]) -> str:
    """ns=1;i=5 with the namespace itself, by string work of its own."""
    index, _, rest = text.partition(";") if text.startswith("ns=") else ("ns=0", "", text)
    number = int(index[3:])
    return rest if number == 0 else f"nsu={uris[number - 1]};{rest}"


def test_every_node_of_every_nodeset_is_a_row(loaded: tuple[Home, dict[str, BatchResult]]) -> None:
    home, batches = loaded
    assert sorted(batches) == FILES
    rows = home.rows(CONTRACT, "_source_file, node_class", history=True)
    found = Counter(rows)
    for name in FILES:
        root = ET.parse(DATA / name).getroot()
        expected = {
            (name, element.removeprefix("UA")): len(root.findall(f"{NS}{element}")) for element in ELEMENTS
        }
        assert {key: count for key, count in found.items() if key[0] == name} == {
            key: count for key, count in expected.items() if count
        }
        assert (batches[name].status, batches[name].rows_quarantined) == ("committed", 0), batches[
            name
        ].message


@pytest.mark.parametrize("name", FILES)
def test_attributes_are_those_that_asyncua_reads(
    name: str, loaded: tuple[Home, dict[str, BatchResult]]
) -> None:
    parser = XMLParser()
    asyncio.run(parser.parse(DATA / name))
    uris = parser.get_used_namespaces()
    aliases = parser.get_aliases()

    def known(text: Any) -> str | None:
        return None if text is None else absolute(aliases.get(text, text), uris)

    expected = {}
    for node in parser.get_node_datas():
        kind = node.nodetype.removeprefix("UA")
        variable = kind in ("Variable", "VariableType")
        expected[absolute(node.nodeid, uris)] = (
            kind,
            node.browsename.partition(":")[2] if node.browsename[0].isdigit() else node.browsename,
            known(node.typedef) if kind in ("Object", "Variable") else None,
            known(node.datatype or "i=24") if variable else None,
            node.rank if variable else None,
        )
    columns = "node_id, node_class, browse_name, type_definition, data_type, value_rank"
    rows = loaded[0].rows(CONTRACT, f"_source_file, {columns}", history=True)
    assert {row[1]: row[2:] for row in rows if row[0] == name} == expected


def test_paths_of_a_machine_follow_its_references(loaded: tuple[Home, dict[str, BatchResult]]) -> None:
    """Every step of every path is a reference that the file has in one direction or the other."""
    for name in FILES:
        root = ET.parse(DATA / name).getroot()
        uris = [uri.text or "" for uri in root.findall(f"{NS}NamespaceUris/{NS}Uri")]
        pairs = set()
        for element in root:
            for one in element.iterfind(f"{NS}References/{NS}Reference"):
                ends = absolute(element.attrib["NodeId"], uris), absolute((one.text or "").strip(), uris)
                pairs.add(ends if one.get("IsForward", "true") == "true" else ends[::-1])
        rows = loaded[0].rows(
            CONTRACT, "_source_file, node_id, parent_node_id, browse_path, path_root, problem", history=True
        )
        here = [row[1:] for row in rows if row[0] == name]
        paths = {node_id: path for node_id, _, path, _, _ in here}
        for node_id, parent, path, start, problem in here:
            if parent is None:
                assert problem == "no parent is given"
                continue
            assert (parent, node_id) in pairs
            assert parent == start or path.startswith(f"{paths[parent]}/")


def test_units_are_read(loaded: tuple[Home, dict[str, BatchResult]]) -> None:
    rows = loaded[0].rows(
        CONTRACT, "eu_name, eu_description, eu_unit_id, eu_code", order="1, 2", history=True
    )
    units = Counter(row for row in rows if row[0] is not None)
    assert units == {("%", "percent", 20529, "P1"): 2, ("m", "metre", 5067858, "MTR"): 1}


def test_what_other_nodesets_have_to_bring_is_named(loaded: tuple[Home, dict[str, BatchResult]]) -> None:
    """DI is delivered, PADIM is not: rows that need it say so and are there all the same."""
    rows = loaded[0].rows(CONTRACT, "needs, namespace_uri", history=True)
    needed = {uri for needs, _ in rows if needs for uri in needs.split()}
    delivered = {namespace for _, namespace in rows}
    assert needed - delivered == {"http://opcfoundation.org/UA/PADIM/"}


@pytest.fixture(scope="module")
def staged(loaded: tuple[Home, dict[str, BatchResult]]) -> duckdb.DuckDBPyConnection:
    """The staging models as views over the raw table."""
    home, _ = loaded
    home.rows(CONTRACT, "1")
    connection = duckdb.connect(str(home.root / "warehouse.duckdb"), read_only=True)
    target = home.root / "target"
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "compile",
        "--select",
        "path:models/staging/opcua_nodeset",
    ]
    place = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target)]
    chosen = ["--vars", '{"active_systems": ["opcua_nodeset"]}', "--log-path", str(home.root / "logs")]
    subprocess.run([*command, *place, *chosen], check=True, capture_output=True, timeout=300)
    for name in ("nodes", "browse_paths", "signal_proposals"):
        (model,) = (target / "compiled").rglob(f"stg_opcua_nodeset__{name}.sql")
        sql = re.sub(r'"\w+"\."raw"', "raw", model.read_text(encoding="utf-8"))
        sql = re.sub(r'"\w+"\."staging"', "temp", sql)
        connection.execute(f"CREATE TEMP VIEW stg_opcua_nodeset__{name} AS {sql}")
    return connection


def test_paths_go_on_through_other_nodesets(staged: duckdb.DuckDBPyConnection) -> None:
    machine = "nsu=http://opcfoundation.org/UA/Machinery_Example/;i=5003"
    before = "SELECT browse_path, path_root FROM stg_opcua_nodeset__nodes WHERE node_id = ?"
    assert staged.execute(before, [machine]).fetchall() == [
        ("ExampleMachine01", "nsu=http://opcfoundation.org/UA/Machinery/;i=1001")
    ]
    after = (
        "SELECT browse_path, is_complete, joined_files FROM stg_opcua_nodeset__browse_paths WHERE node_id = ?"
    )
    assert staged.execute(after, [machine]).fetchall() == [("/Objects/Machines/ExampleMachine01", True, 1)]
    doubled = "SELECT count(*) - count(DISTINCT node_id) FROM stg_opcua_nodeset__browse_paths"
    assert staged.execute(doubled).fetchall() == [(0,)]


def test_signals_are_proposed_for_what_instances_report(staged: duckdb.DuckDBPyConnection) -> None:
    rows = staged.execute("SELECT * FROM stg_opcua_nodeset__signal_proposals").fetchall()
    names = [column[0] for column in staged.description or ()]
    assert rows
    for row in rows:
        found = dict(zip(names, row, strict=True))
        assert re.fullmatch("[A-Z0-9_.:-]{3,60}", found["tag"])
        assert re.fullmatch("[a-z0-9_]+", found["measurement"])
        assert found["interpolation"] in ("linear", "step")
        assert not found["uns_path"].startswith("/")
