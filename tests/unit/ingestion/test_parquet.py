"""Parquet of other writers: timestamps of any kind, types of any kind, broken files, and many small files at once."""

import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract
from tests.unit.ingestion.home import Home, column

KEY = column("id", "BIGINT", key=1)
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001
MICROSECOND = dt.timedelta(microseconds=1)


def content(columns: dict[str, Any], **options: Any) -> bytes:
    """A Parquet file by pyarrow."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def parquet(home: Home, columns: Sequence[dict[str, Any]], **extras: Any) -> Contract:
    return home.contract(columns, format="parquet", files="*.parquet", **({"maxQuarantinedPct": 90} | extras))


def micros(moments: Sequence[dt.datetime]) -> list[int]:
    return [(moment - EPOCH) // MICROSECOND for moment in moments]


OLD_AND_NEW = [
    dt.datetime(1899, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
    dt.datetime(1969, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
    dt.datetime(1970, 1, 1),  # noqa: DTZ001
    dt.datetime(2011, 4, 16, 0, 0, 0, 1),  # noqa: DTZ001
    dt.datetime(2011, 6, 3, 12, 34, 56, 789012),  # noqa: DTZ001
    dt.datetime(2200, 2, 28, 1, 2, 3, 4),  # noqa: DTZ001
]


@pytest.mark.parametrize("unit", ["us", "ns"])
@pytest.mark.parametrize("int96", [True, False])
def test_utc_timestamps_come_through_to_the_microsecond(home: Home, unit: str, int96: bool) -> None:
    contract = parquet(home, [KEY, column("seen", "TIMESTAMPTZ", parse="utc_timestamp")])
    columns = {"id": list(range(len(OLD_AND_NEW))), "seen": pa.array(OLD_AND_NEW, pa.timestamp(unit))}
    home.deliver("a.parquet", content(columns, use_deprecated_int96_timestamps=int96))
    home.load(contract)
    assert home.rows(contract, "epoch_us(seen)") == [(number,) for number in micros(OLD_AND_NEW)]


def test_int96_beyond_the_range_of_nanoseconds(home: Home) -> None:
    contract = parquet(home, [KEY, column("seen", "TIMESTAMPTZ", parse="utc_timestamp")])
    moments = [dt.datetime(1, 1, 1), dt.datetime(1582, 10, 15), dt.datetime(9999, 12, 31, 23, 59, 59)]  # noqa: DTZ001
    columns = {"id": [0, 1, 2], "seen": pa.array(moments, pa.timestamp("us"))}
    home.deliver("a.parquet", content(columns, use_deprecated_int96_timestamps=True))
    home.load(contract)
    assert home.rows(contract, "epoch_us(seen)") == [(number,) for number in micros(moments)]


@pytest.mark.parametrize("int96", [True, False])
def test_nanoseconds_below_a_microsecond_are_cut_towards_the_past(home: Home, int96: bool) -> None:
    contract = parquet(home, [KEY, column("seen", "TIMESTAMPTZ", parse="utc_timestamp")])
    nanos = [-1_000_001, -1_000, -999, -1, 0, 1, 999, 1_000, 1_999]
    columns = {"id": list(range(len(nanos))), "seen": pa.array(nanos, pa.timestamp("ns"))}
    home.deliver("a.parquet", content(columns, use_deprecated_int96_timestamps=int96))
    home.load(contract)
    assert home.rows(contract, "epoch_us(seen)") == [(number // 1000,) for number in nanos]


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Berlin", dt.datetime(2025, 7, 1, 12), dt.datetime(2025, 7, 1, 10)),  # noqa: DTZ001
        ("Europe/Berlin", dt.datetime(2025, 1, 1), dt.datetime(2024, 12, 31, 23)),  # noqa: DTZ001
        ("America/New_York", dt.datetime(2025, 7, 1, 12), dt.datetime(2025, 7, 1, 16)),  # noqa: DTZ001
        ("Asia/Kolkata", dt.datetime(2011, 4, 16), dt.datetime(2011, 4, 15, 18, 30)),  # noqa: DTZ001
    ],
)
@pytest.mark.parametrize("int96", [True, False])
def test_naive_timestamps_are_of_the_sources_zone(
    tmp_path: Path, zone: str, local: dt.datetime, utc: dt.datetime, int96: bool
) -> None:
    home = Home(tmp_path, zone)
    columns = [
        column("naive", "TIMESTAMPTZ", parse="local_timestamp"),
        column("zoned", "TIMESTAMPTZ", parse="local_timestamp"),
    ]
    contract = parquet(home, columns)
    given = {
        "naive": pa.array([local], pa.timestamp("us")),
        "zoned": pa.array([utc], pa.timestamp("us", "UTC")),
    }
    if int96:  # INT96 knows no zone: the instant of a zoned column would look local
        given["zoned"] = given["naive"]
    home.deliver("a.parquet", content(given, use_deprecated_int96_timestamps=int96))
    home.load(contract)
    assert home.rows(contract, "epoch_us(naive), epoch_us(zoned)") == [(micros([utc])[0],) * 2]


def test_local_time_that_the_clock_skips_or_repeats_is_put_aside(home: Home) -> None:
    contract = parquet(home, [KEY, column("seen", "TIMESTAMPTZ", parse="local_timestamp")])
    moments = [dt.datetime(2025, 3, 30, 2, 30), dt.datetime(2025, 3, 30, 3)]  # noqa: DTZ001
    home.deliver("a.parquet", content({"id": [1, 2], "seen": pa.array(moments, pa.timestamp("ms"))}))
    home.load(contract)
    assert home.rows(contract, "id, strftime(seen, '%H:%M')") == [(2, "01:00")]
    (row,) = home.quarantine(contract)
    assert (row.rule, row.source_row, row.value) == ("nonexistent_local_time:seen", 1, "2025-03-30 02:30:00")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(-(2**52), 2**53) | st.none(), min_size=1, max_size=40),
    st.booleans(),
    st.sampled_from([None, "UTC", "Asia/Tokyo"]),
)
def test_any_timestamp_round_trips(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int | None], int96: bool, zone: str | None
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    contract = parquet(home, [column("seen", "TIMESTAMPTZ", parse="utc_timestamp")])
    array = pa.array(numbers, pa.int64()).cast(pa.timestamp("us", zone))
    home.deliver("a.parquet", content({"seen": array}, use_deprecated_int96_timestamps=int96))
    home.load(contract)
    assert home.rows(contract, "epoch_us(seen)") == [(number,) for number in numbers]


DECIMALS = [Decimal("1.25"), Decimal("-0.01"), Decimal("999999999999.99"), None]


@pytest.mark.parametrize(
    "kind", [pa.decimal128(18, 2), pa.decimal128(38, 10), pa.decimal256(50, 4), pa.string()], ids=str
)
def test_decimals_keep_every_digit(home: Home, kind: pa.DataType) -> None:
    contract = parquet(home, [column("p", "DECIMAL(18,3)")])
    texts = [None if number is None else str(number) for number in DECIMALS]
    home.deliver("a.parquet", content({"p": pa.array(texts).cast(kind)}))
    home.load(contract)
    assert home.rows(contract, "p") == [(number,) for number in DECIMALS]
    assert home.quarantine(contract) == []


@pytest.mark.parametrize(
    "kind",
    [pa.list_(pa.float32()), pa.list_(pa.float64()), pa.large_list(pa.float32()), pa.list_(pa.float32(), 3)],
    ids=str,
)
def test_waveforms(home: Home, kind: pa.DataType) -> None:
    contract = parquet(home, [column("wave", "FLOAT[]")])
    waves = [[1.5, -2.25, 0.0], None, [0.1, 1e-30, 3e38]]
    home.deliver("a.parquet", content({"wave": pa.array(waves, kind)}))
    home.load(contract)
    found = [None if wave is None else np.float32(wave).tolist() for (wave,) in home.rows(contract, "wave")]
    assert found == [None if wave is None else np.float32(wave).tolist() for wave in waves]


def test_a_long_waveform_and_an_empty_one(home: Home) -> None:
    contract = parquet(home, [KEY, column("wave", "FLOAT[]", required=True)])
    wave = np.sin(np.arange(20_000)).astype(np.float32)
    home.deliver(
        "a.parquet", content({"id": [1, 2, 3], "wave": pa.array([wave, [], None], pa.list_(pa.float32()))})
    )
    home.load(contract)
    assert home.rows(contract, "id, len(wave)") == [(1, 20_000), (2, 0)]
    assert home.rows(contract, "wave")[0][0] == wave.tolist()
    assert [(row.source_row, row.rule) for row in home.quarantine(contract)] == [(3, "required:wave")]


NUMBERS = {
    "int8": pa.array([1, 2, 3], pa.int8()),
    "uint64": pa.array([1, 2, 3], pa.uint64()),
    "double": pa.array([1.0, 2.0, 3.0]),
    "half": pa.array(np.array([1, 2, 3], np.float16)),
    "text": pa.array(["1", " 2", "3"]),
    "text as dictionary": pa.array(["1", "2", "3"]).dictionary_encode(),
    "large text": pa.array(["1", "2", "3"], pa.large_string()),
    "decimal": pa.array([1, 2, 3]).cast(pa.decimal128(20, 1)),
    "wide decimal": pa.array([1, 2, 3]).cast(pa.decimal256(60, 1)),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_of_any_physical_type(home: Home, kind: str) -> None:
    contract = parquet(home, [KEY, column("x", "DOUBLE"), column("p", "DECIMAL(18,3)")])
    home.deliver("a.parquet", content(dict.fromkeys(("id", "x", "p"), NUMBERS[kind])))
    (batch,) = home.load(contract).batches
    assert batch.status == "committed", batch.message
    assert home.rows(contract, "id, x, p") == [(n, float(n), Decimal(n)) for n in (1, 2, 3)]


def test_row_rules_put_rows_of_parquet_aside_with_their_text(home: Home) -> None:
    columns = [
        KEY, column("sensor", enum=["X", "Y"]), column("rms", "DOUBLE", logicalTypeOptions={"minimum": 0}),
        column("n", "INTEGER", nullValues=["-1"]),
    ]  # fmt: skip
    contract = parquet(home, columns)
    rows = [
        {"id": 1, "sensor": "X", "rms": 0.5, "n": 5.0}, {"id": None, "sensor": "X", "rms": 1.0, "n": 1.0},
        {"id": 3, "sensor": "Ü", "rms": 1.0, "n": 1.0}, {"id": 4, "sensor": "Y", "rms": -0.5, "n": 1.0},
        {"id": 5, "sensor": "Y", "rms": float("nan"), "n": 1.0}, {"id": 6, "sensor": "Y", "rms": 0.0, "n": 1.5},
        {"id": 7, "sensor": None, "rms": None, "n": None},
    ]  # fmt: skip
    home.deliver("a.parquet", content({name: [row[name] for row in rows] for name in rows[0]}))
    (batch,) = home.load(contract).batches
    assert (batch.rows_read, batch.rows_committed, batch.rows_quarantined) == (7, 2, 5)
    assert home.rows(contract, "id, sensor, rms, n, _source_row") == [
        (1, "X", 0.5, 5, 1),
        (7, None, None, None, 7),
    ]
    aside = home.quarantine(contract)
    assert [(row.source_row, row.rule, row.value) for row in aside] == [
        (2, "required:id", None), (3, "set:sensor", "Ü"), (4, "range:rms", "-0.5"), (5, "type:rms", "nan"), (6, "type:n", "1.5"),
    ]  # fmt: skip
    assert json.loads(aside[1].raw_text) == {"id": "3", "sensor": "Ü", "rms": "1.0", "n": "1.0"}


def test_missing_column_is_held_and_extra_column_is_a_finding(home: Home) -> None:
    contract = parquet(home, [KEY, column("rms", "DOUBLE")])
    home.deliver("extra.parquet", content({"rms": [1.0], "nested": [{"a": [1]}], "id": [1]}))
    home.deliver("missing.parquet", content({"id": [2], "RMS": [1.0]}))
    extra, missing = home.load(contract).batches
    assert (extra.status, [(f.rule, f.column) for f in extra.findings]) == (
        "committed",
        [("unexpected_column", "nested")],
    )
    assert (missing.status, missing.findings[0].rule) == ("held", "missing_column")
    for part in ("missing.parquet", "rms (renamed to RMS?)", "Next step"):
        assert part in missing.message
    assert home.rows(contract, "id, rms") == [(1, 1.0)]


GOOD = content({"id": list(range(5_000))}, compression="none")
BROKEN = {
    "no footer": GOOD[:-8],
    "cut in half": GOOD[: len(GOOD) // 2],
    "only the head": b"PAR1",
    "head and tail": b"PAR1\x00\x00\x00\x00PAR1",
    "footer longer than the file": GOOD[:-8] + (2**30).to_bytes(4, "little") + b"PAR1",
    "broken footer": GOOD[:-200] + b"\xff" * 190 + GOOD[-10:],
    "csv": b"id\n1\n2\n",
    "noise": np.random.default_rng(3).bytes(3_000),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_file_is_held_and_the_others_go_on(home: Home, case: str) -> None:
    contract = parquet(home, [KEY])
    home.deliver("a.parquet", content({"id": [1]}))
    home.deliver("b.parquet", BROKEN[case])
    home.deliver("c.parquet", content({"id": [2]}))
    first, broken, last = home.load(contract).batches
    assert (first.status, broken.status, last.status) == ("committed", "held", "committed")
    assert broken.findings[0].rule == "unreadable_file"
    assert "b.parquet" in broken.message
    assert "Next step" in broken.message
    assert home.rows(contract, "id") == [(1,), (2,)]


@pytest.mark.parametrize("seconds", [2**62, -(2**62)])
def test_timestamp_beyond_any_calendar_is_held_not_wrapped(home: Home, seconds: int) -> None:
    contract = parquet(home, [column("seen", "TIMESTAMPTZ", parse="utc_timestamp")])
    array = pa.array([seconds], pa.timestamp("ms"))
    home.deliver("a.parquet", content({"seen": array}))
    home.deliver("b.parquet", content({"seen": pa.array([0], pa.timestamp("ms"))}))
    assert [batch.status for batch in home.load(contract).batches] == ["held", "committed"]


def test_half_floats_and_numbers_of_too_many_digits(home: Home) -> None:
    contract = parquet(home, [column("wave", "FLOAT[]"), column("x", "DOUBLE")])
    wave = pa.array([np.array([1.5, -2], np.float16)], pa.list_(pa.float16()))
    wide = pa.array(["1" * 45]).cast(pa.decimal256(60, 2))
    home.deliver("half.parquet", content({"wave": wave, "x": [1.0]}))
    home.deliver("wide.parquet", content({"wave": wave, "x": wide}))
    half, much = home.load(contract).batches
    assert (half.status, much.status) == ("committed", "held")
    assert "out of range" in much.message
    assert home.rows(contract, "wave, x") == [([1.5, -2.0], 1.0)]


def test_column_that_cannot_be_the_contracts_type_is_put_aside_not_raised(home: Home) -> None:
    contract = parquet(home, [column("id"), column("x", "DOUBLE")])
    home.deliver("a.parquet", content({"id": ["struct"], "x": [{"deep": 1.0}]}))
    home.deliver("b.parquet", content({"id": ["list"], "x": [[1.0]]}))
    home.deliver("c.parquet", content({"id": ["good"], "x": [1.0]}))
    load = home.load(contract)
    assert [batch.status for batch in load.batches] == ["held", "held", "committed"]
    assert {batch.findings[0].rule for batch in load.batches[:2]} == {"type_changed"}
    assert home.rows(contract, "id, x") == [("good", 1.0)]


def commits(home: Home, contract: Contract) -> list[dict[str, Any]]:
    """Added rows and transactions of each Delta commit of the raw table, read as plain JSON."""
    log = sorted((home.settings.raw_path(contract.raw_name) / "_delta_log").glob("*.json"))
    found = []
    for path in log:
        actions = [json.loads(line) for line in path.read_text().splitlines()]
        rows = [json.loads(action["add"]["stats"])["numRecords"] for action in actions if "add" in action]
        found.append(
            {"files": len(rows), "rows": sum(rows), "txns": sum("txn" in action for action in actions)}
        )
    return [commit for commit in found if commit["files"]]


def test_many_small_files_become_one_commit_and_few_files(home: Home) -> None:
    contract = parquet(home, [KEY, column("wave", "FLOAT[]")])
    for number in range(150):
        kind = pa.float32() if number % 2 else pa.float64()
        home.deliver(
            f"{number:03}.parquet", content({"id": [number], "wave": pa.array([[1.0] * 16], pa.list_(kind))})
        )
    load = home.load(contract)
    assert {batch.status for batch in load.batches} == {"committed"}
    (commit,) = commits(home, contract)
    assert (commit["rows"], commit["txns"]) == (150, 150)
    assert commit["files"] <= 3
    assert home.rows(contract, "id, _source_file") == [(n, f"{n:03}.parquet") for n in range(150)]
    assert home.rows(contract, "count(DISTINCT _ingested_at)", order="all") == [(150,)]


def test_file_without_rows_and_file_of_many_row_groups(home: Home) -> None:
    contract = parquet(home, [KEY])
    home.deliver("a.parquet", content({"id": pa.array([], pa.int64())}))
    home.deliver("b.parquet", content({"id": list(range(1, 1_001))}, row_group_size=7))
    home.deliver("c.parquet", pq_without_row_groups())
    load = home.load(contract)
    assert [(batch.status, batch.rows_committed) for batch in load.batches] == [
        ("committed", 0), ("committed", 1_000), ("committed", 0),
    ]  # fmt: skip
    assert home.rows(contract, "count(*), count(*) FILTER (id <> _source_row)", order="all") == [(1_000, 0)]


def pq_without_row_groups() -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, pa.schema([("id", pa.int32())])):
        pass
    return sink.getvalue()
