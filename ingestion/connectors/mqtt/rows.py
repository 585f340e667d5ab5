"""Rows of one metric of a Sparkplug message, given its definition.

Belongs here: names, times, status and unit of a row. The signal is <group>/<edge>[/<device>]:<metric>; the colon keeps
a metric `Press/Force` of a node apart from `Force` of its device `Press`.
"""

from collections.abc import Iterator
from typing import Any

from ingestion.connectors.mqtt.births import Definition, Scope
from ingestion.connectors.mqtt.datatypes import moment
from ingestion.connectors.mqtt.flatten import Leaf, leaves
from ingestion.connectors.mqtt.messages import Message
from ingestion.connectors.mqtt.quality import quality, status_of
from ingestion.connectors.mqtt.readings import Row

NO_TIME = "no_timestamp"
NULL = "null"
NOT_FINITE = "not_finite"
STALE = "stale"


def metric_rows(
    message: Message, metric: Any, definition: Definition, scope: Scope, doubt: str | None
) -> list[Row]:
    """All rows of one metric; WireError if any part of it cannot be read. `doubt` makes good values uncertain."""
    found = list(leaves(metric, definition.name, definition.kind, scope.kind_of))
    rows = [_row(message, leaf, definition, doubt) for leaf in found]
    scope.signals.update({leaf.name: leaf.kind.name for leaf in found})
    return rows


def dead_rows(message: Message, place: str, scope: Scope, at_ms: int | None) -> Iterator[Row]:
    """A row without value and with status bad for every signal of a dead scope, at `at_ms` or the time of arrival."""
    at_us = message.arrival.received_us if at_ms is None else _micros(at_ms)
    for name, kind in scope.signals.items():
        yield Row(
            problem=None,
            signal=f"{place}:{name}",
            reading_at=at_us,
            server_at=at_us,
            value=None,
            value_text=None,
            status="bad",
            status_code=STALE,
            is_substituted=False,
            is_questionable=False,
            is_clamped=False,
            uom=None,
            is_historical=False,
            data_type=kind,
            message_type=message.address.message_type,
            received_at=message.arrival.received_us,
            message_no=message.arrival.no,
        )


def _row(message: Message, leaf: Leaf, definition: Definition, doubt: str | None) -> Row:
    sent = message.sent_ms
    at_ms = next((metric.timestamp for metric in leaf.metrics if metric.HasField("timestamp")), sent)
    at_us = message.arrival.received_us if at_ms is None else _micros(at_ms)
    doubt = doubt or (NO_TIME if at_ms is None else None)
    status, code = _status(leaf, doubt)
    value = leaf.value
    return Row(
        problem=None,
        signal=f"{message.address.place}:{leaf.name}",
        reading_at=at_us,
        server_at=None if sent is None else _micros(sent),
        value=value.number if value is not None else None,
        value_text=value.text if value is not None else None,
        status=status,
        status_code=code,
        is_substituted=False,
        is_questionable=doubt is not None,
        is_clamped=False,
        uom=definition.uom,
        is_historical=any(metric.is_historical for metric in leaf.metrics),
        data_type=leaf.kind.name,
        message_type=message.address.message_type,
        received_at=message.arrival.received_us,
        message_no=message.arrival.no,
    )


def _status(leaf: Leaf, doubt: str | None) -> tuple[str, str | None]:
    """Canonical status and its code: the edge node's own where it gives one, else the reason found here."""
    code = next((found for metric in leaf.metrics if (found := quality(metric)) is not None), None)
    told = status_of(code) if code is not None else "good"
    shown = str(code) if code is not None else None
    if leaf.value is None:
        return (told, shown) if code is not None else ("bad", NULL)
    if not leaf.value.finite:
        return "bad", shown or NOT_FINITE
    if doubt is not None and told == "good":
        return "uncertain", doubt
    return told, shown


def _micros(milliseconds: int) -> int:
    moment(milliseconds)  # refuses what is no time in milliseconds
    return milliseconds * 1000
