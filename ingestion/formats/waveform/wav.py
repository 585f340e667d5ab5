"""WAV (RIFF, RF64, Broadcast Wave): PCM of 8 to 32 bits and floats; all its channels are one block.

Samples are fractions of full scale, times `fullScale` of the contract. The bext chunk of a Broadcast Wave gives the
start in local time. Format: Microsoft "Multimedia Programming Interface 1.0", EBU Tech 3285 and 3306.
"""

import datetime as dt
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ingestion.formats.waveform.model import (
    Block,
    Channel,
    Floats,
    Recording,
    Remainder,
    Start,
    Timing,
    Window,
    Windows,
)
from ingestion.formats.waveform.options import WaveformOptions
from ingestion.formats.waveform.times import utc_start

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_OPEN_END = (0, 0xFFFFFFFF)  # a recorder that was switched off never wrote the length
_DATA_IN_DS64 = 0xFFFFFFFF
_TEXTS = {b"INAM": "title", b"ICMT": "comment", b"ISFT": "software", b"IART": "artist", b"ICRD": "created"}


@dataclass
class _Header:
    """What stands before and behind the samples."""

    tag: int = 0
    channels: int = 0
    rate_hz: int = 0
    bits: int = 0
    data_at: int | None = None
    data_bytes: int = 0
    long_bytes: int | None = None
    start: Start = field(default_factory=Start)
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * (self.bits // 8)


@contextmanager
def wav_recording(path: Path, options: WaveformOptions) -> Iterator[Recording]:
    """The channels of a WAV file, named channel_1, channel_2 ...; ValueError for what is none."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        header = _read_header(handle, size)
        found = (size - header.data_at) // header.frame_bytes  # type: ignore[operator]
        announced = None if header.data_bytes in _OPEN_END else header.data_bytes // header.frame_bytes
        count = found if announced is None else min(found, announced)
        names = [f"channel_{number}" for number in range(1, header.channels + 1)]
        wanted = [place for place, name in enumerate(names) if options.wants("", name)]
        properties = {**header.properties, "bits": header.bits, "sample_format": _format_name(header.tag)}
        channels = [Channel("", names[place], options.unit, announced, properties) for place in wanted]

        def read(first: int, count: int) -> Windows:
            frames = _frames(handle, header, first, count) * options.full_scale
            return Windows([Window(frames[:, place]) for place in wanted])

        timing = Timing(header.start, float(header.rate_hz), "fmt chunk")
        blocks = [Block(channels, count, read, lambda: timing)] if channels else []
        note = "the recorder never wrote the length of the data: they are read to the end of the file."
        yield Recording(
            blocks, _remainders(channels, announced, found), notes=(note,) if announced is None else ()
        )


def _remainders(channels: list[Channel], announced: int | None, found: int) -> list[Remainder]:
    if announced is None or found >= announced:
        return []
    reason = (
        f"the file ends before its data chunk does: {announced - found} of {announced} samples are missing"
    )
    return [Remainder(reason, one.group, one.name, announced, found) for one in channels]


def _read_header(handle: BinaryIO, size: int) -> _Header:
    """Walk the chunks; those behind cut data are gone."""
    head = handle.read(12)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        raise ValueError(f"no RIFF/WAVE head, but {head!r}")
    header, position = _Header(), 12
    while position + 8 <= size:
        handle.seek(position)
        name, length = struct.unpack("<4sI", handle.read(8))
        if name == b"data":
            header.data_at, header.data_bytes = position + 8, length
            if length == _DATA_IN_DS64 and header.long_bytes is not None:
                header.data_bytes = header.long_bytes
            if header.data_bytes in _OPEN_END:
                break
            length = header.data_bytes
        elif length <= 1 << 20:
            _note(header, name, handle.read(length))
        position += 8 + length + length % 2
    _check(header)
    return header


def _note(header: _Header, name: bytes, body: bytes) -> None:
    if name == b"fmt ":
        header.tag, header.channels, header.rate_hz, _, _, header.bits = struct.unpack("<HHIIHH", body[:16])
        if header.tag == _EXTENSIBLE and len(body) >= 26:
            header.tag = struct.unpack("<H", body[24:26])[0]
    elif name == b"ds64":
        header.long_bytes = struct.unpack("<Q", body[8:16])[0]
    elif name == b"bext":
        header.start = _bext_start(body, header.start)
        header.properties["description"] = _text(body[:256])
        header.properties["originator"] = _text(body[256:288])
    elif name == b"LIST" and body[:4] == b"INFO":
        _note_texts(header, body)


def _note_texts(header: _Header, body: bytes) -> None:
    place = 4
    while place + 8 <= len(body):
        name, length = struct.unpack("<4sI", body[place : place + 8])
        if name in _TEXTS:
            header.properties[_TEXTS[name]] = _text(body[place + 8 : place + 8 + length])
        place += 8 + length + length % 2


def _bext_start(body: bytes, otherwise: Start) -> Start:
    """OriginationDate yyyy-mm-dd and OriginationTime hh-mm-ss; the separators vary by recorder."""
    text = body[320:338].decode("ascii", "replace")
    digits = "".join(character for character in text if character.isdigit())
    try:
        moment = dt.datetime.strptime(digits, "%Y%m%d%H%M%S")  # noqa: DTZ007 - it is local by definition
    except ValueError:
        return otherwise
    return utc_start(moment, "bext chunk")


def _check(header: _Header) -> None:
    if header.channels == 0 or header.rate_hz == 0:
        raise ValueError("no fmt chunk")
    if header.data_at is None:
        raise ValueError("no data chunk")
    known = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64)}
    if header.bits not in known.get(header.tag, ()):
        raise ValueError(
            f"{header.bits} bits of format {_format_name(header.tag)}; known are PCM 8-32 and float 32/64"
        )


def _format_name(tag: int) -> str:
    return {_PCM: "pcm", _FLOAT: "float"}.get(tag, f"tag {tag}")


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()


def _frames(handle: BinaryIO, header: _Header, first: int, count: int) -> Floats:
    """Frames as (count, channels) fractions of full scale: 8 bits are unsigned, others signed little-endian."""
    assert header.data_at is not None
    handle.seek(header.data_at + first * header.frame_bytes)
    raw = np.frombuffer(handle.read(count * header.frame_bytes), dtype=np.uint8)
    raw = raw[: len(raw) // header.frame_bytes * header.frame_bytes]
    shape = (-1, header.channels)
    if header.tag == _FLOAT:
        return raw.view(f"<f{header.bits // 8}").reshape(shape).astype(np.float64)
    if header.bits == 8:
        return (raw.reshape(shape).astype(np.float64) - 128.0) / 128.0
    if header.bits == 24:
        wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = raw.reshape(-1, 3)
        return wide.view("<i4").reshape(shape) / 2.0**31
    return raw.view(f"<i{header.bits // 8}").reshape(shape) / 2.0 ** (header.bits - 1)
