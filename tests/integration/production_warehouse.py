"""A warehouse whose raw tables keep every row version, as the lake does, with the production facts that dbt builds on it.

Here: delivering rows, building, asking. Not here: what is delivered and what must come of it (the tests').
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.integration.plant_rows import Plant, create_raw

PROJECT = Path(__file__).parents[2] / "dbt_project"
FACTS = ("fct_state_interval", "fct_time_element", "fct_equipment_hour")


class Warehouse:
    """Raw tables and facts. `keys` are of the tables whose newest version counts, `columns` of what is delivered."""

    def __init__(
        self,
        folder: Path,
        variables: dict[str, Any],
        keys: dict[str, str],
        columns: dict[str, str],
        facts: tuple[str, ...] = FACTS,
    ) -> None:
        self.facts = facts
        self.folder, self.path, self.arrivals = folder, folder / "tundish.duckdb", 0
        self.variables, self.keys, self.columns = variables, keys, columns
        create_raw(self.path, Plant())
        with duckdb.connect(str(self.path)) as con:
            for table, key in keys.items():
                con.execute(f"drop view raw.{table}__history")
                con.execute(f"alter table raw.{table} rename to {table}__history")
                con.execute(f"""
                    create view raw.{table} as
                    select * exclude (recency) from (
                        select *, row_number() over (
                            partition by {key} order by _ingested_at desc, _source_row desc
                        ) as recency from raw.{table}__history
                    ) where recency = 1""")

    def change(self, sql: str) -> None:
        """Change raw tables, before anything is built."""
        with duckdb.connect(str(self.path)) as con:
            con.execute(sql)

    def deliver(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Append one file."""
        self.arrivals += 1
        ingested = datetime(2025, 11, 20, tzinfo=UTC) + timedelta(seconds=self.arrivals)
        numbered = [(*row, place, ingested) for place, row in enumerate(rows, 1)]
        target = f"{table}__history" if table in self.keys else table
        marks = ", ".join("?" * (len(self.columns[table].split(",")) + 2))
        with duckdb.connect(str(self.path)) as con:
            con.execute("set timezone = 'UTC'")
            con.execute("begin")
            for row in numbered:
                con.execute(
                    f"insert into raw.{target} ({self.columns[table]}, _source_row, _ingested_at) values ({marks})",
                    row,
                )
            con.execute("commit")

    def dbt(self, *arguments: str) -> None:
        """Build the production facts and what they stand on."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
        environment |= {"TUNDISH_WAREHOUSE": str(self.path), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        command = [
            str(Path(sys.executable).with_name("dbt")), "run", "--select", *(f"+{fact}" for fact in self.facts),
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(self.variables),
            "--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs"), *arguments,
        ]  # fmt: skip
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as con:
            con.execute("set timezone = 'UTC'")
            return con.execute(sql).fetchall()

    def rows(self, fact: str, schema: str = "core") -> list[tuple[object, ...]]:
        """All rows of a fact in their order, numbers to the microsecond."""
        found = self.ask(f"select * from {schema}.{fact} order by all")
        return [tuple(round(v, 6) if isinstance(v, float) else v for v in row) for row in found]
