"""Order lines in five ways of writing them, beside DuckDB on the plainest of them.

The limit is DuckDB alone, CSV to one Parquet file with the same casts; the reader of other dialects must not be
far behind, although it has to write a clean copy first.

Goals: what DuckDB reads as it stands must keep the ratio that is asked of CSV, but for the text work of the notation.
What has to be rewritten or unpacked first, in one thread, may take the time of the limit once more for that; pipe tables
are looked at line by line where pages, totals or broken rows stand.
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

import gzip
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.subject import loading, own
from tests.benchmarks.table import Benchmark, Contender, Start, Work, at_most, register, under_mib

ROWS = 10_000_000
COLUMNS = ("order_id", "material", "qty", "price", "booked_at", "note")
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "csv": ("delimited", {"header": False}),
    "semicolon": ("delimited", {"header": False, "delimiter": ";", "decimal": ","}),
    "bulk": ("delimited", {"header": False, "delimiter": "+|", "rowEnd": "&|\n"}),
    "utf16": ("delimited", {"header": False, "delimiter": "\t", "quote": "", "encoding": "utf-16"}),
    "fixed": (
        "fixed_width",
        {
            "fields": dict(
                zip(COLUMNS, ([1, 12], [13, 10], [23, 10], [33, 12], [45, 19], [64, 12]), strict=True)
            )
        },
    ),
    "pipes": ("pipe_table", {}),
}
TYPES = ("VARCHAR", "VARCHAR", "BIGINT", "DECIMAL(12,3)", "TIMESTAMPTZ", "VARCHAR")
WRITTEN = {
    "csv": "concat_ws(',', {0}, {1}, {2}, {3}, {4}, {5})",
    "semicolon": "concat_ws(';', {0}, {1}, {2}, replace({3}, '.', ','), {4}, {5})",
    "bulk": "concat_ws('+|', {0}, {1}, {2}, {3}, {4}, {5}) || '&|'",
    "utf16": "concat_ws(chr(9), {0}, {1}, {2}, {3}, {4}, {5})",
    "fixed": "{0} || rpad({1}, 10, ' ') || lpad({2}, 10, ' ') || lpad({3}, 12, ' ') || {4} || rpad({5}, 12, ' ')",
    "pipes": "'|' || concat_ws('|', {0}, rpad({1}, 10, ' '), lpad({2}, 10, ' '), lpad({3}, 12, ' '), {4}, {5}) || '|'",
}


def prepare(folder: Path, scale: float) -> Work:
    """The same rows in every shape; gzip and zip of the first."""
    import duckdb

    rows = int(ROWS * scale)
    fields = (
        "lpad(i::VARCHAR, 12, '0')",
        "'MAT' || (i % 5000)",
        "(hash(i) % 1000)::VARCHAR",
        "printf('%.3f', (hash(i) % 10000000) / 1000.0)",
        "strftime(TIMESTAMP '2025-01-01' + to_seconds(i), '%Y-%m-%d %H:%M:%S')",
        "'note ' || (i % 97)",
    )
    with duckdb.connect() as connection:
        for shape, sql in WRITTEN.items():
            connection.execute(
                f"COPY (SELECT {sql.format(*fields)} FROM range({rows}) AS t (i)) TO '{folder / shape}.csv' "
                "(HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
            )
    text = (folder / "utf16.csv").read_text(encoding="utf-8")
    (folder / "utf16.csv").write_text(text, encoding="utf-16")
    pipes = (folder / "pipes.csv").read_text(encoding="utf-8")
    (folder / "pipes.csv").write_text("|" + "|".join(COLUMNS) + "|\n" + pipes, encoding="utf-8")
    with (folder / "csv.csv").open("rb") as plain, gzip.open(folder / "gzip.csv.gz", "wb", 6) as packed:
        shutil.copyfileobj(plain, packed)
    with zipfile.ZipFile(folder / "zip.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "csv.csv", "member.csv")
    return Work(rows, (folder / "csv.csv").stat().st_size)


def ours(shape: str, name: str) -> Start:
    """Tundish on one shape."""
    kind, options = SHAPES[shape]
    columns, extras = dict(zip(COLUMNS, TYPES, strict=True)), {"TIMESTAMPTZ": {"parse": "local_timestamp"}}
    return loading(own(columns, extras, format=kind, files="*.csv", formatOptions=options), name)


def limit(data: Path, target: Path) -> Callable[[], int]:
    """The limit: DuckDB alone on the plain CSV, same casts; no rules, no hash, no table."""
    import duckdb

    connection = duckdb.connect()
    names = dict.fromkeys(COLUMNS, "VARCHAR")

    def run() -> int:
        connection.execute(f"""
            COPY (
                SELECT order_id, material, TRY_CAST(qty AS BIGINT) AS qty, TRY_CAST(price AS DECIMAL(12,3)) AS price,
                    try_strptime(booked_at, '%Y-%m-%d %H:%M:%S') AS booked_at, note
                FROM read_csv('{data / "csv.csv"}', auto_detect=false, header=false, columns={names}, delim=',', quote='"')
            ) TO '{target / "limit.parquet"}' (FORMAT parquet, COMPRESSION zstd)
        """)
        query = f"SELECT count(*) FROM read_parquet('{target / 'limit.parquet'}')"
        return int(connection.execute(query).fetchall()[0][0])

    return run


register(
    Benchmark(
        name="dialects",
        title="delimited dialects, fixed width, pipe tables, packed files into Delta",
        prepare=prepare,
        contenders={
            "tundish": Contender("Tundish, CSV", ours("csv", "csv.csv")),
            "semicolon": Contender("Tundish, ; and decimal comma", ours("semicolon", "semicolon.csv")),
            "bulk": Contender("Tundish, +| and &|", ours("bulk", "bulk.csv")),
            "utf16": Contender("Tundish, TAB in UTF-16", ours("utf16", "utf16.csv")),
            "fixed": Contender("Tundish, fixed width", ours("fixed", "fixed.csv")),
            "pipes": Contender("Tundish, pipe table", ours("pipes", "pipes.csv")),
            "gzip": Contender("Tundish, CSV in gzip", ours("csv", "gzip.csv.gz")),
            "zip": Contender("Tundish, CSV in a zip archive", ours("csv", "zip.zip")),
            "duckdb": Contender("DuckDB CSV to Parquet (the limit)", limit),
        },
        reference="duckdb",
        goals=(
            at_most(1.3, "duckdb"),
            at_most(1.6, "duckdb", "semicolon"),
            *(at_most(2.6, "duckdb", shape) for shape in ("bulk", "utf16", "fixed", "gzip", "zip")),
            at_most(3, "duckdb", "pipes"),
            under_mib(2048),
        ),
        module=__name__,
    )
)
