"""The journal: every message lies on disk as it came before it is acknowledged or understood.

Numbered files of frames; a frame holds the messages of one append and is there whole or not at all. After a kill
the messages of all files go through the same fold again. A tick (time passed, nothing came) is written down too,
so that the fold gives the same rows. Not here: the fold (sessions.py, json_rules.py), the rows (recorder.py).
"""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingestion.connectors.frames import FrameWriter, cut_torn_tail, read_frames
from ingestion.connectors.mqtt.readings import Arrival

_HEAD = struct.Struct("<qHBHI")  # received_us, packet id, redelivered, bytes of topic, bytes of payload
_NO_TOPIC = ""


class Journal:
    """An append-only log of arrivals in numbered files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._writer: FrameWriter | None = None
        self._numbers = sorted(int(path.stem) for path in folder.glob("*.journal"))
        for number in self._numbers:
            cut_torn_tail(self._path(number))
        self._last = max(self._numbers, default=0)

    @property
    def size(self) -> int:
        """Bytes of the file that is written now."""
        return self._writer.size if self._writer is not None else 0

    def append(self, arrivals: Sequence[Arrival]) -> None:
        """Write messages down; when this returns they lie on the disk. OSError leaves the journal as it was."""
        if self._writer is None:
            self._last += 1
            self._writer = FrameWriter(self._path(self._last))
            self._numbers.append(self._last)
        self._writer.append(b"".join(_packed(arrival) for arrival in arrivals))
        self._writer.sync()

    def roll(self) -> int:
        """End the current file; its number (or that of the last one)."""
        self.close()
        return self._last

    def left(self) -> Iterator[tuple[int, Iterator[Arrival]]]:
        """The files that an earlier process left, in order, and their messages."""
        for number in list(self._numbers):
            yield number, self._read(number)

    def forget(self, up_to: int) -> None:
        """Delete finished files: their rows are safe elsewhere. Numbers are never used again."""
        self._last = max(self._last, up_to)
        for number in [number for number in self._numbers if number <= up_to]:
            self._path(number).unlink(missing_ok=True)
            self._numbers.remove(number)

    def close(self) -> None:
        """End the current file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _read(self, number: int) -> Iterator[Arrival]:
        for frame in read_frames(self._path(number)):
            yield from _unpacked(frame)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:010d}.journal"


def tick_at(now_us: int) -> Arrival:
    """The entry that says: time passed."""
    return Arrival(now_us, _NO_TOPIC, b"")


def is_tick(arrival: Arrival) -> bool:
    """True for such an entry; no message has an empty topic."""
    return arrival.topic == _NO_TOPIC


def _packed(arrival: Arrival) -> bytes:
    topic = arrival.topic.encode("utf-8")
    head = _HEAD.pack(
        arrival.received_us, arrival.packet_id, arrival.redelivered, len(topic), len(arrival.payload)
    )
    return head + topic + arrival.payload


def _unpacked(frame: bytes) -> Iterator[Arrival]:
    place = 0
    while place < len(frame):
        received_us, packet_id, redelivered, topic_size, payload_size = _HEAD.unpack_from(frame, place)
        place += _HEAD.size
        topic = frame[place : place + topic_size].decode("utf-8")
        place += topic_size
        yield Arrival(received_us, topic, frame[place : place + payload_size], packet_id, bool(redelivered))
        place += payload_size
