"""Reading ahead: one big file is opened, and its first rows are read, while its hash is computed.

Whether a content is new says its hash, and rows carry it: nothing is staged before it is known. But reading needs only
the copy. Belongs here: what was begun, until the load asks for it. Of what went wrong nothing is kept: the load meets
it again, and says what is wrong.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain

import duckdb
import pyarrow as pa

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import FileError
from ingestion.files import Files, query_of
from ingestion.formats.base import Opened, Reader, TextReader, relation_of
from ingestion.session import Session, stream
from ingestion.settings import Settings

BIG_FILE = 32 * 2**20
_READY_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Begun:
    """A file that was opened, and the query over it alone whose first batches were fetched."""

    opened: Opened
    sql: str
    batches: Iterator[pa.RecordBatch]


class Ahead(Files):
    """Reads ahead in the first big file that is offered."""

    def __init__(self, contract: Contract, zone: str, settings: Settings, session: Session) -> None:
        super().__init__(contract, zone, settings)
        self._session = session
        self._one = threading.Lock()  # copies may stand in several threads
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._begun: Future[Begun | None] | None = None
        self._asked = threading.Event()

    def begin(self, copy: Delivered) -> None:
        """Read the beginning of this file, whose path is that of a copy which stands, unless another one was begun."""
        with self._one:
            if self._connection is None and copy.size >= BIG_FILE:
                contract = self.contract.for_file(copy.name)
                self._connection = self._session.connection()
                self._begun = self._thread.submit(
                    _read, copy, contract, self.reader(contract), self._connection, self._asked
                )

    def open(self, reader: Reader, file: Delivered) -> Opened:
        """What the reader makes of a file, or made of this copy when it was begun."""
        begun = self._result()
        if begun is None or begun.opened.file.path != file.path:
            return super().open(reader, file)
        return replace(begun.opened, file=file)

    def stream(self, connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query, of the one that was begun before too."""
        begun = self._result()
        if begun is None or begun.sql != sql:
            return super().stream(connection, sql)
        self._begun = None  # rows come once
        return begun.batches

    def close(self) -> None:
        """Give up what nobody asked for."""
        self._asked.set()
        self._thread.shutdown()
        if self._connection is not None:
            self._connection.close()

    def _result(self) -> Begun | None:
        self._asked.set()
        return self._begun.result() if self._begun is not None else None


def _read(
    copy: Delivered,
    contract: Contract,
    reader: Reader,
    connection: duckdb.DuckDBPyConnection,
    asked: threading.Event,
) -> Begun | None:
    if not isinstance(reader, TextReader):
        return None
    try:
        opened = reader.open(copy)
        sql = query_of(contract, reader, opened).over(relation_of(reader, [opened], connection))
        batches = stream(connection, sql)
        ready = list(_ready(batches, asked))
    except (FileError, duckdb.Error):
        return None
    return Begun(opened, sql, chain(ready, batches))


def _ready(batches: Iterator[pa.RecordBatch], asked: threading.Event) -> Iterator[pa.RecordBatch]:
    """The first batch, and what else can be read until somebody asks; some of a long file."""
    size = 0
    for batch in batches:
        yield batch
        size += batch.nbytes
        if asked.is_set() or size >= _READY_BYTES:
            return
