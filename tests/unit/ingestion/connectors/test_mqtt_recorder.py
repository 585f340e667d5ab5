"""Exactly once between broker and landing folder: killed anywhere, opened again, and every reading is there once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.connectors.mqtt.journal import Journal, is_tick, tick_at
from ingestion.connectors.mqtt.node import Patience
from ingestion.connectors.mqtt.readings import SCHEMA, Arrival
from ingestion.connectors.mqtt.recorder import Recorder
from ingestion.connectors.mqtt.sessions import Sessions
from ingestion.connectors.spool import Spool, SpoolOptions
from ingestion.errors import SpoolError, SpoolFullError
from tests.unit.ingestion.connectors.sparkplug_edge import Edge, Expected, Published

START = 1_700_000_000_000_000


class KilledError(BaseException):
    """The process died here."""


class Fuse:
    """Kills at the n-th step; a step is a call of a guarded method, before or after it does its work."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def guard(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any) -> Any:
            self._burn()
            result = method(*arguments)
            self._burn()
            return result

        return guarded

    def _burn(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            raise KilledError


class Process:
    """A collector's disk side, as one process sees it."""

    def __init__(self, root: Path, fuse: Fuse) -> None:
        self.spool = Spool(root / "spool", root / "landing", SCHEMA)
        try:
            for name in ("append", "save_state", "land"):
                setattr(self.spool, name, fuse.guard(getattr(Spool, name).__get__(self.spool)))
            self.recorder = Recorder(root / "spool", self.spool, Sessions(Patience()))
            journal = self.recorder._journal
            for name in ("append", "roll", "forget"):
                setattr(journal, name, fuse.guard(getattr(Journal, name).__get__(journal)))
        except KilledError:
            self.die()
            raise

    def die(self) -> None:
        """What the operating system does: files are closed, locks are gone, nothing is flushed."""
        self.spool._lock.close()


def landed(root: Path) -> list[Expected]:
    rows: list[Expected] = []
    for path in sorted((root / "landing").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            assert row["signal"], row["value_text"]
            rows.append((row["signal"], round(row["reading_at"].timestamp() * 1000), row["value"]))
    return rows


def arrivals(story: Sequence[Published]) -> Iterator[Arrival]:
    for index, one in enumerate(story):
        yield Arrival(START + index * 1000, one.topic, one.payload, index % 60_000 + 1)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 25), max_size=6))
def test_killed_at_any_step_every_reading_lands_once(
    tmp_path_factory: pytest.TempPathFactory, seed: int, lives: list[int]
) -> None:
    root = tmp_path_factory.mktemp("recorder")
    random = Random(seed)
    edge = Edge(random=Random(seed))
    story = [*edge.node_birth(), *(edge.any_data() for _ in range(60))]
    waiting = list(arrivals(story))  # what the broker still has to deliver; what was recorded is acknowledged
    seen: set[int] = set()
    for steps in [*lives, 10**9]:
        try:
            process = Process(root, Fuse(steps))
        except KilledError:
            continue
        try:
            while waiting:
                size = random.randint(1, 8)
                batch = [
                    Arrival(one.received_us, one.topic, one.payload, one.packet_id, one.packet_id in seen)
                    for one in waiting[:size]
                ]
                seen |= {one.packet_id for one in batch}
                process.recorder.record(batch)
                del waiting[:size]
                if random.random() < 0.3:
                    process.recorder.hand_over()
                    process.spool.land()
            process.recorder.hand_over()
            process.spool.close()
        except KilledError:
            process.die()
    assert sorted(landed(root)) == sorted(reading for one in story for reading in one.readings)


def test_full_spool_keeps_messages_in_the_journal(tmp_path: Path) -> None:
    edge = Edge()
    story = [*edge.node_birth(), *(edge.any_data() for _ in range(500))]
    tiny = SpoolOptions(limit_bytes=2000)
    with closing(Spool(tmp_path / "spool", tmp_path / "landing", SCHEMA, options=tiny)) as spool:
        recorder = Recorder(tmp_path / "spool", spool, Sessions(Patience()))
        recorder.record(list(arrivals(story)))
        with pytest.raises(SpoolFullError):
            recorder.hand_over()
        assert recorder.waiting
        recorder.close()
    with closing(Spool(tmp_path / "spool", tmp_path / "landing", SCHEMA)) as spool:
        recorder = Recorder(tmp_path / "spool", spool, Sessions(Patience()))
        recorder.close()
    assert landed(tmp_path) == [reading for one in story for reading in one.readings]
    assert not list((tmp_path / "spool" / "journal").iterdir())


def test_disk_that_refuses_the_journal_is_a_spool_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Spool(tmp_path / "spool", tmp_path / "landing", SCHEMA)) as spool:
        recorder = Recorder(tmp_path / "spool", spool, Sessions(Patience()))
        data = next(arrivals(list(Edge().node_birth())))

        def refuse(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.writev", refuse)
        with pytest.raises(SpoolError, match="No space left"):
            recorder.record([data])
        monkeypatch.undo()
        recorder.record([data])
        recorder.hand_over()
        recorder.close()
    assert len(landed(tmp_path)) == 3


def test_journal_gives_back_what_was_written(tmp_path: Path) -> None:
    written = [
        Arrival(START, "spBv1.0/G/NDATA/Ü", b"\0\xff", 65535, True),
        tick_at(START + 1),
        Arrival(START + 2, "t", b""),
    ]
    journal = Journal(tmp_path)
    journal.append(written[:2])
    journal.append(written[2:])
    assert journal.roll() == 1
    journal.append(written[:1])
    journal.close()
    again = Journal(tmp_path)
    assert [(number, list(found)) for number, found in again.left()] == [(1, written), (2, written[:1])]
    assert [is_tick(one) for one in written] == [False, True, False]
    again.forget(2)
    again.append(written[:1])
    assert again.roll() == 3


def test_torn_frame_of_the_journal_is_cut(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for second in range(3):
        journal.append([Arrival(second, "t", b"x" * 100)])
    journal.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    ((_, found),) = Journal(tmp_path).left()
    assert [one.received_us for one in found] == [0, 1]
