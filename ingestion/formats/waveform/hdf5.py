"""HDF5: every numeric dataset of one or two dimensions; the columns of a table are its channels. Read by h5py.

There is no standard for rates, starts and units, so the attributes that loggers use are looked for at the dataset,
then at the groups above it. Compound, text and image datasets are left out with a remark, scalars become properties.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ingestion.formats.waveform.model import (
    Block,
    Channel,
    LeftOut,
    Recording,
    Start,
    Timing,
    Window,
    Windows,
)
from ingestion.formats.waveform.options import WaveformOptions
from ingestion.formats.waveform.times import rate_of, start_of

RATES = ("sample_rate_hz", "sample_rate", "sampling_rate", "sampling_frequency", "SampleRate", "fs", "Fs")
STEPS = ("wf_increment", "dt", "sample_interval_s", "sampling_interval")
STARTS = ("start_time", "start_at", "t0", "wf_start_time", "timestamp", "StartTime")
UNITS = ("unit", "units", "Unit", "unit_string")
_TOGETHER = 64


@contextmanager
def hdf5_recording(path: Path, options: WaveformOptions) -> Iterator[Recording]:
    """The channels of an HDF5 file; OSError for a damaged or cut one, which HDF5 does not open at all."""
    with h5py.File(path, "r") as book:
        blocks: list[Block] = []
        left_out: list[LeftOut] = []
        for dataset in _datasets(book):
            group, name = dataset.parent.name.strip("/"), dataset.name.rsplit("/", 1)[1]
            if (why := no_waveform(dataset.shape, dataset.dtype)) is not None:
                if dataset.shape and options.wants(group, name):
                    left_out.append(LeftOut(group, name, why))
                continue
            blocks += _blocks(dataset, group, name, options)
        yield Recording(blocks, left_out=left_out)


def no_waveform(shape: tuple[int, ...] | None, kind: Any) -> str | None:
    """Why an array is no waveform; None if it is one."""
    if np.dtype(kind).kind not in "fiu":
        return "no number"
    if not shape or np.prod(shape) <= 1:
        return "a single value"
    return None if len(shape) <= 2 else f"an array of {len(shape)} dimensions"


def _datasets(book: h5py.File) -> Iterator[h5py.Dataset]:
    found: list[str] = []
    book.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    yield from (book[name] for name in found)


def column_names(name: str, shape: tuple[int, ...]) -> list[str]:
    """The channel names of an array: its own, or numbered where it has several columns."""
    width = shape[1] if len(shape) == 2 else 1
    return [name] if width == 1 else [f"{name}_{number}" for number in range(1, width + 1)]


def _blocks(dataset: h5py.Dataset, group: str, name: str, options: WaveformOptions) -> Iterator[Block]:
    properties = _inherited(dataset)
    unit = next((str(_plain(properties[key])) for key in UNITS if key in properties), None)
    shape = dataset.shape
    if len(shape) == 2 and shape[0] == 1:
        shape = shape[::-1]
    names = column_names(name, shape)
    places = [place for place, one in enumerate(names) if options.wants(group, one)]
    timing = timing_of(properties, "the dataset or its groups")
    for start in range(0, len(places), _TOGETHER):
        some = places[start : start + _TOGETHER]
        channels = [Channel(group, names[place], unit, shape[0], properties) for place in some]
        yield Block(channels, shape[0], _reader(dataset, some), lambda: timing)


def _reader(dataset: h5py.Dataset, places: list[int]) -> Any:
    def read(first: int, count: int) -> Windows:
        if dataset.ndim == 1:
            return Windows([Window(dataset[first : first + count])])
        if dataset.shape[0] == 1:
            return Windows([Window(dataset[0, first : first + count])])
        rows = dataset[first : first + count]
        return Windows([Window(rows[:, place]) for place in places])

    return read


def _inherited(dataset: h5py.Dataset) -> dict[str, Any]:
    """Attributes of the dataset and of the groups above it, the nearest first, and single values beside it."""
    found: dict[str, Any] = {}
    for name, item in dataset.parent.items():
        if (
            isinstance(item, h5py.Dataset)
            and item.shape is not None
            and item.size == 1
            and item.dtype.kind in "fiuSO"
        ):
            found[name] = _plain(item[()])
    node: Any = dataset.parent
    above = [node.attrs]
    while node.name != "/":
        node = node.parent
        above.append(node.attrs)
    for attributes in [*reversed(above), dataset.attrs]:
        found |= {
            name: _plain(value) for name, value in attributes.items() if not isinstance(value, h5py.Reference)
        }
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def timing_of(properties: Mapping[str, Any], where: str) -> Timing:
    """Start and rate from the first of the usual names that holds one."""
    start = Start()
    for name in STARTS:
        if name in properties and (found := start_of(properties[name], f"{name} of {where}")):
            start = found
            break
    for name in RATES:
        if (rate := _positive(properties.get(name))) is not None:
            return Timing(start, rate, f"{name} of {where}")
    for name in STEPS:
        if (step := _positive(properties.get(name))) is not None:
            return Timing(start, rate_of(step), f"{name} of {where}")
    return Timing(start)


def _positive(value: object) -> float | None:
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        number = float(value)
        return number if 0 < number < float("inf") else None
    return None
