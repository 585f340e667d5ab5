"""Full exports over time: what the last one says, when rows were gone, and that they return; against plain Python."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.batch import RowDiff
from ingestion.contracts import Contract
from tests.unit.ingestion.home import Home, column

KEYED = [column("id", "BIGINT", key=1), column("qty", "BIGINT")]
KEYLESS = [column("id", "BIGINT"), column("qty", "BIGINT")]
Rows = dict[int, int]


def csv(rows: Rows) -> str:
    return "id,qty\n" + "".join(f"{key},{qty}\n" for key, qty in rows.items())


def exports_of(home: Home, *, keyed: bool = True) -> Contract:
    return home.contract(KEYED if keyed else KEYLESS, files="*.csv", loadMode="snapshot")


def history(home: Home, contract: Contract) -> list[tuple[int, int, int, int | None]]:
    """(id, qty, number of the export, number of the export in which it was gone) of every delivered row."""
    rows = home.rows(contract, "id, qty, _source_file, _ingested_at, _deleted_at", history=True)
    number = {at: int(name.removesuffix(".csv")) for _, _, name, at, _ in rows}
    later = {at: min((n for t, n in number.items() if t >= at), default=None) for *_, at in rows if at}
    return [(key, qty, number[at], later.get(gone)) for key, qty, _, at, gone in rows]


def test_a_row_that_is_gone_is_marked_and_one_that_returns_is_new(home: Home) -> None:
    contract = exports_of(home)
    for number, rows in enumerate([{1: 1, 2: 2}, {1: 1}, {1: 1, 2: 2}]):
        home.deliver(f"{number}.csv", csv(rows))
        home.load(contract)
    assert home.rows(contract, "id, qty") == [(1, 1), (2, 2)]
    assert history(home, contract) == [
        (1, 1, 0, None),
        (2, 2, 0, 1),
        (1, 1, 1, None),
        (1, 1, 2, None),
        (2, 2, 2, None),
    ]


def test_an_export_that_returns_to_former_content_is_news_once(home: Home) -> None:
    contract = exports_of(home)
    for number, rows in enumerate([{1: 1}, {}, {1: 1}]):
        home.deliver(f"{number}.csv", csv(rows))
    load = home.load(contract)
    assert [batch.status for batch in load.batches] == ["committed"] * 3
    assert [batch.diff for batch in load.batches] == [RowDiff(1), RowDiff(deleted=1), RowDiff(1)]
    again = home.load(contract)
    assert ({batch.status for batch in again.batches}, again.changed) == ({"known"}, False)
    assert home.rows(contract, "id") == [(1,)]


def test_a_copy_that_kept_the_time_of_a_former_export_is_no_news(home: Home) -> None:
    contract = exports_of(home)
    first = home.deliver("0.csv", csv({1: 1})).stat().st_mtime
    home.deliver("1.csv", csv({1: 2}))
    home.load(contract)
    home.deliver("copy.csv", csv({1: 1}), at=int(first))
    assert not home.load(contract).changed
    assert home.rows(contract, "qty") == [(2,)]


def test_rows_of_an_export_without_rows_are_all_gone(home: Home) -> None:
    contract = exports_of(home)
    for number, rows in enumerate([{1: 1}, {}]):
        home.deliver(f"{number}.csv", csv(rows))
    home.load(contract)
    assert home.rows(contract, "id") == []
    ((gone,),) = home.rows(contract, "_deleted_at IS NOT NULL", history=True)
    assert gone


def marked(exports: list[Rows], *, keyed: bool) -> list[tuple[int, int, int, bool]]:
    """(id, qty, number of the export, gone in the next one) of every row, by looking at each pair of exports."""
    found = []
    for number, (rows, after) in enumerate(itertools.zip_longest(exports, exports[1:])):
        for key, qty in rows.items():
            there = after is None or (key in after if keyed else after.get(key) == qty)
            found.append((key, qty, number, not there))
    return found


@pytest.mark.parametrize("keyed", [True, False])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    exports=st.lists(
        st.dictionaries(st.integers(0, 3), st.integers(0, 1), max_size=4), min_size=1, max_size=6
    ),
    together=st.booleans(),
)
def test_history_agrees_with_what_was_exported(
    tmp_path_factory: pytest.TempPathFactory, exports: list[Rows], *, together: bool, keyed: bool
) -> None:
    """Equal neighbours are one export: the second says nothing new."""
    told = [rows for rows, _ in itertools.groupby(exports, key=csv)]
    home = Home(tmp_path_factory.mktemp("exports"))
    contract = exports_of(home, keyed=keyed)
    diffs = []
    for number, text in enumerate(told):
        home.deliver(f"{number}.csv", text)
        if not together:
            diffs += [batch.diff for batch in home.load(contract).batches if batch.status == "committed"]
    if together:
        diffs = [batch.diff for batch in home.load(contract).batches]
    last: list[Rows] = [
        dict(tuple(map(int, line.split(","))) for line in text.splitlines()[1:]) for text in told
    ]
    assert home.rows(contract, "id, qty") == list(last[-1].items())
    rows = home.rows(contract, "id, qty, _source_file, _deleted_at IS NOT NULL", history=True)
    seen = [(key, qty, int(name.removesuffix(".csv")), gone) for key, qty, name, gone in rows]
    assert seen == marked(last, keyed=keyed)
    gone_by_export = [
        sum(1 for *_, number, gone in seen if gone and number == n) for n in range(len(last) - 1)
    ]
    assert [diff.deleted for diff in diffs if diff is not None][1:] == gone_by_export
