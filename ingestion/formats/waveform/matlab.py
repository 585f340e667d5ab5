"""MATLAB files: version 4 to 7.2 by scipy, 7.3 (which is HDF5) by h5py. Vectors and columns of matrices are channels.

Single values (a rate, a speed) become properties of all channels; structures are walked, their fields are groups. A
cut file gives its whole variables. scipy reads in a process of its own (matlab_load.py), because damaged bytes can
crash it. Format: MathWorks "MAT-File Format".
"""

import json
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ingestion.formats.waveform.hdf5 import UNITS, column_names, hdf5_recording, timing_of
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
_LOADER = Path(__file__).with_name("matlab_load.py")
_MOST_SECONDS = 600


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
    with tempfile.TemporaryDirectory(prefix="mat-") as scratch:
        source = _whole_part(path, Path(scratch)) if remainders else path
        yield _recording(_variables(source, Path(scratch)), Path(scratch), options, remainders)


def _variables(source: Path, folder: Path) -> dict[str, Any]:
    """What the loader found; ValueError with its last words if it failed."""
    command = [sys.executable, "-P", str(_LOADER), str(source), str(folder)]
    done = subprocess.run(  # noqa: S603 - our own script, the path is an argument
        command, capture_output=True, text=True, check=False, timeout=_MOST_SECONDS
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise ValueError("the reader crashed on it" if done.returncode < 0 else said)
    found: dict[str, Any] = json.loads((folder / "variables.json").read_text(encoding="utf-8"))
    return found


def _whole_part(path: Path, folder: Path) -> Path:
    """A copy that ends with the last whole variable."""
    copy = folder / "whole.mat"
    shutil.copyfile(path, copy)
    with copy.open("rb+") as handle:
        handle.truncate(_last_whole(path))
    return copy


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
    found: Mapping[str, Any], folder: Path, options: WaveformOptions, remainders: list[Remainder]
) -> Recording:
    blocks = [
        block
        for group, name, file in found["arrays"]
        for block in _blocks(found["values"], (group, name), np.load(folder / file, mmap_mode="r"), options)
    ]
    left_out = [LeftOut(*other) for other in found["others"] if options.wants(other[0], other[1])]
    return Recording(blocks, remainders, left_out)


def _blocks(
    values: Mapping[str, Any], place: tuple[str, str], array: Floats, options: WaveformOptions
) -> Iterator[Block]:
    group, name = place
    columns = array.T if array.ndim == 2 and array.shape[0] == 1 else array.reshape(array.shape[0], -1)
    names = column_names(name, columns.shape)
    places = [at for at, one in enumerate(names) if options.wants(group, one)]
    if not places:
        return
    near = _near(values, group)
    unit = next((str(near[key]) for key in UNITS if key in near), None)
    channels = [Channel(group, names[at], unit, len(columns), values) for at in places]
    timing = timing_of(near, "the file")

    def read(first: int, count: int) -> Windows:
        return Windows([Window(columns[first : first + count, at]) for at in places])

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
