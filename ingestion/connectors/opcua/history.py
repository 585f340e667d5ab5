"""HistoryRead: all recorded values of many signals in a stretch of time, each once.

A server may end an answer with a continuation point, or cut at its own maximum and say nothing. So every window is
paged until the continuation point is empty, and after a long answer asked again from the last time received.
Borders are inclusive on both sides; values there are known by time, value and status: none is doubled or missed.
Not here: which stretch is missing (marks.py), where the values go (filling.py).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asyncua import Client, ua

from ingestion.connectors.opcua.readings import Reading, Signal, reading_of

CUT_AT = 100
"""An answer of at least that many values may be one that the server cut without a continuation point."""

_NO_DATA = (ua.StatusCodes.GoodNoData, ua.StatusCodes.BadNoData, ua.StatusCodes.BadBoundNotFound)
_BUSY = (
    ua.StatusCodes.BadTooManyOperations,
    ua.StatusCodes.BadNoContinuationPoints,
    ua.StatusCodes.BadContinuationPointInvalid,
    ua.StatusCodes.BadResponseTooLarge,
    ua.StatusCodes.BadEncodingLimitsExceeded,
    ua.StatusCodes.BadTooManyArguments,
)
_UNSUPPORTED = (
    ua.StatusCodes.BadServiceUnsupported,
    ua.StatusCodes.BadNotImplemented,
    ua.StatusCodes.BadNotSupported,
    ua.StatusCodes.BadHistoryOperationUnsupported,
    ua.StatusCodes.BadHistoryOperationInvalid,
    ua.StatusCodes.BadUserAccessDenied,
)
_TINY = timedelta(microseconds=1)


@dataclass
class Window:
    """The values of one window: `by_signal` in the order of time as the server gave them, and what was refused."""

    start: datetime
    end: datetime
    by_signal: dict[int, list[Reading]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    received: int = 0
    repeated: int = 0


@dataclass
class _Border:
    """The latest time received of one signal and the readings there: what may come again."""

    last: datetime | None = None
    there: list[tuple[object, object]] = field(default_factory=list)

    def is_new(self, reading: Reading) -> bool:
        """False for a reading that came before, at the border of a page, of a repeated request or of a window."""
        if self.last is not None and reading.at < self.last:
            return True  # recorded out of order; what is asked again starts at the latest time
        if self.last is None or reading.at > self.last:
            self.last, self.there = reading.at, []
        content = (reading.value.Value, reading.value.StatusCode)
        if content in self.there:
            return False
        self.there.append(content)
        return True


class HistoryReader:
    """Reads history of `signals` by their positions. `cut_at`: see CUT_AT."""

    def __init__(
        self, client: Client, signals: Sequence[Signal], *, window_s: float, cut_at: int = CUT_AT
    ) -> None:
        self._session = client.uaclient.session
        self._signals = signals
        self._window_s = window_s
        self._cut_at = cut_at

    async def windows(self, chosen: Sequence[int], start: datetime, end: datetime) -> AsyncIterator[Window]:
        """The windows from `start` to `end`, both inclusive, oldest first.

        A signal that the server refuses (no history, no right to read it) is in `refused` with the status code and is
        not asked again. ua.UaError and OSError are about the connection and go up.
        """
        left = list(chosen)
        borders = {index: _Border() for index in chosen}
        while start <= end and left:
            window = Window(start, min(start + timedelta(seconds=self._window_s), end))
            await self._read(left, window, borders)
            left = [index for index in left if index not in window.refused]
            yield window
            if window.end >= end:
                return
            start = window.end

    async def _read(self, chosen: Sequence[int], window: Window, borders: dict[int, _Border]) -> None:
        """Ask for all, then again for those whose answer may have been cut, from the latest time they gave."""
        asked: dict[int, datetime] = dict.fromkeys(chosen, window.start)
        while asked:
            following: dict[int, datetime] = {}
            for index, readings in (await self._ask(asked, window)).items():
                fresh = [reading for reading in readings if borders[index].is_new(reading)]
                window.received += len(readings)
                window.repeated += len(readings) - len(fresh)
                if fresh:
                    window.by_signal.setdefault(index, []).extend(fresh)
                if len(readings) >= self._cut_at:
                    # Nothing new in a full answer: it holds but one instant, which is stepped over.
                    again = max(reading.at for reading in fresh) if fresh else asked[index] + _TINY
                    following |= {index: again} if again <= window.end else {}
            asked = following

    async def _ask(self, asked: dict[int, datetime], window: Window) -> dict[int, list[Reading]]:
        """One request per starting time, with all its continuation points."""
        groups: dict[datetime, list[int]] = {}
        for index, start in asked.items():
            groups.setdefault(start, []).append(index)
        answers: dict[int, list[Reading]] = {}
        for start, members in groups.items():
            answers |= await self._ask_group(members, start, window)
        return answers

    async def _ask_group(
        self, members: Sequence[int], start: datetime, window: Window
    ) -> dict[int, list[Reading]]:
        # An empty stretch may be refused; one instant more is dropped again by _take.
        end = window.end if start < window.end else window.end + _TINY
        details = ua.ReadRawModifiedDetails(
            IsReadModified=False, StartTime=start, EndTime=end, NumValuesPerNode=0, ReturnBounds=False
        )
        answers: dict[int, list[Reading]] = {}
        points: dict[int, bytes | None] = dict.fromkeys(members)
        while points:
            results = await self._request(points, details)
            if results is None:
                return await self._ask_halves(members, start, window)
            following: dict[int, bytes | None] = {}
            for (index, point), result in zip(points.items(), results, strict=True):
                _take(index, result, window, answers)
                if result.ContinuationPoint and result.ContinuationPoint != point:
                    following[index] = result.ContinuationPoint
            points = following
        return answers

    async def _ask_halves(
        self, members: Sequence[int], start: datetime, window: Window
    ) -> dict[int, list[Reading]]:
        """The server cannot answer for so many at once: ask for half of them, at last for each alone."""
        if len(members) == 1:
            window.refused[members[0]] = "too much even for a single signal"
            return {}
        middle = len(members) // 2
        first = await self._ask_group(members[:middle], start, window)
        return first | await self._ask_group(members[middle:], start, window)

    async def _request(
        self, points: dict[int, bytes | None], details: ua.ReadRawModifiedDetails
    ) -> list[ua.HistoryReadResult] | None:
        """The results in the order of `points`; None if the server says that it was too much."""
        parameters = ua.HistoryReadParameters(
            HistoryReadDetails=details,
            TimestampsToReturn=ua.TimestampsToReturn.Both,
            ReleaseContinuationPoints=False,
            NodesToRead=[
                ua.HistoryReadValueId(
                    NodeId=self._signals[index].node_id, IndexRange="", ContinuationPoint=point
                )
                for index, point in points.items()
            ],
        )
        try:
            results = await self._session.history_read(parameters)
        except ua.UaStatusCodeError as error:
            if error.code in _BUSY:
                return None
            if error.code in _UNSUPPORTED:
                return [ua.HistoryReadResult(StatusCode=ua.StatusCode(error.code)) for _ in points]
            raise
        return None if any(result.StatusCode.value in _BUSY for result in results) else list(results)


def _take(
    index: int, result: ua.HistoryReadResult, window: Window, answers: dict[int, list[Reading]]
) -> None:
    """The readings of one result, kept in `answers`; a refusal is noted."""
    if not result.StatusCode.is_good() and result.StatusCode.value not in _NO_DATA:
        window.refused[index] = result.StatusCode.name
        return
    values = getattr(result.HistoryData, "DataValues", None) or []
    readings = [reading_of(index, value) for value in values]
    inside = [reading for reading in readings if window.start <= reading.at <= window.end]
    answers.setdefault(index, []).extend(inside)
