"""Plain JSON topics (UMH style and others): a message becomes readings by the first rule whose topic fits.

A message is an object, a list of objects, or one bare value. What cannot be read is put aside with its raw payload:
no valid JSON, a timestamp that is none, a status that the notation does not know. Numbers keep their digits, true
and false are 1 and 0, text and lists stand in value_text, null is a reading without value and status bad.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from paho.mqtt.client import topic_matches_sub

from ingestion.connectors.mqtt.datatypes import Value, WireError
from ingestion.connectors.mqtt.json_values import messages, micros_of, said_of, text_at, value_of, values_of
from ingestion.connectors.mqtt.options import TopicRule
from ingestion.connectors.mqtt.readings import Arrival, Output, Row
from ingestion.connectors.mqtt.rows import NO_TIME, NOT_FINITE, NULL
from ingestion.connectors.mqtt.sightings import Redeliveries
from ingestion.connectors.mqtt.topics import NodeId
from ingestion.typing.quality_codes import BAD, Meaning


class JsonTopics:
    """Readings of plain JSON messages; the same interface as Sessions, with redelivered packets as its only memory."""

    def __init__(self, rules: tuple[TopicRule, ...]) -> None:
        self._rules = rules
        self._packets = Redeliveries()

    def take(self, arrival: Arrival, out: Output) -> None:
        """Take in one message; rows and counts go to `out`."""
        out.counts["messages"] += 1
        if self._packets.again(arrival):
            out.counts["duplicates"] += 1
            return
        try:
            rule = self._rule(arrival.topic)
            out.rows += [row for item in messages(arrival.payload) for row in _rows(rule, arrival, item)]
        except WireError as error:
            out.reject(arrival, [str(error)])

    def tick(self, now_us: int, out: Output) -> None:
        """Nothing waits here."""

    def due(self, now_us: int) -> bool:
        """Nothing waits here."""
        return False

    def rebirths(self, now_us: int) -> list[NodeId]:
        """Nobody is asked for anything."""
        return []

    def distrust(self) -> None:
        """Nobody can be asked."""

    def state(self) -> dict[str, Any]:
        """As JSON."""
        return {"packets": self._packets.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._packets = Redeliveries(state["packets"])

    def _rule(self, topic: str) -> TopicRule:
        for rule in self._rules:
            if topic_matches_sub(rule.topic, topic):
                return rule
        raise WireError(f"no rule for topic {topic!r}")


def _rows(rule: TopicRule, arrival: Arrival, content: Any) -> Iterator[Row]:
    told = micros_of(rule, content)
    is_untimed = told is None and rule.timestamp is not None
    said, code = said_of(rule, content)
    uom = text_at(content, rule.uom)
    found = list(values_of(rule, content))
    if not found:
        raise WireError(f"no value at {', '.join(rule.values)}")
    for name, raw in found:
        value = value_of(raw)
        meant, shown = _judged(value, said, code, is_untimed)
        yield Row(
            signal=_signal(rule, arrival.topic, name),
            reading_at=arrival.received_us if told is None else told,
            value=value.number if value is not None else None,
            value_text=value.text if value is not None else None,
            status=meant.status,
            status_code=shown,
            is_substituted=meant.substituted,
            is_questionable=meant.questionable,
            is_clamped=meant.clamped,
            uom=uom,
        )


def _judged(
    value: Value | None, said: Meaning, code: str | None, is_untimed: bool
) -> tuple[Meaning, str | None]:
    """What is said about a value: by the message itself, or found here where the message says nothing."""
    if value is None:
        return (said, code) if code is not None else (BAD, NULL)
    if not value.finite:
        return BAD, code or NOT_FINITE
    if not is_untimed:
        return said, code
    if said.status != "good":
        return replace(said, questionable=True), code
    return replace(said, status="uncertain", questionable=True), NO_TIME


def _signal(rule: TopicRule, topic: str, name: str) -> str:
    levels = topic.split("/")
    tail = "/".join(levels[rule.topic.count("/") :]) if rule.topic.endswith("#") else ""
    numbered = [levels[0], *levels]  # {1} is the first level
    try:
        signal = rule.template.format(*numbered, topic=topic, tail=tail, name=name)
    except IndexError as error:
        raise WireError(
            f"topic {topic!r} has fewer levels than the signal {rule.template!r} asks for"
        ) from error
    return signal.removesuffix("/") if not name else signal
