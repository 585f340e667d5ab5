"""Which messages were seen lately, so that what a broker or an edge node sends twice is taken once."""

from collections.abc import Iterable
from hashlib import blake2b

from ingestion.connectors.mqtt.readings import Arrival

REMEMBERED = 10_000  # messages: more than a broker keeps in flight to one client


class Sightings:
    """A bounded memory of message contents."""

    def __init__(self, digests: Iterable[str] = (), limit: int = REMEMBERED) -> None:
        self._seen = dict.fromkeys(digests)
        self._limit = limit

    def again(self, arrival: Arrival, packet_id: int = 0) -> bool:
        """True if the same topic and payload (under that packet id) came lately; remembers them."""
        content = b"%d\0%b\0%b" % (packet_id, arrival.topic.encode(), arrival.payload)
        digest = blake2b(content, digest_size=8).hexdigest()
        known = digest in self._seen
        self._seen.pop(digest, None)
        self._seen[digest] = None
        if len(self._seen) > self._limit:
            del self._seen[next(iter(self._seen))]
        return known

    def state(self) -> list[str]:
        """As JSON, oldest first."""
        return list(self._seen)


class Redeliveries:
    """Packets of QoS 1 that the broker sends again because it did not see our acknowledgement.

    It must send them under their first packet id, so two equal messages on purpose are told from one sent twice.
    """

    def __init__(self, digests: Iterable[str] = ()) -> None:
        self._packets = Sightings(digests)

    def again(self, arrival: Arrival) -> bool:
        """True if this packet came before."""
        if not arrival.packet_id:
            return False
        return self._packets.again(arrival, arrival.packet_id) and arrival.redelivered

    def state(self) -> list[str]:
        """As JSON, oldest first."""
        return self._packets.state()
