"""Exports that come again: each batch says what it adds, changes, leaves as it is and deletes."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.batch import RowDiff
from ingestion.contracts import Contract
from ingestion.lake.ledger import committed_entries
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("qty", "DOUBLE")]


def csv(rows: list[tuple[int, float]]) -> str:
    return "id,qty\n" + "".join(f"{number},{qty}\n" for number, qty in rows)


def take(home: Home, contract: Contract, name: str, rows: list[tuple[int, float]]) -> RowDiff | None:
    home.deliver(name, csv(rows))
    return next(batch.diff for batch in home.load(contract).batches if batch.file == name)


def test_upsert_counts_what_a_corrected_export_changes(home: Home) -> None:
    contract = home.contract(COLUMNS, files="*.csv", loadMode="upsert")
    assert take(home, contract, "a.csv", [(1, 1), (2, 2), (3, 3)]) == RowDiff(3)
    assert take(home, contract, "b.csv", [(2, 2), (3, 30), (4, 4)]) == RowDiff(1, 1, 1)
    assert take(home, contract, "c.csv", [(3, 3), (3, 3)]) == RowDiff(0, 1, 1)  # against the row just before
    last = committed_entries(home.settings, contract.raw_name)[-1]
    assert [last[f"rows_{name}"] for name in ("added", "changed", "unchanged", "deleted")] == [0, 1, 1, 0]


def test_several_files_of_one_load_are_compared_in_their_order(home: Home) -> None:
    contract = home.contract(COLUMNS, files="*.csv", loadMode="upsert")
    home.deliver("a.csv", csv([(1, 1)]))
    home.deliver("b.csv", csv([(1, 2), (2, 2)]))
    assert [batch.diff for batch in home.load(contract).batches] == [RowDiff(1), RowDiff(1, 1)]


@pytest.mark.parametrize("keyed", [True, False])
def test_full_export_counts_rows_that_are_gone(home: Home, *, keyed: bool) -> None:
    columns = COLUMNS if keyed else [column("id", "BIGINT"), column("qty", "DOUBLE")]
    contract = home.contract(columns, files="*.csv", loadMode="snapshot")
    assert take(home, contract, "a.csv", [(1, 1), (2, 2), (3, 3)]) == RowDiff(3)
    expected = RowDiff(1, 1, 1, 1) if keyed else RowDiff(2, 0, 1, 2)
    assert take(home, contract, "b.csv", [(2, 2), (3, 30), (4, 4)]) == expected
    assert take(home, contract, "c.csv", []) == RowDiff(deleted=3)
    assert home.rows(contract, "id") == []


def test_append_tables_are_not_compared(home: Home) -> None:
    assert take(home, home.contract(COLUMNS, files="*.csv"), "a.csv", [(1, 1)]) is None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from([1.0, 2.0])), max_size=6),
        min_size=1,
        max_size=5,
    )
)
def test_upsert_agrees_with_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[int, float]]]
) -> None:
    home = Home(tmp_path_factory.mktemp("diff"))
    contract = home.contract(COLUMNS, files="*.csv", loadMode="upsert")
    held: dict[int, float] = {}
    for number, rows in enumerate(files):
        marked = [*rows, (100 + number, 0.0)]  # no two files are the same content
        found: Counter[str] = Counter()
        for key, value in marked:
            found["added" if key not in held else "unchanged" if held[key] == value else "changed"] += 1
            held[key] = value
        diff = take(home, contract, f"{number}.csv", marked)
        assert diff == RowDiff(found["added"], found["changed"], found["unchanged"])
