"""TDMS of National Instruments: each channel is a block of its own. Read by nptdms, which knows scalings and DAQmx.

Only the .tdms file counts, never the .tdms_index beside it: the index may be of another moment. The chain of segments
is walked here as well, because it tells what a broken recording has lost. Format: "TDMS File Format Internal
Structure" of NI.
"""

import logging
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nptdms import TdmsChannel, TdmsFile

from ingestion.formats.waveform.model import (
    Block,
    Channel,
    LeftOut,
    Recording,
    Remainder,
    Start,
    Timing,
    Window,
    Windows,
)
from ingestion.formats.waveform.options import WaveformOptions
from ingestion.formats.waveform.times import first_start, rate_of

_LEAD_IN = 28
_BIG_ENDIAN = 1 << 6
_UNKNOWN = 2**64 - 1
_STARTS = ("wf_start_time", "NI_ExpStartTimeStamp", "InitTimeStamp", "DateTime")
_UNITS = ("unit_string", "NI_UnitDescription")


@dataclass(frozen=True)
class _Tail:
    """The last segment as announced: raw bytes (None: the writer never closed it) against those in the file."""

    position: int
    announced: int | None
    found: int


@contextmanager
def tdms_recording(path: Path, options: WaveformOptions) -> Iterator[Recording]:
    """The numeric channels of a TDMS file; ValueError and others for a damaged one."""
    logging.getLogger("nptdms").setLevel(logging.CRITICAL)  # what is missing is reported, not logged
    tail, lost = _walk(path)
    with path.open("rb") as handle, TdmsFile.open(handle) as tdms:
        counts = _expected(tdms, tail)
        blocks, left_out, remainders = [], [], list(lost)
        for channel in [channel for group in tdms.groups() for channel in group.channels()]:
            if not options.wants(channel.group_name, channel.name):
                continue
            if (why := _no_waveform(channel)) is not None:
                left_out.append(LeftOut(channel.group_name, channel.name, why))
                continue
            expected = counts.get(channel.path, len(channel))
            blocks.append(_block(tdms, channel, expected))
            if expected > len(channel):
                remainders.append(_remainder(channel, expected))
        is_open = tail is not None and tail.announced is None
        note = "the writer never closed the last segment: it is read to the end of the file."
        yield Recording(blocks, remainders, left_out, (note,) if is_open else ())


def _no_waveform(channel: TdmsChannel) -> str | None:
    kind = np.dtype(channel.dtype)
    if kind.kind in "fiubM":
        return None
    return "complex" if kind.kind == "c" else "text" if len(channel) else "without samples"


def _block(tdms: TdmsFile, channel: TdmsChannel, expected: int) -> Block:
    is_time = np.dtype(channel.dtype).kind == "M"
    described = Channel(
        group=channel.group_name,
        name=channel.name,
        unit="s since 1970-01-01 UTC" if is_time else _unit(channel.properties),
        expected=expected,
        properties={**tdms.properties, **tdms[channel.group_name].properties, **channel.properties},
    )

    def read(first: int, count: int) -> Windows:
        samples = channel.read_data(first, count)
        if is_time:
            samples = samples.astype("datetime64[us]").astype(np.int64) / 1e6
        return Windows([Window(samples)])

    return Block([described], len(channel), read, lambda: _timing(tdms, channel))


def _unit(properties: Mapping[str, Any]) -> str | None:
    return next((str(properties[name]) for name in _UNITS if properties.get(name)), None)


def _timing(tdms: TdmsFile, channel: TdmsChannel) -> Timing:
    start = first_start(channel.properties, _STARTS, "the channel")
    if start.us is None:
        start = first_start(tdms[channel.group_name].properties, _STARTS, "the group")
    if start.us is None:
        start = first_start(tdms.properties, _STARTS, "the file")
    offset_s = float(channel.properties.get("wf_start_offset", 0.0))
    if start.us is not None and offset_s:
        start = Start(start.us + round(offset_s * 1e6), f"{start.origin} plus wf_start_offset")
    increment = float(channel.properties.get("wf_increment", 0.0))
    if increment <= 0:
        return Timing(start)
    return Timing(start, rate_of(increment), "wf_increment")


def _walk(path: Path) -> tuple[_Tail | None, list[Remainder]]:
    """Follow the lead-ins: the last segment with data, and bytes at the end that are no whole segment head."""
    size, position = path.stat().st_size, 0
    tail, lost = None, []
    with path.open("rb") as handle:
        while position < size:
            handle.seek(position)
            lead = handle.read(_LEAD_IN)
            if lead[:4] != b"TDSm"[: len(lead)]:
                raise ValueError(f"no segment at byte {position}, but {lead[:4]!r}")
            if len(lead) < _LEAD_IN:
                lost.append(_cut(position, size))
                break
            order = ">" if lead[4] & _BIG_ENDIAN else "<"
            length, raw_at = struct.unpack(f"{order}QQ", lead[12:])
            data_at = position + _LEAD_IN + raw_at
            if data_at > size:
                lost.append(_cut(position, size))
                break
            announced = None if length == _UNKNOWN else length - raw_at
            tail = _Tail(position, announced, min(size - data_at, announced or size))
            position = size if announced is None else position + _LEAD_IN + length
    return tail, lost


def _cut(position: int, size: int) -> Remainder:
    return Remainder(
        f"the file ends inside the head of the segment at byte {position}: {size - position} bytes are no use, "
        "what the segment would have held is unknown"
    )


def _expected(tdms: TdmsFile, tail: _Tail | None) -> dict[str, int]:
    """Samples by channel path that a cut file announces; channels that are whole are not listed.

    A segment holds its chunk of all channels once or more. nptdms tells the lengths of the last chunk; how many
    chunks were announced follows from the announced bytes.
    """
    statuses = tdms.file_status.channel_statuses
    if not tdms.file_status.incomplete_final_segment or not statuses or tail is None:
        return {}
    channels = {channel.path: channel for group in tdms.groups() for channel in group.channels()}
    sizes = [
        (status.expected_length, getattr(channels[path].data_type, "size", None))
        for path, status in statuses.items()
        if path in channels
    ]
    chunk_bytes = sum(length * size for length, size in sizes if size) if all(s for _, s in sizes) else 0
    begun = -(-tail.found // chunk_bytes) if chunk_bytes else 1
    more = max(0, tail.announced // chunk_bytes - begun) if tail.announced and chunk_bytes else 0
    return {
        path: len(channels[path])
        + (status.expected_length - status.read_length if begun else 0)
        + status.expected_length * more
        for path, status in statuses.items()
        if path in channels
    }


def _remainder(channel: TdmsChannel, expected: int) -> Remainder:
    found = len(channel)
    reason = f"the file ends before the channel does: {expected - found} of {expected} samples are missing"
    return Remainder(reason, channel.group_name, channel.name, expected, found)
