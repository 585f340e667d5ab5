"""Which opened files are read in one query, and taking apart what comes back. What happens to rows is intake.py."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from ingestion.formats.base import Opened
from ingestion.outcomes import Batch

_SMALL_FILE = 4 * 2**20
BUNDLE_BYTES = 64 * 2**20
_BUNDLE_FILES = 2_000


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


def runs(batch: pa.RecordBatch, name: str) -> Iterator[tuple[Any, pa.RecordBatch]]:
    """Slices of equal, neighbouring values of one column, which is left out."""
    ends = pa.compute.run_end_encode(batch.column(name))
    rest = batch.drop_columns([name])
    start = 0
    for value, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
        yield value, rest.slice(start, end - start)
        start = end


def chained(head: Sequence[pa.Table], rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """First these, then the rest."""
    yield from head
    yield from rest
