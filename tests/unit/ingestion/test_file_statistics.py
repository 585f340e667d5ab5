"""Statistics in the Delta log: readers skip files by them, so a wrong one loses rows without a word."""

import datetime as dt
import tempfile
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingestion.home import Home, column

COLUMNS = [
    column("n", "BIGINT"),
    column("x", "DOUBLE"),
    column("price", "DECIMAL(18,3)"),
    column("text"),
    column("day", "DATE", parse="date", parseFormat="%Y-%m-%d"),
    column("flag", "BOOLEAN", parse="boolean"),
    column("at", "TIMESTAMPTZ"),
]
NUMBERS = st.none() | st.integers(-(2**62), 2**62)
FLOATS = st.none() | st.floats(-1e300, 1e300)
PRICES = st.none() | st.decimals(-(10**15) + 1, 10**15 - 1, places=3)
TEXTS = (
    st.none()
    | st.text("aä€\U0010fffd", min_size=1, max_size=3)
    | st.sampled_from(["b" * 40 + "c", "b" * 5_000])
)
DAYS = st.none() | st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1))
FLAGS = st.none() | st.booleans()
TIMES = st.none() | st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001 - written as UTC below
FILES = st.lists(
    st.lists(st.tuples(NUMBERS, FLOATS, PRICES, TEXTS, DAYS, FLAGS, TIMES), min_size=1, max_size=4),
    min_size=1,
    max_size=3,
    unique_by=str,
)


def line(row: tuple[object, ...]) -> str:
    *plain, at = row
    written = ["" if value is None else str(value) for value in plain]
    return ",".join([*written, f"{at.isoformat()}Z" if isinstance(at, dt.datetime) else ""])


@settings(max_examples=10, deadline=None)
@given(FILES)
def test_a_filter_finds_what_a_whole_scan_finds(files: list[list[tuple[object, ...]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        contract = home.contract(COLUMNS)
        for number, rows in enumerate(files):
            home.deliver(f"t{number}.csv", "\n".join(["n,x,price,text,day,flag,at", *map(line, rows)]) + "\n")
            home.load(contract)  # one commit and one Parquet file a delivery
        table = DeltaTable(home.settings.raw_path(contract.raw_name))
        whole = [row for uri in table.file_uris() for row in pq.read_table(uri).to_pylist()]
        assert len(whole) == sum(len(rows) for rows in files)
        for name in ("n", "x", "price", "text", "day", "flag", "at"):
            for value in {row[name] for row in whole} - {None}:
                found = table.to_pyarrow_dataset().to_table(filter=pc.field(name) == value)
                assert found.num_rows == sum(row[name] == value for row in whole), (name, value)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_that_is_none_does_not_reach_the_log(home: Home, value: str) -> None:
    contract = home.contract([column("n", "BIGINT"), column("x", "DOUBLE")], maxQuarantinedPct=100)
    home.deliver("t.csv", f"n,x\n1,{value}\n2,1.5\n")
    home.load(contract)
    actions = DeltaTable(home.settings.raw_path(contract.raw_name)).get_add_actions(flatten=True)
    lowest, highest = actions.column("min.x")[0].as_py(), actions.column("max.x")[0].as_py()
    assert lowest <= 1.5 <= highest
