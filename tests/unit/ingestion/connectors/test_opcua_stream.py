"""Readings on their way into the spool: values by type, status, what waits for history and what is known already."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.connectors.opcua.readings import SCHEMA, Reading, Signal, overflowed, reading_of, to_batch
from ingestion.connectors.opcua.stream import Marks, Stream, restore_marks
from ingestion.connectors.spool import Spool

START = datetime(2026, 1, 1, tzinfo=UTC)
SIGNALS = [Signal("a", ua.NodeId(1, 2), "bar"), Signal("b", ua.NodeId(2, 2))]


def value(second: float, content: Any = None, code: int = 0) -> ua.DataValue:
    at = START + timedelta(seconds=second)
    variant = ua.Variant(float(second) if content is None else content)
    return ua.DataValue(variant, ua.StatusCode(code), SourceTimestamp=at, ServerTimestamp=at)


def item(second: float, signal: int = 0, code: int = 0) -> ua.MonitoredItemNotification:
    return ua.MonitoredItemNotification(signal, value(second, code=code))


def readings(seconds: list[float], signal: int = 0) -> list[Reading]:
    return [reading_of(signal, value(second)) for second in seconds]


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path / "spool", tmp_path / "landing", SCHEMA)) as made:
        yield made


def rows(spool: Spool) -> list[tuple[str, float, bool]]:
    spool.land()
    return [
        (row["signal"], (row["reading_at"] - START).total_seconds(), row["is_historical"])
        for batch in spool.replay()
        for row in batch.to_pylist()
    ]


@pytest.mark.parametrize(
    ("content", "number", "text"),
    [
        (True, 1.0, None),
        (7, 7.0, None),
        (2**53, 2.0**53, "9007199254740992"),
        (-(2**60) - 1, -(2.0**60), "-1152921504606846977"),
        ("running", None, "running"),
        (b"\x01\xff", None, "01ff"),
        ([1.5, 2.5], None, "[1.5, 2.5]"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), None, "2026-01-02T03:04:00+00:00"),
        (ua.LocalizedText("läuft"), None, "läuft"),
    ],
)
def test_values_by_type(content: Any, number: float | None, text: str | None) -> None:
    batch = to_batch(SIGNALS, [reading_of(0, value(1, content))], historical=False)
    (row,) = batch.to_pylist()
    assert (row["value"], row["value_text"], row["uom"]) == (number, text, "bar")


@pytest.mark.parametrize(
    ("code", "status", "flags"),
    [
        (0x00000000, "good", (False, False, False)),
        (0x80310000, "bad", (False, False, False)),
        (0x40900000, "uncertain", (False, True, False)),
        (0x00960000, "good", (True, False, False)),
        (0x00300000, "good", (False, False, True)),
        (0x00000480, "good", (False, False, False)),
        (0x80000400, "bad", (False, False, False)),
    ],
)
def test_status_codes_keep_severity_flags_and_original(
    code: int, status: str, flags: tuple[bool, ...]
) -> None:
    (row,) = to_batch(SIGNALS, [reading_of(0, value(1, code=code))], historical=True).to_pylist()
    assert (row["status"], row["status_code"]) == (status, f"0x{code:08X}")
    assert (row["is_substituted"], row["is_questionable"], row["is_clamped"]) == flags


def test_without_a_source_time_the_servers_counts_and_says_so() -> None:
    given = ua.DataValue(ua.Variant(1.0), ServerTimestamp=START)
    reading = reading_of(0, given)
    assert (reading.at, reading.is_server_time) == (START, True)
    arrived = reading_of(0, ua.DataValue(ua.Variant(1.0)))
    assert arrived.is_server_time
    assert abs(datetime.now(UTC) - arrived.at) < timedelta(seconds=10)


def test_overflow_is_the_bit_of_a_data_value_only() -> None:
    assert overflowed(value(1, code=0x00000480))
    assert not overflowed(value(1, code=0x00000080))
    assert not overflowed(value(1, code=0x80310000))


def test_the_first_value_after_subscribing_is_dropped_if_it_is_known(spool: Spool) -> None:
    marks = Marks({})
    first = Stream(spool, marks, SIGNALS)
    first.live([item(1), item(2)], None)
    again = Stream(spool, marks, SIGNALS)
    again.expect([0, 1])
    again.live([item(2), item(3), item(2, signal=1)], None)
    assert rows(spool) == [("a", 1, False), ("a", 2, False), ("a", 3, False), ("b", 2, False)]


def test_live_values_wait_until_history_has_filled_the_gap(spool: Spool) -> None:
    marks = Marks({"marks": {"a": (START + timedelta(seconds=1)).isoformat()}, "alive": START.isoformat()})
    stream = Stream(spool, marks, SIGNALS)
    stream.hold([0])
    stream.live([item(5), item(1, signal=1)], START + timedelta(seconds=6))
    assert rows(spool) == [("b", 1, False)]
    assert marks.alive == START  # a gap is open: nobody may think that all was heard
    stream.fill(0, readings([2, 3, 5]))
    assert stream.release([0]) == 1
    stream.live([item(5), item(6)], START + timedelta(seconds=7))
    assert rows(spool)[1:] == [("a", 2, True), ("a", 3, True), ("a", 5, True), ("a", 6, False)]
    assert marks.alive == START + timedelta(seconds=7)


def test_an_overflow_holds_the_signal_and_asks_for_history(spool: Spool) -> None:
    stream = Stream(spool, Marks({}), SIGNALS)
    stream.live([item(1)], None)
    stream.live([item(9, code=0x480), item(10), item(1, signal=1)], None)
    assert list(stream.lossy) == [0]
    stream.fill(0, readings([4, 9]))
    stream.release([0])
    assert sorted(rows(spool)) == [
        ("a", 1, False),
        ("a", 4, True),
        ("a", 9, True),
        ("a", 10, False),
        ("b", 1, False),
    ]


def test_without_history_an_overflow_is_counted_and_nothing_waits(spool: Spool) -> None:
    stream = Stream(spool, Marks({}), SIGNALS, can_fill=False)
    stream.live([item(9, code=0x480)], None)
    assert stream.counts["overflows"] == 1
    assert rows(spool) == [("a", 9, False)]


def test_marks_come_back_from_what_was_spooled_after_they_were_saved(tmp_path: Path) -> None:
    with closing(Spool(tmp_path / "spool", tmp_path / "landing", SCHEMA)) as spool:
        marks = Marks({})
        stream = Stream(spool, marks, SIGNALS)
        stream.live([item(1)], None)
        spool.save_state(marks.state())
        stream.live([item(4), item(2, signal=1)], None)
    with closing(Spool(tmp_path / "spool", tmp_path / "landing", SCHEMA)) as spool:
        restored = restore_marks(spool)
    assert restored.by_name == {"a": START + timedelta(seconds=4), "b": START + timedelta(seconds=2)}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_comes_when_each_recorded_value_is_spooled_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Recorded 0..n; heard up to a point, then a gap, then live again while history is read."""
    count = data.draw(st.integers(min_value=4, max_value=30))
    lost = data.draw(st.integers(min_value=1, max_value=count - 1))
    subscribed = data.draw(st.integers(min_value=lost, max_value=count))
    asked = data.draw(st.integers(min_value=subscribed, max_value=count))
    released = data.draw(st.integers(min_value=subscribed, max_value=count))
    root = tmp_path_factory.mktemp("stream")
    with closing(Spool(root / "spool", root / "landing", SCHEMA)) as spool:
        marks = Marks({})
        Stream(spool, marks, SIGNALS).live([item(second) for second in range(lost)], None)
        stream = Stream(spool, marks, SIGNALS)
        stream.expect([0])
        stream.hold([0])
        base = stream.mark(0)
        assert base is not None
        current = subscribed - 1  # the value at the moment of subscribing comes first
        stream.live([item(second) for second in range(current, released)], None)
        stream.fill(0, [one for one in readings(list(range(asked))) if one.at > base])
        stream.release([0])
        stream.live([item(second) for second in range(released, count)], None)
        found = sorted(second for _, second, _ in rows(spool))
    assert found == list(range(count))
