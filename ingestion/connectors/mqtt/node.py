"""The session of one edge node as a pure state machine: messages in, rows out, no clock and no network.

Sequence numbers run 0-255 and wrap; NBIRTH starts them again. A message out of its turn is held until the missing
ones arrive (they may take another way through the broker) or the reorder time is over. Then a gap is certain: a birth
may have been missed, so a rebirth is wanted, and values are `uncertain` and questionable until it comes. What
cannot be told at all (an unknown alias, data before any birth without names) is put aside with its raw payload.
bdSeq pairs NDEATH with NBIRTH: the death of an earlier session is ignored. Death turns every value bad, not zero.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

from ingestion.connectors.mqtt.births import PROTOCOL_METRICS, Definition, Scope
from ingestion.connectors.mqtt.datatypes import WireError
from ingestion.connectors.mqtt.messages import SEQUENCE, Message, birth_death_number, read_message
from ingestion.connectors.mqtt.readings import Arrival, Output
from ingestion.connectors.mqtt.rows import dead_rows, metric_rows

GAP = "sequence_gap"
NO_BIRTH = "no_birth"
NOT_IN_BIRTH = "not_in_birth"
OLDER_THAN_BIRTH = "older_than_birth"


@dataclass(frozen=True)
class Patience:
    """How long a message out of its turn is held: milliseconds, and messages of one edge node."""

    reorder_ms: int = 2000
    held_messages: int = 64


@dataclass
class Node:
    """One edge node. `expected` is the next sequence number; `doubt` is why values are uncertain now."""

    patience: Patience = Patience()
    born: bool = False
    bd_seq: int | None = None
    expected: int = 0
    birth_ms: int | None = None
    doubt: str | None = None
    wants_rebirth: bool = False
    scopes: dict[str, Scope] = field(default_factory=dict)
    held: list[Message] = field(default_factory=list)

    def is_next(self, message: Message) -> bool:
        """True if the message has its turn by its sequence number (a birth always has)."""
        return message.address.message_type == "NBIRTH" or (self.born and message.seq == self.expected)

    def take(self, message: Message, out: Output) -> None:
        """Take in one message that was not seen before."""
        kind = message.address.message_type
        if kind == "NBIRTH":
            self._birth(message, out)
        elif kind == "NDEATH":
            self._death(message, out)
        elif message.seq is None:
            out.counts["without_sequence"] += 1
            self._apply(message, out)
        else:
            self._in_turn(message, message.seq, out)

    def tick(self, now_us: int, out: Output) -> None:
        """Give up waiting for missing messages whose time is over."""
        if self.is_due(now_us):
            self._give_up(out)

    def is_due(self, now_us: int) -> bool:
        """True if a held message has waited long enough (or the clock was set back)."""
        return bool(self.held) and not 0 <= now_us - self._waiting_since() < self.patience.reorder_ms * 1000

    def state(self) -> dict[str, Any]:
        """As JSON; held messages with their payload."""
        arrivals = [message.arrival for message in self.held]
        held = [[one.received_us, one.topic, base64.b64encode(one.payload).decode()] for one in arrivals]
        plain = {name: getattr(self, name) for name in _PLAIN}
        return plain | {"scopes": {name: scope.state() for name, scope in self.scopes.items()}, "held": held}

    @staticmethod
    def restored(state: dict[str, Any], patience: Patience) -> "Node":
        """The node that gave this state."""
        node = Node(patience, **{name: state[name] for name in _PLAIN})
        node.scopes = {name: Scope.restored(scope) for name, scope in state["scopes"].items()}
        node.held = [
            read_message(Arrival(received_us, topic, base64.b64decode(payload)))
            for received_us, topic, payload in state["held"]
        ]
        return node

    # sequence

    def _in_turn(self, message: Message, seq: int, out: Output) -> None:
        if self.born and seq == self.expected:
            self._advance(message, out)
            self._release(out)
        elif self._is_before(message, self.birth_ms):
            out.counts["late"] += 1
            why = "sent before the birth of this session: its aliases are gone"
            out.reject(message.arrival, [why])
        else:
            out.counts["out_of_turn"] += 1
            self.held.append(message)
            if len(self.held) > self.patience.held_messages:
                self._give_up(out)

    def _advance(self, message: Message, out: Output) -> None:
        self.expected = ((message.seq or 0) + 1) % SEQUENCE
        is_old = self._is_before(message, self.birth_ms)
        is_history = all(metric.is_historical for metric in message.payload.metrics)
        self._apply(message, out, OLDER_THAN_BIRTH if is_old and not is_history else None)

    def _release(self, out: Output) -> None:
        """Take in held messages whose turn has come."""
        while ready := [message for message in self.held if message.seq == self.expected]:
            self.held.remove(ready[0])
            self._advance(ready[0], out)

    def _give_up(self, out: Output) -> None:
        """What is missing is lost: take in what is held, uncertain from here to the next birth."""
        held, self.held = self.held, []
        self.wants_rebirth = True
        if not self.born:
            self.doubt = NO_BIRTH
            out.counts["before_birth"] += len(held)
            for message in held:
                self._apply(message, out)
            return
        self.doubt = GAP
        first = self.expected
        for message in sorted(held, key=lambda one: ((one.seq or 0) - first) % SEQUENCE):
            self._take_anyway(message, ((message.seq or 0) - self.expected) % SEQUENCE, out)

    def _take_anyway(self, message: Message, ahead: int, out: Output) -> None:
        if ahead >= SEQUENCE // 2:  # its turn is over already
            self._apply(message, out)
            return
        out.counts["gaps"] += ahead > 0
        out.counts["missing"] += ahead
        self._advance(message, out)

    def _waiting_since(self) -> int:
        return min(message.arrival.received_us for message in self.held)

    @staticmethod
    def _is_before(message: Message, birth_ms: int | None) -> bool:
        sent = message.sent_ms
        return sent is not None and birth_ms is not None and sent < birth_ms

    # births and deaths

    def _birth(self, message: Message, out: Output) -> None:
        early = self._settle_former(message, out)
        out.counts["births"] += 1
        self.born, self.doubt, self.wants_rebirth = True, None, False
        self.bd_seq = birth_death_number(message)
        self.expected = ((message.seq or 0) + 1) % SEQUENCE
        self.birth_ms = message.sent_ms
        self.scopes, self.held = {}, early
        self._apply(message, out)
        self._release(out)

    def _settle_former(self, birth: Message, out: Output) -> list[Message]:
        """Give up waiting for the former session; what is held and was sent after the birth waits for its turn."""
        early = [
            one for one in self.held if one.sent_ms is not None and not self._is_before(one, birth.sent_ms)
        ]
        self.held = [one for one in self.held if one not in early]
        if self.held:
            self._give_up(out)
        return early

    def _death(self, message: Message, out: Output) -> None:
        number = birth_death_number(message)
        if not self.born or (None not in (number, self.bd_seq) and number != self.bd_seq):
            out.counts["stale_deaths"] += 1
            return
        if self.held:
            self._give_up(out)
        out.counts["deaths"] += 1
        for device, scope in self.scopes.items():
            place = message.address._replace(device=device).place
            out.rows += dead_rows(message, place, scope, None)  # a will is written long before it is sent
        self.born, self.doubt, self.birth_ms = False, None, None
        self.wants_rebirth = number is None
        self.scopes = {}

    # metrics

    def _apply(self, message: Message, out: Output, doubt: str | None = None) -> None:
        """Rows of all metrics that can be read; the others are told in one rejected row with the raw payload."""
        kind, device = message.address.message_type, message.address.device
        if kind in ("NBIRTH", "DBIRTH"):
            self.scopes[device] = Scope()
        scope = self.scopes.get(device)
        if kind == "DDEATH":
            out.counts["deaths"] += 1
            if scope is not None:
                out.rows += dead_rows(message, message.address.place, scope, message.sent_ms)
                del self.scopes[device]
            return
        if scope is None:
            self.wants_rebirth = True
            scope = Scope()
        self._metrics(message, scope, self.doubt or doubt, out)

    def _metrics(self, message: Message, scope: Scope, doubt: str | None, out: Output) -> None:
        why: list[str] = []
        found = self._definitions(message, scope, why)
        for metric, definition, told in found:
            if definition.name in PROTOCOL_METRICS:
                continue
            try:
                unsure = doubt or (None if told else NOT_IN_BIRTH)
                out.rows += metric_rows(message, metric, definition, scope, unsure)
            except WireError as error:
                why.append(f"metric {definition.name!r}: {error}")
        if why:
            out.reject(message.arrival, why)

    def _definitions(
        self, message: Message, scope: Scope, why: list[str]
    ) -> list[tuple[Any, Definition, bool]]:
        """The metrics that are known, and whether a birth told them; the reasons for the others go to `why`."""
        is_birth = message.address.message_type.endswith("BIRTH")
        found = []
        for metric in message.payload.metrics:
            try:
                definition, told = (scope.define(metric), True) if is_birth else scope.find(metric)
            except WireError as error:
                why.append(str(error))
                self.wants_rebirth = self.wants_rebirth or not is_birth
                continue
            found.append((metric, definition, told))
        return found


_PLAIN = ("born", "bd_seq", "expected", "birth_ms", "doubt", "wants_rebirth")
