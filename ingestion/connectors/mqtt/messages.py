"""Sparkplug messages: address and payload, read from an arrival; and the one command that the collector sends."""

from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from ingestion.connectors.mqtt.births import BDSEQ, REBIRTH
from ingestion.connectors.mqtt.datatypes import DataType, WireError
from ingestion.connectors.mqtt.readings import Arrival
from ingestion.connectors.mqtt.schema import Payload
from ingestion.connectors.mqtt.topics import Address, read_topic

SEQUENCE = 256


class Message(NamedTuple):
    """A message from an edge node. `seq` is None where the message carries none."""

    arrival: Arrival
    address: Address
    payload: Any
    seq: int | None

    @property
    def sent_ms(self) -> int | None:
        """When the edge node built the message, milliseconds since 1970."""
        return self.payload.timestamp if self.payload.HasField("timestamp") else None


def read_message(arrival: Arrival) -> Message:
    """Read topic and payload; WireError if either is not Sparkplug B."""
    address = read_topic(arrival.topic)
    try:
        payload = Payload.FromString(arrival.payload)
    except DecodeError as error:
        raise WireError("the payload is no Sparkplug B protobuf") from error
    seq = payload.seq if payload.HasField("seq") else None
    if seq is not None and seq >= SEQUENCE:
        raise WireError(f"sequence number {seq} is not within 0-255")
    return Message(arrival, address, payload, seq)


def birth_death_number(message: Message) -> int | None:
    """bdSeq of an NBIRTH or NDEATH; None if the message has none that can be read."""
    for metric in message.payload.metrics:
        if metric.name == BDSEQ:
            field = metric.WhichOneof("value")
            if field not in ("int_value", "long_value"):
                return None
            return int(getattr(metric, field))
    return None


def rebirth_payload(now_ms: int) -> bytes:
    """The command that asks an edge node for its births."""
    payload = Payload(timestamp=now_ms)
    payload.metrics.add(name=REBIRTH, timestamp=now_ms, datatype=int(DataType.Boolean), boolean_value=True)
    return bytes(payload.SerializeToString())
