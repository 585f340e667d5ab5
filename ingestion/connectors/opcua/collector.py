"""The collector: connect, catch up, subscribe, fill the gap, listen; after a loss all of it again.

    connected -> signals found -> history up to now -> subscribed, live values held -> last gap filled -> listening
        ^                                                                                                  |
        +---- backoff <---- connection lost, notification missing, server silent, spool full --------------+

Meanwhile every `land_s` seconds what was spooled lands, and segments go whose content the raw table holds.
Does not belong here: each of these steps (the modules named after them), the command line (orchestration.cli.collect).
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from asyncua import ua

from ingestion.connectors.opcua.connection import connected
from ingestion.connectors.opcua.faults import ConnectionLostError, RefusedByServerError, UntrustedServerError
from ingestion.connectors.opcua.losses import Loss
from ingestion.connectors.opcua.nodes import find_signals
from ingestion.connectors.opcua.options import OpcUaOptions
from ingestion.connectors.opcua.readings import SCHEMA
from ingestion.connectors.opcua.security import Pki
from ingestion.connectors.opcua.session import Session
from ingestion.connectors.opcua.stream import Marks, Stream, restore_marks
from ingestion.connectors.spool import Spool, SpoolStatus
from ingestion.errors import SpoolFullError
from ingestion.lake.transactions import committed_hashes

_LOST = (OSError, asyncio.TimeoutError, ua.UaError, ConnectionLostError)
_REFUSED = (RefusedByServerError, UntrustedServerError)
_ROOM_S = 1.0


@dataclass(frozen=True)
class Places:
    """Where a collector works: its spool, the source's landing folder, the raw table that acknowledges, certificates."""

    spool: Path
    landing: Path
    raw_table: Path
    pki: Pki


@dataclass(frozen=True)
class CollectorStatus:
    """What a collector is doing; `phase` in a word or two, counts since it was started."""

    phase: str
    signals: int
    received: int
    live: int
    historical: int
    repeated: int
    connections: int
    spool: SpoolStatus


class Collector:
    """Collects one connection until it is stopped. Run it once."""

    def __init__(
        self,
        options: OpcUaOptions,
        places: Places,
        *,
        password: str = "",
        on_event: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._options = options
        self._places = places
        self._password = password
        self._tell = on_event
        self._stop = asyncio.Event()
        self._phase = "starting"
        self._connections = 0
        self._counts: Counter[str] = Counter()
        self._stream: Stream | None = None
        self._spool: Spool | None = None
        self._marks = Marks({})
        self._told: set[str] = set()
        self._landing = threading.Lock()

    def stop(self) -> None:
        """Let run() end: leave the server, land what is spooled."""
        self._stop.set()

    @property
    def status(self) -> CollectorStatus:
        """What it is doing now."""
        stream = self._stream
        counts = self._counts + (stream.counts if stream is not None else Counter())
        return CollectorStatus(
            phase=self._phase,
            signals=len(stream.signals) if stream is not None else 0,
            received=counts["received"],
            live=counts["live"],
            historical=counts["historical"],
            repeated=counts["repeated"],
            connections=self._connections,
            spool=self._spool.status if self._spool is not None else SpoolStatus(),
        )

    def summary(self) -> str:
        """One line for people."""
        now = self.status
        spool = now.spool
        text = (
            f"{now.phase}, {now.signals} signals, {now.live:,} live and {now.historical:,} historical values, "
            f"{spool.rows_landed:,} landed, {spool.rows_acknowledged:,} committed, {spool.bytes_held / 1e6:.1f} MB spooled"
        )
        return f"{text}, {spool.rows_lost:,} LOST" if spool.rows_lost else text

    async def run(self) -> None:
        """Collect until stop(). SpoolInUseError, RefusedByServerError and UntrustedServerError at the start go up."""
        places = self._places
        with closing(Spool(places.spool, places.landing, SCHEMA, options=self._options.spool)) as spool:
            self._spool = spool
            self._marks = restore_marks(spool)
            spool.save_state(self._marks.state())
            landing = asyncio.create_task(self._land_regularly(spool))
            landing.add_done_callback(lambda _: self._stop.set())  # if it fails, run() ends with its error
            try:
                await self._collect(spool)
            finally:
                self._phase = "stopped"
                landing.cancel()
                with suppress(asyncio.CancelledError):
                    await landing
                self._land(spool)

    # connections

    async def _collect(self, spool: Spool) -> None:
        failures = 0
        while not self._stop.is_set():
            await self._wait_for_room(spool)
            before = self._connections
            try:
                await self._connection(spool)
            except SpoolFullError as error:
                self._tell(f"spool full, the source is not read: {error}")
            except _REFUSED as error:
                if not self._connections:
                    raise
                self._tell(str(error))
            except _LOST as error:
                self._tell(f"connection lost: {error or type(error).__name__}")
            failures = 1 if self._connections > before else failures + 1
            await self._back_off(failures)

    async def _connection(self, spool: Spool) -> None:
        """One session from connecting to its end."""
        self._phase = "connecting"
        async with connected(self._options, self._password, self._places.pki) as client:
            self._connections += 1
            self._phase = "looking for signals"
            found = await find_signals(client, self._options.nodes)
            for entry, problem in found.problems:
                self._tell_once(f"nodes entry {entry}: {problem}")
            self._counts += self._stream.counts if self._stream is not None else Counter()
            self._stream = Stream(spool, self._marks, found.signals, can_fill=self._options.history != "off")
            self._tell(f"connected: {len(found.signals)} signals")
            session = Session(
                client,
                self._stream,
                self._options,
                tell=self._tell_once,
                lose=self._lose,
                phase=self._enter,
            )
            await self._until_stopped(session.run(found.selections))

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> None:
        """Work until it ends or the collector is stopped."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self._stop.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    def _lose(self, loss: Loss) -> None:
        loss.note(self._places.spool)
        self._tell(loss.text)

    def _enter(self, phase: str) -> None:
        self._phase = phase

    async def _back_off(self, failures: int) -> None:
        options = self._options
        longest = min(options.backoff_s * 2 ** min(failures - 1, 16), options.backoff_max_s)
        self._phase = "waiting to connect"
        await self._pause(longest * random.uniform(0.5, 1.0))  # noqa: S311 - spreads clients, hides nothing

    async def _wait_for_room(self, spool: Spool) -> None:
        while not self._stop.is_set() and not spool.has_room(self._options.spool.limit_bytes // 20):
            if self._options.spool.when_full == "drop_oldest":
                return
            self._phase = "spool full"
            await self._pause(_ROOM_S)

    async def _pause(self, seconds: float) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)

    # landing

    async def _land_regularly(self, spool: Spool) -> None:
        while True:
            await asyncio.sleep(self._options.land_s)
            await asyncio.to_thread(self._land, spool)

    def _land(self, spool: Spool) -> None:
        """Marks first: a segment may go only when they cover its rows. Then what is committed, then what is new.

        The last landing waits for one that goes on in its thread although its task was cancelled.
        """
        with self._landing:
            spool.save_state(self._marks.state())
            done = spool.acknowledge(committed_hashes(self._places.raw_table))
            if done:
                self._tell(f"{done} rows are committed and left the spool")
            spool.land()
