"""HistoryRead as a batch source: what servers recorded, fetched before a run, a file per day and set of signals.

For connections with mode: history. The first time goes back `backfill_days`, later times go on where the last ended;
signals that join later are fetched from the beginning. What is to be fetched is written down before it is fetched,
so that a kill in between neither skips nor doubles a stretch. Does not belong here: filling gaps of a live collector.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from asyncua import Client, ua

from ingestion.connectors.opcua.connection import connected
from ingestion.connectors.opcua.faults import LiveSourceError
from ingestion.connectors.opcua.filling import server_time
from ingestion.connectors.opcua.history import HistoryReader
from ingestion.connectors.opcua.nodes import Found, find_signals
from ingestion.connectors.opcua.options import OpcUaOptions
from ingestion.connectors.opcua.readings import SCHEMA, to_batch
from ingestion.connectors.opcua.setup import options_of, password_of, pki_of
from ingestion.contracts import Contract
from ingestion.errors import ConnectorError, PullError
from ingestion.plant import Plant, Source
from ingestion.readings import TABLE
from ingestion.settings import Settings

_DAY = timedelta(days=1)
_LOST = (OSError, asyncio.TimeoutError, ua.UaError)


@dataclass(frozen=True)
class Stretch:
    """Signals and the time that is missing of all of them: after `start`, up to and with `end`."""

    signals: tuple[int, ...]
    start: datetime
    end: datetime
    file: str


def pull(
    source: Source,
    contracts: Sequence[Contract],
    plant: Plant,
    settings: Settings,
    progress: Callable[[str], None],
) -> list[Path]:
    """Land the history that is missing; nothing for connections of mode live. PullError names what could not be read."""
    options = options_of(source, plant)
    if options.mode != "history" or not any(contract.table == TABLE for contract in contracts):
        return []
    fetch = _Fetch(source, options, settings.home / "spool" / source.system, progress)
    password, pki = password_of(options, source, plant), pki_of(options, plant, settings)

    async def work() -> None:
        async with connected(options, password, pki) as client:
            await fetch.run(client)

    table = f"{source.system}__{TABLE}"
    try:
        asyncio.run(work())
    except _LOST as error:
        lost = ConnectorError(
            table, options.url, f"connection lost: {error}", "check the server and run again."
        )
        raise PullError(source.system, {table: lost}, fetch.landed) from error
    except LiveSourceError as error:
        raise PullError(source.system, {table: error}, fetch.landed) from error
    return fetch.landed


class _Fetch:
    """One fetching of one source."""

    def __init__(
        self, source: Source, options: OpcUaOptions, memory: Path, progress: Callable[[str], None]
    ) -> None:
        self.landed: list[Path] = []
        self._landing = source.path
        self._options = options
        self._memory = memory / "history.json"
        self._tell = progress

    async def run(self, client: Client) -> None:
        """All stretches, oldest first; each is remembered as soon as its file lies in the landing folder."""
        found = await find_signals(client, self._options.nodes)
        for entry, problem in found.problems:
            self._tell(f"nodes entry {entry}: {problem}")
        end = await server_time(client) - timedelta(seconds=self._options.history_lag_s)
        covered, planned = self._remembered()
        for stretch in _stretches(found, covered, planned, end, self._options.backfill_days):
            names = [found.signals[index].name for index in stretch.signals]
            plan = {"file": stretch.file, "names": names, "end": stretch.end.isoformat()}
            self._remember(covered, plan)
            await self._land(client, found, stretch)
            covered |= dict.fromkeys(names, stretch.end)
            self._remember(covered, None)

    async def _land(self, client: Client, found: Found, stretch: Stretch) -> None:
        target = self._landing / stretch.file
        if target.exists():
            return
        self._landing.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        rows = await self._write(client, found, stretch, fresh)
        self._tell(f"{stretch.file}: {rows} values of {len(stretch.signals)} signals")
        if rows:
            fresh.replace(target)
            self.landed.append(target)
        else:
            fresh.unlink()

    async def _write(self, client: Client, found: Found, stretch: Stretch, path: Path) -> int:
        """Write one stretch, window by window; the number of values."""
        options = self._options
        reader = HistoryReader(
            client, found.signals, window_s=options.history_window_s, cut_at=options.history_cut_at
        )
        rows = 0
        refused: dict[str, str] = {}
        with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
            for group in _portions(stretch.signals, options.history_nodes):
                async for window in reader.windows(group, stretch.start, stretch.end):
                    values = [value for values in window.by_signal.values() for value in values]
                    new = [value for value in values if value.at > stretch.start]
                    rows += len(new)
                    refused |= {found.signals[index].name: why for index, why in window.refused.items()}
                    if new:
                        writer.write_batch(to_batch(found.signals, new, historical=True))
        for name, why in refused.items():
            self._tell(f"{name} has no history: {why}")
        return rows

    def _remembered(self) -> tuple[dict[str, datetime], dict[str, Any] | None]:
        if not self._memory.exists():
            return {}, None
        known = json.loads(self._memory.read_text(encoding="utf-8"))
        covered = {name: datetime.fromisoformat(at) for name, at in known["covered"].items()}
        return covered, known["planned"]

    def _remember(self, covered: dict[str, datetime], planned: dict[str, Any] | None) -> None:
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._memory.with_suffix(".new")
        known = {name: at.isoformat() for name, at in covered.items()}
        fresh.write_text(json.dumps({"covered": known, "planned": planned}), encoding="utf-8")
        fresh.replace(self._memory)


def _stretches(
    found: Found,
    covered: dict[str, datetime],
    planned: dict[str, Any] | None,
    end: datetime,
    days: int,
) -> Iterator[Stretch]:
    """Day by day for all signals that are covered equally far; the one that was planned last goes to its planned end."""
    beginning = (end - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    groups: dict[datetime, list[int]] = {}
    for index, signal in enumerate(found.signals):
        groups.setdefault(covered.get(signal.name, beginning), []).append(index)
    for start, members in sorted(groups.items()):
        names = [found.signals[index].name for index in members]
        at = start
        while at < end:
            until = min(at.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY, end)
            if planned is not None and at == start and planned["names"] == names:
                until = datetime.fromisoformat(planned["end"])
            yield Stretch(tuple(members), at, until, _file_name(at, until, names))
            at = until


def _file_name(start: datetime, end: datetime, names: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:8]
    return f"readings_history_{start:%Y%m%dT%H%M%S%fZ}_{end:%Y%m%dT%H%M%S%fZ}_{digest}.parquet"


def _portions(members: Sequence[int], size: int) -> Iterator[list[int]]:
    for first in range(0, len(members), max(size, 1)):
        yield list(members[first : first + max(size, 1)])
