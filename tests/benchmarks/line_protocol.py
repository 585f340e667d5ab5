"""InfluxDB line protocol into a lake, beside DuckDB on the same readings as CSV.

No other engine here reads line protocol. DuckDB gets the readings as CSV, the series already put together, and makes
the same columns of them; without rules, hash or table it is the limit.

Where our time goes, in seconds on the processors for 10 M lines of 738 MB, of which the limit takes 3.4 in all: cutting and
typing 1.7, Parquet 1.0, shaping and dictionaries 0.7, the content hash 0.45, the private copy 0.3 (nothing where files
share blocks).
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.subject import LABEL, loading, shipped
from tests.benchmarks.table import Benchmark, Contender, Work, at_most, register, under_mib

ROWS = 10_000_000
ROWS_QUOTED = 1_000_000
SERIES = 200
START_NS, STEP_NS = 1_700_000_000_000_000_000, 1_000_000_007
_BLOCK = 100_000


ours = loading(shipped("influxdb"), "export.lp")


def limit(data: Path, target: Path) -> Callable[[], int]:
    """DuckDB alone: the same readings as CSV into one Parquet file with the same columns."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    columns = dict.fromkeys(("signal", "stamp", "value"), "VARCHAR")

    def run() -> int:
        connection.execute(f"""
            COPY (
                SELECT
                    signal,
                    make_timestamptz(CAST(stamp AS BIGINT) // 1000) AS reading_at,
                    CAST(CAST(stamp AS BIGINT) % 1000 AS INTEGER) AS reading_ns,
                    TRY_CAST(value AS DOUBLE) AS value,
                    'good' AS status,
                    CAST(make_timestamp(CAST(stamp AS BIGINT) // 1000) AS DATE) AS reading_date
                FROM read_csv('{data / "export.csv"}', auto_detect=false, header=true, columns={columns}, delim=',', quote='"')
            ) TO '{target / "limit.parquet"}' (FORMAT parquet, COMPRESSION zstd)
        """)
        query = f"SELECT count(*) FROM read_parquet('{target / 'limit.parquet'}')"
        return int(connection.execute(query).fetchall()[0][0])

    return run


def _write(folder: Path, rows: int, *, quoted: bool) -> Work:
    """Line protocol and the same readings as CSV; with `quoted` every tenth line has a text beside its number."""
    heads = [f"machine,line=L{index % 5},site=ham,unit=M{index:03}" for index in range(SERIES)]
    signals = [f'"{head} temperature"' for head in heads]
    with (folder / "export.lp").open("w") as lines, (folder / "export.csv").open("w") as csv:
        csv.write("signal,stamp,value\n")
        for first in range(0, rows, _BLOCK):
            numbers = range(first, min(first + _BLOCK, rows))
            shown = [(number * 7919 % 100_003) / 1000 for number in numbers]
            stamps = [START_NS + number * STEP_NS // SERIES for number in numbers]
            lines.writelines(
                f'{heads[n % SERIES]} state="step {n % 7}" {at}\n'
                if quoted and n % 10 == 0
                else f"{heads[n % SERIES]} temperature={value} {at}\n"
                for n, value, at in zip(numbers, shown, stamps, strict=True)
            )
            csv.writelines(
                f"{signals[n % SERIES]},{at},{value}\n"
                for n, value, at in zip(numbers, shown, stamps, strict=True)
            )
    return Work(rows, (folder / "export.lp").stat().st_size)


def prepare(folder: Path, scale: float) -> Work:
    """Plain lines of one field."""
    return _write(folder, int(ROWS * scale), quoted=False)


def prepare_quoted(folder: Path, scale: float) -> Work:
    """Lines of which some hold texts: the exact grammar reads the file."""
    return _write(folder, int(ROWS_QUOTED * scale), quoted=True)


register(
    Benchmark(
        name="line_protocol",
        title="InfluxDB line protocol into a partitioned Delta table",
        prepare=prepare,
        contenders={
            "tundish": Contender(LABEL, ours),
            "duckdb": Contender("DuckDB, the same readings as CSV to Parquet (the limit)", limit),
        },
        reference="duckdb",
        goals=(at_most(1.3, "duckdb"), under_mib(2048)),
        module=__name__,
    )
)
register(
    Benchmark(
        name="line_protocol_texts",
        title="line protocol with texts and escapes, by the exact grammar",
        prepare=prepare_quoted,
        contenders={
            "tundish": Contender(LABEL, ours),
            "duckdb": Contender("DuckDB, the same number of readings as CSV to Parquet", limit),
        },
        reference="duckdb",
        module=__name__,
    )
)
