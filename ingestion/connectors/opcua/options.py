"""Options of an OPC UA connection: what may stand under `connection` of a source in plant.yml, checked at once.

connection:
  kind: opcua
  url: opc.tcp://host:4840
  nodes: ["ns=2;s=Line1.Temperature", "Objects/2:Line1/*/Pressure", {node: "Objects/2:Line2/**", deadband: 0.5}]
  mode: live                       # subscribed by `tundish collect opcua`; history: HistoryRead before each run
  user: collector                  # password: {env: NAME} or {file: path}
  security: SignAndEncrypt         # or Sign, or None (then also anonymous: true, unless a user is given)
  policy: Basic256Sha256           # or Aes128Sha256RsaOaep, Aes256Sha256RsaPss
  pki: pki                         # folder own/, trusted/, rejected/, relative to the plant's folder; default <home>/pki

Numbers and their units stand at the fields below. Not here: secrets (secrets.py), certificates (security.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ingestion.connectors.spool import SpoolOptions
from ingestion.errors import PlantError

KIND = "opcua"
SECURITY_MODES = ("SignAndEncrypt", "Sign", "None")
POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
DEADBAND_KINDS = ("absolute", "percent")
HISTORY_MODES = ("auto", "off")
MODES = ("live", "history")
_SIGNAL_NUMBERS = {"sampling_ms", "queue_size", "deadband"}
_EXAMPLE = 'write nodes: ["ns=2;s=Line1.Temperature", "Objects/2:Line1/*"].'


@dataclass(frozen=True)
class Selection:
    """One entry of `nodes`: a node id, or a browse path with wild cards, and how its values are sampled."""

    node: str
    sampling_ms: float = 0.0
    queue_size: int = 100
    deadband: float = 0.0
    deadband_kind: str = "absolute"


@dataclass(frozen=True)
class OpcUaOptions:
    """The checked options. Times in milliseconds or seconds as their names say."""

    url: str
    nodes: tuple[Selection, ...]
    mode: str = "live"
    user: str = ""
    password: Any = None
    anonymous: bool = False
    security: str = "SignAndEncrypt"
    policy: str = "Basic256Sha256"
    pki: str = ""
    application_uri: str = ""
    publishing_ms: float = 500.0
    keepalive_s: float = 5.0
    timeout_s: float = 10.0
    backoff_s: float = 1.0
    backoff_max_s: float = 60.0
    land_s: float = 10.0
    history: str = "auto"
    history_window_s: float = 3600.0
    history_lag_s: float = 2.0
    history_overlap_s: float = 60.0
    history_nodes: int = 50
    history_cut_at: int = 100
    backfill_days: int = 30
    retry_nodes_s: float = 60.0
    spool: SpoolOptions = field(default_factory=SpoolOptions)


def opcua_options(options: Mapping[str, Any], plant_file: Path, system: str) -> OpcUaOptions:
    """Check the options of one connection; PlantError names the option, the value and what to write."""
    check = _Check(plant_file, f"source {system}: connection")
    known = {known.name for known in fields(OpcUaOptions)} | _SIGNAL_NUMBERS | {"deadband_kind"}
    check.names(options, known)
    given = {
        name: value
        for name, value in options.items()
        if name in known and name not in {"nodes", "spool", "url", *_SIGNAL_NUMBERS, "deadband_kind"}
    }
    for one in fields(OpcUaOptions):
        if one.name in given and one.type in (float, int):
            given[one.name] = check.number(one.name, given[one.name], whole=one.type is int)
    url = str(options.get("url") or "")
    if not url.startswith("opc.tcp://"):
        check.fail(f"url is {url!r}.", "write url: opc.tcp://<host>:4840.")
    result = OpcUaOptions(
        url=url,
        nodes=tuple(_selections(check, options)),
        spool=_spool(check, options.get("spool") or {}),
        **given,
    )
    _check_security(check, result)
    check.one_of("mode", result.mode, MODES)
    check.one_of("history", result.history, HISTORY_MODES)
    return result


class _Check:
    """Builds the errors of one connection."""

    def __init__(self, plant_file: Path, where: str) -> None:
        self._file = plant_file
        self._where = where

    def fail(self, problem: str, next_step: str) -> None:
        raise PlantError(self._file, f"{self._where}: {problem}", next_step)

    def names(self, given: Mapping[str, Any], known: set[str]) -> None:
        if unknown := sorted(set(map(str, given)) - known):
            self.fail(f"unknown options {', '.join(unknown)}.", f"use {', '.join(sorted(known))}.")

    def number(self, name: str, value: object, *, whole: bool = False) -> float | int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            self.fail(f"{name} is {value!r}.", "write a number that is not negative.")
        assert isinstance(value, int | float)
        return int(value) if whole else float(value)

    def one_of(self, name: str, value: object, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            self.fail(f"{name} is {value!r}.", f"use one of: {', '.join(allowed)}.")


def _selections(check: _Check, options: Mapping[str, Any]) -> list[Selection]:
    entries = options.get("nodes")
    if not isinstance(entries, list) or not entries:
        check.fail("nodes are missing.", _EXAMPLE)
        return []
    common = {name: options[name] for name in (*_SIGNAL_NUMBERS, "deadband_kind") if name in options}
    return [_selection(check, entry, common) for entry in entries]


def _selection(check: _Check, entry: object, common: Mapping[str, Any]) -> Selection:
    given = {**common, **(entry if isinstance(entry, Mapping) else {"node": entry})}
    check.names(given, {"node", "deadband_kind"} | _SIGNAL_NUMBERS)
    node = given.get("node")
    if not isinstance(node, str) or not node.strip():
        check.fail(f"an entry of nodes is {entry!r}.", _EXAMPLE)
    kind = str(given.get("deadband_kind", "absolute"))
    check.one_of("deadband_kind", kind, DEADBAND_KINDS)
    numbers = {
        name: check.number(name, given[name], whole=name == "queue_size")
        for name in _SIGNAL_NUMBERS
        if name in given
    }
    return Selection(str(node).strip(), deadband_kind=kind, **numbers)  # type: ignore[arg-type]


def _spool(check: _Check, raw: Mapping[str, Any]) -> SpoolOptions:
    check.names(raw, {"limit_mb", "when_full"})
    when_full = raw.get("when_full", "block")
    check.one_of("spool.when_full", when_full, ("block", "drop_oldest"))
    limit = check.number("spool.limit_mb", raw.get("limit_mb", 4096))
    return SpoolOptions(limit_bytes=int(limit * 2**20), when_full=when_full)


def _check_security(check: _Check, options: OpcUaOptions) -> None:
    check.one_of("security", options.security, SECURITY_MODES)
    check.one_of("policy", options.policy, POLICIES)
    if options.user and options.password is None:
        check.fail("user without password.", "write password: {env: NAME} or {file: path}.")
    if not options.user and not options.anonymous:
        check.fail("neither user nor anonymous.", "write user and password, or anonymous: true.")
