"""From plant and settings to the parts of a collector: what is subscribed, who logs in, what understands messages."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from ingestion.connectors.mqtt.client import LastWord, Login
from ingestion.connectors.mqtt.json_rules import JsonTopics
from ingestion.connectors.mqtt.node import Patience
from ingestion.connectors.mqtt.options import MqttOptions, TlsOptions
from ingestion.connectors.mqtt.recorder import Fold
from ingestion.connectors.mqtt.sessions import Sessions
from ingestion.connectors.mqtt.topics import NAMESPACE, filters
from ingestion.connectors.secrets import resolve
from ingestion.errors import PlantError
from ingestion.plant import Plant, Source
from ingestion.settings import Settings


def fold_of(options: MqttOptions) -> Fold:
    """What understands the messages of this source."""
    if not options.is_sparkplug:
        return JsonTopics(options.topics)
    patience = Patience(reorder_ms=options.reorder_ms)
    return Sessions(patience, rebirth_interval_ms=round(options.rebirth_interval_s * 1000))


def filters_of(options: MqttOptions) -> list[str]:
    """The topic filters to subscribe."""
    if options.is_sparkplug:
        return filters(options.groups)
    return list(dict.fromkeys(rule.topic for rule in options.topics))


def login_of(options: MqttOptions, source: Source, plant: Plant, settings: Settings) -> Login:
    """Client id, secrets and TLS files. PlantError if a secret or a file is not there."""
    home = hashlib.sha256(str(settings.home).encode()).hexdigest()[:8]
    where = f"source {source.system}: connection"
    password = resolve(options.password, plant.folder, f"{where}.password") if options.user else None
    return Login(
        client_id=options.client_id or f"tundish-{plant.name}-{source.system}-{home}",
        password=password,
        tls=_tls(options.tls, plant.folder, where),
    )


def last_word_of(options: MqttOptions) -> LastWord | None:
    """The state of a Sparkplug primary host, if this collector is one: online at each connection, offline as will."""
    if not options.is_sparkplug or not options.primary_host:
        return None
    now_ms = time.time_ns() // 1_000_000
    said, will = (
        json.dumps({"online": is_online, "timestamp": now_ms}).encode() for is_online in (True, False)
    )
    return LastWord(f"{NAMESPACE}/STATE/{options.primary_host}", said, will)


def _tls(tls: bool | TlsOptions, folder: Path, where: str) -> dict[str, Any] | None:
    """Arguments of paho's tls_set; None without TLS."""
    if isinstance(tls, bool):
        return {} if tls else None
    files = {"ca_certs": tls.ca, "certfile": tls.cert, "keyfile": tls.key}
    given: dict[str, Any] = {name: str(folder / path) for name, path in files.items() if path}
    for path in given.values():
        if not Path(path).is_file():
            raise PlantError(folder / "plant.yml", f"{where}.tls: no file {path}.", "correct the path.")
    if tls.key_password is not None:
        given["keyfile_password"] = resolve(tls.key_password, folder, f"{where}.tls.key_password")
    return given
