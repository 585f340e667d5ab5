"""HistoryRead against servers that cut, page, refuse: every recorded value once."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from asyncua import Client, ua
from asyncua.server.history import HistoryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.connectors.opcua.history import HistoryReader, Window
from ingestion.connectors.opcua.readings import Signal
from tests.integration.opcua.servers import START, CuttingHistory, recorded, remember, server_with
from tests.integration.ports import free_port

WHOLE = timedelta(days=1)


class Shared:
    """A server whose history is exchanged."""

    def __init__(self) -> None:
        self.port = free_port()
        self.ready = threading.Event()

    async def serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with server_with(self.port, 5) as (self.server, self.variables):
            self.ready.set()
            await self._over.wait()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    """One server for all tests: it takes a second to build. It lives in a thread of its own."""
    server = Shared()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    assert server.ready.wait(60)
    yield server
    server.end()
    thread.join()


async def read(
    shared: Shared,
    history: HistoryDict,
    values: Sequence[Sequence[ua.DataValue]],
    *,
    window_s: float = 3600.0,
    cut_at: int = 1,
    end: datetime = START + WHOLE,
) -> list[Window]:
    shared.server.iserver.history_manager.set_storage(history)
    variables = shared.variables[: len(values)]
    for variable, known in zip(variables, values, strict=True):
        remember(history, variable.nodeid, known)
    async with Client(f"opc.tcp://127.0.0.1:{shared.port}/") as client:
        signals = [Signal(f"T{index}", variable.nodeid) for index, variable in enumerate(variables)]
        reader = HistoryReader(client, signals, window_s=window_s, cut_at=cut_at)
        return [window async for window in reader.windows(range(len(signals)), START, end)]


def times(windows: Sequence[Window], index: int = 0) -> list[tuple[datetime, float]]:
    return [
        (reading.at, reading.value.Value.Value)
        for window in windows
        for reading in window.by_signal.get(index, [])
    ]


def expected(values: Sequence[ua.DataValue]) -> list[tuple[datetime, float]]:
    return [(value.SourceTimestamp, value.Value.Value) for value in values]


@pytest.mark.parametrize("tells", [True, False], ids=["continuation points", "cut in silence"])
@pytest.mark.parametrize("most", [1, 7, 10_000])
def test_pages_of_any_size_give_every_value_once(shared: Shared, most: int, tells: bool) -> None:
    values = [recorded(25), recorded(10, first=100.0)]
    windows = asyncio.run(read(shared, CuttingHistory(most, tells=tells), values))
    assert times(windows, 0) == expected(values[0])
    assert times(windows, 1) == expected(values[1])
    read_values = sum(window.received - window.repeated for window in windows)
    assert read_values == 35


def test_values_on_the_border_of_windows_are_not_doubled(shared: Shared) -> None:
    values = recorded(25, step=timedelta(minutes=30))
    windows = asyncio.run(read(shared, HistoryDict(), [values], window_s=3600.0))
    assert len(windows) == 24
    assert times(windows) == expected(values)
    assert sum(window.repeated for window in windows) >= 12


def test_several_values_of_one_instant_survive_a_page_border(shared: Shared) -> None:
    same = recorded(4, step=timedelta(0)) + recorded(4, first=10.0)[1:]
    windows = asyncio.run(read(shared, CuttingHistory(5, tells=False), [same]))
    assert times(windows) == expected(same)


def test_nothing_recorded_is_no_error(shared: Shared) -> None:
    windows = asyncio.run(read(shared, HistoryDict(), [[]]))
    assert times(windows) == []
    assert not any(window.refused for window in windows)


def test_a_short_answer_is_not_asked_again(shared: Shared) -> None:
    history = CuttingHistory(1000, tells=False)
    asyncio.run(read(shared, history, [recorded(20)], window_s=WHOLE.total_seconds(), cut_at=100))
    assert history.asked == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.integers(min_value=0, max_value=4), min_size=1, max_size=30),
    most=st.integers(min_value=3, max_value=9),
    window_s=st.integers(min_value=2, max_value=30),
    tells=st.booleans(),
)
def test_any_cut_of_any_series(
    shared: Shared, steps: list[int], most: int, window_s: int, tells: bool
) -> None:
    """As long as fewer values share an instant than an answer holds, which no client could page otherwise."""
    at, values, same = START, [], 0
    for number, step in enumerate(steps):
        same = same + 1 if step == 0 else 0
        at += timedelta(seconds=step if same < most - 1 else 1)
        same = 0 if same >= most - 1 else same
        values.append(ua.DataValue(ua.Variant(float(number)), SourceTimestamp=at, ServerTimestamp=at))
    end = at + timedelta(seconds=1)
    windows = asyncio.run(
        read(shared, CuttingHistory(most, tells=tells), [values], window_s=float(window_s), end=end)
    )
    assert times(windows) == expected(values)


def test_a_signal_without_history_is_named_and_the_others_are_read() -> None:
    class Refusing(HistoryDict):
        async def read_node_history(self, node_id, start, end, nb_values):
            if node_id.Identifier == 1000:
                raise ua.UaStatusCodeError(ua.StatusCodes.BadHistoryOperationUnsupported)
            return await super().read_node_history(node_id, start, end, nb_values)

    async def run() -> list[Window]:
        port = free_port()
        history = Refusing()
        async with server_with(port, 2, history=history) as (server, variables):
            manager = server.iserver.history_manager
            whole = manager._read_history

            async def judged(details, rv):
                try:
                    return await whole(details, rv)
                except ua.UaStatusCodeError as error:
                    return ua.HistoryReadResult(StatusCode=ua.StatusCode(error.code))

            manager._read_history = judged
            remember(history, variables[1].nodeid, recorded(5))
            async with Client(f"opc.tcp://127.0.0.1:{port}/") as client:
                signals = [Signal(f"T{index}", one.nodeid) for index, one in enumerate(variables)]
                reader = HistoryReader(client, signals, window_s=3600.0)
                return [window async for window in reader.windows([0, 1], START, START + WHOLE)]

    windows = asyncio.run(run())
    assert windows[0].refused == {0: "BadHistoryOperationUnsupported"}
    assert all(not window.refused for window in windows[1:])
    assert times(windows, 1) == expected(recorded(5))


def test_a_server_that_is_asked_for_too_much_is_asked_for_less() -> None:
    async def run() -> tuple[list[Window], list[int]]:
        port = free_port()
        history = HistoryDict()
        sizes: list[int] = []
        async with server_with(port, 5, history=history) as (server, variables):
            manager = server.iserver.history_manager
            whole = manager.read_history

            async def judged(params):
                sizes.append(len(params.NodesToRead))
                if len(params.NodesToRead) > 2:
                    raise ua.UaStatusCodeError(ua.StatusCodes.BadTooManyOperations)
                return await whole(params)

            manager.read_history = judged
            for variable in variables:
                remember(history, variable.nodeid, recorded(3))
            async with Client(f"opc.tcp://127.0.0.1:{port}/") as client:
                signals = [Signal(f"T{index}", one.nodeid) for index, one in enumerate(variables)]
                reader = HistoryReader(client, signals, window_s=WHOLE.total_seconds())
                return [w async for w in reader.windows(range(5), START, START + WHOLE)], sizes

    windows, sizes = asyncio.run(run())
    assert sizes[0] == 5
    assert all(times(windows, index) == expected(recorded(3)) for index in range(5))
