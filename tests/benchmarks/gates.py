"""A suite of ten expectations on ten million rows: the gate's engine against one hand-written aggregate."""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.table import Benchmark, Contender, Work, at_most, register, under_mib

ROWS = 10_000_000
COLUMNS = {
    "tag": "VARCHAR",
    "reading_at": "TIMESTAMPTZ",
    "value": "DOUBLE",
    "low": "DOUBLE",
    "high": "DOUBLE",
    "uom": "VARCHAR",
    "reading_count": "BIGINT",
}
TAGS = [f"DUI.L{number}.TEMP" for number in range(200)]
SUITE = [
    ("expect_column_values_to_not_be_null", {"column": "tag"}),
    ("expect_column_values_to_not_be_null", {"column": "reading_at"}),
    ("expect_column_values_to_be_between", {"column": "value", "min_value": -50, "max_value": 500}),
    ("expect_column_values_to_be_between", {"column": "reading_count", "min_value": 0}),
    ("expect_column_values_to_be_in_set", {"column": "uom", "value_set": ["C", "bar", "kW"]}),
    ("expect_column_values_to_match_regex", {"column": "tag", "regex": "^[A-Z0-9.]{3,60}$"}),
    ("expect_column_value_lengths_to_be_between", {"column": "uom", "max_value": 4}),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "high", "column_B": "low", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
    ),
    ("expect_column_mean_to_be_between", {"column": "value", "min_value": 0, "max_value": 100}),
    ("expect_table_row_count_to_be_between", {"min_value": 1}),
]
BY_HAND = """
    select
        count(*), count(*) - count(tag), count(*) - count(reading_at),
        count(*) filter (where value < -50 or value > 500),
        count(*) filter (where reading_count < 0),
        count(*) filter (where uom not in ('C', 'bar', 'kW')),
        count(*) filter (where not regexp_matches(tag, '^[A-Z0-9.]{3,60}$')),
        count(*) filter (where length(uom) > 4),
        count(*) filter (where high < low),
        avg(value)
    from read_parquet('{file}')
"""


def prepare(folder: Path, scale: float) -> Work:
    """Hourly figures of 200 tags; a value in a hundred is missing, and a few break each rule."""
    import duckdb

    rows, file = int(ROWS * scale), folder / "hours.parquet"
    duckdb.execute(f"""
        copy (
            select
                'DUI.L' || (i % 200) || '.TEMP' as tag,
                timestamptz '2025-01-01 00:00:00+00' + to_seconds(i // 200 * 60) as reading_at,
                case when i % 100 <> 7 then 20 + (hash(i) % 1000) / 50 end as value,
                18.0 + i % 3 as low,
                case when i % 1000003 = 5 then 1.0 else 40.0 end as high,
                ['C', 'bar', 'kW'][1 + i % 3] as uom,
                (i % 3600)::bigint as reading_count
            from range({rows}) as r(i)
        ) to '{file}' (format parquet)
    """)
    return Work(rows, file.stat().st_size)


def pushed_down(data: Path, _: Path) -> Callable[[], int]:
    """Our engine: one query for the suite, another for the examples of what failed."""
    import duckdb

    from quality.engine import Dataset, evaluate
    from quality.suite import Expectation

    rules = [Expectation(kind, kwargs) for kind, kwargs in SUITE]
    connection = duckdb.connect()
    dataset = Dataset(connection, f"read_parquet('{data / 'hours.parquet'}')", COLUMNS, ("tag", "reading_at"))

    def run() -> int:
        results = evaluate(dataset, rules)
        assert [result.error for result in results] == [""] * len(rules)
        return int(results[-1].observed)

    return run


def by_hand(data: Path, _: Path) -> Callable[[], int]:
    """One aggregate that a person would write for the same ten rules."""
    import duckdb

    connection = duckdb.connect()
    return lambda: int(
        connection.execute(BY_HAND.replace("{file}", str(data / "hours.parquet"))).fetchall()[0][0]
    )


register(
    Benchmark(
        name="gates",
        title="ten expectations on a table",
        prepare=prepare,
        contenders={
            "tundish": Contender("Tundish (suite as one query)", pushed_down),
            "by_hand": Contender("one hand-written aggregate", by_hand),
        },
        reference="by_hand",
        goals=(at_most(2, "by_hand"), under_mib(1536)),
        module=__name__,
    )
)
