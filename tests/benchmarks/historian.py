"""A PI-style historian export into a lake: ours beside DuckDB, polars and dlt; and in how much memory.

All contenders make the same columns of the same text. DuckDB alone, without rules, hash or table, is the limit.
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.exports import write_export
from tests.benchmarks.subject import LABEL, loading, shipped
from tests.benchmarks.table import (
    ROOT,
    Benchmark,
    Contender,
    Work,
    at_most,
    faster_than,
    no_more_memory,
    register,
    under_mib,
)

ROWS = 10_000_000
ROWS_LARGE = 100_000_000
DLT = ROOT / "data" / "runtime" / "bench-dlt" / "bin" / "python"
ZONE = "Europe/Berlin"
OFFSET_US = (
    3_600_000_000  # the export lies in winter time as a whole: no contender but ours knows clock changes
)
FORMAT = "%d-%b-%y %H:%M:%S"


ours = loading(shipped("pi_historian"), "export.csv", zone=ZONE, landed_as="pi_export.csv")


def limit(data: Path, target: Path) -> Callable[[], int]:
    """The limit: DuckDB alone, CSV to one Parquet file with the same casts; no rules, no hash, no table."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    columns = dict.fromkeys(("tag", "moment", "raw", "uom", "doubt"), "VARCHAR")
    moment = f"try_strptime(moment, '{FORMAT}')"

    def run() -> int:
        connection.execute(f"""
            COPY (
                SELECT
                    tag,
                    make_timestamptz(epoch_us({moment}) - {OFFSET_US}) AS reading_at,
                    TRY_CAST(raw AS DOUBLE) AS value,
                    CASE WHEN TRY_CAST(raw AS DOUBLE) IS NULL THEN raw END AS value_state,
                    uom,
                    TRY_CAST(doubt AS BOOLEAN) AS is_questionable,
                    CAST(make_timestamp(epoch_us({moment}) - {OFFSET_US}) AS DATE) AS reading_date
                FROM read_csv('{data / "export.csv"}', auto_detect=false, header=true, columns={columns}, delim=',', quote='"')
            ) TO '{target / "limit.parquet"}' (FORMAT parquet, COMPRESSION zstd)
        """)
        query = f"SELECT count(*) FROM read_parquet('{target / 'limit.parquet'}')"
        return int(connection.execute(query).fetchall()[0][0])

    return run


def polars(data: Path, target: Path) -> Callable[[], int]:
    """polars, streaming, into a Delta table with the same partitions."""
    import polars as pl

    text = dict.fromkeys(("Tag", "Timestamp", "Value", "UOM", "Questionable"), pl.String)
    number = pl.col("Value").cast(pl.Float64, strict=False)
    local = pl.col("Timestamp").str.to_datetime(FORMAT, time_unit="us", strict=False)

    def run() -> int:
        frame = (
            pl.scan_csv(data / "export.csv", schema=text)
            .select(
                tag=pl.col("Tag"),
                reading_at=local.dt.replace_time_zone(ZONE, ambiguous="earliest").dt.convert_time_zone("UTC"),
                value=number,
                value_state=pl.when(number.is_null()).then(pl.col("Value")),
                uom=pl.col("UOM"),
                is_questionable=pl.col("Questionable") == "True",
            )
            .with_columns(reading_date=pl.col("reading_at").dt.date())
            .collect(engine="streaming")
        )
        frame.write_delta(target / "polars", delta_write_options={"partition_by": ["reading_date"]})
        return frame.height

    return run


def dlt(data: Path, target: Path) -> Callable[[], int]:
    """dlt: Arrow batches with the same casts into its filesystem destination as a Delta table."""
    import dlt as tool
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as reader

    rows = 0
    as_text = reader.ConvertOptions(
        column_types={name: pa.string() for name in ("Tag", "Timestamp", "Value", "UOM", "Questionable")}
    )

    def batches() -> Iterator[Any]:
        nonlocal rows
        for batch in reader.open_csv(data / "export.csv", convert_options=as_text):
            rows += batch.num_rows
            value = batch.column("Value")
            is_number = pc.match_substring_regex(value, r"^-?\d+(\.\d+)?$")
            moment = pc.strptime(batch.column("Timestamp"), FORMAT, "us")
            utc = pc.assume_timezone(moment, ZONE, ambiguous="earliest").cast(pa.timestamp("us", tz="UTC"))
            nothing = pa.scalar(None, pa.string())
            yield pa.table(
                {
                    "tag": batch.column("Tag"),
                    "reading_at": utc,
                    "value": pc.if_else(is_number, value, nothing).cast(pa.float64()),
                    "value_state": pc.if_else(is_number, nothing, value),
                    "uom": batch.column("UOM"),
                    "is_questionable": pc.equal(batch.column("Questionable"), "True"),
                    "reading_date": utc.cast(pa.date32()),
                }
            )

    def run() -> int:
        pipeline = tool.pipeline(
            "bench", destination=tool.destinations.filesystem(f"file://{target}/lake"), dataset_name="raw",
            pipelines_dir=str(target / "state"),
        )  # fmt: skip
        readings = tool.resource(batches, name="readings", columns={"reading_date": {"partition": True}})
        pipeline.run(readings, table_format="delta", write_disposition="append")
        return rows

    return run


def prepare(folder: Path, scale: float) -> Work:
    """One export."""
    rows = int(ROWS * scale)
    write_export(folder / "export.csv", rows)
    return Work(rows, (folder / "export.csv").stat().st_size)


def prepare_sizes(folder: Path, scale: float) -> Work:
    """A normal and a large export."""
    for size, rows in (("normal", ROWS), ("large", ROWS_LARGE)):
        (folder / size).mkdir()
        write_export(folder / size / "export.csv", int(rows * scale))
    return Work(int(ROWS * scale))


def sized(size: str) -> Callable[[Path, Path], Callable[[], Work]]:
    """Ours on one of the two exports."""

    def start(data: Path, target: Path) -> Callable[[], Work]:
        run, export = ours(data / size, target), data / size / "export.csv"
        return lambda: Work(run(), export.stat().st_size)

    return start


register(
    Benchmark(
        name="historian",
        title="PI-style CSV export into a partitioned Delta table",
        prepare=prepare,
        contenders={
            "tundish": Contender(LABEL, ours),
            "duckdb": Contender("DuckDB CSV to Parquet (the limit)", limit),
            "polars": Contender("polars to Delta", polars),
            "dlt": Contender("dlt to Delta", dlt, DLT, "make bench-dlt"),
        },
        reference="duckdb",
        goals=(at_most(1.3, "duckdb"), faster_than("polars"), faster_than("dlt", 3), under_mib(2048)),
        module=__name__,
    )
)
register(
    Benchmark(
        name="historian_memory",
        title="memory of ten times the rows",
        prepare=prepare_sizes,
        contenders={
            "normal": Contender("Tundish, 10 M rows", sized("normal")),
            "large": Contender("Tundish, 100 M rows", sized("large")),
        },
        reference="normal",
        goals=(no_more_memory("normal", "large"),),
        module=__name__,
        most_repeats=1,
    )
)
