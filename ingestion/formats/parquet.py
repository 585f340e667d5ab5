"""Third-party Parquet, read by pyarrow: INT96 as microseconds, and no trust in statistics of other writers."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import EmptyFileError, UnreadableFileError
from ingestion.formats.base import (
    Opened,
    RawRecord,
    bounded,
    check_headers,
    kept_columns,
    unexpected_columns,
)
from ingestion.typing.inputs import Input

_BATCH_ROWS = 64 * 1024
_SMALL_FILE = 2**20
_MAX_DIGITS = 38


class ParquetReader:
    """Reads the Parquet files of one contract. A timestamp without zone is local unless it is parsed as UTC."""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract

    def open(self, file: Delivered) -> Opened:
        """Header checks on the file's schema."""
        if file.size == 0:
            raise EmptyFileError(self._contract.raw_name, file.name)
        with self._parquet(file) as parquet:
            schema = parquet.schema_arrow
        check_headers(self._contract, file.name, "schema", schema.names, self._contract.headers)
        used = [schema.field(name) for name in kept_columns(self._contract, schema.names)]
        return Opened(
            file=file,
            path=file.path,
            text_path=file.path,
            inputs={field.name: Input(f"c{index}", _kind(field.type)) for index, field in enumerate(used)},
            signature=tuple((field.name, str(field.type)) for field in used),
            findings=unexpected_columns(self._contract, schema.names, file.name),
        )

    def chunks(self, opened: Opened) -> Iterator[pa.Table]:
        """Record batches of the contract's columns; UnreadableFileError where a page is broken."""
        headers = list(opened.inputs)
        with self._parquet(opened.file) as parquet:
            small = opened.file.size < _SMALL_FILE  # threads cost more than they save
            batches = parquet.iter_batches(_BATCH_ROWS, columns=headers, use_threads=not small)
            while (chunk := self._next(opened.file, headers, batches)) is not None:
                yield chunk

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch rows by number; the raw text is the row as a JSON object."""
        first = 1
        headers = list(opened.inputs)
        wanted = list(rows)
        for chunk in self.chunks(opened):
            here = [row for row in wanted if first <= row < first + chunk.num_rows]
            for row in here:
                cells = chunk.slice(row - first, 1).to_pylist()[0].values()
                values = {
                    header: None if cell is None else str(cell)
                    for header, cell in zip(headers, cells, strict=True)
                }
                yield RawRecord(row, row, bounded(json.dumps(values, ensure_ascii=False)), values)
            first += chunk.num_rows

    def _next(
        self, file: Delivered, headers: Sequence[str], batches: Iterator[pa.RecordBatch]
    ) -> pa.Table | None:
        try:
            batch = next(batches, None)
            if batch is None:
                return None
            columns = [_plain(batch.column(header)) for header in headers]
            return pa.table(columns, names=[f"c{index}" for index in range(len(headers))])
        except (pa.ArrowException, OSError) as error:
            place, seen = "data page", f"a broken page or a value out of range ({error})"
            raise UnreadableFileError(
                self._contract.raw_name, file.name, place, "Parquet data", seen
            ) from error

    def _parquet(self, file: Delivered) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(file.path, coerce_int96_timestamp_unit="us")
        except (pa.ArrowException, OSError) as error:
            name, seen = self._contract.raw_name, f"something else ({error})"
            raise UnreadableFileError(name, file.name, "footer", "a Parquet file", seen) from error


def _kind(given: pa.DataType) -> str:
    if pa.types.is_timestamp(given):
        return "timestamptz" if given.tz else "timestamp"
    if pa.types.is_dictionary(given):
        given = given.value_type
    if _is_list(given):
        return "list"
    is_text = pa.types.is_string(given) or pa.types.is_large_string(given) or pa.types.is_string_view(given)
    return "text" if is_text else "other"


def _is_list(given: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(given)
        or pa.types.is_large_list(given)
        or pa.types.is_fixed_size_list(given)
        or pa.types.is_list_view(given)
    )


def _plain(column: pa.Array) -> pa.Array:
    """A column in a type that DuckDB takes; ArrowInvalid for values beyond it."""
    if pa.types.is_timestamp(column.type):
        return _microseconds(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    wanted = _supported(column.type)
    return column if wanted == column.type else column.cast(wanted)


def _supported(given: pa.DataType) -> pa.DataType:
    """DuckDB knows neither half floats nor decimals of more than 38 digits; neither do contracts."""
    if pa.types.is_float16(given):
        return pa.float32()
    if pa.types.is_decimal256(given) and given.scale <= _MAX_DIGITS:
        return pa.decimal128(_MAX_DIGITS, given.scale)
    if _is_list(given):
        inner = _supported(given.value_type)
        return given if inner == given.value_type else pa.list_(inner)
    return given


def _microseconds(column: pa.Array) -> pa.Array:
    """Timestamps of any unit as microseconds, nanoseconds cut towards the past. Zones become UTC, the instant stays."""
    moments = column.view(pa.timestamp(column.type.unit))
    if column.type.unit == "ns":
        moments = pc.floor_temporal(moments, unit="microsecond")
    zone = "UTC" if column.type.tz else None
    return moments.cast(pa.timestamp("us")).view(pa.timestamp("us", tz=zone))
