"""The section `alerts` of plant.yml: who hears of machines and sources that fall silent.

Belongs here: its parameters, their defaults and checks. How messages are sent stands in serving/alerts, what counts as
silent in orchestration/lib/silence.py, what a person writes in docs/how-to/sensor-health.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.connectors.secrets import refuse_plain_secrets
from ingestion.errors import PlantError

REQUIRED = {
    "webhook": {"url"},
    "slack": {"url"},
    "email": {"host", "sender", "recipients"},
}
OPTIONAL = {"webhook": {"headers"}, "slack": set(), "email": {"port", "user", "password", "starttls"}}


@dataclass(frozen=True)
class AlertChannel:
    """One way to tell people; secrets in `options` are references."""

    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class AlertParameters:
    """A machine is silent if its site has readings newer by `machine_silence_s`, a source if it has delivered no file for
    `source_silence_s`; 0 switches either off. Durations are seconds."""

    machine_silence_s: float = 3600
    source_silence_s: float = 0
    channels: tuple[AlertChannel, ...] = field(default_factory=tuple)


def read_alerts(path: Path, section: object) -> AlertParameters:
    """Check the section `alerts` of the plant file `path`. Raises PlantError with the key and what it takes."""
    if section is None:
        return AlertParameters()
    if not isinstance(section, dict):
        raise PlantError(path, "alerts is not a mapping.", "write keys and values below it.")
    unknown = sorted(set(section) - {"machine_silence_s", "source_silence_s", "channels"})
    if unknown:
        raise PlantError(
            path, f"alerts: unknown key {unknown[0]!r}.", "use machine_silence_s, source_silence_s, channels."
        )
    return AlertParameters(
        _seconds(path, "machine_silence_s", section.get("machine_silence_s", 3600)),
        _seconds(path, "source_silence_s", section.get("source_silence_s", 0)),
        tuple(_channel(path, entry) for entry in section.get("channels") or []),
    )


def _seconds(path: Path, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise PlantError(path, f"alerts: {key} is {value!r}.", "give seconds, not negative.")
    return float(value)


def _channel(path: Path, entry: object) -> AlertChannel:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or kind not in REQUIRED:
        raise PlantError(
            path, f"alerts: {kind!r} is no kind of channel.", f"use one of: {', '.join(REQUIRED)}."
        )
    options = {str(key): value for key, value in entry.items() if key != "kind"}
    if missing := sorted(REQUIRED[kind] - set(options)):
        raise PlantError(path, f"alerts: a channel {kind} lacks {missing[0]}.", f"add {missing[0]}.")
    if unknown := sorted(set(options) - REQUIRED[kind] - OPTIONAL[kind]):
        raise PlantError(path, f"alerts: a channel {kind} has no option {unknown[0]!r}.", "leave it out.")
    refuse_plain_secrets(path, f"alerts: channel {kind}", options)
    return AlertChannel(kind, options)
