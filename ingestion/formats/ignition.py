"""Tag history of Ignition in a SQLite file: tables sqlt_data_<driver>_<year>_<month>, stitched by tag path.

A rename, a move of the history or another data type makes a new id in sqlth_te; the path stays, so ids of one path
are one signal, retired ones included. Times are milliseconds since 1970 UTC; values are stored on change only.
The same query reads the tables in a database: see history_sql.
Tables: https://docs.inductiveautomation.com/docs/8.1/appendix/reference-pages/ignition-database-table-reference
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, ClassVar

from ingestion.delivery import Delivered
from ingestion.formats.tabular import Row, TabularReader

DATA_TABLE = re.compile(r"sqlt_data_\w+_\d{4}_\d{2}(_\d{2})?|sqlth?_\w*?\d+_data")
TAG_TABLE = "sqlth_te"
_MAGIC = b"SQLite format 3\x00"
_CURSOR_ROWS = 10_000


def history_sql(table: str) -> str:
    """SELECT of one data table with the columns of IgnitionReader, in order of time; for SQLite and PostgreSQL."""
    return (
        "SELECT t.tagpath AS tagpath, d.t_stamp AS t_stamp, coalesce(d.floatvalue, d.intvalue) AS number, "
        "coalesce(d.stringvalue, CAST(d.datevalue AS VARCHAR(64))) AS text, d.dataintegrity AS dataintegrity, "
        f"d.tagid AS tagid FROM {table} d LEFT JOIN {TAG_TABLE} t ON t.id = d.tagid ORDER BY d.t_stamp, d.tagid"
    )


class IgnitionReader(TabularReader):
    """Reads the data tables of a file in the order of their names, so months in order."""

    columns: ClassVar[tuple[str, ...]] = ("tagpath", "t_stamp", "number", "text", "dataintegrity", "tagid")
    expected = "a SQLite file with the tag history of Ignition"

    def rows(self, file: Delivered) -> Iterator[Row]:
        """One row per stored value; a value whose id has no path has none here either."""
        with file.path.open("rb") as handle:
            magic = handle.read(len(_MAGIC))
        if magic != _MAGIC:
            raise self.unreadable(file, "byte 0", repr(magic))
        try:
            with closing(sqlite3.connect(f"{file.path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
                for table in self._tables(file, database):
                    cursor = database.execute(history_sql(table))
                    while found := cursor.fetchmany(_CURSOR_ROWS):
                        yield from (self._row(table, values) for values in found)
        except sqlite3.Error as error:
            raise self.unreadable(file, "database", str(error)) from error

    def _tables(self, file: Delivered, database: sqlite3.Connection) -> Sequence[str]:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        ]
        data = sorted(name for name in names if DATA_TABLE.fullmatch(name))
        if not data or TAG_TABLE not in names:
            shown = ", ".join(sorted(names)) or "no table"
            raise self.unreadable(file, "tables", f"{shown} (sqlt_data_... and {TAG_TABLE} are needed)")
        return data

    @staticmethod
    def _row(table: str, values: Sequence[Any]) -> Row:
        texts = [None if value is None else str(value) for value in values]
        shown = ", ".join("" if text is None else text for text in texts)
        return Row(0, texts, shown, place=table)
