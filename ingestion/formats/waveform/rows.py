"""Rows of a recording as Arrow tables: one per channel, per chunk of samples, or per sample.

The columns that each grain offers stand here; a contract picks among them by physicalName. snapshot_id is the
content's hash and the channel's place in the file, so that all contracts over a file agree on it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.formats.waveform.model import Block, Channel, Floats, Timing, Window, Windows, as_json
from ingestion.formats.waveform.numbers import Figures
from ingestion.formats.waveform.options import Grain

_INSTANT = pa.timestamp("us", tz="UTC")
_TABLE_SAMPLES = 2 * 2**20
_FIGURES = ("minimum", "maximum", "mean", "rms", "invalid_count")
_COMMON: Mapping[str, pa.DataType] = {
    "snapshot_id": pa.string(),
    "file": pa.string(),
    "group": pa.string(),
    "channel": pa.string(),
    "unit": pa.string(),
}
OFFERED: Mapping[Grain, Mapping[str, pa.DataType]] = {
    "snapshot": {
        **_COMMON,
        "format": pa.string(),
        "snapshot_number": pa.int64(),
        "start_at": _INSTANT,
        "start_from": pa.string(),
        "sample_rate_hz": pa.float64(),
        "rate_from": pa.string(),
        "duration_s": pa.float64(),
        "sample_count": pa.int64(),
        "expected_count": pa.int64(),
        "is_complete": pa.bool_(),
        **dict.fromkeys(_FIGURES[:-1], pa.float64()),
        "invalid_count": pa.int64(),
        "properties": pa.string(),
    },
    "chunk": {
        **_COMMON,
        "chunk_number": pa.int64(),
        "first_sample": pa.int64(),
        "sample_count": pa.int64(),
        "start_at": _INSTANT,
        "samples": pa.list_(pa.float64()),
        "offsets_s": pa.list_(pa.float64()),
    },
    "sample": {
        **_COMMON,
        "sample_index": pa.int64(),
        "offset_s": pa.float64(),
        "sampled_at": _INSTANT,
        "value": pa.float64(),
    },
}


@dataclass(frozen=True)
class Source:
    """Where rows come from: the file's name and format, the hash of its content."""

    file: str
    format: str
    content: str

    def common(self, number: int, channel: Channel) -> dict[str, Any]:
        """The columns that every grain has."""
        return {
            "snapshot_id": f"{self.content[:16]}-{number:04d}",
            "file": self.file,
            "group": channel.group,
            "channel": channel.name,
            "unit": channel.unit,
        }


@dataclass(frozen=True)
class Numbered:
    """A block, the places of its channels in the file (1-based), and its timing in UTC."""

    block: Block
    numbers: Sequence[int]
    timing: Callable[[], Timing]


def row_count(block: Block, grain: Grain, size: int) -> int:
    """Rows that a block gives."""
    each = {"snapshot": 1, "chunk": -(-block.count // size), "sample": block.count}
    return each[grain] * len(block.channels)


def windows(block: Block, size: int) -> Iterator[tuple[int, Windows]]:
    """(first sample, windows) of a block, in order; ValueError if the file gives fewer samples than it has."""
    for first in range(0, block.count, size):
        count = min(size, block.count - first)
        read = block.read(first, count)
        for channel, window in zip(block.channels, read.channels, strict=True):
            if len(window.samples) != count:
                place = f"channel {channel.group}/{channel.name}, sample {first}"
                raise ValueError(f"{place}: {len(window.samples)} samples where {count} should be")
        yield first, read


def snapshots(
    blocks: Sequence[Numbered], source: Source, size: int, wanted: Sequence[str]
) -> Iterator[pa.Table]:
    """One row per channel; samples are read only if the contract wants figures of them."""
    reads = any(name in wanted for name in _FIGURES)
    for numbered in blocks:
        figures = [Figures() for _ in numbered.block.channels]
        for _, read in windows(numbered.block, size) if reads else ():
            for figure, window in zip(figures, read.channels, strict=True):
                figure.add(window)
        rows = [
            _snapshot(numbered, source, number, channel, figure)
            for number, channel, figure in zip(
                numbered.numbers, numbered.block.channels, figures, strict=True
            )
        ]
        yield _table("snapshot", {name: [row[name] for row in rows] for name in wanted}, wanted)


def _snapshot(
    numbered: Numbered, source: Source, number: int, channel: Channel, figures: Figures
) -> dict[str, Any]:
    timing, count = numbered.timing(), numbered.block.count
    duration = count / timing.rate_hz if timing.rate_hz else timing.last_offset_s
    properties = {name: as_json(value) for name, value in channel.properties.items()}
    return source.common(number, channel) | {
        "format": source.format,
        "snapshot_number": number,
        "start_at": timing.start.us,
        "start_from": timing.start.origin,
        "sample_rate_hz": timing.rate_hz,
        "rate_from": timing.rate_origin,
        "duration_s": duration,
        "sample_count": count,
        "expected_count": channel.expected,
        "is_complete": channel.expected is None or channel.expected <= count,
        "minimum": figures.minimum,
        "maximum": figures.maximum,
        "mean": figures.mean,
        "rms": figures.rms,
        "invalid_count": figures.void,
        "properties": json.dumps(properties, ensure_ascii=False, allow_nan=True),
    }


def chunks(
    blocks: Sequence[Numbered], source: Source, size: int, wanted: Mapping[str, pa.DataType]
) -> Iterator[pa.Table]:
    """One row per `size` samples of a channel; the samples in the list type that the contract wants."""
    names = list(wanted)
    rows: list[dict[str, Any]] = []
    held = 0
    for numbered in blocks:
        for first, read in windows(numbered.block, size):
            for number, channel, window in zip(
                numbered.numbers, numbered.block.channels, read.channels, strict=True
            ):
                common = source.common(number, channel)
                rows.append(_chunk(numbered, common, first=first, size=size, read=read, window=window))
                held += len(window.samples)
            if held >= _TABLE_SAMPLES:
                yield _chunk_table(rows, names, wanted)
                rows, held = [], 0
    if rows:
        yield _chunk_table(rows, names, wanted)


def _chunk(
    numbered: Numbered, common: dict[str, Any], *, first: int, size: int, read: Windows, window: Window
) -> dict[str, Any]:
    offsets = read.offsets_s
    return common | {
        "chunk_number": first // size + 1,
        "first_sample": first,
        "sample_count": len(window.samples),
        "start_at": instant(numbered.timing(), first, None if offsets is None else float(offsets[0])),
        "samples": window,
        "offsets_s": None if offsets is None else Window(offsets),
    }


def samples(
    blocks: Sequence[Numbered], source: Source, size: int, wanted: Sequence[str]
) -> Iterator[pa.Table]:
    """One row per sample, channel by channel within each window."""
    for numbered in blocks:
        timing = numbered.timing()
        for first, read in windows(numbered.block, size):
            for number, channel, window in zip(
                numbered.numbers, numbered.block.channels, read.channels, strict=True
            ):
                common = source.common(number, channel)
                yield _sample_table(timing, common, first=first, read=read, window=window, wanted=wanted)


def _sample_table(
    timing: Timing,
    common: dict[str, Any],
    *,
    first: int,
    read: Windows,
    window: Window,
    wanted: Sequence[str],
) -> pa.Table:
    count = len(window.samples)
    index = np.arange(first, first + count, dtype=np.int64)
    offsets = read.offsets_s
    if offsets is None and timing.rate_hz:
        offsets = index / timing.rate_hz
    columns: dict[str, Any] = {
        name: pa.repeat(pa.scalar(text, pa.string()), count) for name, text in common.items()
    }
    at = None
    if offsets is not None and timing.start.us is not None:
        at = timing.start.us + np.round(offsets * 1e6).astype(np.int64)
    columns |= {
        "sample_index": index,
        "offset_s": pa.nulls(count, pa.float64()) if offsets is None else offsets,
        "sampled_at": pa.nulls(count, _INSTANT) if at is None else pa.array(at).view(_INSTANT),
        "value": pa.array(window.samples.astype(np.float64, copy=False), mask=window.invalid),
    }
    return _table("sample", columns, wanted)


def instant(timing: Timing, first: int, offset_s: float | None) -> int | None:
    """Microseconds since 1970 of a sample; None where start or timing are unknown."""
    if timing.start.us is None or (first == 0 and offset_s is None):
        return timing.start.us
    if offset_s is None:
        if not timing.rate_hz:
            return None
        offset_s = first / timing.rate_hz
    return timing.start.us + round(offset_s * 1e6)


def _chunk_table(
    rows: Sequence[dict[str, Any]], names: Sequence[str], wanted: Mapping[str, pa.DataType]
) -> pa.Table:
    columns: dict[str, Any] = {}
    for name in names:
        values = [row[name] for row in rows]
        columns[name] = _lists(values, wanted[name]) if name in ("samples", "offsets_s") else values
    return _table("chunk", columns, names)


def _lists(windows_: Sequence[Window | None], kind: pa.DataType) -> pa.Array:
    """Windows as one list array; void samples are nulls."""
    member = kind.value_type.to_pandas_dtype()
    given = [window for window in windows_ if window is not None]
    ends = np.cumsum([0, *(0 if window is None else len(window.samples) for window in windows_)])
    values: Floats = np.empty(int(ends[-1]), dtype=member)
    if given:
        np.concatenate([window.samples for window in given], out=values, casting="unsafe")
    void = None
    if any(window.invalid is not None for window in given):
        void = np.concatenate(
            [np.zeros(len(w.samples), dtype=bool) if w.invalid is None else w.invalid for w in given]
        )
    missing = pa.array([window is None for window in windows_])
    return pa.ListArray.from_arrays(
        pa.array(ends, pa.int32()), pa.array(values, mask=void), type=pa.list_(kind.value_type), mask=missing
    )


def _table(grain: Grain, columns: Mapping[str, Any], wanted: Sequence[str]) -> pa.Table:
    """Columns c0, c1 ... in the order of `wanted`."""
    arrays = [
        columns[name]
        if isinstance(columns[name], pa.Array)
        else pa.array(columns[name], OFFERED[grain][name])
        for name in wanted
    ]
    return pa.table(arrays, names=[f"c{index}" for index in range(len(arrays))])
