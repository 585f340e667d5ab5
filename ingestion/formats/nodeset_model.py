"""A NodeSet2 document (OPC UA Part 6, annex F) as nodes with absolute ids: what its XML says, nothing concluded.

A node id is written `i=85` in the namespace of OPC UA itself and `nsu=<uri>;i=1002` in all others (Part 6, 5.1.12), so
that it means the same in every file. Paths, parents and units follow in nodeset_graph.py.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module

from lxml import etree

from ingestion.formats.xml_paths import local

NODE_CLASSES = {
    "UAObject": "Object",
    "UAVariable": "Variable",
    "UAMethod": "Method",
    "UAView": "View",
    "UAObjectType": "ObjectType",
    "UAVariableType": "VariableType",
    "UADataType": "DataType",
    "UAReferenceType": "ReferenceType",
}
OPC_UA = "http://opcfoundation.org/UA/"
_NODE_ID = re.compile(r"(?:ns=(\d+);)?([isgb]=.+)", re.DOTALL)
_NAME = re.compile(r"(?:(\d+):)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """A reference of a node to `target`; `kind` is the id of its reference type."""

    kind: str
    target: str
    forward: bool


@dataclass
class Node:
    """One node. Ids are absolute; `problems` are ids and indexes of the file that could not be resolved."""

    element: etree._Element
    node_class: str
    node_id: str = ""
    browse_name: str = ""
    browse_namespace: str = ""
    parent_attribute: str = ""
    references: list[Reference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A NodeSet2 file: namespaces by index (0 is OPC UA), aliases, the first model, and its nodes in order."""

    namespaces: tuple[str, ...]
    aliases: Mapping[str, str]
    model: Mapping[str, str]
    nodes: tuple[Node, ...]

    def absolute(self, text: str, problems: list[str]) -> str:
        """An alias or node id of the file as absolute id; what cannot be resolved stays and is noted."""
        text = text.strip()
        written = self.aliases.get(text, text).strip()
        matched = _NODE_ID.fullmatch(written)
        if matched is None:
            problems.append(f"{text!r} is neither a node id nor an alias of this file")
            return written
        index = int(matched[1] or 0)
        if index >= len(self.namespaces):
            problems.append(f"namespace index {index} of {text!r} is not in NamespaceUris")
            return written
        return matched[2] if index == 0 else f"nsu={self.namespaces[index]};{matched[2]}"


def read(root: etree._Element) -> Document:
    """Resolve a UANodeSet element."""
    uris = tuple((uri.text or "").strip() for uri in root.iterfind("{*}NamespaceUris/{*}Uri"))
    aliases = {
        alias.get("Alias") or "": (alias.text or "").strip() for alias in root.iterfind("{*}Aliases/{*}Alias")
    }
    model = next((dict(one.attrib) for one in root.iterfind("{*}Models/{*}Model")), {})
    described = {str(key): str(value) for key, value in model.items()}
    frame = Document((OPC_UA, *uris), aliases, described, ())
    return Document(frame.namespaces, aliases, described, tuple(_nodes(root, frame)))


def _nodes(root: etree._Element, frame: Document) -> Iterator[Node]:
    for element in root:
        node_class = NODE_CLASSES.get(local(element.tag))
        if node_class is not None:
            yield _node(element, node_class, frame)


def _node(element: etree._Element, node_class: str, frame: Document) -> Node:
    node = Node(element, node_class)
    given, parent = element.get("NodeId"), element.get("ParentNodeId")
    node.node_id = frame.absolute(given, node.problems) if given else ""
    node.parent_attribute = frame.absolute(parent, node.problems) if parent else ""
    matched = _NAME.fullmatch(element.get("BrowseName") or "")
    index = int(matched[1] or 0) if matched else 0
    node.browse_name = matched[2] if matched else ""
    if index < len(frame.namespaces):
        node.browse_namespace = frame.namespaces[index]
    else:
        node.problems.append(f"namespace index {index} of the browse name is not in NamespaceUris")
    for one in element.iterfind("{*}References/{*}Reference"):
        kind = frame.absolute(one.get("ReferenceType") or "", node.problems)
        target = frame.absolute(one.text or "", node.problems)
        forward = (one.get("IsForward") or "true").lower() not in ("false", "0")
        node.references.append(Reference(kind, target, forward))
    return node


def namespace_of(node_id: str) -> str:
    """The namespace URI of an absolute id."""
    return node_id.removeprefix("nsu=").rpartition(";")[0] if node_id.startswith("nsu=") else OPC_UA


@lru_cache(maxsize=1)
def _standard_names() -> Mapping[int, str]:
    """Names of OPC UA's own nodes. Imported when a nodeset is read first: it takes a third of a second."""
    names: Mapping[int, str] = import_module("asyncua.ua.object_ids").ObjectIdNames
    return names


def standard_name(node_id: str) -> str | None:
    """The name of a node of OPC UA's own namespace, None of others."""
    return _standard_names().get(int(node_id[2:])) if re.fullmatch(r"i=\d+", node_id) else None
