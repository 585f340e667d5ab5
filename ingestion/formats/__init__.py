"""Readers of file formats. What a table looks like stands in contracts, what a good row is in typing/."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ingestion.contracts import Contract
from ingestion.formats.base import Reader
from ingestion.formats.delimited import DelimitedReader
from ingestion.formats.excel import ExcelReader
from ingestion.formats.json_nested import NestedJsonReader
from ingestion.formats.jsonl import JsonLinesReader
from ingestion.formats.parquet import ParquetReader

_READERS: Mapping[str, Callable[[Contract, Path, int], Reader]] = {
    "delimited": DelimitedReader,
    "jsonl": JsonLinesReader,
    "json": NestedJsonReader,
    "excel": ExcelReader,
    "parquet": ParquetReader,
}


def reader_for(contract: Contract, scratch: Path, max_line_bytes: int) -> Reader:
    """The reader of a contract's format; `scratch` takes its copies, lines may have `max_line_bytes`."""
    return _READERS[contract.format](contract, scratch, max_line_bytes)
