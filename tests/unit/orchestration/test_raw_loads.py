"""Loads of a run: two systems at once, unless the order of systems decides what a rule finds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from ingestion.batch import BatchResult, TableLoad
from ingestion.contracts import Contract
from ingestion.contracts.quality import QualityRule
from ingestion.errors import TableNotFoundError
from orchestration.lib import raw_loads
from orchestration.lib.progress import Silence
from orchestration.lib.raw_loads import RawLoads
from orchestration.lib.workspace import Workspace

PATIENCE_S = 20


class Recorder(Silence):
    def __init__(self) -> None:
        self.told: list[str] = []

    def system(self, system: str) -> None:
        self.told.append(f"{system} begins")

    def loaded(self, system: str) -> None:
        self.told.append(f"{system} ends")


@pytest.fixture
def chosen(workspace: Workspace) -> dict[str, list[Contract]]:
    return {system: list(workspace.contracts_of(system)) for system in sorted(workspace.systems)}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def loads(workspace: Workspace, recorder: Recorder) -> Iterator[RawLoads]:
    with closing(RawLoads(workspace, recorder)) as opened:
        yield opened


def done(contract: Contract) -> TableLoad:
    return TableLoad(contract, (BatchResult("a.csv", "committed"),), version_before=None, version_after=0)


def names(loads: RawLoads, system: str, chosen: dict[str, list[Contract]]) -> set[str]:
    return {loaded.load.contract.raw_name for loaded in loads.tables(system, chosen)}


def test_the_first_tables_of_two_systems_load_at_the_same_time(loads, chosen, monkeypatch):
    met = threading.Barrier(2, timeout=PATIENCE_S)  # breaks unless both are there at once
    firsts = {chosen[system][0].raw_name for system in ("mes", "pi_historian")}

    def load_table(contract, *given, **named):
        if contract.raw_name in firsts:
            met.wait()
        return done(contract)

    monkeypatch.setattr(raw_loads, "load_table", load_table)
    for system, contracts in chosen.items():
        assert names(loads, system, chosen) == {contract.raw_name for contract in contracts}


def test_systems_whose_rules_refer_to_each_other_load_in_their_order(loads, recorder, chosen, monkeypatch):
    rule = QualityRule("expect_column_values_to_be_known_in", {"parent": "plant__shifts"})
    chosen["mes"][0] = replace(chosen["mes"][0], quality=(rule,))
    monkeypatch.setattr(raw_loads, "load_table", lambda contract, *given, **named: done(contract))
    for system in chosen:
        names(loads, system, chosen)
    assert recorder.told == [f"{system} {what}" for system in chosen for what in ("begins", "ends")]


def test_an_error_ends_its_system_alone_and_a_second_try_loads_it_again(
    loads, chosen, monkeypatch, workspace
):
    tries: list[str] = []

    def load_table(contract, *given, **named):
        tries.append(contract.system)
        if contract.system == "mes" and tries.count("mes") == 1:
            raise TableNotFoundError(contract.raw_name, workspace.settings.raw_path(contract.raw_name))
        return done(contract)

    monkeypatch.setattr(raw_loads, "load_table", load_table)
    with pytest.raises(TableNotFoundError):
        names(loads, "mes", chosen)
    assert names(loads, "plant", chosen) == {contract.raw_name for contract in chosen["plant"]}
    assert names(loads, "mes", chosen) == {contract.raw_name for contract in chosen["mes"]}


def test_after_the_end_of_the_run_no_other_table_is_begun(workspace, chosen, monkeypatch):
    begun: list[str] = []
    go_on = threading.Event()

    def load_table(contract, *given, **named):
        begun.append(contract.raw_name)
        assert go_on.wait(PATIENCE_S)
        return done(contract)

    monkeypatch.setattr(raw_loads, "load_table", load_table)
    loads = RawLoads(workspace, Silence())
    asked = threading.Thread(target=lambda: names(loads, "mes", chosen))
    asked.start()
    while len(begun) < 2:
        asked.join(0.01)
    closing_down = threading.Thread(target=loads.close)
    closing_down.start()
    while not loads._closed.is_set():
        closing_down.join(0.01)
    go_on.set()
    closing_down.join(PATIENCE_S)
    asked.join(PATIENCE_S)
    assert len(begun) == 2
