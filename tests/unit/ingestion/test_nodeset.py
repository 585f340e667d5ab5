"""Nodesets written for this test: directions of references, other nodesets, cycles, units, and files that are none."""

import pytest

from ingestion.batch import BatchResult
from ingestion.contracts import load_contracts
from ingestion.errors import ContractError
from tests.unit.ingestion.home import Home, column

(CONTRACT,) = load_contracts(["opcua_nodeset"])
PLANT, OTHER = "urn:plant", "urn:other"
HEAD = f"""<UANodeSet xmlns="http://opcfoundation.org/UA/2011/03/UANodeSet.xsd">
<NamespaceUris><Uri>{PLANT}</Uri><Uri>{OTHER}</Uri></NamespaceUris>
<Models><Model ModelUri="{PLANT}" Version="1.2" PublicationDate="2024-05-01T00:00:00Z"/></Models>
<Aliases><Alias Alias="Double">i=11</Alias><Alias Alias="HasComponent">i=47</Alias><Alias Alias="HasProperty">i=46</Alias>
<Alias Alias="Organizes">i=35</Alias><Alias Alias="HasTypeDefinition">i=40</Alias><Alias Alias="HasSubtype">i=45</Alias></Aliases>
"""


def reference(kind: str, target: str, *, forward: bool = True) -> str:
    direction = "" if forward else ' IsForward="false"'
    return f'<Reference ReferenceType="{kind}"{direction}>{target}</Reference>'


def node(kind: str, node_id: str, name: str, *references: str, inside: str = "", **attributes: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return (
        f'<UA{kind} NodeId="{node_id}" BrowseName="{name}"{given}><DisplayName>{name}</DisplayName>'
        f"<References>{''.join(references)}</References>{inside}</UA{kind}>"
    )


def document(*nodes: str) -> str:
    return f"{HEAD}{''.join(nodes)}</UANodeSet>"


def load(home: Home, text: str | bytes, name: str = "a.xml") -> BatchResult:
    home.deliver(name, text)
    return {batch.file: batch for batch in home.load(CONTRACT).batches}[name]


UNIT = """<Value><ExtensionObject xmlns="http://opcfoundation.org/UA/2008/02/Types.xsd"><TypeId><Identifier>i=888</Identifier></TypeId>
<Body><EUInformation><NamespaceUri>http://www.opcfoundation.org/UA/units/un/cefact</NamespaceUri><UnitId>4408652</UnitId>
<DisplayName><Locale/><Text>°C</Text></DisplayName><Description><Text>degree Celsius</Text></Description></EUInformation></Body>
</ExtensionObject></Value>"""
RANGE = """<Value><ExtensionObject xmlns="http://opcfoundation.org/UA/2008/02/Types.xsd"><Body><Range><Low>-20</Low><High>120.5</High></Range>
</Body></ExtensionObject></Value>"""


def test_paths_follow_references_of_both_directions_and_units_come_from_properties(home: Home) -> None:
    text = document(
        node("Object", "ns=1;i=1", "1:Line/1", reference("Organizes", "i=85", forward=False), reference("HasComponent", "ns=1;s=M")),
        node("Object", "ns=1;s=M", "1:Mixer", reference("HasTypeDefinition", "i=58"), reference("HasComponent", "ns=1;i=3")),
        node(
            "Variable", "ns=1;i=3", "1:Temperature", reference("HasTypeDefinition", "i=2368"),
            reference("HasProperty", "ns=1;i=4"), ParentNodeId="ns=1;s=M", DataType="Double",
            inside="<Description>Wall</Description>",
        ),
        node("Object", "ns=1;i=9", "1:Loop", reference("HasComponent", "ns=1;i=3", forward=True)),
        node("Variable", "ns=1;i=4", "EngineeringUnits", inside=UNIT, DataType="i=887"),
        node("Variable", "ns=1;i=5", "EURange", reference("HasProperty", "ns=1;i=3", forward=False), inside=RANGE, DataType="i=884"),
    )  # fmt: skip
    assert load(home, text).status == "committed"
    columns = (
        "browse_name, browse_path, parent_reference, data_type_name, type_definition_name, other_parents"
    )
    assert home.rows(CONTRACT, columns) == [
        ("Line/1", "/Objects/Line&/1", "Organizes", None, None, None),
        ("Mixer", "/Objects/Line&/1/Mixer", "HasComponent", None, "BaseObjectType", None),
        ("Temperature", "/Objects/Line&/1/Mixer/Temperature", "HasComponent", "Double", "AnalogItemType", "nsu=urn:plant;i=9"),
        ("Loop", "Loop", None, None, None, None),
        ("EngineeringUnits", "/Objects/Line&/1/Mixer/Temperature/EngineeringUnits", "HasProperty", "EUInformation", None, None),
        ("EURange", "/Objects/Line&/1/Mixer/Temperature/EURange", "HasProperty", "Range", None, None),
    ]  # fmt: skip
    columns = "eu_name, eu_description, eu_unit_id, eu_code, eu_range_low, eu_range_high, description, value_rank, model_version"
    assert home.rows(CONTRACT, columns)[2] == (
        "°C",
        "degree Celsius",
        4408652,
        "CEL",
        -20.0,
        120.5,
        "Wall",
        -1,
        "1.2",
    )


def test_types_keep_their_members_and_subtypes_of_hierarchical_references_count(home: Home) -> None:
    text = document(
        node("ReferenceType", "ns=1;i=10", "1:Contains", reference("HasSubtype", "i=47", forward=False)),
        node("ReferenceType", "ns=1;i=11", "1:HoldsTightly", reference("HasSubtype", "ns=1;i=10", forward=False)),
        node("ObjectType", "ns=1;i=20", "1:MixerType", reference("HasSubtype", "i=58", forward=False)),
        node("Variable", "ns=1;i=21", "1:Speed", reference("ns=1;i=11", "ns=1;i=20", forward=False), reference("i=37", "i=80")),
    )  # fmt: skip
    load(home, text)
    columns = "browse_name, browse_path, path_root, parent_reference, declared_in, modelling_rule"
    assert home.rows(CONTRACT, columns)[2:] == [
        ("MixerType", "MixerType", "i=58", "HasSubtype", None, None),
        ("Speed", "MixerType/Speed", "i=58", "HoldsTightly", "nsu=urn:plant;i=20", "Optional"),
    ]


def test_nodes_of_other_nodesets_are_named_and_rows_are_there_all_the_same(home: Home) -> None:
    text = document(
        node("Object", "ns=1;i=1", "1:Machine", reference("Organizes", "ns=2;i=1001", forward=False)),
        node("Variable", "ns=1;i=2", "2:State", reference("HasComponent", "ns=1;i=1", forward=False), DataType="ns=2;i=7"),
    )  # fmt: skip
    load(home, text)
    assert home.rows(CONTRACT, "browse_path, path_root, needs, problem, data_type, data_type_name") == [
        ("Machine", "nsu=urn:other;i=1001", OTHER, None, None, None),
        ("Machine/State", "nsu=urn:other;i=1001", OTHER, None, "nsu=urn:other;i=7", None),
    ]


def test_what_cannot_be_resolved_is_told_in_the_row(home: Home) -> None:
    text = document(
        node("Object", "ns=1;i=1", "1:A", reference("HasComponent", "ns=1;i=2")),
        node("Object", "ns=1;i=2", "1:B", reference("HasComponent", "ns=1;i=1")),
        node("Object", "ns=7;i=3", "1:C", reference("Organizes", "i=85", forward=False)),
        node("Object", "ns=1;i=4", "1:D", reference("HasMagic", "i=85", forward=False)),
        node("Object", "ns=1;i=5", "1:E", reference("Organizes", "i=85", forward=False)),
        node("Object", "ns=1;i=5", "1:F", reference("Organizes", "i=85", forward=False)),
        node("Object", "ns=1;i=6", "1:Self", reference("HasComponent", "ns=1;i=6")),
    )
    batch = load(home, text)
    assert (batch.status, batch.rows_committed) == ("committed", 7)
    rows = home.rows(CONTRACT, "browse_name, browse_path, problem", history=True)
    assert rows == [
        ("A", "B/A", "its parents form a cycle through nsu=urn:plant;i=1"),
        ("B", "A/B", "its parents form a cycle through nsu=urn:plant;i=2"),
        ("C", "/Objects/C", "namespace index 7 of 'ns=7;i=3' is not in NamespaceUris"),
        ("D", "D", "'HasMagic' is neither a node id nor an alias of this file; no parent is given"),
        ("E", "/Objects/E", None),
        ("F", "/Objects/F", "the node id is given twice in this file"),
        ("Self", "Self", "its parents form a cycle through nsu=urn:plant;i=6"),
    ]


def test_a_node_without_id_or_name_is_quarantined_with_its_xml(home: Home) -> None:
    good = [
        node("Object", f"ns=1;i={number}", f"1:N{number}", reference("Organizes", "i=85", forward=False))
        for number in range(60)
    ]
    load(home, document(*good, '<UAObject BrowseName="1:NoId"/>', '<UAObject NodeId="ns=1;i=99"/>'))
    rows = home.quarantine(CONTRACT)
    assert [(row.source_row, row.rule) for row in rows] == [
        (61, "required:node_id"),
        (62, "required:browse_name"),
    ]
    assert "NoId" in rows[0].raw_text


def test_a_later_file_replaces_its_nodes(home: Home) -> None:
    for name, title in (("a.xml", "Old"), ("b.xml", "New")):
        load(
            home,
            document(node("Object", "ns=1;i=1", "1:M", inside=f"<Description>{title}</Description>")),
            name,
        )
    assert home.rows(CONTRACT, "node_id, description") == [("nsu=urn:plant;i=1", "New")]


BAD = {
    "cut": (HEAD, "unreadable_file", "a NodeSet2 document"),
    "other XML": ("<Types/>", "unreadable_file", "root element Types"),
    "entities": (f"<!DOCTYPE x [<!ENTITY a 'b'>]>{document()}", "unreadable_file", "document type"),
    "no XML": ("NodeId,Name", "unreadable_file", "a NodeSet2 document"),
    "empty": ("", "empty_file", "empty"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_nodeset_is_held(home: Home, case: str) -> None:
    text, rule, message = BAD[case]
    batch = load(home, text)
    assert (batch.status, batch.findings[0].rule) == ("held", rule)
    assert message in batch.message


def test_columns_that_a_nodeset_does_not_have_are_told(home: Home) -> None:
    contract = home.contract([column("tag")], format="nodeset", files="*.xml")
    home.deliver("a.xml", document())
    with pytest.raises(ContractError, match="browse_path"):
        home.load(contract)
