"""A PI-style export of any size: ordered by time, local times, some system states in the value column."""

from pathlib import Path

HEADER = ("Tag", "Timestamp", "Value", "UOM", "Questionable")
START = "2025-10-27 00:00:00"  # after the clock change: all contenders read the same hours
WINTER_S = 5_000_000


def write_export(path: Path, rows: int) -> None:
    """Write `rows` readings of 60 tags over at most two winter months, unless the file is there already."""
    import duckdb  # noqa: PLC0415 - environments of other contenders do not have it

    a_second = max(2, -(-rows // WINTER_S))
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with duckdb.connect() as connection:
        connection.execute(f"""
            COPY (
                SELECT
                    'L' || (1 + i % 3) || '.M' || lpad((1 + i % 12)::VARCHAR, 2, '0') || '.S' || (i % 60) AS "Tag",
                    strftime(TIMESTAMP '{START}' + to_seconds(i // {a_second}), '%d-%b-%y %H:%M:%S') AS "Timestamp",
                    CASE
                        WHEN hash(i) % 1000 = 0 THEN 'I/O Timeout' ELSE printf('%.3f', (hash(i) % 1000000) / 1000.0)
                    END AS "Value",
                    'mm/s' AS "UOM",
                    CASE WHEN hash(i) % 500 = 0 THEN 'True' ELSE 'False' END AS "Questionable"
                FROM range({rows}) AS t (i)
            ) TO '{fresh}' (HEADER, DELIMITER ',')
        """)
    fresh.replace(path)
