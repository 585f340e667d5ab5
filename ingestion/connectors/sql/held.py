"""What raw holds of a table that is fetched by watermark: where to go on, and which fetched rows are no news.

The newest watermark of the committed rows is the whole memory of an incremental extract. A lag window before it is
read again, because a transaction may commit late with an older watermark; of the rows read again those that raw holds
already, typed as raw types them, are left out.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.connectors.sql.database import Value
from ingestion.connectors.sql.instants import comparable
from ingestion.connectors.sql.plan import Plan
from ingestion.connectors.watermark import Watermark, newest
from ingestion.delivery import Delivered
from ingestion.formats import reader_for
from ingestion.formats.base import ArrowReader
from ingestion.lake.read import held_rows
from ingestion.session import connect
from ingestion.settings import Settings
from ingestion.typing import zones
from ingestion.typing.expressions import identifier
from ingestion.typing.query import typed_query
from ingestion.typing.readings import UNITS

_CLOCK_CHANGE = timedelta(hours=1)
_TEXT_SLACK = timedelta(days=1)


class Held:
    """The committed rows of one table. Close it: it holds a DuckDB session."""

    def __init__(self, plan: Plan, zone: str, settings: Settings, scratch: Path) -> None:
        self._plan = plan
        self._zone = zone
        self._settings = settings
        self._scratch = scratch
        self._duckdb = connect(settings, scratch)
        self._columns, self._rows = held_rows(plan.contract, settings)

    def close(self) -> None:
        """Give back DuckDB's memory."""
        self._duckdb.close()

    def since(self) -> Value | None:
        """The watermark to read from, lag window taken off; None if nothing is held.

        A watermark that lies in the future (a clock set wrong) does not count: it would hide all rows to come.
        """
        latest = self._newest()
        if latest is None:
            return None
        lag = timedelta(seconds=self._plan.lag_s)
        if isinstance(latest, datetime):
            return latest - lag
        if isinstance(latest, date):
            return latest - timedelta(days=-(-lag // timedelta(days=1)))
        return latest - int(self._plan.lag)

    def as_delivered(self, since: Value, given: pa.DataType) -> Value:
        """`since` in the type and notation of the database's column; up to two days earlier, never later."""
        column = self._plan.watermark
        if not isinstance(since, datetime):
            return since.isoformat() if isinstance(since, date) and _is_text(given) else since
        if column is not None and column.parse == "epoch":
            return int(since.timestamp()) * UNITS["s"] // UNITS[column.parse_format or "s"]
        if _is_text(given):
            return (since - _TEXT_SLACK).date().isoformat()
        if pa.types.is_timestamp(given) and given.tz:
            return since
        if column is not None and column.parse == "local_timestamp":
            since = _local(since, self._zone) - _CLOCK_CHANGE
        if pa.types.is_date(given):
            return since.date()
        return since.replace(tzinfo=None)

    def news(self, part: Path) -> Iterator[pa.RecordBatch]:
        """The rows of a part that raw does not hold yet, in the part's order."""
        same = self._held_rows(part)
        start = 0
        with pq.ParquetFile(part) as parquet:
            for batch in parquet.iter_batches():
                fresh = ~same[start : start + batch.num_rows]
                start += batch.num_rows
                if fresh.any():
                    yield batch.filter(pa.array(fresh))

    def _newest(self) -> Watermark | None:
        column = self._plan.watermark
        if column is None or column.name not in self._columns:
            return None
        return newest(self._duckdb, self._rows, column)

    def _held_rows(self, part: Path) -> npt.NDArray[np.bool_]:
        """For each row of the part whether raw holds it: the same key in append tables, else the same values."""
        count = pq.read_metadata(part).num_rows
        same = np.zeros(count, dtype=bool)
        compared = self._compared()
        if not set(compared) <= self._columns or not self._typed_rows(part):
            return same
        self._duckdb.execute(f"CREATE OR REPLACE TEMP TABLE held AS {self._held_window()}")
        on = " AND ".join(f"f.{name} IS NOT DISTINCT FROM h.{name}" for name in map(identifier, compared))
        query = f"SELECT f.file_row FROM fresh f SEMI JOIN held h ON {on} WHERE f.comparable"
        for batch in self._duckdb.sql(query).to_arrow_reader():
            same[batch.column(0).to_numpy()] = True
        return same

    def _compared(self) -> list[str]:
        contract = self._plan.contract
        if contract.load_mode == "append":
            return list(contract.key)
        return [column.name for column in contract.columns if column.parse != "utc_date_of"]

    def _held_window(self) -> str:
        """The current rows of the window, one for each key, and those without a watermark."""
        since = self.since()
        assert self._plan.watermark is not None
        assert since is not None
        if isinstance(since, date):
            since -= 2 * _TEXT_SLACK
        name, keys = (
            identifier(self._plan.watermark.name),
            ", ".join(map(identifier, self._plan.contract.key)),
        )
        current = f"row_number() OVER (PARTITION BY {keys} ORDER BY _ingested_at DESC, _source_row DESC) = 1"
        window = f"{name} >= CAST('{since}' AS {self._plan.watermark.type}) OR {name} IS NULL"
        return f"SELECT * FROM ({self._rows}) WHERE {window} QUALIFY {current}"

    def _typed_rows(self, part: Path) -> bool:
        """Table `fresh`: the part as its contract types it, with row numbers; False if the part has no rows."""
        contract = self._plan.contract
        reader = reader_for(contract, self._scratch, self._settings.max_line_bytes)
        assert isinstance(reader, ArrowReader)
        status = part.stat()
        opened = reader.open(Delivered(part, part.name, status.st_size, status.st_mtime_ns))
        query = typed_query(contract, opened.inputs)
        row = 0
        self._duckdb.execute("DROP TABLE IF EXISTS fresh")
        for chunk in reader.chunks(opened):
            self._duckdb.register("portion", chunk)
            typed = self._duckdb.sql(query.over("portion")).to_arrow_table()
            numbered = comparable(typed, query.local_columns, self._zone, row)
            self._duckdb.register("numbered", numbered)
            into = "INSERT INTO fresh" if row else "CREATE TEMP TABLE fresh AS"
            self._duckdb.execute(f"{into} SELECT * FROM numbered")
            row += chunk.num_rows
        return row > 0


def _local(since: datetime, zone: str) -> datetime:
    micros = np.array([int(since.timestamp() * 1_000_000)], dtype=np.int64)
    local = int(zones.first_local(micros, zone)[0])
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=local)


def _is_text(given: pa.DataType) -> bool:
    return bool(pa.types.is_string(given))
