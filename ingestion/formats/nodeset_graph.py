"""What follows from the references of a nodeset: parents, browse paths, types, and what other nodesets are needed.

Hierarchical references are read in both directions, as files write them on either end. A path ends at a node of OPC
UA itself (Objects, Types) or at a node of another nodeset, which `root` names; it is never guessed beyond.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.formats.nodeset_model import OPC_UA, Document, Node, Reference, namespace_of

HAS_TYPE_DEFINITION, HAS_MODELLING_RULE, HAS_SUBTYPE, HAS_PROPERTY = "i=40", "i=37", "i=45", "i=46"
_OWNING = ("i=44", "i=46", "i=47", "i=49", "i=56", "i=14476", "i=15296", "i=15297", "i=17604", "i=18804", "i=18805",
           "i=24136", "i=25262", "i=25263", "i=25264")  # fmt: skip
_ORGANIZING = ("i=35", "i=16361", "i=36", "i=48", "i=33", "i=34")
_RANKS = {**dict.fromkeys(_OWNING, 0), HAS_SUBTYPE: 1, **dict.fromkeys(_ORGANIZING, 2)}
# Where the nodes of OPC UA that models hang on lie, from Root.
_FOLDERS = {
    "i=84": "", "i=85": "/Objects", "i=86": "/Types", "i=87": "/Views", "i=88": "/Types/ObjectTypes",
    "i=89": "/Types/VariableTypes", "i=90": "/Types/DataTypes", "i=91": "/Types/ReferenceTypes",
    "i=2253": "/Objects/Server",
}  # fmt: skip
_RESERVED = str.maketrans({mark: f"&{mark}" for mark in "/.<>:#!&"})


@dataclass(frozen=True)
class Place:
    """Where a node lies. `path` is absolute if it begins with a slash, else relative to the node `root`."""

    path: str
    root: str
    problem: str = ""


@dataclass
class Graph:
    """The nodes of one document by id, with the parent of each and the properties of each; `own` are its namespaces."""

    document: Document
    nodes: dict[str, Node] = field(default_factory=dict)
    parents: dict[str, Reference] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)
    properties: dict[str, dict[str, Node]] = field(default_factory=dict)
    own: set[str] = field(default_factory=lambda: {OPC_UA})

    @classmethod
    def of(cls, document: Document) -> "Graph":
        """Follow the references of a document."""
        graph = cls(document)
        for node in document.nodes:
            if node.node_id in graph.nodes:
                node.problems.append("the node id is given twice in this file")
            else:
                graph.nodes[node.node_id] = node
                graph.own.add(namespace_of(node.node_id))
        ranks = graph._ranks()
        candidates: dict[str, list[tuple[int, int, Reference]]] = {}
        for order, node in enumerate(document.nodes):
            for reference in node.references:
                if reference.kind not in ranks:
                    continue
                child, parent = (
                    (reference.target, node.node_id)
                    if reference.forward
                    else (node.node_id, reference.target)
                )
                given = node.parent_attribute if not reference.forward else graph._attribute(child)
                rank = -1 if given == parent else ranks[reference.kind]
                candidates.setdefault(child, []).append(
                    (rank, order, Reference(reference.kind, parent, forward=False))
                )
        for child, found in candidates.items():
            graph._choose(child, found)
        graph._sort_properties()
        return graph

    def place(self, node: Node) -> Place:
        """Walk up to a known folder, to a node outside of this file, or to where a cycle closes."""
        names = [node.browse_name.translate(_RESERVED)]
        seen: set[str] = set()
        at = node.node_id
        while at not in seen and (above := self.parents.get(at)) is not None:
            seen.add(at)
            at = above.target
            if at in self.nodes and at not in seen:
                names.append(self.nodes[at].browse_name.translate(_RESERVED))
        if at in seen:
            return Place("/".join(reversed(names)), at, f"its parents form a cycle through {at}")
        if at in self.nodes:
            return Place("/".join(reversed(names)), "", "no parent is given")
        path = "/".join(reversed(names))
        return Place(f"{_FOLDERS[at]}/{path}", at) if at in _FOLDERS else Place(path, at)

    def declared_in(self, node: Node) -> str | None:
        """The object or variable type that a node is part of (itself left out); None for an instance or a type."""
        seen = {node.node_id}
        above = self.parents.get(node.node_id)
        while above is not None and above.target in self.nodes and above.target not in seen:
            seen.add(above.target)
            if self.nodes[above.target].node_class in ("ObjectType", "VariableType"):
                return above.target
            above = self.parents.get(above.target)
        return None

    def target(self, node: Node, kind: str) -> str | None:
        """The first node that a forward reference of that kind leads to."""
        return next((one.target for one in node.references if one.forward and one.kind == kind), None)

    def needs(self, ids: Sequence[str | None]) -> list[str]:
        """Namespaces of ids that this file does not define: other nodesets have to be delivered too."""
        foreign = (namespace_of(one) for one in ids if one and one not in self.nodes)
        return [uri for uri in dict.fromkeys(foreign) if uri not in self.own]

    def _attribute(self, node_id: str) -> str:
        node = self.nodes.get(node_id)
        return node.parent_attribute if node is not None else ""

    def _ranks(self) -> Mapping[str, int]:
        """Hierarchical reference types: those of OPC UA and their subtypes in this file."""
        ranks = dict(_RANKS)
        supertypes = {
            node.node_id: one.target
            for node in self.document.nodes
            if node.node_class == "ReferenceType"
            for one in node.references
            if one.kind == HAS_SUBTYPE and not one.forward
        }
        for kind in supertypes:
            at, seen = kind, {kind}
            while at in supertypes and at not in ranks and supertypes[at] not in seen:
                at = supertypes[at]
                seen.add(at)
            if at in ranks:
                ranks[kind] = ranks[at]
        return ranks

    def _choose(self, child: str, found: list[tuple[int, int, Reference]]) -> None:
        """ParentNodeId first, then who owns the node, then who organizes it; in order of the file."""
        ordered = [reference for _, _, reference in sorted(found, key=lambda one: one[:2])]
        self.parents[child] = ordered[0]
        rest = dict.fromkeys(one.target for one in ordered if one.target != ordered[0].target)
        self.others[child] = list(rest)

    def _sort_properties(self) -> None:
        for child, above in self.parents.items():
            node = self.nodes.get(child)
            if node is not None and above.kind == HAS_PROPERTY:
                self.properties.setdefault(above.target, {}).setdefault(node.browse_name, node)
