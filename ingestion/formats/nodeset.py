"""NodeSet2 XML of OPC UA: one row per node, with its browse path, type, data type and unit.

The columns are fixed; a contract picks among them by physicalName (see COLUMNS). No formatOptions. A nodeset is held
in memory while it is read. What a row refers to in nodesets that are not in the same file is named in `needs`, a
reference that cannot be resolved in `problem`; the row is delivered all the same.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from lxml import etree

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, EmptyFileError, UnreadableFileError
from ingestion.formats.base import Opened, RawRecord, bounded
from ingestion.formats.nodeset_graph import HAS_MODELLING_RULE, HAS_TYPE_DEFINITION, Graph, Place
from ingestion.formats.nodeset_model import Node, namespace_of, read, standard_name
from ingestion.formats.texts import TextChunk
from ingestion.formats.xml_paths import as_xml, line_of, local
from ingestion.typing.inputs import Input

_UN_CEFACT = "http://www.opcfoundation.org/UA/units/un/cefact"
_BASE_DATA_TYPE = "i=24"


class _Row:
    """The columns of one node."""

    def __init__(self, graph: Graph, node: Node) -> None:
        self.graph = graph
        self.node = node
        self.parent = graph.parents.get(node.node_id)
        self.place: Place = graph.place(node)
        self.type_definition = graph.target(node, HAS_TYPE_DEFINITION)
        self.data_type = self._data_type()
        own = graph.properties.get(node.node_id, {})
        self.unit = _parts(own.get("EngineeringUnits"), "EUInformation")
        self.range = _parts(own.get("EURange"), "Range")

    def attribute(self, name: str) -> str | None:
        """An attribute of the node's element."""
        return self.node.element.get(name) or None

    def child(self, name: str) -> str | None:
        """The text of a child such as Description, the first that is not blank."""
        texts = (_text(one) for one in self.node.element.iterfind(f"{{*}}{name}"))
        return next((text for text in texts if text), None)

    def name_of(self, node_id: str | None) -> str | None:
        """The browse name of a node, if this file or OPC UA itself defines it."""
        if node_id is None:
            return None
        known = self.graph.nodes.get(node_id)
        return known.browse_name if known is not None else standard_name(node_id)

    def rule(self) -> str | None:
        """Mandatory, Optional and so on."""
        name = self.name_of(self.graph.target(self.node, HAS_MODELLING_RULE))
        return None if name is None else name.removeprefix("ModellingRule_")

    def value(self) -> str | None:
        """A single value as text, of several values or a structure its XML."""
        found = self.node.element.find("{*}Value/{*}*")
        return None if found is None else _text(found) if len(found) == 0 else as_xml(found)

    def unit_code(self) -> str | None:
        """The UN/CEFACT code in UnitId: its characters are the bytes of the number (OPC UA Part 8, 5.6.3)."""
        number = self.unit.get("UnitId", "")
        if self.unit.get("NamespaceUri") != _UN_CEFACT or not number.isdecimal() or int(number) >= 2**31:
            return None
        return struct.pack(">I", int(number)).lstrip(b"\0").decode("ascii", "replace") or None

    def needs(self) -> str | None:
        """Namespaces that other nodesets have to bring."""
        ids = [self.parent.target if self.parent else None, self.type_definition, self.data_type]
        return " ".join(self.graph.needs(ids)) or None

    def problem(self) -> str | None:
        """What could not be resolved."""
        return "; ".join([*self.node.problems, *filter(None, [self.place.problem])]) or None

    def _data_type(self) -> str | None:
        if self.node.node_class not in ("Variable", "VariableType"):
            return None
        given = self.attribute("DataType")
        return self.graph.document.absolute(given, self.node.problems) if given else _BASE_DATA_TYPE


COLUMNS: Mapping[str, Callable[[_Row], str | None]] = {
    "node_id": lambda row: row.node.node_id or None,
    "namespace_uri": lambda row: namespace_of(row.node.node_id) if row.node.node_id else None,
    "node_class": lambda row: row.node.node_class,
    "browse_name": lambda row: row.node.browse_name or None,
    "browse_namespace_uri": lambda row: row.node.browse_namespace or None,
    "display_name": lambda row: row.child("DisplayName"),
    "description": lambda row: row.child("Description"),
    "browse_path": lambda row: row.place.path or None,
    "path_root": lambda row: row.place.root or None,
    "parent_node_id": lambda row: row.parent.target if row.parent else None,
    "parent_reference": lambda row: row.name_of(row.parent.kind) or row.parent.kind if row.parent else None,
    "other_parents": lambda row: " ".join(row.graph.others.get(row.node.node_id, [])) or None,
    "declared_in": lambda row: row.graph.declared_in(row.node),
    "modelling_rule": lambda row: row.rule(),
    "type_definition": lambda row: row.type_definition,
    "type_definition_name": lambda row: row.name_of(row.type_definition),
    "data_type": lambda row: row.data_type,
    "data_type_name": lambda row: row.name_of(row.data_type),
    "value_rank": lambda row: (row.attribute("ValueRank") or "-1") if row.data_type else None,
    "array_dimensions": lambda row: row.attribute("ArrayDimensions"),
    "access_level": lambda row: row.attribute("AccessLevel"),
    "value": lambda row: row.value(),
    "eu_name": lambda row: row.unit.get("DisplayName"),
    "eu_description": lambda row: row.unit.get("Description"),
    "eu_unit_id": lambda row: row.unit.get("UnitId"),
    "eu_code": lambda row: row.unit_code(),
    "eu_namespace_uri": lambda row: row.unit.get("NamespaceUri"),
    "eu_range_low": lambda row: row.range.get("Low"),
    "eu_range_high": lambda row: row.range.get("High"),
    "needs": lambda row: row.needs(),
    "problem": lambda row: row.problem(),
    "model_uri": lambda row: row.graph.document.model.get("ModelUri"),
    "model_version": lambda row: row.graph.document.model.get("Version"),
    "model_published_at": lambda row: row.graph.document.model.get("PublicationDate"),
}


class NodeSetReader:
    """Reads the nodesets of one contract."""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract
        unknown = [header for header in contract.headers if header not in COLUMNS]
        where = contract.path or contract.raw_name
        if unknown or contract.format_options:
            problem = f"unknown columns {unknown}" if unknown else "format nodeset has no formatOptions"
            raise ContractError(where, f"{problem}.", f"a nodeset has the columns {', '.join(COLUMNS)}.")

    def open(self, file: Delivered) -> Opened:
        """UnreadableFileError for what is no UANodeSet."""
        self._root(file)
        return Opened(
            file=file,
            path=file.path,
            text_path=file.path,
            inputs={header: Input(f"c{index}") for index, header in enumerate(self._contract.headers)},
            signature=("nodeset",),
        )

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The nodes in order of the file."""
        chunk = TextChunk(len(self._contract.headers))
        for _, texts in self._rows(opened.file):
            chunk.add(texts)
            if chunk.full:
                yield chunk.take()
        if chunk.rows:
            yield chunk.take()

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch nodes by number; the raw text is the node's XML."""
        wanted = set(rows)
        for number, (node, texts) in enumerate(self._rows(opened.file), start=1):
            if number in wanted:
                values = dict(zip(self._contract.headers, texts, strict=True))
                place = node.node_id or node.browse_name
                yield RawRecord(
                    number, line_of(node.element), bounded(as_xml(node.element)), values, place=place
                )

    def _rows(self, file: Delivered) -> Iterator[tuple[Node, list[str | None]]]:
        graph = Graph.of(read(self._root(file)))
        wanted = [COLUMNS[header] for header in self._contract.headers]
        for node in graph.document.nodes:
            row = _Row(graph, node)
            yield node, [column(row) for column in wanted]

    def _root(self, file: Delivered) -> etree._Element:
        if file.size == 0:
            raise EmptyFileError(self._contract.raw_name, file.name)
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        expected = "a NodeSet2 document of OPC UA"
        try:
            root = etree.parse(str(file.path), parser).getroot()
        except (etree.XMLSyntaxError, OSError) as error:
            raise UnreadableFileError(
                self._contract.raw_name, file.name, "whole file", expected, str(error)
            ) from error
        if getattr(root.getroottree().docinfo, "doctype", "") or local(root.tag) != "UANodeSet":
            seen = f"root element {local(root.tag)}"
            if getattr(root.getroottree().docinfo, "doctype", ""):
                seen = "a document type declaration, which is not read: it can define entities"
            raise UnreadableFileError(
                self._contract.raw_name, file.name, f"line {line_of(root)}", expected, seen
            )
        return root


def _parts(node: Node | None, name: str) -> dict[str, str]:
    """The parts of a structure in a property's value: UnitId, DisplayName and so on."""
    found = (
        None if node is None else node.element.find(f"{{*}}Value/{{*}}ExtensionObject/{{*}}Body/{{*}}{name}")
    )
    if found is None:
        return {}
    parts = {local(part.tag): _text(part.find("{*}Text")) if len(part) else _text(part) for part in found}
    return {key: text for key, text in parts.items() if text}


def _text(element: etree._Element | None) -> str | None:
    text = None if element is None else element.text
    return str(text).strip() or None if text else None
