"""Historian exports that are CSV of some kind, each beside the plainest way to get its rows into Parquet.

Annotated CSV of InfluxDB and Proficy against polars (one table, comments or sections left out), AVEVA and SiteWise
against DuckDB: no rules, no hash, no table, no quality codes.
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.subject import loading, register_beside, shipped
from tests.benchmarks.table import Contender, Prepare, Start, Work

ROWS = 2_000_000
TAGS = 100
ANNOTATIONS = (
    "#group,false,false,false,false,true,true,true\n"
    "#datatype,string,long,dateTime:RFC3339,double,string,string,string\n"
    "#default,_result,,,,,,\n"
    ",result,table,_time,_value,_field,_measurement,unit\n"
)
CLOCK = "strftime(TIMESTAMP '2023-11-14' + to_milliseconds(i * 40), '{}')"
VALUE = "(i % 1009) / 10.0"
TAG = f"i % {TAGS}"


class Export(NamedTuple):
    """How a system writes a reading: head of the file, one SQL text per row, and how the reference reads it."""

    title: str
    head: str
    line: str
    plain: Start
    label: str


def written(export: Export) -> Prepare:
    """The file, by DuckDB."""

    def prepare(folder: Path, scale: float) -> Work:
        import duckdb

        rows, path = int(ROWS * scale), folder / "export.csv"
        body = folder / "body"
        duckdb.sql(
            f"COPY (SELECT {export.line} FROM range({rows}) AS t (i)) TO '{body}' "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        )
        with path.open("wb") as out, body.open("rb") as lines:
            out.write(export.head.encode())
            while block := lines.read(1 << 20):
                out.write(block)
        body.unlink()
        return Work(rows, path.stat().st_size)

    return prepare


def by_polars(moment: str, shape: str, *, skip: int = 0) -> Start:
    """polars: the whole file, its times in column `moment`."""

    def start(data: Path, target: Path) -> Callable[[], int]:
        import polars as pl

        def run() -> int:
            frame = pl.read_csv(data / "export.csv", comment_prefix="#", skip_rows=skip).with_columns(
                pl.col(moment).str.to_datetime(shape, time_unit="us", time_zone="UTC")
            )
            frame.write_parquet(target / "plain.parquet")
            return frame.height

        return run

    return start


def by_duckdb(selected: str, header: str) -> Start:
    """DuckDB: `selected` of a CSV file, with a header or without."""

    def start(data: Path, target: Path) -> Callable[[], int]:
        import duckdb

        connection, path = duckdb.connect(), target / "plain.parquet"
        connection.execute("SET TimeZone = 'UTC'")

        def run() -> int:
            source = f"read_csv('{data / 'export.csv'}', all_varchar=true, delim=',', quote='\"', {header})"
            connection.execute(
                f"COPY (SELECT {selected} FROM {source}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
            )
            return int(connection.execute(f"SELECT count(*) FROM '{path}'").fetchall()[0][0])

        return run

    return start


EXPORTS = {
    "influxdb_csv": Export(
        "annotated CSV of InfluxDB",
        ANNOTATIONS,
        f"',,' || ({TAG}) || ',' || {CLOCK.format('%Y-%m-%dT%H:%M:%S.%gZ')} || ',' || {VALUE} || ',temp,m,U' || ({TAG})",
        by_polars("_time", "%Y-%m-%dT%H:%M:%S%.fZ"),
        "polars to Parquet",
    ),
    "proficy": Export(
        "CSV of GE Proficy",
        "[Data]\nTagname,TimeStamp,Value,DataQuality\n",
        f"'PLANT.F' || ({TAG}) || ',' || {CLOCK.format('%m/%d/%Y %H:%M:%S.%g')} || ',' || {VALUE} || ',Good'",
        by_polars("TimeStamp", "%m/%d/%Y %H:%M:%S%.f", skip=1),
        "polars to Parquet",
    ),
    "aveva_historian": Export(
        "CSV of AVEVA Historian",
        "DateTime,TagName,Value,vValue,OPCQuality,QualityDetail\n",
        f"{CLOCK.format('%Y-%m-%d %H:%M:%S.%f')} || '0,Tank.T' || ({TAG}) || ',' || {VALUE} || ',' || {VALUE} || ',192,192'",
        by_duckdb(
            "TagName, CAST(DateTime AS TIMESTAMPTZ) AS at, CAST(Value AS DOUBLE) AS value, OPCQuality, QualityDetail",
            "header=true",
        ),
        "DuckDB to Parquet",
    ),
    "sitewise": Export(
        "bulk files of AWS IoT SiteWise",
        "",
        f"'/wind/' || ({TAG}) || '/temp,DOUBLE,' || (1700000000 + i // 25) || ',' || (i % 25 * 40000000) || ',GOOD,' || {VALUE}",
        by_duckdb(
            "column0 AS signal, make_timestamptz(column2::BIGINT * 1000000 + column3::BIGINT // 1000) AS at, "
            "CAST(column5 AS DOUBLE) AS value, column4 AS quality",
            "header=false",
        ),
        "DuckDB to Parquet",
    ),
}  # fmt: skip

for system, export in EXPORTS.items():
    register_beside(
        system, f"{export.title} into a partitioned Delta table", written(export),
        loading(shipped(system), "export.csv"), Contender(export.label, export.plain), module=__name__,
    )  # fmt: skip
