"""The reader of recordings: opens a file by its content, numbers its rows, and tells what is missing of it.

What a file announces but does not hold becomes a record of its own behind the good rows (rule truncated_recording),
so that it is counted and quarantined with its place: rows read = rows committed + remainders.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module

import numpy as np
import pyarrow as pa

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import EmptyFileError, UnreadableFileError
from ingestion.formats.base import Opened, RawRecord, Skipped, bounded, check_headers
from ingestion.formats.waveform import rows as grains
from ingestion.formats.waveform.model import BROKEN, Block, Recorder, Recording, Remainder, Timing
from ingestion.formats.waveform.options import waveform_options
from ingestion.formats.waveform.times import resolved
from ingestion.typing.inputs import Input

TRUNCATED = "truncated_recording"
_RECORDERS = {
    "tdms": "tdms_recording",
    "mdf4": "mdf_recording",
    "hdf5": "hdf5_recording",
    "matlab": "matlab_recording",
    "wav": "wav_recording",
}
_MODULES = {"mdf4": "mdf"}
_NAMES = {
    "tdms": "a TDMS file",
    "mdf4": "an MDF4 file",
    "hdf5": "an HDF5 file",
    "matlab": "a MATLAB file",
    "wav": "a WAV file",
    "waveform": "a TDMS, MDF4, HDF5, MATLAB or WAV file",
}


class WaveformReader:
    """Reads recordings of one format, or (format `waveform`) of any, told by their first bytes."""

    def __init__(self, contract: Contract, zone: str) -> None:
        self._contract = contract
        self._zone = zone
        self._options = waveform_options(contract)
        self._offered = grains.OFFERED[self._options.rows]

    def open(self, file: Delivered) -> Opened:
        """Look at the file's structure: its channels, their lengths, and what is missing of them."""
        contract = self._contract
        if file.size == 0:
            raise EmptyFileError(contract.raw_name, file.name)
        check_headers(
            contract, file.name, f"rows: {self._options.rows}", list(self._offered), contract.headers
        )
        with self._recording(file) as recording:
            remainders, findings = list(recording.remainders), self._remarks(file, recording)
            good = sum(self._row_count(block) for block in recording.blocks)
        kinds = self._kinds()
        return Opened(
            file=file,
            path=file.path,
            text_path=file.path,
            inputs={
                name: Input(f"c{index}", _kind(kind)) for index, (name, kind) in enumerate(kinds.items())
            },
            signature=tuple(kinds),
            findings=findings,
            skipped=_skipped(good, remainders),
        )

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """The rows, some megabytes of samples at a time; UnreadableFileError where the data are damaged."""
        kinds, options = self._kinds(), self._options
        source = grains.Source(opened.file.name, self._format(opened.file), opened.file.content)
        with self._recording(opened.file) as recording:
            blocks = list(self._numbered(opened.file, recording))
            if options.rows == "snapshot":
                tables = grains.snapshots(blocks, source, options.chunk_samples, list(kinds))
            elif options.rows == "chunk":
                tables = grains.chunks(blocks, source, options.chunk_samples, kinds)
            else:
                tables = grains.samples(blocks, source, options.chunk_samples, list(kinds))
            while (table := self._next(opened.file, tables)) is not None:
                yield table

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch rows by number: a good row as a JSON object, a remainder as what was expected and found."""
        behind = set(opened.skipped.rows.tolist())
        good = [row for row in rows if row not in behind]
        yield from self._good(opened, good) if good else ()
        missing = [row for row in rows if row in behind]
        if missing:
            with self._recording(opened.file) as recording:
                first = int(opened.skipped.rows[0])
                for row in missing:
                    yield _as_record(opened.file.name, row, recording.remainders[row - first])

    def _good(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        headers = list(self._kinds())
        first = 1
        for table in self.chunks(opened):
            for row in [row for row in rows if first <= row < first + table.num_rows]:
                cells = table.slice(row - first, 1).to_pylist()[0].values()
                values = {
                    header: None if cell is None else str(cell)
                    for header, cell in zip(headers, cells, strict=True)
                }
                yield RawRecord(row, row, bounded(json.dumps(values, ensure_ascii=False)), values)
            first += table.num_rows
            if first > rows[-1]:
                return

    def _kinds(self) -> dict[str, pa.DataType]:
        """The wanted columns and their Arrow types: lists are read in the contract's precision."""
        kinds = {header: self._offered[header] for header in self._contract.headers}
        for column in self._contract.columns:
            if column.type in ("FLOAT[]", "DOUBLE[]") and pa.types.is_list(kinds[column.sources[0]]):
                kinds[column.sources[0]] = column.arrow_type
        return kinds

    def _row_count(self, block: Block) -> int:
        return grains.row_count(block, self._options.rows, self._options.chunk_samples)

    def _numbered(self, file: Delivered, recording: Recording) -> Iterator[grains.Numbered]:
        number = 1
        for block in recording.blocks:
            timing = cache(lambda block=block: self._timing(file, block))
            yield grains.Numbered(block, range(number, number + len(block.channels)), timing)
            number += len(block.channels)

    def _timing(self, file: Delivered, block: Block) -> Timing:
        return resolved(block.timing(), self._options, file.name, self._zone)

    def _remarks(self, file: Delivered, recording: Recording) -> tuple[Finding, ...]:
        name = f"{self._contract.raw_name}: file {file.name}"
        notes = [
            Finding(rule="recording_note", column=None, rows=0, message=f"{name}: {note}")
            for note in recording.notes
        ]
        return tuple(notes) + tuple(
            Finding(
                rule="channel_left_out",
                column=None,
                rows=0,
                message=f"{name}: channel {one.group}/{one.channel} is {one.why} and was left out. "
                "Next step: nothing, unless it is wanted; then export it as a table.",
            )
            for one in recording.left_out
        )

    def _format(self, file: Delivered) -> str:
        wanted = self._contract.format
        if wanted != "waveform":
            return wanted
        with file.path.open("rb") as handle:
            found = recognised(handle.read(128))
        if found is None:
            raise UnreadableFileError(
                self._contract.raw_name, file.name, "byte 0", _NAMES["waveform"], "none of these"
            )
        return found

    @contextmanager
    def _recording(self, file: Delivered) -> Iterator[Recording]:
        """The opened file; what its library raises while it opens becomes UnreadableFileError."""
        kind = self._format(file)
        opening = _recorder(kind)(file.path, self._options)
        try:
            recording = opening.__enter__()
        except BROKEN as error:
            raise self._unreadable(file, "structure", kind, error) from error
        try:
            yield recording
        finally:
            opening.__exit__(None, None, None)

    def _next(self, file: Delivered, tables: Iterator[pa.Table]) -> pa.Table | None:
        try:
            return next(tables, None)
        except BROKEN as error:
            raise self._unreadable(file, "samples", self._contract.format, error) from error

    def _unreadable(
        self, file: Delivered, place: str, kind: str, error: BaseException
    ) -> UnreadableFileError:
        seen = f"damaged or foreign data ({type(error).__name__}: {error})"
        return UnreadableFileError(self._contract.raw_name, file.name, place, _NAMES[kind], seen)


def recognised(head: bytes) -> str | None:
    """The format by the first bytes; None for none of them. MATLAB 7.3 is HDF5 behind a text of its own."""
    marks = {b"TDSm": "tdms", b"MDF ": "mdf4", b"UnFinMF ": "mdf4", b"\x89HDF": "hdf5", b"MATLAB": "matlab"}
    marks |= {b"RIFF": "wav", b"RF64": "wav"}
    for mark, name in marks.items():
        if head.startswith(mark):
            return name
    is_version_4 = (
        len(head) >= 20 and head[0] in (0, 10, 20, 30, 40, 50) and head[1:3] in (b"\0\0", b"\x04\0")
    )
    return "matlab" if is_version_4 else None


def _recorder(kind: str) -> Recorder:
    """The format's module, imported on first use: the libraries behind them take seconds to load."""
    module = import_module(f"ingestion.formats.waveform.{_MODULES.get(kind, kind)}")
    recorder: Recorder = getattr(module, _RECORDERS[kind])
    return recorder


def _skipped(good: int, remainders: Sequence[Remainder]) -> Skipped:
    rows = np.arange(good + 1, good + 1 + len(remainders), dtype=np.int64)
    return Skipped(rows, (TRUNCATED,) * len(remainders))


def _as_record(file: str, row: int, remainder: Remainder) -> RawRecord:
    told = {
        "file": file,
        "group": remainder.group,
        "channel": remainder.channel,
        "expected_samples": None if remainder.expected is None else str(remainder.expected),
        "found_samples": None if remainder.found is None else str(remainder.found),
        "reason": remainder.reason,
    }
    return RawRecord(row, row, json.dumps(told, ensure_ascii=False), told)


def _kind(given: pa.DataType) -> str:
    if pa.types.is_timestamp(given):
        return "timestamptz"
    return "text" if pa.types.is_string(given) else "other"
