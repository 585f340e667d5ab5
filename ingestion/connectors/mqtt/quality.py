"""Status and unit of a metric from its properties.

Sparkplug defines the quality codes 0 bad, 192 good and 500 stale; edge nodes also send those of OPC Classic, whose
two high bits of the byte are the severity. Any other code is uncertain and stays readable in status_code. A metric
without the property is good: only its birth names units, but no birth speaks for the quality of later values.
"""

from typing import Any

from ingestion.connectors.mqtt.datatypes import WireError, twos_complement

STALE = 500
_QUALITY = ("quality",)
_UNIT = ("engunit", "engunits")
_SEVERITY = (
    "bad",
    "uncertain",
    "uncertain",
    "good",
)  # 10 is reserved in OPC Classic: nobody may call it good or bad


def status_of(code: int) -> str:
    """good, uncertain or bad."""
    if code == STALE:
        return "bad"
    return _SEVERITY[code >> 6] if 0 <= code <= 255 else "uncertain"


def quality(metric: Any) -> int | None:
    """The quality code of a metric; None if it has none. WireError if it is no integer."""
    found = _property(metric, _QUALITY)
    if found is None or found.is_null:
        return None
    field = found.WhichOneof("value")
    if field == "int_value":
        return twos_complement(found.int_value, 32, 32)
    if field == "long_value":
        return twos_complement(found.long_value, 64, 64)
    raise WireError(f"quality stands in {field}, not in an integer")


def unit(metric: Any) -> str | None:
    """The engineering unit of a metric; None if it has none."""
    found = _property(metric, _UNIT)
    return (found.string_value or None) if found is not None else None


def _property(metric: Any, names: tuple[str, ...]) -> Any:
    if not metric.HasField("properties"):
        return None
    properties = metric.properties
    for key, value in zip(properties.keys, properties.values, strict=False):
        if key.casefold() in names:
            return value
    return None
