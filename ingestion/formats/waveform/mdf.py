"""ASAM MDF4: each channel group is read as a whole, its time channel gives start and rate. Read by asammdf.

Conversions are applied; where one gives texts, the numbers stay. Samples whose invalidation bit is set are void. A
file that its recorder did not finish is finished in a copy; one that was cut is read as far as records are whole.
Bus logging (CAN, LIN, FlexRay, Ethernet frames) is no waveform and is left out with a remark.
"""

import logging
import shutil
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from asammdf import MDF, set_global_option
from asammdf.blocks import v4_constants as constants
from asammdf.blocks.mdf_v4 import MDF4
from asammdf.blocks.utils import Fragment, MdfException

from ingestion.formats.waveform.mdf_blocks import check_chains, cut_block, mend_length
from ingestion.formats.waveform.model import (
    BROKEN,
    Block,
    Channel,
    Floats,
    LeftOut,
    Recording,
    Remainder,
    Start,
    Timing,
    Window,
    Windows,
)
from ingestion.formats.waveform.options import WaveformOptions
from ingestion.formats.waveform.times import rate_of, utc_start

_TOGETHER = 64  # channels of a block
_TIME_WINDOW = 1 << 20
_GRID = 0.01  # share of a step by which times may lie off the grid of a constant rate
_NUMBERS = frozenset(range(6))  # unsigned, signed, float; little and big endian
_MASTERS = (constants.CHANNEL_TYPE_MASTER, constants.CHANNEL_TYPE_VIRTUAL_MASTER)
_FRAMES = ("CAN_DataFrame", "CAN_RemoteFrame", "CAN_ErrorFrame", "LIN_Frame", "FLX_Frame", "ETH_Frame")


@contextmanager
def mdf_recording(path: Path, options: WaveformOptions) -> Iterator[Recording]:
    """The numeric channels of an MDF4 file; ValueError and others for a damaged one."""
    logging.getLogger("asammdf").setLevel(logging.CRITICAL)  # what is missing is reported, not logged
    set_global_option("raise_on_incomplete_blocks", False)
    with tempfile.TemporaryDirectory(prefix="mdf-") as scratch:
        flags = _flags(path)
        whole = _readable(path, Path(scratch), flags)
        with whole.open("rb+" if flags else "rb") as handle, closing(_opened(handle)) as mdf:
            if not str(mdf.version).startswith("4"):
                raise ValueError(f"MDF version {mdf.version}; convert it to 4.10")
            yield _recording(mdf, options, flags)


def _opened(handle: BinaryIO) -> Any:
    """asammdf's file. What it leaves of a file that it cannot open is marked closed: its own clean-up would fail."""
    try:
        return MDF(handle, process_bus_logging=False)
    except (MdfException, *BROKEN) as error:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            half = frame.f_locals.get("self")
            if isinstance(half, MDF4):
                half._closed = True
                half._tempfile.close()
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _readable(path: Path, scratch: Path, flags: int) -> Path:
    """The file, or a copy of it: to be finished, or in which the cut data block ends where the file does."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        check_chains(handle)
        address = cut_block(handle, size)
    if address is None and not flags:
        return path
    copy = scratch / "mended.mf4"
    shutil.copyfile(path, copy)
    if address is not None and not flags:
        mend_length(copy, address, size)
    return copy


def _flags(path: Path) -> int:
    """What the recorder left undone; 0 for a finished file."""
    with path.open("rb") as handle:
        handle.seek(60)
        return int.from_bytes(handle.read(2), "little")


def _recording(mdf: Any, options: WaveformOptions, flags: int) -> Recording:
    blocks: list[Block] = []
    remainders: list[Remainder] = []
    left_out: list[LeftOut] = []
    for index, group in enumerate(mdf.groups):
        name = str(group.channel_group.acq_name or f"group_{index + 1}")
        announced = None if flags & constants.FLAG_UNFIN_UPDATE_CG_COUNTER else group.channel_group.cycles_nr
        found = _whole_records(group, announced)
        wanted = _numeric(group, name, options, left_out)
        timing = cache(lambda index=index, found=found: _timing(mdf, index, found))
        for start in range(0, len(wanted), _TOGETHER):
            places = wanted[start : start + _TOGETHER]
            channels = [_channel(mdf, group, place, name, announced) for place in places]
            blocks.append(_block(mdf, index, places, channels=channels, found=found, timing=timing))
            if announced is not None and found < announced:
                remainders += [_remainder(channel, announced, found) for channel in channels]
    note = "the recorder did not finish this file (unfinalized): the number of samples is what was found."
    return Recording(blocks, remainders, left_out, (note,) if flags else ())


def _whole_records(group: Any, announced: int | None) -> int:
    """Records whose bytes are all there."""
    size = group.channel_group.samples_byte_nr
    if not group.uses_ld:
        size += group.channel_group.invalidation_bytes_nr
    if size == 0:
        return announced or 0
    found = int(sum(block.original_size for block in group.get_data_blocks()) // size)
    return found if announced is None else min(found, announced)


def _numeric(group: Any, name: str, options: WaveformOptions, left_out: list[LeftOut]) -> list[int]:
    """Places of the channels that are waveforms; the others are noted."""
    found = []
    for place, channel in enumerate(group.channels):
        if channel.channel_type in _MASTERS or not options.wants(name, channel.name):
            continue
        why = _no_waveform(group, place)
        if why is None:
            found.append(place)
        elif "." not in channel.name:  # members of a frame or structure need no remark of their own
            left_out.append(LeftOut(name, channel.name, why))
    return found


def _no_waveform(group: Any, place: int) -> str | None:
    channel = group.channels[place]
    if channel.name.split(".")[0] in _FRAMES:
        return "a log of bus frames: decode it with its database first (bus logging is not read)"
    if group.channel_dependencies[place]:
        return "an array or structure"
    return None if channel.data_type in _NUMBERS else "no number"


def _channel(mdf: Any, group: Any, place: int, name: str, announced: int | None) -> Channel:
    channel = group.channels[place]
    conversion = channel.conversion
    unit = channel.unit or (conversion.unit if conversion is not None else "")
    properties = {
        "comment": channel.comment,
        "source": channel.source.name if channel.source else None,
        "group_comment": group.channel_group.comment,
        "author": mdf.header.author,
        "project": mdf.header.project,
        "subject": mdf.header.subject,
    }
    return Channel(name, channel.name, unit or None, announced, {k: v for k, v in properties.items() if v})


def _block(
    mdf: Any, index: int, places: Sequence[int], *, channels: Sequence[Channel], found: int, timing: Any
) -> Block:
    group = mdf.groups[index]

    def read(first: int, count: int) -> Windows:
        fragment = _records(mdf, group, first, count)
        windows = [_window(mdf, index, place, fragment) for place in places]
        constant = timing().rate_hz is not None or timing().last_offset_s is None
        offsets = None if constant else _times(mdf, index, first, count) - _times(mdf, index, 0, 1)[0]
        return Windows(windows, offsets)

    return Block(channels, found, read, timing)


def _records(mdf: Any, group: Any, first: int, count: int) -> Any:
    """The bytes of some records, read once for all channels of their group."""
    parts = list(mdf._mdf._load_data(group, record_offset=first, record_count=count))
    void = [part.invalidation_data for part in parts if part.invalidation_data is not None]
    return Fragment(
        b"".join(bytes(part.data) for part in parts), first, count, b"".join(void) if void else None
    )


def _window(mdf: Any, index: int, place: int, fragment: Any) -> Window:
    samples, void = mdf.get(
        group=index,
        index=place,
        data=fragment,
        samples_only=True,
        ignore_invalidation_bits=True,
    )
    samples = np.asarray(samples)
    if samples.dtype.kind not in "fiub" or samples.ndim != 1:
        samples, void = mdf.get(
            group=index,
            index=place,
            data=fragment,
            samples_only=True,
            raw=True,
            ignore_invalidation_bits=True,
        )
    return Window(np.asarray(samples), None if void is None else np.asarray(void, dtype=bool))


def _timing(mdf: Any, index: int, found: int) -> Timing:
    """Start and rate from the group's time channel; a rate only where all samples lie on its grid."""
    place = mdf.masters_db.get(index)
    header = utc_start(mdf.header.start_time, "header")
    if place is None or found == 0:
        return Timing(header)
    master = mdf.groups[index].channels[place]
    if master.sync_type != constants.SYNC_TYPE_TIME:
        return Timing(header, None, f"no rate: the master channel {master.name} is no time")
    first = _times(mdf, index, 0, 1)[0]
    assert header.us is not None
    start = Start(header.us + round(first * 1e6), "header plus first time", header.is_local)
    last = _times(mdf, index, found - 1, 1)[0] - first
    if found > 1 and last > 0 and _on_grid(mdf, index, found, float(first), float(last)):
        return Timing(start, rate_of(last / (found - 1)), f"time channel {master.name}, equal steps")
    return Timing(start, None, f"time channel {master.name}, steps vary", float(last))


def _on_grid(mdf: Any, index: int, found: int, first: float, last: float) -> bool:
    step = last / (found - 1)
    for place in range(0, found, _TIME_WINDOW):
        count = min(_TIME_WINDOW, found - place)
        grid = first + np.arange(place, place + count) * step
        if np.abs(_times(mdf, index, place, count) - grid).max() > _GRID * step:
            return False
    return True


def _times(mdf: Any, index: int, first: int, count: int) -> Floats:
    return np.asarray(mdf.get_master(index, record_offset=first, record_count=count), dtype=np.float64)


def _remainder(channel: Channel, announced: int, found: int) -> Remainder:
    reason = f"the file ends before the group does: {announced - found} of {announced} samples are missing"
    return Remainder(reason, channel.group, channel.name, announced, found)
