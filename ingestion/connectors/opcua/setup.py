"""From a source of a plant to its collector: options checked, secrets resolved, places found."""

from collections.abc import Callable
from pathlib import Path

from ingestion.connectors.opcua.collector import Collector, Places
from ingestion.connectors.opcua.options import KIND, OpcUaOptions, opcua_options
from ingestion.connectors.opcua.security import Pki
from ingestion.connectors.secrets import resolve
from ingestion.errors import PlantError
from ingestion.plant import Plant, Source
from ingestion.readings import TABLE
from ingestion.settings import Settings


def collector_for(
    source: Source, plant: Plant, settings: Settings, on_event: Callable[[str], None]
) -> Collector:
    """The collector of one source of kind opcua. PlantError for wrong options or a secret that cannot be had."""
    options = options_of(source, plant)
    for warning in warnings(options):
        on_event(warning)
    places = Places(
        spool=settings.home / "spool" / source.system,
        landing=source.path,
        raw_table=settings.raw_path(f"{source.system}__{TABLE}"),
        pki=pki_of(options, plant, settings),
    )
    password = password_of(options, source, plant)
    return Collector(options, places, password=password, on_event=on_event)


def options_of(source: Source, plant: Plant) -> OpcUaOptions:
    """The checked options of a source's connection."""
    plant_file = plant.folder / "plant.yml"
    if source.connection is None or source.connection.kind != KIND:
        step = "write connection: {kind: opcua, url: ..., nodes: [...]}."
        raise PlantError(plant_file, f"source {source.system} is no OPC UA connection.", step)
    return opcua_options(source.connection.options, plant_file, source.system)


def pki_of(options: OpcUaOptions, plant: Plant, settings: Settings) -> Pki:
    """The folder of certificates: as the plant file says, else in the home."""
    return Pki(
        plant.folder / Path(options.pki).expanduser() if options.pki else settings.home / "pki" / "opcua"
    )


def password_of(options: OpcUaOptions, source: Source, plant: Plant) -> str:
    """The secret itself; empty without a user."""
    if not options.user:
        return ""
    return str(resolve(options.password, plant.folder, f"source {source.system}: connection.password"))


def warnings(options: OpcUaOptions) -> list[str]:
    """What the plant file allows although nobody should want it."""
    found = []
    if options.security == "None":
        found.append(
            "warning: security None: values, user and password travel in the open, anybody can alter them"
        )
    elif options.security == "Sign":
        found.append("warning: security Sign: values travel in the open")
    if not options.user:
        found.append("warning: anonymous: the server cannot tell who reads")
    return found
