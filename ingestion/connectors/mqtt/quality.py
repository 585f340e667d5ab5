"""Status and unit of a metric from its properties.

Sparkplug defines the quality codes 0 bad, 192 good and 500 stale; edge nodes also send those of OPC Classic. Any
other code is uncertain and stays readable in status_code. A metric without the property is good: its birth names its
unit, but no birth speaks for the quality of later values.
"""

from typing import Any

from ingestion.connectors.mqtt.datatypes import WireError, twos_complement
from ingestion.typing.quality_codes import DOUBTED, Meaning
from ingestion.typing.status import meaning

_QUALITY = ("quality",)
_UNIT = ("engunit", "engunits")


def meaning_of(code: int) -> Meaning:
    """What a quality code says."""
    said = meaning("sparkplug", code)
    if said is None and 0 <= code <= 255:
        said = meaning("opc_classic", code)
    return said or DOUBTED


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
