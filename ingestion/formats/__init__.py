"""Readers of file formats. What a table looks like stands in contracts, what a good row is in typing/."""

import difflib
from collections.abc import Callable, Iterable, Mapping
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
from ingestion.formats.text import encoding_of
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


_TEXT_OPTIONS = frozenset({"encoding", "decimal", "thousands", "monthNames"})
_PLAIN_OPTIONS: Mapping[str, frozenset[str]] = {  # of readers without options of their own
    "jsonl": _TEXT_OPTIONS,
    "parquet": _TEXT_OPTIONS - {"encoding"},
    "line_protocol": frozenset({"precision"}),
}


def check_options(contracts: Iterable[Contract]) -> None:
    """ContractError for the first contract whose formatOptions its reader cannot use; no file is needed for that."""
    for contract in contracts:
        where = contract.path or contract.raw_name
        known = _PLAIN_OPTIONS.get(contract.format)
        for name in () if known is None else sorted(set(contract.format_options) - known):
            near = difflib.get_close_matches(name, known or (), n=1)
            problem = f"unknown formatOptions {name!r} of format {contract.format}."
            step = f"did you mean {near[0]}?" if near else f"use {', '.join(sorted(known or ()))}."
            raise ContractError(where, problem, step)
        try:
            reader_for(contract, Path(), 1)
            encoding_of(contract)
        except (TypeError, ValueError) as error:
            problem = f"formatOptions of format {contract.format}: {error}."
            raise ContractError(
                where, problem, "mend the value; the how-to page of the format lists them."
            ) from error
