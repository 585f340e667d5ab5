"""All edge nodes of one collector: malformed messages, duplicates, rebirth requests, and the state as JSON.

A pure fold over arrivals and ticks: the same messages give the same rows, whether they come from the broker or from
the journal after a kill. Does not belong here: one node's session (node.py), the network (client.py).
"""

from dataclasses import dataclass
from typing import Any

from ingestion.connectors.mqtt.datatypes import WireError
from ingestion.connectors.mqtt.messages import Message, read_message
from ingestion.connectors.mqtt.node import Node, Patience
from ingestion.connectors.mqtt.readings import Arrival, Output
from ingestion.connectors.mqtt.sightings import Redeliveries, Sightings
from ingestion.connectors.mqtt.topics import NodeId, is_command

_LONGEST_WAIT = 64


@dataclass
class _Asked:
    """When an edge node was asked for a rebirth, and how often in a row."""

    at_us: int
    times: int = 1


class Sessions:
    """The sessions of all edge nodes that were heard of.

    An edge node is asked for a rebirth at most once in `rebirth_interval_ms`; each unanswered request doubles that,
    up to 64 times.
    """

    def __init__(self, patience: Patience | None = None, *, rebirth_interval_ms: int = 10_000) -> None:
        self._patience = patience or Patience()
        self._interval_us = rebirth_interval_ms * 1000
        self._nodes: dict[NodeId, Node] = {}
        self._holding: set[NodeId] = set()
        self._wanting: set[NodeId] = set()
        self._asked: dict[NodeId, _Asked] = {}
        self._packets = Redeliveries()
        self._contents = Sightings()

    def take(self, arrival: Arrival, out: Output) -> None:
        """Take in one message; rows and counts go to `out`."""
        out.counts["messages"] += 1
        if self._packets.again(arrival):
            out.counts["duplicates"] += 1
            return
        if is_command(arrival.topic):
            out.counts["ignored"] += 1
            return
        try:
            message = read_message(arrival)
        except WireError as error:
            out.reject(arrival, [str(error)])
            return
        self.tick(arrival.received_us, out)
        node = self._nodes.setdefault(message.address.node, Node(self._patience))
        if self._sent_twice(message, node):
            out.counts["duplicates"] += 1
            return
        node.take(message, out)
        self._note(message.address.node, node)

    def tick(self, now_us: int, out: Output) -> None:
        """Let time pass: messages that were held long enough come out."""
        for node_id in sorted(self._holding):
            node = self._nodes[node_id]
            node.tick(now_us, out)
            self._note(node_id, node)

    def due(self, now_us: int) -> bool:
        """True if tick() would do something."""
        return any(self._nodes[node_id].is_due(now_us) for node_id in self._holding)

    def rebirths(self, now_us: int) -> list[NodeId]:
        """The edge nodes to ask for a rebirth now; asking them is noted."""
        return [node_id for node_id in sorted(self._wanting) if self._may_ask(node_id, now_us)]

    def distrust(self) -> None:
        """Messages may be missing, births among them: ask every edge node for its own."""
        for node_id, node in self._nodes.items():
            node.wants_rebirth = True
            self._note(node_id, node)

    def state(self) -> dict[str, Any]:
        """As JSON: all that the rows of later messages depend on."""
        return {
            "nodes": [[*node_id, node.state()] for node_id, node in self._nodes.items()],
            "packets": self._packets.state(),
            "contents": self._contents.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._packets = Redeliveries(state["packets"])
        self._contents = Sightings(state["contents"])
        for group, edge, inner in state["nodes"]:
            node_id = NodeId(group, edge)
            self._nodes[node_id] = Node.restored(inner, self._patience)
            self._note(node_id, self._nodes[node_id])

    def _sent_twice(self, message: Message, node: Node) -> bool:
        """True if an edge node sent the very same message again; only its time and place in the sequence tell."""
        seen = self._contents.again(message.arrival)
        dated = message.seq is not None and message.sent_ms is not None
        return seen and dated and not node.is_next(message)

    def _note(self, node_id: NodeId, node: Node) -> None:
        for names, is_member in ((self._holding, bool(node.held)), (self._wanting, node.wants_rebirth)):
            (names.add if is_member else names.discard)(node_id)

    def _may_ask(self, node_id: NodeId, now_us: int) -> bool:
        asked = self._asked.get(node_id)
        if asked is None:
            self._asked[node_id] = _Asked(now_us)
            return True
        wait = self._interval_us * min(2 ** (asked.times - 1), _LONGEST_WAIT)
        since = now_us - asked.at_us
        if 0 <= since < wait:
            return False
        times = 1 if since > 4 * wait else asked.times + 1
        self._asked[node_id] = _Asked(now_us, times)
        return True
