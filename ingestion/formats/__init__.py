"""Readers of file formats. What a table looks like stands in contracts, what a good row is in typing/."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ingestion.contracts import RECORDINGS, Contract
from ingestion.errors import ContractError
from ingestion.formats.annotated_csv import AnnotatedCsvReader
from ingestion.formats.base import Reader
from ingestion.formats.delimited import DelimitedReader
from ingestion.formats.excel import ExcelReader
from ingestion.formats.fixed_width import FixedWidthReader
from ingestion.formats.ignition import IgnitionReader
from ingestion.formats.json_nested import NestedJsonReader
from ingestion.formats.jsonl import JsonLinesReader
from ingestion.formats.line_protocol import LineProtocolReader
from ingestion.formats.nodeset import NodeSetReader
from ingestion.formats.parquet import ParquetReader
from ingestion.formats.pi_web_api import PiWebApiReader
from ingestion.formats.pipe_table import PipeTableReader
from ingestion.formats.proficy import ProficyReader
from ingestion.formats.waveform.reader import WaveformReader
from ingestion.formats.xml_records import XmlReader
from ingestion.typing import readings

_READERS: Mapping[str, Callable[[Contract, Path, int], Reader]] = {
    "delimited": DelimitedReader,
    "jsonl": JsonLinesReader,
    "json": NestedJsonReader,
    "xml": XmlReader,
    "nodeset": NodeSetReader,
    "excel": ExcelReader,
    "parquet": ParquetReader,
    "fixed_width": FixedWidthReader,
    "pipe_table": PipeTableReader,
    "line_protocol": LineProtocolReader,
    "annotated_csv": AnnotatedCsvReader,
    "pi_web_api": PiWebApiReader,
    "ignition": IgnitionReader,
    "proficy": ProficyReader,
}


def reader_for(contract: Contract, scratch: Path, max_line_bytes: int, zone: str = "UTC") -> Reader:
    """The reader of a contract's format; `scratch` takes its copies, lines may have `max_line_bytes`.

    `zone` is the source's time zone: recordings hold one start each, which the reader makes UTC. ContractError if the
    contract types its columns in a way that no query can be made of.
    """
    if problems := readings.problems(contract):
        raise ContractError(contract.path or contract.raw_name, problems[0], "mend the contract.")
    if contract.format in RECORDINGS:
        return WaveformReader(contract, zone)
    return _READERS[contract.format](contract, scratch, max_line_bytes)
