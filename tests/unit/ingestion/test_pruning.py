"""Row differences open only files that can matter, and never leave out one that does."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.batch import RowDiff
from ingestion.lake import rowdiff
from ingestion.lake.pruning import touched_files
from tests.unit.ingestion.home import Home, column

KEYS = [
    column("plant", key=1),
    column("at", "TIMESTAMPTZ", parse="utc_timestamp", key=2),
    column("qty", "BIGINT"),
]
START = datetime(2026, 1, 1, tzinfo=UTC)
LONG = "a text longer than what the log keeps of it: plant "


def csv(rows: list[tuple[str, int, int]]) -> str:
    lines = (f"{plant},{(START + timedelta(hours=hour)).isoformat()},{qty}\n" for plant, hour, qty in rows)
    return "plant,at,qty\n" + "".join(lines)


def test_files_whose_keys_lie_elsewhere_are_not_opened(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = home.contract(KEYS, files="*.csv", loadMode="upsert")
    for number in range(4):
        home.deliver(f"{number}.csv", csv([("A", number * 100 + hour, hour) for hour in range(10)]))
        home.load(contract)
    opened: list[int] = []

    def counted(*given: Any) -> list[str]:
        files = touched_files(*given)
        opened.append(len(files))
        return files

    monkeypatch.setattr(rowdiff, "touched_files", counted)
    home.deliver("5.csv", csv([("A", 205, 5), ("A", 206, 0), ("A", 260, 0)]))
    assert home.load(contract).batches[-1].diff == RowDiff(1, 1, 1)
    assert opened == [1]


def test_a_table_that_is_not_there_has_no_files(home: Home) -> None:
    assert touched_files(home.settings.raw_path("sys__none"), {}) == []


ROW = st.tuples(
    st.sampled_from(["A", "B", f"{LONG}1", f"{LONG}2", "\U0010ffff", "é"]),
    st.integers(0, 3),
    st.integers(0, 1),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.lists(ROW, min_size=1, max_size=4), st.booleans()), min_size=1, max_size=5, unique_by=str
    )
)
def test_difference_by_text_and_time_agrees_with_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[list[tuple[str, int, int]], bool]]
) -> None:
    home = Home(tmp_path_factory.mktemp("pruned"))
    contract = home.contract(KEYS, files="*.csv", loadMode="upsert")
    held: dict[tuple[str, int], int] = {}
    for number, (rows, compacted) in enumerate(files):
        marked = [*rows, ("mark", 1_000 + number, 0)]
        found: Counter[str] = Counter()
        for plant, hour, qty in marked:
            before = held.get((plant, hour))
            found["added" if before is None else "unchanged" if before == qty else "changed"] += 1
            held[plant, hour] = qty
        home.deliver(f"{number}.csv", csv(marked))
        (batch,) = (batch for batch in home.load(contract).batches if batch.status == "committed")
        assert batch.diff == RowDiff(found["added"], found["changed"], found["unchanged"])
        if compacted:
            DeltaTable(home.settings.raw_path(contract.raw_name)).optimize.compact()
