"""The extract of one table: read what is new, land it as one Parquet file, or land nothing.

Full: the file's name carries the digest of its content, so a table that did not change since its last commit is
recognised. Incremental: rows since the newest one held, less those held already. A table whose columns no longer fit
the contract is landed without rows: the load then holds that file and says what changed, as it does for any file.
"""

import re
import shutil
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.connectors import landed
from ingestion.connectors.landed import ParquetPart
from ingestion.connectors.pull import PullProgress
from ingestion.connectors.sql.database import Database, DriverError, Query
from ingestion.connectors.sql.held import Held
from ingestion.connectors.sql.plan import PART, Plan
from ingestion.connectors.sql.values import plain, plain_schema
from ingestion.lake.locks import exclusive
from ingestion.lake.transactions import committed_hashes
from ingestion.plant import Source
from ingestion.settings import Settings

_DIGEST = 12
_FULL = re.compile(r"\.full_([0-9a-f]{12})(_r\d+)?\.parquet$")
_SAID_ROWS = 1_000_000


class Extract:
    """One table of one source."""

    def __init__(
        self, plan: Plan, source: Source, settings: Settings, database: Database, progress: PullProgress
    ) -> None:
        self._plan = plan
        self._contract = plan.contract
        self._source = source
        self._settings = settings
        self._database = database
        self._progress = progress
        self._scratch = settings.scratch / f"fetch_{plan.contract.raw_name}"

    def run(self) -> Path | None:
        """The landed file, None if there is nothing new; DriverError if the database does not answer."""
        with exclusive(self._settings.lake, f"fetch_{self._contract.raw_name}"):
            landed.remove_parts(self._source.path, f"{self._contract.table}.")
            self._scratch.mkdir(parents=True, exist_ok=True)
            try:
                return self._fetch()
            finally:
                shutil.rmtree(self._scratch, ignore_errors=True)

    def _fetch(self) -> Path | None:
        relation = self._database.relation(self._plan.table, self._query())
        columns = self._database.probe(relation)
        if not set(self._contract.headers) <= set(columns.names):
            return self._full(Query(relation, columns, nothing=True))
        if self._plan.only_contract:
            columns = pa.schema([columns.field(name) for name in self._contract.headers])
        if self._plan.watermark is None:
            return self._full(Query(relation, columns, order=self._plan.key_headers))
        # in a repeated hour the order of the rows tells its occurrences apart, so there must be one
        local = any(column.parse == "local_timestamp" for column in self._contract.columns)
        return self._incremental(Query(relation, columns, order=self._plan.key_headers if local else ()))

    def _query(self) -> str:
        """The contract's query; with parts, that of each table together."""
        plan = self._plan
        if not plan.parts:
            return plan.query
        tables = sorted(name for name in self._database.tables() if fnmatchcase(name, plan.parts))
        if not tables:
            raise DriverError(f"no table is called like {plan.parts}.")
        return " UNION ALL ".join(plan.query.replace(PART, table) for table in tables)

    def _full(self, query: Query) -> Path | None:
        part = landed.part_path(self._source.path, f"{self._contract.table}.full.parquet")
        self._write(part, query)
        content = landed.digest(part)[:_DIGEST]
        before = _FULL.search(landed.last_committed(self._contract, self._settings)[0])
        if before and before[1] == content:
            landed.remove_uncommitted(self._contract, self._source, self._settings)
            part.unlink()
            return None
        return self._land(part, f"full_{content}")

    def _incremental(self, query: Query) -> Path | None:
        """A first extract is landed as it is read; a later one is read aside and less what is held."""
        header = self._plan.watermark_header
        part = landed.part_path(self._source.path, f"{self._contract.table}.new.parquet")
        held = Held(self._plan, self._source.timezone, self._settings, self._scratch)
        try:
            since = held.since()
            if since is None:
                rows = self._write(part, query)
            else:
                bound = held.as_delivered(since, query.columns.field(header).type)
                read = self._scratch / "read.parquet"
                self._write(read, replace(query, watermark=header, since=bound))
                rows = self._sift(read, part, held)
        finally:
            held.close()
        if rows == 0:
            part.unlink()
            return None
        return self._land(part, f"new_{landed.digest(part)[:_DIGEST]}")

    def _write(self, path: Path, query: Query) -> int:
        name, said = self._contract.raw_name, 0
        with self._database.read(query) as reader:
            schema = plain_schema(reader.schema)
            with ParquetPart(path, schema) as part:
                for batch in reader:
                    part.write(plain(batch, schema))
                    if part.rows - said >= _SAID_ROWS:
                        said = part.rows
                        self._progress(f"{name}: {said:,} rows")
        return part.rows

    def _sift(self, read: Path, path: Path, held: Held) -> int:
        with ParquetPart(path, pq.read_schema(read)) as part:
            for batch in held.news(read):
                part.write(batch)
        return part.rows

    def _land(self, part: Path, suffix: str) -> Path | None:
        """Publish a part, unless it is what was committed last: rows that are quarantined come again and again."""
        known = committed_hashes(self._settings.raw_path(self._contract.raw_name))
        if landed.digest(part) == landed.last_committed(self._contract, self._settings)[1]:
            part.unlink()
            return None
        revision = landed.revised(part, known)
        name = f"{self._contract.table}.{suffix}{f'_r{revision}' if revision > 1 else ''}.parquet"
        target = self._source.path / name
        return landed.replace_uncommitted(part, target, self._contract, self._source, self._settings)
