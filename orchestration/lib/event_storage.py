"""Dagster's own SQLite files, written over connections that last as long as the process.

Dagster opens a connection for each event, which costs ten times the write: SQLite folds its log into the file and
SQLAlchemy compiles the same statements anew. Files, tables and commits are Dagster's own, so that the UI reads them.
A commit does not wait for the disk: a power cut may take the newest events, never the file's consistency, and what the
events tell of is committed elsewhere.

Here: how long connections last. Not here: which storage an instance uses (``instance``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event


class LastingEventLog(SqliteEventLogStorage):
    """Dagster's event log with one engine for each of its files."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            waits = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            engine = create_engine(self.conn_string_for_shard(shard), connect_args=waits)
            event.listen(engine, "connect", _leave_syncing_to_checkpoints)
            self._initdb(engine)
            self._engines[shard] = engine
        return self._engines[shard]

    def dispose(self) -> None:
        """Close the connections; SQLite then folds its logs into the files."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()


def _leave_syncing_to_checkpoints(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")


class LastingStorage(DagsterSqliteStorage):
    """Dagster's storage of a home with that event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = LastingEventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """Make the storage from its configuration, as Dagster asks for it."""
        return cls.from_local(inst_data=inst_data, **config_value)
