"""Readings as the collector spools them: one row per value, and one per message that is no reading.

Belongs here: the columns of a landed file (those of the contracts sparkplug_b.readings and mqtt_json.readings) and
building Arrow from rows. A message that cannot become readings is a row with a `problem` and nothing else: the
contract puts it aside with its raw payload, so that nothing is lost on the way.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from ingestion.connectors.mqtt.datatypes import moment

_TIME = pa.timestamp("us", tz="UTC")

SCHEMA = pa.schema(
    [
        pa.field("problem", pa.string()),
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
        pa.field("data_type", pa.string()),
        pa.field("message_type", pa.string()),
        pa.field("received_at", _TIME),
        pa.field("message_no", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as the broker delivered it. `no` counts messages of this collector, `received_us` is its clock.

    `redelivered` is MQTT's DUP flag: the broker says that it sent this message before, under the same `packet_id`
    (0 for messages of QoS 0, which have none).
    """

    no: int
    received_us: int
    topic: str
    payload: bytes
    packet_id: int = 0
    redelivered: bool = False


class Row(NamedTuple):
    """One row of SCHEMA; times in microseconds since 1970."""

    problem: str | None
    signal: str | None
    reading_at: int | None
    server_at: int | None
    value: float | None
    value_text: str | None
    status: str | None
    status_code: str | None
    is_substituted: bool
    is_questionable: bool
    is_clamped: bool
    uom: str | None
    is_historical: bool
    data_type: str | None
    message_type: str | None
    received_at: int
    message_no: int


def rejected(arrival: Arrival, why: Iterable[str], message_type: str | None = None) -> Row:
    """The row of a message of which something could not be read: the reasons, and all of it as it came."""
    try:
        payload = {"payload": arrival.payload.decode("utf-8")}
        if not payload["payload"].isprintable():
            raise ValueError("binary")  # noqa: TRY301
    except ValueError:
        payload = {"payload_base64": base64.b64encode(arrival.payload).decode("ascii")}
    told = {
        "why": list(why),
        "topic": arrival.topic,
        "received_at": moment(arrival.received_us // 1000),
        **payload,
    }
    return Row(
        problem=json.dumps(told, ensure_ascii=False),
        signal=None,
        reading_at=None,
        server_at=None,
        value=None,
        value_text=None,
        status=None,
        status_code=None,
        is_substituted=False,
        is_questionable=False,
        is_clamped=False,
        uom=None,
        is_historical=False,
        data_type=None,
        message_type=message_type,
        received_at=arrival.received_us,
        message_no=arrival.no,
    )


def record_batch(rows: Iterable[Row]) -> pa.RecordBatch:
    """Rows as one record batch of SCHEMA."""
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)
