"""One open connection: catch up, subscribe, fill the last gap, listen.

Does not belong here: connecting and trying again (collector.py).
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from asyncua import Client

from ingestion.connectors.opcua.filling import FillReport, fill_gaps, gaps, server_time
from ingestion.connectors.opcua.losses import Loss
from ingestion.connectors.opcua.options import OpcUaOptions, Selection
from ingestion.connectors.opcua.stream import Stream
from ingestion.connectors.opcua.subscribing import Listener

_LOOK_S = 0.25
_CATCH_UP = timedelta(minutes=2)
_MAX_CATCH_UPS = 10
_OFF = "history: off"


class Session:
    """Works on one client until the connection fails, which it raises, or until it is cancelled."""

    def __init__(
        self,
        client: Client,
        stream: Stream,
        options: OpcUaOptions,
        *,
        tell: Callable[[str], None],
        lose: Callable[[Loss], None],
        phase: Callable[[str], None],
    ) -> None:
        self._client = client
        self._stream = stream
        self._options = options
        self._tell = tell
        self._lose = lose
        self._phase = phase
        self._fills = options.history != "off"
        self._refused: list[int] = []

    async def run(self, selections: Sequence[Selection]) -> None:
        """ConnectionLostError, ua.UaError, OSError, TimeoutError: connect again. SpoolFullError: wait first."""
        everything = list(range(len(self._stream.signals)))
        await self._catch_up(everything)
        listener = Listener(self._client, self._stream, self._options)
        await listener.open()
        await self._subscribe(listener, everything, selections)
        await self._listen(listener, selections)

    async def _catch_up(self, chosen: Sequence[int]) -> None:
        """Read a long gap before subscribing, so that live values need not wait for it in memory."""
        for _ in range(_MAX_CATCH_UPS if self._fills else 0):
            end = await server_time(self._client) - timedelta(seconds=self._options.history_lag_s)
            starts = gaps(self._stream, chosen, self._options)
            if not starts or end - min(starts.values()) < _CATCH_UP:
                return
            self._phase("catching up")
            since, known = self._stream.marks.alive, self._known(chosen)
            report = await fill_gaps(self._client, self._stream, starts, self._options, end=end)
            self._stream.marks.alive = end
            self._account(report)
            self._account_losses(report.refused, known, since, end)

    async def _subscribe(
        self, listener: Listener, indices: Sequence[int], selections: Sequence[Selection]
    ) -> None:
        """Subscribe signals, then fill what each lacks since it was listened to last."""
        self._phase("subscribing")
        starts = gaps(self._stream, indices, self._options) if self._fills else {}
        since, known = self._stream.marks.alive, self._known(indices)
        self._stream.hold(starts)
        refused = await listener.add(indices, selections)
        for index, code in refused.items():
            self._tell(f"{self._stream.signals[index].name} is not delivered: {code.name}")
        self._refused = list(refused)
        until = await server_time(self._client)
        without = await self._fill(starts) if self._fills else dict.fromkeys(known, _OFF)
        self._account_losses(without, known, since, until)

    async def _fill(self, starts: dict[int, datetime]) -> dict[str, str]:
        """Fill gaps from history; the signals for which that was refused, with the reason."""
        if not starts:
            return {}
        self._phase("filling the gap")
        await asyncio.sleep(self._options.history_lag_s)
        report = await fill_gaps(self._client, self._stream, starts, self._options)
        self._account(report)
        return report.refused

    async def _listen(self, listener: Listener, selections: Sequence[Selection]) -> None:
        """Watch over the subscription: silence, overflows, signals that were refused."""
        retry_at = time.monotonic() + self._options.retry_nodes_s
        while True:
            self._phase("listening")
            await asyncio.wait([listener.failed], timeout=_LOOK_S)
            if listener.failed.done():
                listener.failed.result()
            listener.check_silence()
            await self._fill_overflows()
            if self._refused and time.monotonic() > retry_at:
                retry_at = time.monotonic() + self._options.retry_nodes_s
                await self._subscribe(listener, self._refused, selections)

    async def _fill_overflows(self) -> None:
        lossy = dict(sorted(self._stream.lossy.items()))
        if not lossy:
            return
        self._stream.lossy.clear()
        self._tell(
            f"{len(lossy)} signals overflowed the server's queue: raise queue_size, or publish more often"
        )
        starts = gaps(self._stream, list(lossy), self._options) if self._fills else {}
        known = self._known(list(lossy))
        without = await self._fill(starts) if self._fills else dict.fromkeys(known, _OFF)
        self._stream.release(index for index in lossy if index not in starts)
        since, until = min(start for start, _ in lossy.values()), max(end for _, end in lossy.values())
        self._account_losses(without, known, since, until)

    def _known(self, indices: Sequence[int]) -> set[str]:
        """The signals that were listened to before: only these can have a gap."""
        return {self._stream.signals[index].name for index in indices if self._stream.mark(index)}

    def _account_losses(
        self, without: dict[str, str], known: set[str], since: datetime | None, until: datetime
    ) -> None:
        """What changed between two instants is lost for signals that have no history."""
        why = {name: reason for name, reason in without.items() if name in known}
        if why and since is not None:
            self._lose(Loss(since, max(since, until), why))  # servers tell their time by the second

    def _account(self, report: FillReport) -> None:
        if report.added:
            self._tell(f"gap since {report.start:%Y-%m-%d %H:%M:%S} filled: {report.text}")
        if not report.balances:
            self._tell(f"the account of a filling does not balance, report it as a defect: {report.text}")
