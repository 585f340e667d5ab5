"""Exports of other historians into a lake, each beside the plainest way to get its rows into Parquet.

Ignition against sqlite3's cursor, annotated CSV against polars (one table, comments left out), PI Web API against the
standard library's json: no rules, no hash, no table, no quality codes.
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.benchmarks.table import Benchmark, Contender, Start, Work, register

ROWS = 500_000
TAGS = 100
PAGE = 1000
START_MS = 1_700_000_000_000
ANNOTATIONS = (
    "#group,false,false,false,false,true,true,true\n"
    "#datatype,string,long,dateTime:RFC3339,double,string,string,string\n"
    "#default,_result,,,,,,\n"
    ",result,table,_time,_value,_field,_measurement,unit\n"
)


def ours(system: str, name: str) -> Start:
    """Tundish: contract, every row rule, batch gate, content hash, ledger, archive, partitioned Delta."""

    def start(data: Path, target: Path) -> Callable[[], int]:
        from ingestion.contracts import SOURCES, load_contract
        from ingestion.load import load_table
        from ingestion.plant import Plant, Site, Source
        from ingestion.settings import Settings
        from quality.contract_gate import evaluate_batch

        inbox = target / "in"
        inbox.mkdir(parents=True)
        os.link(data / name, inbox / name)
        source = Source(system, inbox, "1000", "UTC")
        plant = Plant("bench", "Bench", target, (Site("1000", "Bench", "UTC", "EUR", "DE"),), (source,))
        contract = load_contract(SOURCES / system / "readings.contract.yml")
        settings = Settings(home=target / "home", settle_seconds=0)

        def run() -> int:
            load = load_table(contract, source, plant, settings, batch_gate=evaluate_batch)
            assert load.rows_quarantined == 0, f"{load.rows_quarantined} rows were quarantined"
            return load.rows_committed

        return run

    return start


def write_ignition(folder: Path, scale: float) -> Work:
    """A month of tag history in SQLite."""
    rows, path = int(ROWS * scale), folder / "history.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE sqlth_te (id INTEGER PRIMARY KEY, tagpath TEXT)")
        database.executemany("INSERT INTO sqlth_te VALUES (?, ?)", ((n, f"line/tag{n}") for n in range(TAGS)))
        database.execute(
            "CREATE TABLE sqlt_data_1_2023_11 (tagid INTEGER, intvalue INTEGER, floatvalue REAL, stringvalue TEXT, "
            "datevalue TEXT, dataintegrity INTEGER, t_stamp INTEGER)"
        )
        database.executemany(
            "INSERT INTO sqlt_data_1_2023_11 VALUES (?, NULL, ?, NULL, NULL, 192, ?)",
            ((n % TAGS, n % 1009 / 10, START_MS + n * 10) for n in range(rows)),
        )
    return Work(rows, path.stat().st_size)


def plain_ignition(data: Path, target: Path) -> Callable[[], int]:
    """sqlite3 into Arrow into Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    query = (
        "SELECT t.tagpath, d.t_stamp, d.floatvalue, d.dataintegrity FROM sqlt_data_1_2023_11 d "
        "JOIN sqlth_te t ON t.id = d.tagid ORDER BY d.t_stamp"
    )

    def run() -> int:
        with closing(sqlite3.connect(data / "history.sqlite")) as database:
            columns = zip(*database.execute(query).fetchall(), strict=True)
            table = pa.table(
                dict(zip(("signal", "at", "value", "status"), map(pa.array, columns), strict=True))
            )
        pq.write_table(table, target / "plain.parquet", compression="zstd")
        return int(table.num_rows)

    return run


def write_annotated(folder: Path, scale: float) -> Work:
    """One table of a query result."""
    rows, path = int(ROWS * scale), folder / "result.csv"
    with path.open("w") as out:
        out.write(ANNOTATIONS)
        out.writelines(
            f",,{n % TAGS},2023-11-14T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.{n % 997:03}Z,{n % 1009 / 10},temp,m,U{n % TAGS}\n"
            for n in range(rows)
        )
    return Work(rows, path.stat().st_size)


def plain_annotated(data: Path, target: Path) -> Callable[[], int]:
    """polars into Parquet."""
    import polars as pl

    def run() -> int:
        frame = pl.read_csv(data / "result.csv", comment_prefix="#").with_columns(
            pl.col("_time").str.to_datetime(time_unit="us", time_zone="UTC")
        )
        frame.write_parquet(target / "plain.parquet")
        return frame.height

    return run


def write_pages(folder: Path, scale: float) -> Work:
    """Pages of the PI Web API, one stream set of one stream after the other."""
    rows, path = int(ROWS * scale), folder / "answers.json"
    with path.open("w") as out:
        for first in range(0, rows, PAGE - 1):
            items = [
                {
                    "Timestamp": f"2023-11-{1 + n // 86400 % 28:02}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.1234567Z",
                    "UnitsAbbreviation": "bar",
                    "Good": True,
                    "Questionable": False,
                    "Substituted": False,
                    "Annotated": False,
                    "Value": n % 1009 / 10,
                }
                for n in range(first, min(first + PAGE - 1, rows))
            ]
            out.write(json.dumps({"Items": [{"WebId": "W", "Name": "FIC-1", "Items": items}]}) + "\n")
    return Work(rows, path.stat().st_size)


def plain_pages(data: Path, target: Path) -> Callable[[], int]:
    """json into Arrow into Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def run() -> int:
        with (data / "answers.json").open() as lines:
            found = [
                item for line in lines for stream in json.loads(line)["Items"] for item in stream["Items"]
            ]
        table = pa.Table.from_pylist(found)
        pq.write_table(table, target / "plain.parquet", compression="zstd")
        return int(table.num_rows)

    return run


for name, title, prepare, start, plain, label in (
    ("ignition", "tag history of Ignition (SQLite)", write_ignition, ours("ignition", "history.sqlite"),
     plain_ignition, "sqlite3 to Parquet"),
    ("annotated_csv", "annotated CSV of InfluxDB", write_annotated, ours("influxdb_csv", "result.csv"),
     plain_annotated, "polars to Parquet"),
    ("pi_web_api", "answers of the PI Web API (JSON)", write_pages, ours("pi_web_api", "answers.json"),
     plain_pages, "json to Parquet"),
):  # fmt: skip
    register(
        Benchmark(
            name=name,
            title=f"{title} into a partitioned Delta table",
            prepare=prepare,
            contenders={
                "tundish": Contender("Tundish (rules, gate, exactly once)", start),
                "plain": Contender(label, plain),
            },
            reference="plain",
            module=__name__,
        )
    )
