"""Rows of one metric of a Sparkplug message, given its definition.

Belongs here: names, times, status and unit of a row. The signal is <group>/<edge>[/<device>]:<metric>; the colon keeps
a metric `Press/Force` of a node apart from `Force` of its device `Press`. Codes in words are the collector's own,
numbers are the edge node's.
"""

from collections.abc import Iterator
from typing import Any

from ingestion.connectors.mqtt.births import Definition, Scope
from ingestion.connectors.mqtt.flatten import Leaf, leaves
from ingestion.connectors.mqtt.messages import Message
from ingestion.connectors.mqtt.quality import meaning_of, quality
from ingestion.connectors.mqtt.readings import Row, micros
from ingestion.typing.quality_codes import BAD, GOOD, Meaning

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
    at_us = message.arrival.received_us if at_ms is None else micros(at_ms)
    for name in scope.signals:
        yield Row(f"{place}:{name}", at_us, at_us, status="bad", status_code=STALE)


def _row(message: Message, leaf: Leaf, definition: Definition, doubt: str | None) -> Row:
    sent = message.sent_ms
    at_ms = next((metric.timestamp for metric in leaf.metrics if metric.HasField("timestamp")), sent)
    doubt = doubt or (NO_TIME if at_ms is None else None)
    said, code = _status(leaf, doubt)
    value = leaf.value
    return Row(
        signal=f"{message.address.place}:{leaf.name}",
        reading_at=message.arrival.received_us if at_ms is None else micros(at_ms),
        server_at=None if sent is None else micros(sent),
        value=value.number if value is not None else None,
        value_text=value.text if value is not None else None,
        status=said.status,
        status_code=code,
        is_substituted=said.substituted,
        is_questionable=said.questionable or doubt is not None,
        is_clamped=said.clamped,
        uom=definition.uom,
        is_historical=any(metric.is_historical for metric in leaf.metrics),
    )


def _status(leaf: Leaf, doubt: str | None) -> tuple[Meaning, str | None]:
    """What is said about a value and its code: the edge node's own where it gives one, else the reason found here."""
    code = next((found for metric in leaf.metrics if (found := quality(metric)) is not None), None)
    said, shown = (GOOD, None) if code is None else (meaning_of(code), str(code))
    if leaf.value is None:
        return (BAD, NULL) if code is None else (said, shown)
    if not leaf.value.finite:
        return BAD, shown or NOT_FINITE
    if doubt is not None and said.status == "good":
        return Meaning("uncertain", substituted=said.substituted, clamped=said.clamped), doubt
    return said, shown
