"""Reading a release candidate for its gate: which tables it has, their columns, and frames of bounded size.

Here: Parquet in, pandas out. Not here: the rules (`suite`) and their evaluation (`gx_engine`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from quality.table_spec import released_type

CHUNK_ROWS = 500_000
"""Rows of a frame for rules that look at each row alone; 20 columns of it take about 100 MB."""


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

    def frame(self, file: ReleasedFile, columns: Sequence[str]) -> pd.DataFrame:
        """Only these columns, all rows. DECIMAL becomes float64: rules compare, they do not add up."""
        frame: pd.DataFrame = self._connection.sql(self._query(file, columns)).to_arrow_table().to_pandas()
        return frame

    def chunks(self, file: ReleasedFile, columns: Sequence[str], rows: int) -> Iterator[pd.DataFrame]:
        """Only these columns, in frames of at most `rows` rows."""
        for batch in self._connection.sql(self._query(file, columns)).to_arrow_reader(rows):
            yield batch.to_pandas()

    def columns_not_finite(self, file: ReleasedFile) -> dict[str, int]:
        """Rows that hold NaN or an infinity, by DOUBLE column; columns without any are left out."""
        doubles = [name for name, kind in file.columns.items() if kind == "DOUBLE"]
        if not doubles:
            return {}
        counts = ", ".join(f"count(*) filter (where not isfinite({_name(name)}))" for name in doubles)
        row = self._connection.execute(f"select {counts} from {self._source(file.path)}").fetchall()[0]
        return {name: int(rows) for name, rows in zip(doubles, row, strict=True) if rows}

    def _query(self, file: ReleasedFile, columns: Sequence[str]) -> str:
        """Select the columns; at least one literal column, so that row counts survive without columns."""
        parts = [
            f"cast({_name(name)} as double) as {_name(name)}"
            if file.columns[name].startswith("DECIMAL")
            else _name(name)
            for name in columns
        ]
        return f"select {', '.join(parts) or 'true as any_row'} from {self._source(file.path)}"

    @staticmethod
    def _source(path: Path) -> str:
        return "read_parquet('" + str(path).replace("'", "''") + "')"


def _name(identifier: str) -> str:
    """Quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'
