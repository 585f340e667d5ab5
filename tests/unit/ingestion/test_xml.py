"""XML: paths, exploding, namespaces and ancestors against counts by xml.etree; and what must never be expanded."""

import json
import tracemalloc
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from ingestion.errors import ContractError
from ingestion.formats import xml_stream
from ingestion.formats.xml_frames import Shape
from ingestion.formats.xml_paths import parse
from ingestion.formats.xml_stream import LateValueError, XmlStream
from tests.unit.ingestion.home import Home, column

COLUMNS = [
    column("batch", physicalName="ancestor::Batch/ID"),
    column("plant", physicalName="/Header/Plant"),
    column("step", physicalName="../Name"),
    column("step_no", "BIGINT", physicalName="../#"),
    column("kind", physicalName="@kind"),
    column("id", physicalName="ID | Code"),
    column("place", "BIGINT", physicalName="#"),
    column("qty", "DOUBLE", physicalName="Quantity/Value"),
    column("unit", physicalName="Quantity/@unit"),
    column("colour", physicalName="Property[ID='Colour']/Value"),
]
NAMES = "batch, plant, step, step_no, kind, id, place, qty, unit, colour"
DOCUMENT = """<?xml version="1.0"?>
<!-- weighing --><x:Report xmlns:x="urn:test:v1" xmlns="urn:test:v1">
  <Header><Plant>North</Plant></Header>
  <Batch><ID>B1</ID>
    <Step><Name>weigh</Name>
      <Item kind="raw"><ID>sugar</ID><Quantity unit="kg"><Value>2.50</Value></Quantity></Item>
      <Item kind="pack"><Code>box</Code>
        <Property><ID>Size</ID><Value>L</Value></Property><Property><ID>Colour</ID><Value> r&amp;d </Value></Property>
      </Item>
    </Step>
    <Step><Item><ID>sug<!-- a remark -->ar</ID></Item><Name>mix</Name></Step>
  </Batch>
  <Batch><Step><Name/><Item x:kind="late"><ID>w&#228;rme</ID></Item></Step><ID>B2</ID></Batch>
</x:Report>
"""
EXPECTED = [
    ("B1", "North", "weigh", 1, "raw", "sugar", 1, 2.5, "kg", None),
    ("B1", "North", "weigh", 1, "pack", "box", 2, None, None, "r&d"),
    ("B1", "North", "mix", 2, None, "sugar", 1, None, None, None),
    ("B2", "North", None, 1, "late", "wärme", 1, None, None, None),
]


def xml(
    home: Home, columns: list[dict[str, Any]] | None = None, table: str = "t", **options: Any
) -> Contract:
    options = {"records": "Item"} | options
    return home.contract(
        columns or COLUMNS, table, format="xml", files="*.xml", formatOptions=options, maxQuarantinedPct=90
    )


def one(home: Home, contract: Contract) -> BatchResult:
    (batch,) = home.load(contract).batches
    return batch


def test_columns_come_from_the_record_and_from_what_encloses_it(home: Home) -> None:
    contract = xml(home)
    home.deliver("a.xml", DOCUMENT)
    batch = one(home, contract)
    assert (batch.status, batch.rows_read) == ("committed", 4), batch.message
    assert home.rows(contract, NAMES) == EXPECTED
    assert [(remark.rule, remark.column) for remark in batch.findings] == [("unexpected_column", "Property")]
    kept = [json.loads(extra) if extra else None for (extra,) in home.rows(contract, "_extra")]
    size = ET.fromstring(kept[1].pop("Property"))  # the one that no condition of a column asks for
    assert ([part.text for part in size], kept) == (["Size", "L"], [None, {}, None, None])


@pytest.mark.parametrize("namespace", ["urn:test:v2", "", "http://example.org/any"])
def test_namespaces_play_no_part_unless_the_contract_names_them(home: Home, namespace: str) -> None:
    anyone = xml(home)
    strict = xml(home, table="strict", namespaces=["urn:test:*"])
    text = DOCUMENT.replace('xmlns="urn:test:v1"', f'xmlns="{namespace}"')
    home.deliver("a.xml", text.replace("x:Report", "Report"))
    assert one(home, anyone).status == "committed"
    assert home.rows(anyone, NAMES) == EXPECTED
    batch = one(home, strict)
    fits = namespace.startswith("urn:test:")
    assert batch.status == ("committed" if fits else "held")
    assert fits or f"of namespace {namespace!r}, not urn:test:*" in batch.message


def test_explode_gives_a_row_for_each_child_and_one_for_a_record_without(home: Home) -> None:
    columns = [
        column("id", physicalName="ID | Code"),
        column("property", physicalName="Property/ID"),
        column("value", physicalName="Property/Value"),
        column("place", "BIGINT", physicalName="Property/#"),
    ]
    every, filled = (
        xml(home, columns, explode="Property"),
        xml(home, columns, "f", explode="Property", keepEmpty=False),
    )
    home.deliver("a.xml", DOCUMENT)
    assert (one(home, every).rows_read, one(home, filled).rows_read) == (5, 2)
    found = [("box", "Size", "L", 1), ("box", "Colour", "r&d", 2)]
    assert home.rows(filled, "id, property, value, place") == found
    nothing = [("sugar", None, None, None), ("wärme", None, None, None)]
    assert home.rows(every, "id, property, value, place") == [nothing[0], *found, *nothing]


def test_repeated_children_are_joined_and_an_element_with_children_is_xml(home: Home) -> None:
    columns = [
        column("all", physicalName="Property/Value"),
        column("first", physicalName="Property[1]/Value"),
        column("xml", physicalName="Property[2]"),
        column("element", physicalName="name()"),
        column("parent", physicalName="../name()"),
    ]
    contract = xml(home, columns, separator="|", records=["Step/Item"])
    home.deliver("a.xml", DOCUMENT)
    one(home, contract)
    joined, first, text, element, parent = home.rows(contract, '"all", "first", xml, element, parent')[1]
    assert (joined, first, element, parent) == ("L|r&d", "L", "Item", "Step")
    assert [leaf.text.strip() for leaf in ET.fromstring(text)] == ["Colour", "r&d"]


def test_records_inside_records_are_rows_of_their_own_in_order_of_the_document(home: Home) -> None:
    columns = [
        column("id", physicalName="ID"),
        column("parent", physicalName="ancestor::S/ID"),
        column("job", physicalName="ancestor::J/ID"),
        column("place", "BIGINT", physicalName="#"),
        column("parent_place", "BIGINT", physicalName="../#"),
    ]
    contract = xml(home, columns, records="S")
    inner = "<S><ID>a1</ID></S><S><S><ID>a2x</ID></S><ID>a2</ID></S>"
    home.deliver("a.xml", f"<R><J><S><ID>a</ID>{inner}</S><S><ID>b</ID></S><ID>j</ID></J></R>")
    one(home, contract)
    assert home.rows(contract, "id, parent, job, place, parent_place") == [
        ("a", None, "j", 1, 1), ("a1", "a", "j", 1, 1), ("a2", "a", "j", 2, 1), ("a2x", "a2", "j", 1, 2),
        ("b", None, "j", 2, 1),
    ]  # fmt: skip


def test_a_quarantined_row_shows_its_xml_line_and_path(home: Home) -> None:
    contract = xml(home)
    home.deliver(
        "a.xml", DOCUMENT.replace("<ID>sug<!--", "<Quantity><Value>much</Value></Quantity><ID>sug<!--")
    )
    batch = one(home, contract)
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row, row.line, row.value) == ("type:qty", 3, 11, "much")
    item = ET.fromstring(row.raw_text)
    assert (item.tag, item[0][0].text, item[1].text) == ("{urn:test:v1}Item", "much", "sugar")
    broken = next(finding for finding in batch.findings if finding.rule == "type:qty")
    assert "line 11, Report/Batch/Step[2]/Item: 'much'" in broken.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_the_encoding_that_the_file_declares_is_read(home: Home, encoding: str) -> None:
    contract = xml(home)
    declared = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(encoding, encoding)
    text = DOCUMENT.replace('version="1.0"', f'version="1.0" encoding="{declared}"').replace("&#228;", "ä")
    home.deliver("a.xml", text.encode(encoding))
    assert one(home, contract).status == "committed"
    assert home.rows(contract, NAMES) == EXPECTED


SECRET = "the content of a file beside the export"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BROKEN = {
    "cut": (DOCUMENT[:-60], "line"),
    "tag not closed": (DOCUMENT.replace("</Step>", "", 1), "line"),
    "two roots": (DOCUMENT + "<again/>", "line"),
    "text": ("no XML at all", "byte 0"),
    "html": ("<html><br><p>Not found</html>", "line"),
    "billion laughs": (
        f'<!DOCTYPE R [<!ENTITY l0 "ha">{LAUGHS}]><R><Item><ID>&l9;</ID></Item></R>',
        "document type",
    ),
    "laughs in an attribute": (f'<!DOCTYPE R [<!ENTITY l0 "ha">{LAUGHS}]><R a="&l9;"><Item/></R>', ""),
    "external entity": (
        '<!DOCTYPE R [<!ENTITY x SYSTEM "SECRET">]><R><Item><ID>&x;</ID></Item></R>',
        "document type",
    ),
    "parameter entity": ('<!DOCTYPE R [<!ENTITY % x SYSTEM "SECRET"> %x;]><R><Item/></R>', "document type"),
    "external DTD": ('<!DOCTYPE R SYSTEM "SECRET"><R><Item/></R>', "document type"),
    "unknown entity": ("<R><Item><ID>&x;</ID></Item></R>", "x"),
    "text of 11 million characters": (
        f"<R><Item><ID>{'x' * 11_000_000}</ID></Item></R>",
        "more than the XML parser",
    ),
    "300 levels": ("<R>" + "<a>" * 300 + "</a>" * 300 + "<Item/></R>", "more than the XML parser"),
    "wrong bytes": ("<R><Item><ID>ü</ID></Item></R>".encode("latin-1"), "line"),
    "no records": ("<R><Items/></R>", "element Item"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_or_hostile_is_held_with_its_reason_and_the_others_go_on(
    home: Home, case: str
) -> None:
    contract = xml(home)
    secret = home.root / "secret.txt"
    secret.write_text(SECRET)
    home.deliver("good.xml", DOCUMENT)
    text, message = BROKEN[case]
    home.deliver("z.xml", text.replace("SECRET", secret.as_uri()) if isinstance(text, str) else text)
    good, bad = home.load(contract).batches
    assert (good.status, bad.status, bad.findings[0].rule) == ("committed", "held", "unreadable_file"), bad
    assert message in bad.message
    assert "Next step" in bad.message
    assert SECRET not in bad.message
    assert home.rows(contract, NAMES) == EXPECTED


def test_empty_file_is_held_as_empty(home: Home) -> None:
    contract = xml(home)
    home.deliver("a.xml", "\n")
    assert one(home, contract).findings[0].rule == "empty_file"


def test_another_message_has_no_rows_and_says_so_where_records_are_optional(home: Home) -> None:
    contract = xml(home, optional=True)
    home.deliver("a.xml", "<Other><ID>1</ID></Other>")
    batch = one(home, contract)
    assert (batch.status, batch.rows_read, [found.rule for found in batch.findings]) == (
        "committed",
        0,
        ["no_records"],
    )
    assert "Other has no element Item" in batch.findings[0].message


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("a[", {}),
        ("Item[@a]", {}),
        ("../Property[1]", {}),
        ("ID", {"records": []}),
        ("ID", {"record": "Item"}),
    ],
)
def test_options_that_cannot_be_are_told(home: Home, path: str, options: dict[str, Any]) -> None:
    contract = xml(home, [column("x", physicalName=path)], **options)
    home.deliver("a.xml", "<R/>")
    with pytest.raises(ContractError, match="Next step"):
        home.load(contract)


ITEMS = st.recursive(
    st.builds(lambda text: f"<V>{text}</V>", st.integers(0, 9)),
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>",
        st.sampled_from(["G", "I", "H"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


def by_etree(text: str) -> list[tuple[str | None, str | None, str | None]]:
    """(own V, V of the parent, V of the nearest G) of each I, by a plain walk over xml.etree."""
    root = ET.fromstring(text)
    parents = {child: parent for parent in root.iter() for child in parent}

    def value(element: ET.Element | None) -> str | None:
        found = [] if element is None else [leaf.text or "" for leaf in element.findall("V")]
        return "; ".join(found) or None

    found = []
    for item in root.iter("I"):
        above = parents.get(item)
        group = above
        while group is not None and group.tag != "G":
            group = parents.get(group)
        found.append((value(item), value(above), value(group)))
    return found


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(ITEMS, max_size=6))
def test_any_nesting_gives_what_a_walk_over_the_tree_gives(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    text = f"<R>{''.join(parts)}</R>"
    path = tmp_path_factory.getbasetemp() / "tree.xml"
    path.write_text(text)
    shape = Shape((("I",),), (), tuple(parse(one) for one in ("V", "../V", "ancestor::G/V")))
    rows = [tuple(row.texts) for row in XmlStream(path, shape, lambda _: None).rows()]
    assert rows == by_etree(text)


def test_a_late_value_of_an_ancestor_is_an_error_once_its_rows_had_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xml"
    items = "".join(f"<I><V>{number}</V></I>" for number in range(30))
    path.write_text(f"<R><G>{items}<V>late</V></G></R>")
    shape = Shape((("I",),), (), (parse("../V"),))
    assert {row.texts[0] for row in XmlStream(path, shape, lambda _: None).rows()} == {"late"}
    monkeypatch.setattr(xml_stream, "WAITING", 10)
    with pytest.raises(LateValueError, match="V of G stands behind"):
        list(XmlStream(path, shape, lambda _: None).rows())


def test_memory_stays_flat_while_the_file_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "WAITING", 1000)
    shape = Shape((("Item",),), (), (parse("ID"), parse("../Name"), parse("/Header/Plant")))
    peaks = []
    for size in (2_000, 40_000):
        path = tmp_path / f"{size}.xml"
        with path.open("w") as out:
            out.write("<R><Header><Plant>N</Plant></Header>")
            for number in range(size // 100):
                out.write(f"<Step><Name>{number}</Name><Noise><a/><b>{'x' * 500}</b></Noise>")
                out.writelines(f"<Item><ID>{item}</ID></Item>" for item in range(100))
                out.write("</Step>")
            out.write("</R>")
        tracemalloc.start()
        assert sum(1 for _ in XmlStream(path, shape, lambda _: None).rows()) == size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5 + 200_000
