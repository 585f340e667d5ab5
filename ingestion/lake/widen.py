"""Reading a raw table with wider types: its rows are rewritten, so that plain file lists stay readable.

Delta's own type widening needs a table feature that a list of Parquet files cannot honour. Which changes are allowed
says drift/widening.py, the commit of the rewritten rows is commit.py.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable


def widened(path: Path, wanted: pa.Schema, columns: Sequence[str]) -> pa.RecordBatchReader:
    """All rows of the table at `path`, with `columns` in their type of `wanted`, in bounded memory."""
    dataset = DeltaTable(path).to_pyarrow_dataset()
    fields = [wanted.field(field.name) if field.name in columns else field for field in dataset.schema]
    schema = pa.schema([field.with_metadata(None) for field in fields])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in dataset.to_batches():
            arrays = [array.cast(field.type) for array, field in zip(batch.columns, schema, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())
