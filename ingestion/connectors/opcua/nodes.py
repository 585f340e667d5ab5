"""Which variables a connection reads: node ids as they stand, browse paths with wild cards by browsing.

A path is written as browse names from the Objects folder, with or without namespace index ("Objects/2:Line1/Speed"
or "Line1/Speed"); `*` and `?` stand for parts of one name, `**` for any number of levels. A signal is called as it
was asked for: by its node id, or by its path without indexes. What cannot be found is told and does not stop the rest.
"""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field

from asyncua import Client, ua

from ingestion.connectors.opcua.options import Selection
from ingestion.connectors.opcua.readings import Signal

_ANY_DEPTH = "**"
_MAX_DEPTH = 32
_CHUNK = 500


@dataclass
class Found:
    """Signals with the selection that asked for each, and entries that led nowhere (entry, why)."""

    signals: list[Signal] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """A node met while browsing."""

    node_id: ua.NodeId
    path: tuple[str, ...]
    is_variable: bool


async def find_signals(client: Client, selections: Sequence[Selection]) -> Found:
    """All variables that the entries select; each node once, by the first entry that selects it."""
    found = Found()
    seen: set[ua.NodeId] = set()
    for selection in selections:
        places, problem = await _select(client, selection.node)
        if problem:
            found.problems.append((selection.node, problem))
        for node_id, name in places:
            if node_id not in seen:
                seen.add(node_id)
                found.signals.append(Signal(name, node_id))
                found.selections.append(selection)
    units = await _units(client, [signal.node_id for signal in found.signals])
    found.signals = [
        Signal(signal.name, signal.node_id, unit) for signal, unit in zip(found.signals, units, strict=True)
    ]
    return found


def is_node_id(text: str) -> bool:
    """True for `ns=2;s=Name`, `i=2258`, `nsu=urn:x;s=Name`; anything else is a browse path."""
    last = text.rpartition(";")[2]
    return last[:2] in ("i=", "s=", "g=", "b=")


async def _select(client: Client, entry: str) -> tuple[list[tuple[ua.NodeId, str]], str]:
    if is_node_id(entry):
        try:
            return [(await _node_id(client, entry), entry)], ""
        except (ua.UaError, ValueError) as error:
            return [], f"no node id: {error}"
    try:
        places = await _browse_pattern(client, [part for part in entry.strip("/").split("/") if part])
    except ua.UaStatusCodeError as error:
        return [], f"cannot be browsed: {error}"
    chosen = [(place.node_id, "/".join(place.path)) for place in places if place.is_variable]
    return chosen, "" if chosen else "no variable has such a path"


async def _node_id(client: Client, text: str) -> ua.NodeId:
    """A node id; a namespace given by its URI (nsu=...) becomes the index that this server uses now."""
    if text.startswith("nsu="):
        uri, _, rest = text.removeprefix("nsu=").rpartition(";")
        return ua.NodeId.from_string(f"ns={await client.get_namespace_index(uri)};{rest}")
    return ua.NodeId.from_string(text)


async def _browse_pattern(client: Client, pattern: Sequence[str]) -> list[_Place]:
    """Level by level: the states are (place, position in the pattern)."""
    if pattern and pattern[0] in ("Objects", "0:Objects"):
        pattern = pattern[1:]
    level = [(_Place(client.nodes.objects.nodeid, (), False), 0)]
    matches: dict[ua.NodeId, _Place] = {}
    visited: set[tuple[ua.NodeId, int]] = set()
    for _ in range(_MAX_DEPTH):
        level = [state for state in level if (state[0].node_id, state[1]) not in visited]
        if not level:
            break
        visited |= {(place.node_id, position) for place, position in level}
        children = await _children(client, [place for place, _ in level])
        reached = [
            (child, after)
            for (_, position), below in zip(level, children, strict=True)
            for child in below
            for after in _steps(child, pattern, position)
        ]
        matches |= {child.node_id: child for child, after in reached if after == len(pattern)}
        level = [(child, after) for child, after in reached if after < len(pattern)]
    return list(matches.values())


def _steps(child: _Place, pattern: Sequence[str], position: int) -> list[int]:
    """Positions in the pattern behind which this child leaves us."""
    part = pattern[position]
    if part == _ANY_DEPTH:
        at_end = position + 1 == len(pattern)
        return [position, len(pattern)] if at_end else [position, *_steps(child, pattern, position + 1)]
    name = child.path[-1]
    plain = part.partition(":")[2] if part.partition(":")[0].isdigit() else part
    return [position + 1] if fnmatch.fnmatchcase(name, plain) else []


async def _children(client: Client, places: Sequence[_Place]) -> list[list[_Place]]:
    found: list[list[_Place]] = []
    for start in range(0, len(places), _CHUNK):
        part = places[start : start + _CHUNK]
        results = await client.browse_nodes([client.get_node(place.node_id) for place in part])
        for place, (_, result) in zip(part, results, strict=True):
            references = list(result.References or [])
            references += await _rest(client, result.ContinuationPoint)
            found.append(
                [
                    _Place(
                        reference.NodeId,
                        (*place.path, reference.BrowseName.Name or ""),
                        reference.NodeClass == ua.NodeClass.Variable,
                    )
                    for reference in references
                    if reference.NodeClass in (ua.NodeClass.Variable, ua.NodeClass.Object)
                    and reference.IsForward
                ]
            )
    return found


async def _rest(client: Client, point: bytes | None) -> list[ua.ReferenceDescription]:
    """What did not fit into the first answer to a browse."""
    references: list[ua.ReferenceDescription] = []
    while point:
        parameters = ua.BrowseNextParameters(ReleaseContinuationPoints=False, ContinuationPoints=[point])
        (result,) = await client.uaclient.session.browse_next(parameters)
        references += result.References or []
        point = result.ContinuationPoint
    return references


async def _units(client: Client, node_ids: Sequence[ua.NodeId]) -> list[str | None]:
    """The display name of each variable's EngineeringUnits property; None where there is none or it cannot be read."""
    units: list[str | None] = [None] * len(node_ids)
    for start in range(0, len(node_ids), _CHUNK):
        part = node_ids[start : start + _CHUNK]
        try:
            paths = await client.uaclient.session.translate_browsepaths_to_nodeids(
                [_unit_path(node_id) for node_id in part]
            )
            targets = {
                start + index: path.Targets[0].TargetId
                for index, path in enumerate(paths)
                if path.StatusCode.is_good() and path.Targets
            }
            values = await client.uaclient.session.read_attributes(
                list(targets.values()), ua.AttributeIds.Value
            )
        except (TimeoutError, ua.UaError):
            continue  # units are an extra: a server that does not offer them delivers readings all the same
        for index, value in zip(targets, values, strict=True):
            unit = value.Value.Value if value.Value is not None else None
            if isinstance(unit, ua.EUInformation):
                units[index] = unit.DisplayName.Text
    return units


def _unit_path(node_id: ua.NodeId) -> ua.BrowsePath:
    element = ua.RelativePathElement(
        ReferenceTypeId=ua.NodeId(ua.ObjectIds.HasProperty),
        IsInverse=False,
        IncludeSubtypes=True,
        TargetName=ua.QualifiedName("EngineeringUnits", 0),
    )
    return ua.BrowsePath(node_id, ua.RelativePath([element]))
