"""Fetching from a source on demand, before its tables are loaded: the connectors by kind of connection.

Belongs here: which kinds there are, and collecting what failed. A connector writes landed files of the contracts that
it is given and tells what went wrong by table; loading them is load.py's work. Live kinds are collected by a process
of their own and have nothing to fetch here, unless they offer history.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from ingestion.contracts import Contract
from ingestion.errors import PlantError, PullError, TundishError
from ingestion.plant import Plant, Source
from ingestion.settings import Settings

PullProgress: TypeAlias = Callable[[str], None]
"""Hears one short sentence per table or portion."""

Puller: TypeAlias = Callable[[Source, Sequence[Contract], Plant, Settings, PullProgress], list[Path]]
"""A connector: lands files for these contracts. It goes on after a failed table and raises PullError at the end."""

PULLERS: Mapping[str, str] = {
    "sql": "ingestion.connectors.sql",
    "http": "ingestion.connectors.http",
    "opcua": "ingestion.connectors.opcua.backfill",
    "documents": "ingestion.connectors.documents",
}
"""Module by kind of connection; it has a function `pull` (see Puller). Imported at first use: drivers are slow to load."""

LIVE = ("opcua", "mqtt")
"""Kinds that a collector listens to all the time."""


def is_fetched(source: Source) -> bool:
    """True if the files of this source are written by pull and by nobody else."""
    kind = source.connection.kind if source.connection is not None else ""
    return kind in PULLERS and kind not in LIVE


def pull(
    source: Source,
    contracts: Sequence[Contract],
    plant: Plant,
    settings: Settings,
    progress: PullProgress | None = None,
) -> list[Path]:
    """Land what is new in a source's system; the files that were written. A source without connection has none.

    PlantError for a kind that nobody knows; PullError with one error per table that could not be fetched, after all
    tables were tried and everything else has landed.
    """
    connection = source.connection
    if connection is None:
        return []
    if connection.kind not in {*PULLERS, *LIVE}:
        known = ", ".join(sorted({*PULLERS, *LIVE}))
        raise PlantError(
            plant.folder / "plant.yml",
            f"source {source.system}: unknown kind of connection {connection.kind!r}.",
            f"use one of: {known}.",
        )
    if connection.kind not in PULLERS:
        return []
    source.path.mkdir(parents=True, exist_ok=True)
    puller: Puller = import_module(PULLERS[connection.kind]).pull
    return puller(source, contracts, plant, settings, progress or _silence)


def failures_by_table(contracts: Sequence[Contract], error: TundishError) -> dict[str, TundishError]:
    """The error of each table by raw name: an error that names no table is that of all of them."""
    if isinstance(error, PullError):
        return dict(error.failures)
    return {contract.raw_name: error for contract in contracts}


def _silence(text: str) -> None:
    """Nobody listens."""
