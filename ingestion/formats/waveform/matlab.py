"""MATLAB files: version 4 to 7.2 by scipy, 7.3 (which is HDF5) by h5py. Vectors and columns of matrices are channels.

Single values (a rate, a speed) become properties of all channels; structures are walked, their fields are groups. A
cut file gives its whole variables. Format: MathWorks "MAT-File Format".
"""

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from ingestion.formats.waveform.hdf5 import UNITS, column_names, hdf5_recording, no_waveform, timing_of
from ingestion.formats.waveform.model import (
    Block,
    Channel,
    Floats,
    LeftOut,
    Recording,
    Remainder,
    Window,
    Windows,
)
from ingestion.formats.waveform.options import WaveformOptions

_HEAD = 128
_HDF5_MARK = b"\x89HDF"
_HDF5_AT = 512
_MOST_NESTED = 8


@dataclass
class _Found:
    """What a walk over the variables brings together."""

    arrays: list[tuple[str, str, Floats]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


@contextmanager
def matlab_recording(path: Path, options: WaveformOptions) -> Iterator[Recording]:
    """The numeric arrays of a MATLAB file; ValueError and others for a damaged one."""
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
        handle.seek(_HDF5_AT)
        is_hdf5 = handle.read(4) == _HDF5_MARK
    if is_hdf5:
        with hdf5_recording(path, options) as recording:
            yield recording
        return
    remainders = _cut(path, head) if head.startswith(b"MATLAB") else []
    yield _recording(_variables(path, cut=bool(remainders)), options, remainders)


def _variables(path: Path, *, cut: bool) -> Mapping[str, Any]:
    if not cut:
        return loadmat(path, squeeze_me=False, struct_as_record=True)  # type: ignore[no-any-return]
    whole = io.BytesIO(path.read_bytes()[: _last_whole(path)])
    return loadmat(whole, squeeze_me=False, struct_as_record=True)  # type: ignore[no-any-return]


def _elements(path: Path, order: str) -> Iterator[tuple[int, int]]:
    """(start, end as announced) of the top-level elements of a version 5 file."""
    size = path.stat().st_size
    position = _HEAD
    with path.open("rb") as handle:
        while position < size:
            handle.seek(position)
            tag = handle.read(8)
            if len(tag) < 8:
                yield position, position + 8
                return
            length = struct.unpack(f"{order}II", tag)[1]
            yield position, position + 8 + length
            position += 8 + length


def _order(head: bytes) -> str:
    return ">" if head[126:128] == b"MI" else "<"


def _last_whole(path: Path) -> int:
    """Where the last element that is all there ends."""
    with path.open("rb") as handle:
        order = _order(handle.read(_HEAD))
    size, last = path.stat().st_size, _HEAD
    for _, end in _elements(path, order):
        last = end if end <= size else last
    return last


def _cut(path: Path, head: bytes) -> list[Remainder]:
    size = path.stat().st_size
    return [
        Remainder(
            f"the file ends inside the variable at byte {start}: {end - size} of its {end - start} bytes are missing"
        )
        for start, end in _elements(path, _order(head))
        if end > size
    ]


def _recording(
    variables: Mapping[str, Any], options: WaveformOptions, remainders: list[Remainder]
) -> Recording:
    found = _Found()
    for name, value in variables.items():
        if not name.startswith("__"):
            _walk(found, "", name, value, 0)
    blocks = [
        block for group, name, array in found.arrays for block in _blocks(found, group, name, array, options)
    ]
    left_out = [one for one in found.left_out if options.wants(one.group, one.channel)]
    return Recording(blocks, remainders, left_out)


def _walk(found: _Found, group: str, name: str, value: Any, depth: int) -> None:
    """Sort a variable: array, single value, structure, or nothing for us."""
    if isinstance(value, np.ndarray) and value.dtype.names and value.size == 1 and depth < _MOST_NESTED:
        inner = f"{group}/{name}" if group else name
        for field_name in value.dtype.names:
            _walk(found, inner, field_name, value.ravel()[0][field_name], depth + 1)
        return
    if not isinstance(value, np.ndarray):
        return
    if value.size == 1 and value.dtype.kind in "fiuU":
        found.values[f"{group}/{name}" if group else name] = value.ravel()[0].item()
    elif (why := no_waveform(value.shape, value.dtype)) is None:
        found.arrays.append((group, name, value))
    elif value.size:
        found.left_out.append(LeftOut(group, name, why))


def _blocks(found: _Found, group: str, name: str, array: Floats, options: WaveformOptions) -> Iterator[Block]:
    columns = array.T if array.ndim == 2 and array.shape[0] == 1 else array.reshape(array.shape[0], -1)
    names = column_names(name, columns.shape)
    places = [place for place, one in enumerate(names) if options.wants(group, one)]
    if not places:
        return
    near = _near(found.values, group)
    unit = next((str(near[key]) for key in UNITS if key in near), None)
    channels = [Channel(group, names[place], unit, len(columns), found.values) for place in places]
    timing = timing_of(near, "the file")

    def read(first: int, count: int) -> Windows:
        return Windows([Window(columns[first : first + count, place]) for place in places])

    yield Block(channels, len(columns), read, lambda: timing)


def _near(values: Mapping[str, Any], group: str) -> dict[str, Any]:
    """Single values by their last name: those of the file, then those of the array's own structure."""
    outer = {name: value for name, value in values.items() if "/" not in name}
    inner = {
        name.rsplit("/", 1)[1]: value
        for name, value in values.items()
        if group and name.rsplit("/", 1)[0] == group
    }
    return outer | inner
