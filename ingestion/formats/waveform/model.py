"""What a recording is, whatever wrote it: blocks of channels of equal length, read window by window.

A format module offers a context manager `recording(path, options)` that yields a Recording. It raises one of BROKEN
for a file that it cannot read; the reader turns that into a held file.
"""

import struct
import subprocess
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ingestion.formats.waveform.options import WaveformOptions

# what the format libraries raise on damaged input: they check little before they unpack, index and allocate
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    subprocess.SubprocessError,
    zlib.error,
)

Floats: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Start:
    """When the first sample was taken: microseconds since 1970, UTC or (`is_local`) of the plant's wall clock.

    `origin` says where that stands in the file; None and "unknown" if nowhere.
    """

    us: int | None = None
    origin: str = "unknown"
    is_local: bool = False


@dataclass(frozen=True)
class Timing:
    """Start and rate of a block. Without a constant rate each window brings the samples' offsets in seconds.

    `last_offset_s` is the offset of the last sample where there is no rate.
    """

    start: Start = Start()
    rate_hz: float | None = None
    rate_origin: str = "unknown"
    last_offset_s: float | None = None


@dataclass(frozen=True)
class Channel:
    """One channel of a block. `expected` is how many samples the file announces, None if it announces nothing."""

    group: str
    name: str
    unit: str | None = None
    expected: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """Samples of one channel; `invalid` marks those that the file declares void."""

    samples: Floats
    invalid: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Windows:
    """One window of each channel of a block, and the samples' offsets in seconds where there is no constant rate."""

    channels: Sequence[Window]
    offsets_s: Floats | None = None


@dataclass(frozen=True)
class Block:
    """Channels of one length that are read together. `read(first, count)` gives samples [first, first + count).

    `timing()` may have to read the time channel.
    """

    channels: Sequence[Channel]
    count: int
    read: Callable[[int, int], Windows]
    timing: Callable[[], Timing]


@dataclass(frozen=True)
class Remainder:
    """What the file announces but does not hold. Without channel: a place in the file, told in `reason`."""

    reason: str
    group: str | None = None
    channel: str | None = None
    expected: int | None = None
    found: int | None = None


@dataclass(frozen=True)
class LeftOut:
    """A channel that is no waveform (text, images, bus messages), and why it was left out."""

    group: str
    channel: str
    why: str


@dataclass(frozen=True)
class Recording:
    """All of a file. `notes` are remarks about the whole of it."""

    blocks: Sequence[Block]
    remainders: Sequence[Remainder] = ()
    left_out: Sequence[LeftOut] = ()
    notes: Sequence[str] = ()


Recorder: TypeAlias = Callable[[Path, WaveformOptions], AbstractContextManager[Recording]]


def as_json(value: object) -> object:
    """A property as JSON can say it: numpy scalars, times and bytes as their plain relatives."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return [as_json(item) for item in value.ravel()[:64]]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
