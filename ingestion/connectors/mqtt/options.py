"""Options of an MQTT connection: what may stand under `connection` of a source in plant.yml, checked at once.

connection:
  kind: mqtt
  host: broker.plant.example
  user: collector                  # password: {env: NAME} or {file: path}
  tls: {ca: ca.pem}                # or true for the system's authorities; cert, key for a client certificate
  payload: sparkplug_b             # default without topics; groups: [Plant1] (default: all)
  payload: json                    # default with topics
  topics: [{topic: "umh/v1/+/+/+/_historian/#", timestamp: timestamp_ms}]

Each field below says its unit. Not here: secrets (secrets.py), what rules of topics do (json_rules.py).
"""

import re
import string
from pathlib import Path
from typing import Any, Literal, Self

import pydantic

from ingestion.connectors.secrets import is_reference
from ingestion.connectors.spool import SpoolOptions
from ingestion.errors import PlantError
from ingestion.plant import Source
from ingestion.typing.quality_codes import CODES

KIND = "mqtt"
PLACEHOLDERS = ("topic", "tail", "name")
_FILTER = re.compile(r"#|(\+|[^+#/]*)(/(\+|[^+#/]*))*(/#)?")
_STRICT = pydantic.ConfigDict(extra="forbid", frozen=True)


class TopicRule(pydantic.BaseModel):
    """How messages of plain JSON become readings.

    `topic` is an MQTT filter. `signal` is a template with {topic}, {tail} (what # stands for), {1} {2} ... (levels of
    the topic) and {name} (path of the value). Paths go into objects by full stops. `values` lists paths, * stands
    for all that have no other use. `timestamp: null` means the time of arrival.
    """

    model_config = _STRICT

    topic: str
    signal: str = ""
    timestamp: str | None = "timestamp_ms"
    timestamp_unit: Literal["s", "ms", "us", "ns", "iso"] = "ms"
    values: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    uom: str = ""
    status: str = ""
    status_notation: str = "words"

    @property
    def template(self) -> str:
        """The signal's template: by default the topic, with the value's name where several can stand in a message."""
        return self.signal or (
            "{topic}" if len(self.values) == 1 and self.values != ("*",) else "{topic}/{name}"
        )

    @pydantic.field_validator("topic")
    @classmethod
    def _is_filter(cls, topic: str) -> str:
        if not topic or not _FILTER.fullmatch(topic):
            raise ValueError(f"{topic!r} is no MQTT topic filter")
        return topic

    @pydantic.field_validator("signal")
    @classmethod
    def _is_template(cls, signal: str) -> str:
        fields = [name for _, name, _, _ in string.Formatter().parse(signal) if name is not None]
        if wrong := [name for name in fields if name not in PLACEHOLDERS and not name.isdecimal()]:
            raise ValueError(f"unknown placeholder {wrong[0]!r}, use {{topic}}, {{tail}}, {{1}} or {{name}}")
        return signal

    @pydantic.field_validator("values", mode="before")
    @classmethod
    def _one_or_many(cls, values: Any) -> Any:
        return (values,) if isinstance(values, str) else values

    @pydantic.field_validator("status_notation")
    @classmethod
    def _is_notation(cls, notation: str) -> str:
        if notation not in CODES:
            raise ValueError(f"unknown notation {notation!r}, use one of {', '.join(sorted(CODES))}")
        return notation


class TlsOptions(pydantic.BaseModel):
    """Files in PEM, relative to the plant's folder; without `ca` the system's authorities count."""

    model_config = _STRICT

    ca: str = ""
    cert: str = ""
    key: str = ""
    key_password: Any = None


class SpoolSize(pydantic.BaseModel):
    """How much the spool may hold and what happens then."""

    model_config = _STRICT

    limit_mb: float = pydantic.Field(default=4096, gt=0)
    when_full: Literal["block", "drop_oldest"] = "block"

    @property
    def options(self) -> SpoolOptions:
        """For the spool."""
        return SpoolOptions(limit_bytes=int(self.limit_mb * 2**20), when_full=self.when_full)


class MqttOptions(pydantic.BaseModel):
    """The checked options."""

    model_config = _STRICT

    host: str = pydantic.Field(min_length=1)
    port: int = pydantic.Field(default=0, ge=0, le=65535, description="0: 1883, with TLS 8883")
    user: str = ""
    password: Any = None
    tls: bool | TlsOptions = False
    client_id: str = pydantic.Field(default="", description="default: made of plant, system and home")
    protocol: Literal["3.1.1", "5"] = "3.1.1"
    qos: Literal[0, 1] = 1
    keepalive_s: int = pydantic.Field(default=30, gt=0, description="seconds")
    session_expiry_s: int = pydantic.Field(default=7 * 86400, gt=0, description="seconds; protocol 5 only")
    backoff_s: float = pydantic.Field(
        default=1.0, gt=0, description="seconds to the first new attempt, then doubled"
    )
    backoff_max_s: float = pydantic.Field(default=60.0, gt=0, description="seconds")
    land_s: float = pydantic.Field(default=10.0, gt=0, description="seconds between two landed files")
    payload: Literal["sparkplug_b", "json"] | None = None
    groups: tuple[str, ...] = ("+",)
    reorder_ms: int = pydantic.Field(default=2000, gt=0, description="milliseconds")
    rebirth_interval_s: float = pydantic.Field(default=10.0, gt=0, description="seconds")
    primary_host: str = pydantic.Field(default="", description="host id; empty: edge nodes are told nothing")
    topics: tuple[TopicRule, ...] = ()
    spool: SpoolSize = SpoolSize()

    @property
    def is_sparkplug(self) -> bool:
        """True for Sparkplug B, False for plain JSON."""
        return (self.payload or ("json" if self.topics else "sparkplug_b")) == "sparkplug_b"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or (8883 if self.tls else 1883)

    @pydantic.field_validator("protocol", mode="before")
    @classmethod
    def _as_text(cls, protocol: Any) -> Any:
        return str(protocol)

    @pydantic.field_validator("groups")
    @classmethod
    def _are_levels(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        for group in groups:
            if group != "+" and (not group or set(group) & set("+#/")):
                raise ValueError(f"{group!r} is no group")
        return groups

    @pydantic.model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.user and not is_reference(self.password):
            raise ValueError("user without password: write password: {env: NAME} or {file: path}")
        if self.is_sparkplug and self.topics:
            raise ValueError("topics belong to payload: json")
        if not self.is_sparkplug and not self.topics:
            raise ValueError('payload json needs topics, e.g. [{topic: "umh/v1/#"}]')
        return self


def mqtt_options(source: Source, plant_folder: Path) -> MqttOptions:
    """Check the options of one source; PlantError names the option and what is wrong with it."""
    where = f"source {source.system}: connection"
    path = plant_folder / "plant.yml"
    if source.connection is None or source.connection.kind != KIND:
        raise PlantError(path, f"{where} is not of kind mqtt.", "write connection: {kind: mqtt, host: ...}.")
    try:
        return MqttOptions(**source.connection.options)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        problem = f"{where}{f'.{place}' if place else ''}: {first['msg'].removeprefix('Value error, ')}."
        raise PlantError(path, problem, "see docs/how-to/mqtt.md for the options.") from error
