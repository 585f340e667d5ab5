"""Tag history of Ignition and answers of web interfaces into a lake, each beside the plainest way into Parquet.

Ignition against sqlite3's cursor, answers of the PI Web API and of AVEVA's OData against the standard library's json:
no rules, no hash, no table, no quality codes.
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.benchmarks.subject import loading, register_beside, shipped
from tests.benchmarks.table import Contender, Work

ROWS = 500_000
TAGS = 100
PAGE = 1000
START_MS = 1_700_000_000_000


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
    path = data / "answers.json"

    def items() -> list[dict[str, Any]]:
        with path.open() as lines:
            return [
                item for line in lines for stream in json.loads(line)["Items"] for item in stream["Items"]
            ]

    return _into_parquet(items, target)


def write_odata(folder: Path, scale: float) -> Work:
    """An answer of ProcessValues."""
    rows, path = int(ROWS * scale), folder / "values.json"
    with path.open("w") as out:
        out.write('{"@odata.context": "bench", "value": [')
        for n in range(rows):
            at = f"2023-11-{1 + n // 86400 % 28:02}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"
            value = {
                "FQN": f"S.T{n % TAGS}",
                "DateTime": at,
                "OpcQuality": 192,
                "Value": n % 1009 / 10,
                "Unit": "bar",
            }
            out.write(("," if n else "") + json.dumps(value))
        out.write("]}")
    return Work(rows, path.stat().st_size)


def plain_odata(data: Path, target: Path) -> Callable[[], int]:
    """json into Arrow into Parquet."""
    return _into_parquet(lambda: json.loads((data / "values.json").read_text())["value"], target)


def _into_parquet(items: Callable[[], list[dict[str, Any]]], target: Path) -> Callable[[], int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def run() -> int:
        table = pa.Table.from_pylist(items())
        pq.write_table(table, target / "plain.parquet", compression="zstd")
        return int(table.num_rows)

    return run


for name, title, prepare, start, plain, label in (
    ("ignition", "tag history of Ignition (SQLite)", write_ignition, loading(shipped("ignition"), "history.sqlite"),
     plain_ignition, "sqlite3 to Parquet"),
    ("pi_web_api", "answers of the PI Web API (JSON)", write_pages, loading(shipped("pi_web_api"), "answers.json"),
     plain_pages, "json to Parquet"),
    ("aveva_odata", "answers of AVEVA's OData (JSON)", write_odata, loading(shipped("aveva_odata"), "values.json"),
     plain_odata, "json to Parquet"),
):  # fmt: skip
    register_beside(
        name,
        f"{title} into a partitioned Delta table",
        prepare,
        start,
        Contender(label, plain),
        module=__name__,
    )
