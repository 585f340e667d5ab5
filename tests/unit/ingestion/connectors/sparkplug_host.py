"""A host that hears messages by hand, and what came out of them. Here: helpers of the tests of sessions, no tests."""

import base64
import json
from collections.abc import Sequence

from ingestion.connectors.mqtt.node import Patience
from ingestion.connectors.mqtt.readings import Arrival, Output, Row
from ingestion.connectors.mqtt.sessions import Sessions
from ingestion.connectors.mqtt.topics import NodeId
from tests.unit.ingestion.connectors import sparkplug_wire as wire
from tests.unit.ingestion.connectors.sparkplug_edge import Expected, Published

NODE = NodeId("G", "E")
SECOND = 1_000_000
START = 1_700_000_000 * SECOND


class Host:
    """A collector's sessions with a clock that is set by hand."""

    def __init__(self, **given: int) -> None:
        self.sessions = Sessions(Patience(), **given)
        self.out = Output()
        self.now_us = START

    def hear(
        self, *published: Published | tuple[str, bytes], packet_id: int = 0, again: bool = False
    ) -> list[Row]:
        """Take in messages, a millisecond apart; the rows that came out."""
        before = len(self.out.rows)
        for one in published:
            topic, payload = (one.topic, one.payload) if isinstance(one, Published) else one
            self.now_us += 1000
            self.sessions.take(Arrival(self.now_us, topic, payload, packet_id, again), self.out)
        return self.out.rows[before:]

    def wait(self, seconds: float) -> list[Row]:
        before = len(self.out.rows)
        self.now_us += round(seconds * SECOND)
        self.sessions.tick(self.now_us, self.out)
        return self.out.rows[before:]

    def asked(self) -> list[NodeId]:
        return self.sessions.rebirths(self.now_us)

    def restart(self) -> None:
        """As after a kill: a new process with the saved state."""
        state = json.loads(json.dumps(self.sessions.state()))
        self.sessions = Sessions(Patience())
        self.sessions.restore(state)


def readings(rows: Sequence[Row], status: str | None = None) -> list[Expected]:
    return [
        (row.signal, row.reading_at // 1000, row.value)
        for row in rows
        if row.signal is not None and row.reading_at is not None and status in (None, row.status)
    ]


def problems(rows: Sequence[Row]) -> list[str]:
    return [
        why
        for row in rows
        if row.status_code == "not_decoded"
        for why in json.loads(row.value_text or "")["why"]
    ]


def payloads(rows: Sequence[Row]) -> list[bytes]:
    """The raw payloads that were put aside."""
    told = [json.loads(row.value_text or "") for row in rows if row.status_code == "not_decoded"]
    return [
        base64.b64decode(one["payload_base64"]) if "payload_base64" in one else one["payload"].encode()
        for one in told
    ]


def expected(published: Sequence[Published]) -> list[Expected]:
    return [reading for one in published for reading in one.readings]


def birth(*metrics: bytes, seq: int = 0) -> tuple[str, bytes]:
    return ("spBv1.0/G/NBIRTH/E", wire.payload(metrics, seq=seq))


def data(*metrics: bytes, seq: int = 1) -> tuple[str, bytes]:
    return ("spBv1.0/G/NDATA/E", wire.payload(metrics, seq=seq))
