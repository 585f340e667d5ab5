"""An accepted column: rows that came before read as if they were loaded under the contract that knows it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contracts import Contract
from ingestion.drift.accept import Accepted, accept
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("note")]
SEEN = "id, note, tool, _extra"
TEXTS = [
    "7",
    "-1",
    " 8 ",
    "",
    "x",
    "1,5",
    "2.5",
    "true",
    "ja",
    "2025-07-01",
    "01.07.2025",
    'say "hi"',
    "ä/~b",
    "null",
]


def contract_of(home: Home, **extras: object) -> Contract:
    return home.contract(COLUMNS, files="*.csv", formatOptions={"delimiter": ";", "decimal": ","}, **extras)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def anew(home: Home, contract: Contract, root: Path) -> list[object]:
    """What a home that knew the contract from the beginning has."""
    other = Home(root)
    for path in sorted(home.inbox.iterdir()):
        other.deliver(path.name, path.read_bytes())
    other.load(contract)
    return other.rows(contract, SEEN, order="id")


@pytest.mark.parametrize("kind", ["VARCHAR", "BIGINT", "DOUBLE", "DECIMAL(9,2)", "BOOLEAN", "DATE"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(["", "more"])), min_size=1, max_size=6))
def test_rows_read_as_if_they_were_loaded_anew(
    tmp_path_factory: pytest.TempPathFactory, kind: str, texts: list[tuple[str, str]]
) -> None:
    """But for those that the new rule would put aside: they keep their text."""
    home = Home(tmp_path_factory.mktemp("fill"))
    contract = contract_of(home, maxQuarantinedPct=100)
    lines = (f"{number};n;{quoted(text)};{other}\n" for number, (text, other) in enumerate(texts))
    home.deliver("a.csv", "id;note;Tool;Other\n" + "".join(lines))
    home.load(contract)
    after = accept(contract, Accepted(added={"Tool": kind}))
    found = {row[0]: row for row in home.rows(after, SEEN, order="id")}
    fresh = {row[0]: row for row in anew(home, after, tmp_path_factory.mktemp("anew"))}
    assert {number: found[number] for number in fresh} == fresh
    kept = [found[number] for number in set(found) - set(fresh)]
    assert all(tool is None and '"Tool":' in extra for _, _, tool, extra in kept)


def test_a_column_that_is_renamed_later_keeps_what_it_was_filled_with(home: Home) -> None:
    contract = contract_of(home)
    home.deliver("a.csv", "id;note;Tool\n1;n;T7\n")
    home.load(contract)
    after = accept(contract, Accepted(added={"Tool": ""}))
    home.deliver("b.csv", "id;note;Tool number\n2;n;T8\n")
    home.load(after)
    renamed = accept(after, Accepted(renames={"Tool": "Tool number"}))
    home.load(renamed)
    assert home.rows(renamed, SEEN, order="id") == [(1, "n", "T7", None), (2, "n", "T8", None)]


def test_a_row_that_comes_again_after_the_column_was_accepted_is_unchanged(home: Home) -> None:
    contract = contract_of(home, loadMode="upsert")
    home.deliver("a.csv", "id;note;Tool\n1;n;T7\n2;n;T8\n")
    home.load(contract)
    after = accept(contract, Accepted(added={"Tool": ""}))
    home.deliver("b.csv", "id;note;Tool\n1;n;T7\n2;n;T9\n")
    diff = home.load(after).batches[-1].diff
    assert diff is not None
    assert (diff.added, diff.changed, diff.unchanged) == (0, 1, 1)
