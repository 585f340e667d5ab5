"""Filling gaps: what was recorded while nobody listened is read from history, counted and accounted for.

Belongs here: from when to when each signal is missing, reading it in windows, and the account of each filling.
Not here: the requests (history.py), which values are new (stream.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asyncua import Client, ua

from ingestion.connectors.opcua.history import HistoryReader, Window
from ingestion.connectors.opcua.options import OpcUaOptions
from ingestion.connectors.opcua.stream import Stream

_AHEAD = timedelta(seconds=60)  # clocks of devices may run ahead of the server's


@dataclass
class FillReport:
    """Account of one filling: received = added + known + repeated, for all signals together.

    `known` lay in the spool already (the border of the gap), `repeated` came twice from the server (borders of pages
    and windows), `doubled` came live as well. `refused` names signals without history and the server's reason.
    """

    signals: int = 0
    start: datetime | None = None
    end: datetime | None = None
    received: int = 0
    added: int = 0
    known: int = 0
    repeated: int = 0
    doubled: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def balances(self) -> bool:
        """True if every received value is accounted for."""
        return self.received == self.added + self.known + self.repeated

    @property
    def text(self) -> str:
        """One line for people."""
        return (
            f"{self.signals} signals, {self.received} values received, {self.added} added, "
            f"{self.known + self.repeated} known, {self.doubled} came live as well"
        )


async def server_time(client: Client) -> datetime:
    """The server's clock, by which histories are asked."""
    value = await client.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)).read_value()
    assert isinstance(value, datetime)
    return value


def gaps(stream: Stream, chosen: Sequence[int], options: OpcUaOptions) -> dict[int, datetime]:
    """From when each signal is missing; signals that were never listened to have no gap.

    While all was well, no value came after a mark: so the gap starts at the later of the mark and the end of the last
    connection, less an overlap for clocks that differ.
    """
    alive = stream.marks.alive
    floor = alive - timedelta(seconds=options.history_overlap_s) if alive is not None else None
    starts = {index: _later(stream.mark(index), floor) for index in chosen}
    return {index: start for index, start in starts.items() if start is not None}


async def fill_gaps(
    client: Client,
    stream: Stream,
    starts: dict[int, datetime],
    options: OpcUaOptions,
    *,
    end: datetime | None = None,
) -> FillReport:
    """Read what is missing up to `end` (default: a little ahead of the server's clock); signals are released as they end."""
    until = end or await server_time(client) + _AHEAD
    reader = HistoryReader(
        client, stream.signals, window_s=options.history_window_s, cut_at=options.history_cut_at
    )
    report = FillReport(len(starts), min(starts.values(), default=None), until)
    for group, start in _groups(starts, options.history_nodes):
        bases = {index: stream.mark(index) for index in group}
        async for window in reader.windows(group, start, until):
            _take(stream, window, bases, report)
        report.doubled += stream.release(group)
    return report


def _take(stream: Stream, window: Window, bases: dict[int, datetime | None], report: FillReport) -> None:
    report.received += window.received
    report.repeated += window.repeated
    report.refused |= {stream.signals[index].name: why for index, why in window.refused.items()}
    for index, readings in window.by_signal.items():
        base = bases[index]
        new = [reading for reading in readings if base is None or reading.at > base]
        report.known += len(readings) - len(new)
        report.added += len(new)
        stream.fill(index, new)


def _groups(starts: dict[int, datetime], size: int) -> Iterator[tuple[list[int], datetime]]:
    """Signals that are missing since about the same time are asked for together."""
    ordered = sorted(starts, key=lambda index: starts[index])
    for first in range(0, len(ordered), max(size, 1)):
        group = ordered[first : first + max(size, 1)]
        yield group, starts[group[0]]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [moment for moment in (one, other) if moment is not None]
    return max(known, default=None)
