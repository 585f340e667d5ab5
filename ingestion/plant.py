"""Plant configuration: which sites, which sources, in which time zones.

Belongs here: reading and checking plant.yml. Tables of the plant folder (equipment, signals, shifts ...) are data
of the system `plant` and flow through ingestion like any other; how a system's files look stands in its contracts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from ingestion.alerting import AlertParameters, read_alerts
from ingestion.connectors.secrets import refuse_plain_secrets
from ingestion.errors import PlantError
from ingestion.master_data import MasterDataParameters, read_master_data
from ingestion.production import ProductionParameters, read_production
from ingestion.quarantine_policy import QuarantinePolicy, read_quarantine_policy
from ingestion.settings import Settings

PLANT_SYSTEM = "plant"


@dataclass(frozen=True)
class Site:
    """One site of the enterprise; `timezone` is an IANA name, `currency` an ISO 4217 code."""

    site_code: str
    name: str
    timezone: str
    currency: str
    country: str


@dataclass(frozen=True)
class Connection:
    """How a system is reached that delivers no files itself: `kind` (sql, http, documents, opcua, mqtt) and its options.

    Secrets in `options` are references, see connectors/secrets.py; each connector checks the options of its kind.
    """

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """One system's delivery folder at this plant. Local times in its files are meant in `timezone`.

    With a `connection`, Tundish itself writes the files of the folder: each appears at once and complete.
    """

    system: str
    path: Path
    site_code: str
    timezone: str
    how_to_get_data: str = ""
    connection: Connection | None = None


@dataclass(frozen=True)
class Plant:
    """A plant as configured in <folder>/plant.yml; `currency` is the enterprise's, else that of the first site."""

    name: str
    title: str
    folder: Path
    sites: tuple[Site, ...]
    sources: tuple[Source, ...]
    description: str = ""
    enterprise: str = ""
    currency: str = ""
    production: ProductionParameters = field(default_factory=ProductionParameters)
    master_data: MasterDataParameters = field(default_factory=MasterDataParameters)
    alerts: AlertParameters = field(default_factory=AlertParameters)
    quarantine: QuarantinePolicy = field(default_factory=QuarantinePolicy)

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of the active systems, in the order of plant.yml."""
        return tuple(source.system for source in self.sources)

    def source(self, system: str) -> Source:
        """The source of one active system; PlantError if it is not active."""
        for source in self.sources:
            if source.system == system:
                return source
        known = ", ".join(self.systems)
        raise PlantError(
            self.folder, f"system {system!r} is not active.", f"add it to sources (there are: {known})."
        )


def load_plant(folder: Path, settings: Settings) -> Plant:
    """Read and check <folder>/plant.yml. Relative source paths are relative to the plant's folder."""
    path = folder / "plant.yml"
    raw = _read_yaml(path)
    sites = tuple(_site(path, entry) for entry in raw.get("sites") or [])
    if not sites:
        raise PlantError(path, "no sites.", "list at least one site with site_code, name and timezone.")
    declared: dict[str, dict[str, Any]] = {PLANT_SYSTEM: {"path": "."}, **(raw.get("sources") or {})}
    sources = tuple(_source(path, system, entry or {}, sites, settings) for system, entry in declared.items())
    return Plant(
        name=str(raw.get("name") or folder.name),
        title=str(raw.get("title") or raw.get("name") or folder.name),
        folder=folder,
        sites=sites,
        sources=sources,
        description=str(raw.get("description") or ""),
        enterprise=str(raw.get("enterprise") or ""),
        currency=str(raw.get("currency") or sites[0].currency),
        production=read_production(path, raw.get("production")),
        master_data=read_master_data(path, raw.get("master_data")),
        alerts=read_alerts(path, raw.get("alerts")),
        quarantine=read_quarantine_policy(path, raw.get("quarantine")),
    )


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PlantError(
            path, "there is no such file.", "give the folder of a plant, e.g. data/plants/demo."
        ) from error
    except yaml.YAMLError as error:
        raise PlantError(path, f"not valid YAML: {error}.", "mend the file.") from error
    if not isinstance(raw, dict):
        raise PlantError(path, "not a mapping.", "start from data/plants/demo/plant.yml.")
    return raw


def _site(path: Path, entry: dict[str, Any]) -> Site:
    try:
        site = Site(
            site_code=str(entry["site_code"]),
            name=str(entry["name"]),
            timezone=str(entry["timezone"]),
            currency=str(entry.get("currency", "")),
            country=str(entry.get("country", "")),
        )
    except KeyError as error:
        raise PlantError(
            path, f"a site lacks {error}.", "give each site site_code, name and timezone."
        ) from error
    _check_zone(path, site.timezone)
    return site


def _source(
    path: Path, system: str, entry: dict[str, Any], sites: tuple[Site, ...], settings: Settings
) -> Source:
    codes = {site.site_code: site for site in sites}
    site = codes.get(str(entry.get("site", sites[0].site_code)))
    if site is None:
        known = ", ".join(codes)
        raise PlantError(path, f"source {system}: unknown site {entry['site']!r}.", f"use one of: {known}.")
    written = str(entry.get("path", f"{{landing}}/{system}")).replace("{landing}", str(settings.landing))
    place = settings.source_paths.get(system, Path(written).expanduser())
    zone = str(entry.get("timezone", site.timezone))
    _check_zone(path, zone)
    return Source(
        system=system,
        path=(path.parent / place).resolve(),
        site_code=site.site_code,
        timezone=zone,
        how_to_get_data=str(entry.get("how_to_get_data", "")).strip(),
        connection=_connection(path, system, entry.get("connection")),
    )


def _connection(path: Path, system: str, entry: object) -> Connection | None:
    if entry is None:
        return None
    where = f"source {system}: connection"
    if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
        raise PlantError(path, f"{where} has no kind.", "write connection: {kind: sql, ...}.")
    options = {str(key): value for key, value in entry.items() if key != "kind"}
    refuse_plain_secrets(path, where, options)
    return Connection(entry["kind"], options)


def _check_zone(path: Path, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PlantError(
            path, f"unknown time zone {zone!r}.", "use an IANA name, e.g. Europe/Berlin."
        ) from error
