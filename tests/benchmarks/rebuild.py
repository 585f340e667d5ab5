"""A full rebuild of the star, on the demo and on 100 M readings, beside a plain DuckDB script of the same result.

    python -m tests.benchmarks --only rebuild --only rebuild_readings

The script is the SQL that dbt compiled for a full build, in its order, over the same raw tables in one DuckDB process; its
tables have to be those of the warehouse. It runs no test, no gate and makes
no release: those are between the two. Belongs here: the script and the comparison. The run is new_day.py's.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from tests.benchmarks.new_day import SENSORS, nodes_of, steps_of, tundish
from tests.benchmarks.table import Benchmark, Contender, Work, register

DAYS = 30
RATE_S = 30.0
READINGS = 100_000_000
FILLED = {
    "core.fct_signal_flag_day",
    "core.fct_quality_result",
    "marts.mart_trust__dataset_day",
    "marts.mart_trust__column_day",
}
"""Tables whose rows Python writes after the build."""
TOLERANCE = 1e-9
"""Of sums of floats, which depend on the order of their rows in the last digits."""


def prepare(readings: int | None, folder: Path, scale: float) -> Work:
    """A home that has taken in and built the plant's exports; of the demo's rate, or of so many readings."""
    rate_s = DAYS * 86_400 * SENSORS / readings if readings else RATE_S
    tundish(folder, "simulate", "--days", str(DAYS), "--rate", f"{rate_s / scale:.2f}")
    tundish(folder, "run")
    return Work(1)


def ours(data: Path, target: Path) -> Callable[[], Work]:
    """`tundish run --full-refresh` where the home was made, which its ledger names."""

    def run() -> Work:
        begun = time.perf_counter()
        printed = tundish(data, "run", "--full-refresh")
        parts = {**steps_of(printed, time.perf_counter() - begun), **nodes_of(data)}
        return Work(1, 0, parts)

    return run


def script(data: Path, target: Path) -> Callable[[], Work]:
    """The compiled SQL of the last full build into a database of its own."""
    built = json.loads((data / "dbt" / "target" / "run_results.json").read_bytes())["results"]
    known = json.loads((data / "dbt" / "target" / "manifest.json").read_bytes())["nodes"]
    models = [(known[one["unique_id"]], one["compiled_code"]) for one in built if one["compiled_code"]]
    statements = [*_raw_views(data), *_statements(models)]
    parts: dict[str, float] = {}
    database = target / _warehouse(data).name

    def run() -> Work:
        with duckdb.connect(str(database), config={"preserve_insertion_order": False}) as plain:
            plain.execute("set TimeZone = 'UTC'")
            for part, statement in statements:
                begun = time.perf_counter()
                plain.execute(statement)
                parts[part] = time.perf_counter() - begun
        return Work(1, parts=parts, check=partial(_compare, _warehouse(data), database))

    return run


def _warehouse(home: Path) -> Path:
    return home / "warehouse" / "tundish.duckdb"


def _raw_views(home: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(_warehouse(home)), read_only=True) as built:
        yield "schemas", "create schema raw"
        views = "select sql from duckdb_views() where schema_name = 'raw' order by view_name"
        yield from (("raw views", sql) for (sql,) in built.execute(views).fetchall())


def _statements(models: list[tuple[Mapping[str, Any], str]]) -> Iterator[tuple[str, str]]:
    """What is made, as the run names its part, and the SQL for it."""
    for schema in sorted({node["schema"] for node, _ in models} - {"main"}):
        yield "schemas", f'create schema "{schema}"'
    for node, sql in models:
        if node["resource_type"] == "model":
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            yield f"dbt {node['name']}", f'create {kind} "{node["schema"]}"."{node["alias"]}" as {sql}'


def _compare(built: Path, plain: Path) -> None:
    """SystemExit unless both hold the same tables: rows, hash of their exact columns, sums of their floats."""
    with duckdb.connect() as both:
        both.execute(f"attach '{built}' as built (read_only); attach '{plain}' as plain (read_only)")
        columns = """
            select
                schema_name || '.' || table_name,
                list(column_name order by column_index) filter (data_type <> 'DOUBLE'),
                coalesce(list(column_name order by column_index) filter (data_type = 'DOUBLE'), [])
            from duckdb_columns() where database_name = 'plain' and schema_name in ('core', 'marts', 'features')
            group by all order by all"""
        for table, exact, floats in both.execute(columns).fetchall():
            if table in FILLED:
                continue
            asked = ["count(*)", f"bit_xor(hash({', '.join(map(_quoted, exact))}))"]
            asked += [f"coalesce(sum({_quoted(name)}), 0)" for name in floats]
            (ours,), (theirs,) = (
                both.execute(f"select {', '.join(asked)} from {name}.{table}").fetchall()
                for name in ("built", "plain")
            )
            if ours[:2] != theirs[:2] or not np.allclose(
                ours[2:], theirs[2:], rtol=TOLERANCE, atol=TOLERANCE
            ):
                raise SystemExit(f"{table}: {asked} are {ours} built, {theirs} by the script")


def _quoted(name: str) -> str:
    return f'"{name}"'


for name, title, readings in (
    ("rebuild", "a full rebuild of the demo plant's star", None),
    ("rebuild_readings", "a full rebuild of the star over 100 M readings", READINGS),
):
    register(
        Benchmark(
            name=name,
            title=title,
            prepare=partial(prepare, readings),
            contenders={
                "tundish": Contender("tundish run --full-refresh: tests, gates, release", ours),
                "duckdb": Contender("the compiled SQL in plain DuckDB", script),
            },
            reference="duckdb",
            module=__name__,
            most_repeats=1 if readings else None,
        )
    )
