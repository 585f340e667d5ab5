"""One subscription for all signals of a session: created in portions, each signal judged on its own.

Belongs here: the requests of the subscription services, the publish responses, and Republish for one that was lost.
asyncua's own Subscription makes a task per value; here a whole notification goes on in one call. Not here: what becomes of
values (stream.py).
"""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType

from asyncua import Client, ua

from ingestion.connectors.opcua.faults import ConnectionLostError
from ingestion.connectors.opcua.options import OpcUaOptions, Selection
from ingestion.connectors.opcua.stream import Stream

_PORTION = 1_000
_NO_FILTER = (
    ua.StatusCodes.BadFilterNotAllowed,
    ua.StatusCodes.BadMonitoredItemFilterUnsupported,
    ua.StatusCodes.BadDeadbandFilterInvalid,
    ua.StatusCodes.BadMonitoredItemFilterInvalid,
)
_DEADBAND = {"absolute": 1, "percent": 2}
_LIFETIME_FACTOR = 10
_SEQUENCES = 2**32 - 1
_MOST_MISSING = 1_000


class _Told(AbstractContextManager[None]):
    """Passes any failure on to a future: asyncua would log it and go on, and values would be missing unnoticed."""

    def __init__(self, failed: asyncio.Future[None]) -> None:
        self._failed = failed

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is not None:
            self._failed.set_exception(error)
        return error is not None


class Listener:
    """Receives the publish responses of one subscription; `failed` is set when it cannot go on."""

    def __init__(self, client: Client, stream: Stream, options: OpcUaOptions) -> None:
        self._session = client.uaclient.session
        self._stream = stream
        self._options = options
        self._sequence: int | None = None
        self._subscription = 0
        self.recovered = 0
        self.heard = time.monotonic()
        self.silence_s = options.keepalive_s * 3
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        """Create the subscription."""
        options = self._options
        keepalive = max(round(options.keepalive_s * 1000 / max(options.publishing_ms, 1)), 1)
        result = await self._session.create_subscription(
            ua.CreateSubscriptionParameters(
                RequestedPublishingInterval=options.publishing_ms,
                RequestedLifetimeCount=keepalive * _LIFETIME_FACTOR,
                RequestedMaxKeepAliveCount=keepalive,
                MaxNotificationsPerPublish=0,
                PublishingEnabled=True,
                Priority=0,
            ),
            self.receive,
        )
        self._subscription = result.SubscriptionId
        quiet_ms = result.RevisedPublishingInterval * result.RevisedMaxKeepAliveCount
        self.silence_s = max(3 * quiet_ms / 1000, options.keepalive_s)

    async def add(self, indices: Sequence[int], selections: Sequence[Selection]) -> dict[int, ua.StatusCode]:
        """Subscribe signals; the ones that the server refuses, with its reason."""
        self._stream.expect(indices)
        refused: dict[int, ua.StatusCode] = {}
        for start in range(0, len(indices), _PORTION):
            part = indices[start : start + _PORTION]
            refused |= await self._create(part, selections, with_filter=True)
        unfiltered = [index for index, code in refused.items() if code.value in _NO_FILTER]
        if unfiltered:
            refused = {index: code for index, code in refused.items() if index not in unfiltered}
            refused |= await self._create(unfiltered, selections, with_filter=False)
        return refused

    def receive(self, result: ua.PublishResult) -> Coroutine[None, None, None] | None:
        """One publish response: a notification or a keep-alive. What is missing before it is asked for again first."""
        self.heard = time.monotonic()
        if self.failed.done():
            return None
        message = result.NotificationMessage
        with _Told(self.failed):
            missing = self._missing(message)
            if missing:
                return self._recover(missing, message)  # awaited by asyncua before it takes the next response
            self._take(message)
        return None

    def check_silence(self) -> None:
        """ConnectionLostError if keep-alives stay out."""
        silent_s = time.monotonic() - self.heard
        if silent_s > self.silence_s:
            raise self._lost(f"nothing heard for {silent_s:.0f} s")

    def _missing(self, message: ua.NotificationMessage) -> list[int]:
        """Numbers that lie between the last notification and this message; a keep-alive has the number of the next."""
        if self._sequence is None:
            return []
        expected = self._sequence % _SEQUENCES + 1
        ahead = (int(message.SequenceNumber) - expected) % _SEQUENCES
        if (
            ahead == 0
            or not message.SequenceNumber
            or (ahead > _MOST_MISSING and not message.NotificationData)
        ):
            return []  # as it should be, or a keep-alive of a server that numbers it in its own way
        if ahead > _MOST_MISSING:
            raise self._lost(f"notification {expected} is missing, {message.SequenceNumber} came")
        return [(expected + step - 1) % _SEQUENCES + 1 for step in range(ahead)]

    async def _recover(self, missing: Sequence[int], message: ua.NotificationMessage) -> None:
        """Republish: the server keeps notifications until they are acknowledged."""
        with _Told(self.failed):
            for number in missing:
                try:
                    again = await self._session.republish(self._subscription, number)
                except ua.UaStatusCodeError as error:
                    raise self._lost(f"notification {number} is missing: {error}") from error
                if int(again.SequenceNumber) != number or not again.NotificationData:
                    raise self._lost(f"notification {number} is missing and not kept by the server")
                self._take(again)
                self.recovered += 1
            self._take(message)

    def _take(self, message: ua.NotificationMessage) -> None:
        published = _published(message)
        if not message.NotificationData:
            self._stream.alive(published)
            return
        self._sequence = int(message.SequenceNumber)
        for data in message.NotificationData:
            if isinstance(data, ua.DataChangeNotification):
                self._stream.live(data.MonitoredItems, published)
            elif isinstance(data, ua.StatusChangeNotification):
                raise self._lost(f"the subscription ended: {data.Status.name}")

    def _lost(self, problem: str) -> ConnectionLostError:
        return ConnectionLostError(self._options.url, problem)

    async def _create(
        self, indices: Sequence[int], selections: Sequence[Selection], *, with_filter: bool
    ) -> dict[int, ua.StatusCode]:
        requests = [
            _request(self._stream, index, selections[index], with_filter=with_filter) for index in indices
        ]
        results = await self._session.create_monitored_items(
            ua.CreateMonitoredItemsParameters(
                SubscriptionId=self._subscription,
                TimestampsToReturn=ua.TimestampsToReturn.Both,
                ItemsToCreate=requests,
            )
        )
        return {
            index: result.StatusCode
            for index, result in zip(indices, results, strict=True)
            if not result.StatusCode.is_good()
        }


def _request(
    stream: Stream, index: int, selection: Selection, *, with_filter: bool
) -> ua.MonitoredItemCreateRequest:
    parameters = ua.MonitoringParameters(
        ClientHandle=index,
        SamplingInterval=selection.sampling_ms,
        QueueSize=selection.queue_size,
        DiscardOldest=True,
    )
    if with_filter and selection.deadband > 0:
        parameters.Filter = ua.DataChangeFilter(
            Trigger=ua.DataChangeTrigger.StatusValue,
            DeadbandType=_DEADBAND[selection.deadband_kind],
            DeadbandValue=selection.deadband,
        )
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=ua.ReadValueId(NodeId=stream.signals[index].node_id, AttributeId=ua.AttributeIds.Value),
        MonitoringMode=ua.MonitoringMode.Reporting,
        RequestedParameters=parameters,
    )


def _published(message: ua.NotificationMessage) -> datetime | None:
    """The server's time; None where it sends none (a time of 1601 is the null of OPC UA)."""
    at = message.PublishTime
    return at if at is not None and at.year > 1601 else None
