"""How the files of one load are opened and queried.

Belongs here: the reader of a contract, and the query over what it opened. What is done with the rows stands in intake.py,
beginning before a file's hash is known in ahead.py.
"""

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.formats import reader_for
from ingestion.formats.base import Opened, Reader
from ingestion.session import stream
from ingestion.settings import Settings
from ingestion.typing.query import TypedQuery, typed_query
from ingestion.typing.readings import constants


def query_of(contract: Contract, reader: Reader, opened: Opened, by: str = "") -> TypedQuery:
    """The query for files like this one, with the column `by` that tells them apart."""
    return typed_query(
        contract,
        opened.inputs,
        extra=(by,) if by else (),
        malformed=getattr(reader, "malformed", ""),
        overflow=opened.extra,
        constants=constants(contract, opened.inputs),
    )


class Files:
    """How the files of one load are opened and queried; `zone` is the source's."""

    def __init__(self, contract: Contract, zone: str, settings: Settings) -> None:
        self.contract = contract
        self._zone = zone
        self._settings = settings
        self._readers: list[tuple[Contract, Reader]] = []

    def reader(self, contract: Contract) -> Reader:
        """The reader of this contract's files; always the same, since it may remember what it opened."""
        for known, reader in self._readers:
            if known == contract:
                return reader
        scratch = self._settings.scratch / contract.raw_name
        reader = reader_for(contract, scratch, self._settings.max_line_bytes, self._zone)
        self._readers.append((contract, reader))
        return reader

    def open(self, reader: Reader, file: Delivered) -> Opened:
        """What the reader makes of a file; its FileError."""
        return reader.open(file)

    def stream(self, connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query: see session.stream()."""
        return stream(connection, sql)
