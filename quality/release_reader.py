"""Reading a release candidate for its gate: which tables it has, and their columns.

Here: Parquet files as relations of one DuckDB connection. Not here: the rules (`suite`) and their evaluation (`engine`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.typing.expressions import identifier
from quality.engine import Dataset
from quality.table_spec import released_type


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One table as it lies in the candidate; `columns` maps name to DuckDB type."""

    name: str
    path: Path
    rows: int
    columns: dict[str, str]


class ReleaseReader:
    """Reads the Parquet files of one candidate; close it, or use it in a `with`."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in sorted(folder.rglob("*.parquet"))}
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("set timezone = 'UTC'")

    def __enter__(self) -> ReleaseReader:
        """Ready after construction."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the files."""
        self._connection.close()

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables in the candidate."""
        return tuple(self._files)

    def open(self, table: str) -> ReleasedFile:
        """Columns and row count from the file's footer. Raises duckdb.Error if it is no Parquet file."""
        path = self._files[table]
        source = self._source(path)
        described = self._connection.execute(f"describe select * from {source}").fetchall()
        counted = self._connection.execute(f"select count(*) from {source}").fetchall()
        columns = {str(row[0]): released_type(str(row[1])) for row in described}
        return ReleasedFile(table, path, int(counted[0][0]), columns)

    def dataset(self, file: ReleasedFile, key: tuple[str, ...]) -> Dataset:
        """The table as rules read it; `key` names its rows to a person, and other tables of the candidate go by name."""
        named = tuple(name for name in key if name in file.columns)
        others = {name: self._source(path) for name, path in self._files.items()}
        return Dataset(self._connection, self._source(file.path), file.columns, named, others)

    @contextmanager
    def values(self, names: Sequence[str], rows: Sequence[tuple[str | None, ...]]) -> Iterator[Dataset]:
        """A table of texts with columns of these names, as long as the context lasts."""
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        self._connection.register(
            "values_given", pa.table(columns, pa.schema([(name, pa.string()) for name in names]))
        )
        try:
            yield Dataset(self._connection, "values_given", dict.fromkeys(names, "VARCHAR"))
        finally:
            self._connection.unregister("values_given")

    def columns_not_finite(self, file: ReleasedFile) -> dict[str, int]:
        """Rows that hold NaN or an infinity, by DOUBLE column; columns without any are left out."""
        doubles = [name for name, kind in file.columns.items() if kind == "DOUBLE"]
        if not doubles:
            return {}
        counts = ", ".join(f"count(*) filter (where not isfinite({identifier(name)}))" for name in doubles)
        row = self._connection.execute(f"select {counts} from {self._source(file.path)}").fetchall()[0]
        return {name: int(rows) for name, rows in zip(doubles, row, strict=True) if rows}

    @staticmethod
    def _source(path: Path) -> str:
        return "read_parquet('" + str(path).replace("'", "''") + "')"
