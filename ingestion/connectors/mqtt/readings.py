"""Readings as the collector spools them: the columns of a landed file, those of the canonical reading.

Belongs here: arrivals, rows, and building Arrow from rows. A message that cannot become readings is a row without
signal that holds the reasons and the raw payload: its contract puts it aside (required:signal), so nothing is lost
on the way. Not here: what a message means (sessions.py for Sparkplug B, json_rules.py for plain JSON).
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from ingestion.connectors.mqtt.datatypes import check_time, moment

NOT_DECODED = "not_decoded"
_TIME = pa.timestamp("us", tz="UTC")

SCHEMA = pa.schema(
    [
        pa.field("signal", pa.string()),
        pa.field("reading_at", _TIME),
        pa.field("server_at", _TIME),
        pa.field("value", pa.float64()),
        pa.field("value_text", pa.string()),
        pa.field("status", pa.string()),
        pa.field("status_code", pa.string()),
        pa.field("is_substituted", pa.bool_()),
        pa.field("is_questionable", pa.bool_()),
        pa.field("is_clamped", pa.bool_()),
        pa.field("uom", pa.string()),
        pa.field("is_historical", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as the broker delivered it; `received_us` is the collector's clock, microseconds since 1970.

    `redelivered` is MQTT's DUP flag: the broker says that it sent this message before, under the same `packet_id`
    (0 for messages of QoS 0, which have none).
    """

    received_us: int
    topic: str
    payload: bytes
    packet_id: int = 0
    redelivered: bool = False


class Row(NamedTuple):
    """One row of SCHEMA; times in microseconds since 1970."""

    signal: str | None
    reading_at: int | None
    server_at: int | None = None
    value: float | None = None
    value_text: str | None = None
    status: str = "good"
    status_code: str | None = None
    is_substituted: bool = False
    is_questionable: bool = False
    is_clamped: bool = False
    uom: str | None = None
    is_historical: bool = False


@dataclass
class Output:
    """What came out of messages, in order, and counts of what happened (names as in the how-to)."""

    rows: list[Row] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def reject(self, arrival: Arrival, why: Iterable[str]) -> None:
        """A message of which something could not be read: the reasons, and all of it as it came."""
        self.counts["rejected"] += 1
        told = {
            "why": list(why),
            "topic": arrival.topic,
            "received_at": moment(arrival.received_us // 1000),
            **_payload(arrival.payload),
        }
        text = json.dumps(told, ensure_ascii=False)
        self.rows.append(Row(None, None, value_text=text, status="bad", status_code=NOT_DECODED))


def record_batch(rows: Iterable[Row]) -> pa.RecordBatch:
    """Rows as one record batch of SCHEMA."""
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def micros(milliseconds: int) -> int:
    """Milliseconds since 1970 as microseconds; WireError outside the years 1 to 9998."""
    return check_time(milliseconds) * 1000


def _payload(payload: bytes) -> dict[str, str]:
    """The payload as text if that shows all of it, else in base64."""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if all(character.isprintable() or character in "\t\n\r" for character in text):
        return {"payload": text}
    return {"payload_base64": base64.b64encode(payload).decode("ascii")}
