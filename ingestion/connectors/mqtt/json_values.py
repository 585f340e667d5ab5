"""What a plain JSON message says: its values by path, its time, its status.

Belongs here: reading one object by one rule. Not here: which rule, duplicates, rows (json_rules.py).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.connectors.mqtt.datatypes import Value, WireError, check_time, number, whole
from ingestion.connectors.mqtt.options import TopicRule
from ingestion.typing.quality_codes import GOOD, Meaning
from ingestion.typing.status import meaning

EVERYTHING = "*"
_PER_SECOND = {"s": 1_000_000, "ms": 1_000, "us": 1}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def messages(payload: bytes) -> list[Any]:
    """The objects (or the one bare value) of a payload; WireError if it is no JSON."""
    try:
        content = json.loads(payload)
        if b"\\u" in payload:
            json.dumps(content, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise WireError(f"the payload is no JSON ({error})") from error
    if not isinstance(content, list):
        return [content]
    if not all(isinstance(item, dict) for item in content):
        raise WireError("a list must hold objects only")
    return content


def micros_of(rule: TopicRule, content: Any) -> int | None:
    """The time of a message, microseconds since 1970; None if it has none. WireError if it is no time."""
    raw = _at(content, rule.timestamp) if rule.timestamp else None
    if raw is None:
        return None
    if rule.timestamp_unit == "iso":
        return _iso(raw)
    told = _number(raw)
    micros = told // 1000 if rule.timestamp_unit == "ns" else told * _PER_SECOND[rule.timestamp_unit]
    if not abs(micros) < 2**62:
        raise WireError(f"timestamp {raw!r} is not in {rule.timestamp_unit} since 1970")
    check_time(round(micros) // 1000)
    return round(micros)


def values_of(rule: TopicRule, content: Any) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything that the rule asks for; objects are entered, a bare value has the path ''."""
    if not isinstance(content, dict):
        yield "", content
        return
    used = {path for path in (rule.timestamp, rule.uom, rule.status, *rule.exclude) if path}
    for path in rule.values:
        found = content if path == EVERYTHING else _at(content, path)
        if found is None and path != EVERYTHING and not _has(content, path):
            continue
        for name, value in _leaves("" if path == EVERYTHING else path, found):
            if path != EVERYTHING or name not in used:
                yield name, value


def text_at(content: Any, path: str) -> str | None:
    """What stands at a path as text; None for nothing."""
    found = _at(content, path) if path else None
    return None if found in (None, "") else str(found)


def said_of(rule: TopicRule, content: Any) -> tuple[Meaning, str | None]:
    """Status of a message and its code; a code that the notation does not know is a WireError."""
    code = text_at(content, rule.status)
    if code is None:
        return GOOD, None
    said = meaning(rule.status_notation, code)
    if said is None:
        raise WireError(f"status {code!r} is not of notation {rule.status_notation}")
    return said, code


def value_of(raw: Any) -> Value | None:
    """A JSON value in the columns of a reading; None for null."""
    if raw is None:
        return None
    if isinstance(raw, bool):
        return Value(float(raw))
    if isinstance(raw, int):
        return whole(raw)
    if isinstance(raw, float):
        return number(raw)
    return Value(None, raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield name, value
        return
    for key, inner in value.items():
        yield from _leaves(f"{name}.{key}" if name else key, inner)


def _at(content: Any, path: str) -> Any:
    """What stands at a path; None for nothing. A key that itself has full stops counts first."""
    if not isinstance(content, Mapping):
        return None
    if path in content:
        return content[path]
    head, _, tail = path.partition(".")
    return _at(content.get(head), tail) if tail else None


def _has(content: Any, path: str) -> bool:
    if not isinstance(content, Mapping):
        return False
    head, _, tail = path.partition(".")
    return path in content or (bool(tail) and _has(content.get(head), tail))


def _number(raw: Any) -> int | float:
    try:
        told = int(raw) if isinstance(raw, str) else raw
    except ValueError as error:
        raise WireError(f"timestamp {raw!r} is no number") from error
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise WireError(f"timestamp {raw!r} is no number")
    return told


def _iso(raw: Any) -> int:
    try:
        at = datetime.fromisoformat(raw)
    except (ValueError, TypeError) as error:
        raise WireError(f"timestamp {raw!r} is not in ISO 8601") from error
    if at.tzinfo is None:
        raise WireError(f"timestamp {raw!r} has no offset")
    return (at - _EPOCH) // _MICROSECOND
