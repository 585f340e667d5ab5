"""Deliveries, fixes of the contract, replays, releases and discards in any order, against an oracle of dictionaries.

The oracle knows one rule (a quantity is at most so much), which texts are no number, and what each word means; it imports
nothing of the code under test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.lake.balance import table_balance
from ingestion.lake.decisions import Decision
from ingestion.lake.quarantine import Selection, list_quarantine
from ingestion.recover import discard, recover
from tests.unit.ingestion.home import Home, column

TEXTS = ["1", "20", "300", "x", "nokey", "a,b"]
LIMITS = [10, 100, 1000]
Place: TypeAlias = tuple[str, int]


@dataclass
class Oracle:
    """What should be where: texts by file and record, and of each what became of it."""

    limit: int = 10
    texts: dict[Place, str] = field(default_factory=dict)
    states: dict[Place, str] = field(default_factory=dict)

    def breaks(self, text: str) -> str:
        """The rule that a row of this text breaks now."""
        if text == "nokey":
            return "required:id"
        if text == "a,b":
            return "malformed_row"
        if not text.isdigit():
            return "type:qty"
        return "range:qty" if int(text) > self.limit else ""

    def deliver(self, file: str, texts: list[str]) -> None:
        for number, text in enumerate(texts, start=1):
            self.texts[file, number] = text
            self.states[file, number] = "open" if self.breaks(text) else "committed"

    def decide(self, action: str, wanted: set[Place], source_state: str) -> None:
        for place in wanted:
            broken = self.breaks(self.texts[place])
            if self.states[place] != source_state:
                continue
            if action == "discard":
                self.states[place] = "discarded"
            elif not broken:
                self.states[place] = f"{action}ed" if action == "replay" else "released"
            elif action == "release" and broken in ("range:qty", "type:qty"):
                self.states[place] = "marked"


FILES = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6)
STEPS = st.one_of(
    st.tuples(st.just("deliver"), FILES),
    st.tuples(st.just("fix"), st.sampled_from(LIMITS)),
    st.tuples(st.sampled_from(["replay", "release", "discard", "bring back"]), st.integers(0, 3)),
)


def lines(texts: list[str], first: int) -> str:
    """A file whose keys no other file has."""
    rows = [f",{text}" if text == "nokey" else f"{first + n},{text}" for n, text in enumerate(texts)]
    return "id,qty\n" + "\n".join(rows).replace(",nokey", ",1") + "\n"


def check(home: Home, oracle: Oracle, mode: str) -> None:
    """Raw, quarantine and balance are what the oracle says."""
    contract = contract_of(home, oracle.limit, mode)
    shown = "_source_file, _source_row, qty, json_extract_string(_extra, '$._released.rule')"
    raw = {(file, row): (qty, mark) for file, row, qty, mark in home.rows(contract, shown, history=True)}
    rows_in_raw = home.rows(contract, "count(*)", history=True, order="all")
    there = {place for place, state in oracle.states.items() if state not in ("open", "discarded")}
    assert set(raw) == there
    assert rows_in_raw == [(len(there),)]
    for place, (qty, mark) in raw.items():
        text = oracle.texts[place]
        assert qty == (float(text) if text.isdigit() else None)
        assert (mark is not None) == (oracle.states[place] == "marked")
    found = {
        (row.file, row.source_row): row.state
        for row in list_quarantine(home.settings, selection=Selection(states=()))
    }
    told = {"marked": "released"}
    aside = {place: told.get(state, state) for place, state in oracle.states.items() if state != "committed"}
    assert found == aside
    balance = table_balance(home.settings, "sys__t")
    assert balance.problems == ()
    assert balance.read == len(oracle.texts) == balance.committed + balance.quarantined + balance.discarded
    assert balance.discarded == sum(state == "discarded" for state in oracle.states.values())


def contract_of(home: Home, limit: int, mode: str):
    columns = [column("id", "BIGINT", key=1), column("qty", "DOUBLE", logicalTypeOptions={"maximum": limit})]
    return home.contract(columns, files="*.csv", maxQuarantinedPct=100, loadMode=mode)


def take_step(home: Home, oracle: Oracle, mode: str, step: tuple[str, object], number: int) -> None:
    """The same step for both."""
    action, given_value = step
    if action == "fix":
        oracle.limit = int(str(given_value))
        return
    contract = contract_of(home, oracle.limit, mode)
    if action == "deliver":
        texts = list(given_value)  # type: ignore[call-overload]
        home.deliver(f"{number}.csv", lines(texts, 100 * number))
        home.load(contract)
        oracle.deliver(f"{number}.csv", texts)
        return
    from_state = "discarded" if action == "bring back" else "open"
    waiting = list_quarantine(home.settings, selection=Selection(states=(from_state,)))
    chosen = [row for position, row in enumerate(waiting) if position % 4 != given_value]
    verb = "replay" if action == "bring back" else action
    decision = Decision(verb, "A. Person", "because")  # type: ignore[arg-type]
    rows = tuple(row.row_id for row in chosen) or ("none:0",)
    selection = Selection(rows=rows, states=(from_state,))
    if action == "discard":
        assert discard(contract, home.settings, selection=selection, decision=decision) == len(chosen)
    else:
        recover(contract, home.source, home.plant, home.settings, selection=selection, decision=decision)
    oracle.decide(verb, {(row.file, row.source_row) for row in chosen}, from_state)


@pytest.mark.parametrize("mode", ["append", "upsert"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=FILES, steps=st.lists(STEPS, min_size=2, max_size=7))
def test_any_sequence_of_decisions_keeps_every_row_once(
    tmp_path_factory: pytest.TempPathFactory, mode: str, first: list[str], steps: list[tuple[str, object]]
) -> None:
    home, oracle = Home(tmp_path_factory.mktemp("sequence")), Oracle()
    for number, step in enumerate([("deliver", first), *steps]):
        take_step(home, oracle, mode, step, number)
    check(home, oracle, mode)
    take_step(home, oracle, mode, ("replay", 9), 99)  # and what is left is judged once more
    check(home, oracle, mode)
