"""Sparkplug topics: spBv1.0/<group>/<message type>/<edge node>[/<device>].

Belongs here: reading and writing such topics. Not here: topics of plain JSON payloads (json_rules.py).
"""

from typing import NamedTuple

from ingestion.connectors.mqtt.datatypes import WireError

NAMESPACE = "spBv1.0"
NODE_MESSAGES = ("NBIRTH", "NDEATH", "NDATA")
DEVICE_MESSAGES = ("DBIRTH", "DDEATH", "DDATA")
COMMANDS = ("NCMD", "DCMD")


class NodeId(NamedTuple):
    """One edge node: the unit of sessions, sequence numbers and aliases."""

    group: str
    edge: str

    @property
    def name(self) -> str:
        """<group>/<edge>."""
        return f"{self.group}/{self.edge}"


class Address(NamedTuple):
    """Where a message comes from; `device` is empty for messages of the edge node itself."""

    node: NodeId
    message_type: str
    device: str

    @property
    def place(self) -> str:
        """<group>/<edge>[/<device>], the part of a signal's name before the colon."""
        return f"{self.node.name}/{self.device}" if self.device else self.node.name


def read_topic(topic: str) -> Address:
    """The address of a message from an edge node or device; WireError for any other topic."""
    levels = topic.split("/")
    if len(levels) not in (4, 5) or levels[0] != NAMESPACE or not all(levels):
        raise WireError(f"topic {topic!r} is not {NAMESPACE}/<group>/<type>/<edge node>[/<device>]")
    _, group, message_type, edge, *device = levels
    expected = DEVICE_MESSAGES if device else NODE_MESSAGES
    if message_type not in expected:
        raise WireError(
            f"topic {topic!r} has message type {message_type!r}, not one of {', '.join(expected)}"
        )
    return Address(NodeId(group, edge), message_type, device[0] if device else "")


def is_command(topic: str) -> bool:
    """True for commands and host state, which are addressed to others."""
    levels = topic.split("/")
    return levels[0] == NAMESPACE and len(levels) > 2 and (levels[1] == "STATE" or levels[2] in COMMANDS)


def filters(groups: tuple[str, ...]) -> list[str]:
    """Topic filters for all messages of edge nodes and devices of these groups (`+` for all)."""
    nodes = [f"{NAMESPACE}/{group}/{kind}/+" for group in groups for kind in NODE_MESSAGES]
    return nodes + [f"{NAMESPACE}/{group}/{kind}/+/+" for group in groups for kind in DEVICE_MESSAGES]


def rebirth_topic(node: NodeId) -> str:
    """Where an edge node listens for commands."""
    return f"{NAMESPACE}/{node.group}/NCMD/{node.edge}"
