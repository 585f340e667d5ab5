"""Which opened files are read in one query, and taking apart what comes back. What happens to rows is intake.py."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.formats.base import Opened
from ingestion.outcomes import Batch
from ingestion.session import BATCH_ROWS

_SMALL_FILE = 4 * 2**20
BUNDLE_BYTES = 64 * 2**20
_BUNDLE_FILES = 2_000
_JOINED_BYTES = 32 * 2**20


def bundles(opened: Iterable[tuple[Batch, Opened]]) -> Iterator[list[tuple[Batch, Opened]]]:
    """Big files alone, small neighbours of one signature together."""
    bundle: list[tuple[Batch, Opened]] = []
    size = 0
    for batch, one in opened:
        alone = one.file.size > _SMALL_FILE
        fits = bundle and not alone and one.signature == bundle[0][1].signature
        if bundle and not (fits and size + one.file.size <= BUNDLE_BYTES and len(bundle) < _BUNDLE_FILES):
            yield bundle
            bundle, size = [], 0
        bundle.append((batch, one))
        size += BUNDLE_BYTES if alone else one.file.size
    if bundle:
        yield bundle


def portions(
    batches: Iterable[pa.RecordBatch], name: str
) -> Iterator[tuple[pa.RecordBatch, list[tuple[Any, int]]]]:
    """Batches without the column `name`, and how many neighbouring rows have which value of it.

    Of small files every batch holds few rows: some are put together, since each costs the same.
    """
    for batch in _joined(batches):
        ends = pa.compute.run_end_encode(batch.column(name))
        counts = np.diff(np.asarray(ends.run_ends), prepend=0).tolist()
        yield batch.drop_columns([name]), list(zip(ends.values.to_pylist(), counts, strict=True))


def _joined(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= BATCH_ROWS or size >= _JOINED_BYTES:
            yield pa.concat_batches(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield pa.concat_batches(waiting)


def chained(head: Sequence[pa.Table], rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """First these, then the rest."""
    yield from head
    yield from rest
