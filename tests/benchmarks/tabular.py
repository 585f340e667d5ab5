"""Tables as files: Excel, Parquet and JSON lines into Delta, each beside its best known reader into Parquet.

The same order lines in each; the others make the same types of them, without rules, hash or table.
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.subject import loading, own, register_beside
from tests.benchmarks.table import Contender, Start, Work, under_mib

ROWS = {"excel": 100_000, "parquet": 10_000_000, "json_lines": 2_000_000}
COLUMNS = {
    "order_id": "VARCHAR",
    "material": "VARCHAR",
    "qty": "BIGINT",
    "price": "DOUBLE",
    "booked_at": "TIMESTAMPTZ",
    "note": "VARCHAR",
}
LINES = """SELECT lpad(i::VARCHAR, 12, '0') AS order_id, 'MAT' || (i % 5000) AS material, (hash(i) % 1000)::BIGINT AS qty,
    (hash(i) % 10000000) / 8.0 AS price, TIMESTAMP '2025-01-01' + to_seconds(i) AS booked_at, 'note ' || (i % 97) AS note
    FROM range({rows}) AS t (i)"""


def ours(kind: str, name: str, parse: str, **options: object) -> Start:
    """Tundish; times are read as `parse` says."""
    extras = {"TIMESTAMPTZ": {"parse": parse}}
    return loading(own(COLUMNS, extras, format=kind, files=name, formatOptions=options), name)


def prepare_excel(folder: Path, scale: float) -> Work:
    """One sheet with a header; numbers and times are cells of their kind."""
    import duckdb
    import xlsxwriter

    rows, path = int(ROWS["excel"] * scale), folder / "lines.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page, moment = book.add_worksheet("Lines"), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.write_row(0, 0, COLUMNS)
        for at, (*cells, booked_at, note) in enumerate(
            duckdb.sql(LINES.format(rows=rows)).fetchall(), start=1
        ):
            page.write_row(at, 0, cells)
            page.write_datetime(at, 4, booked_at, moment)
            page.write_string(at, 5, note)
    return Work(rows, path.stat().st_size)


def calamine(data: Path, target: Path) -> Callable[[], int]:
    """python-calamine, cell by cell as it gives them, into Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from python_calamine import CalamineWorkbook

    def run() -> int:
        header, *rows = CalamineWorkbook.from_path(data / "lines.xlsx").get_sheet_by_name("Lines").to_python()
        table = pa.table(dict(zip(map(str, header), map(pa.array, zip(*rows, strict=True)), strict=True)))
        pq.write_table(table, target / "plain.parquet", compression="zstd")
        return int(table.num_rows)

    return run


def prepare_duckdb(name: str, options: str) -> Callable[[Path, float], Work]:
    """Written by DuckDB."""

    def prepare(folder: Path, scale: float) -> Work:
        import duckdb

        rows, path = int(ROWS[name] * scale), folder / f"lines.{name}"
        duckdb.sql(f"COPY ({LINES.format(rows=rows)}) TO '{path}' ({options})")
        return Work(rows, path.stat().st_size)

    return prepare


def by_duckdb(relation: str) -> Start:
    """DuckDB alone into one Parquet file; {data} stands for the input folder."""

    def start(data: Path, target: Path) -> Callable[[], int]:
        import duckdb

        connection, path = duckdb.connect(), target / "limit.parquet"
        connection.execute("SET TimeZone = 'UTC'")
        casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in COLUMNS.items())

        def run() -> int:
            source = relation.format(data=data)
            connection.execute(
                f"COPY (SELECT {casts} FROM {source}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
            )
            return int(connection.execute(f"SELECT count(*) FROM '{path}'").fetchall()[0][0])

        return run

    return start


register_beside(
    "excel", "one sheet of an Excel workbook into Delta", prepare_excel,
    ours("excel", "lines.xlsx", "local_timestamp", sheet="Lines"), Contender("calamine to Parquet", calamine),
    module=__name__, goals=(under_mib(1024),),
)  # fmt: skip
register_beside(
    "parquet", "Parquet into Delta", prepare_duckdb("parquet", "FORMAT parquet"),
    ours("parquet", "lines.parquet", "utc_timestamp"), Contender("DuckDB Parquet to Parquet", by_duckdb("'{data}/lines.parquet'")),
    module=__name__, goals=(under_mib(2048),),
)  # fmt: skip
register_beside(
    "json_lines", "JSON lines into Delta",
    prepare_duckdb("json_lines", "FORMAT json, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'"),
    ours("jsonl", "lines.json_lines", "utc_timestamp"),
    Contender(
        "DuckDB JSON lines to Parquet",
        by_duckdb("read_json('{data}/lines.json_lines', format = 'newline_delimited')"),
    ),
    module=__name__, goals=(under_mib(2048),),
)  # fmt: skip
