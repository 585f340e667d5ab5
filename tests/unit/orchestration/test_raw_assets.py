"""Raw assets in a run: what a load says decides what goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dagster import AssetKey, asset, materialize

from ingestion.batch import BatchResult, Finding, TableLoad
from ingestion.errors import ConnectorError, PullError, TableNotFoundError
from ingestion.plant import Connection
from orchestration.defs import resources
from orchestration.defs.resources import RunLock
from orchestration.lib import raw_loads
from orchestration.lib.progress import Silence
from orchestration.lib.raw_assets import raw_assets


class Recorder(Silence):
    def __init__(self) -> None:
        self.systems: list[str] = []

    def system(self, system: str) -> None:
        self.systems.append(system)


class WarmUps:
    """Stands where dbt's process would: a load needs nothing of it but the beginning."""

    def __init__(self) -> None:
        self.count = 0

    def warm_up(self) -> None:
        self.count += 1


def run(workspace, monkeypatch, outcomes: dict[str, BatchResult | Exception], dbt: WarmUps | None = None):
    """Run the raw assets of the MES and one asset after them; ``outcomes`` maps table to what its load gives."""

    def load_table(contract, source, plant, settings, *, batch_gate, progress, session):
        outcome = outcomes.get(
            contract.table, BatchResult("a.csv", "committed", rows_read=2, rows_committed=2)
        )
        if isinstance(outcome, Exception):
            raise outcome
        return TableLoad(contract, (outcome,), version_before=None, version_after=0)

    @asset(deps=[AssetKey(contract.asset_key) for contract in workspace.contracts_of("mes")])
    def after() -> None:
        """Whatever follows raw."""

    monkeypatch.setattr(raw_loads, "load_table", load_table)
    recorder = Recorder()
    result = materialize(
        [raw_assets(workspace, "mes"), after],
        resources={
            "run_lock": RunLock(path=str(workspace.lock_path)),
            "raw_loads": resources.raw_loads(workspace, recorder),
            "dbt": dbt or WarmUps(),
        },
        raise_on_error=False,
    )
    assert recorder.systems == ["mes"]
    return result


def held(rule: str) -> BatchResult:
    return BatchResult(
        "bad.csv", "held", findings=(Finding(rule, None, 0, (), ""),), message=f"bad.csv: {rule}"
    )


def raw_tables(result) -> set[str]:
    keys = [event.asset_key for event in result.get_asset_materialization_events()]
    return {key.path[-1] for key in keys if key.path[0] == "raw"}


def ran_after(result) -> bool:
    return any(event.is_step_success and event.step_key == "after" for event in result.all_events)


def test_every_table_is_materialized_with_its_counts(workspace, monkeypatch):
    result = run(workspace, monkeypatch, {})
    (event,) = result.get_asset_materialization_events()[:1]
    assert result.success
    assert event.materialization.metadata["rows_committed"].value == 2
    assert raw_tables(result) == {contract.table for contract in workspace.contracts_of("mes")}
    assert ran_after(result)


def test_dbt_warms_up_when_rows_came_in_and_only_then(workspace, monkeypatch):
    dbt, names = WarmUps(), [contract.table for contract in workspace.contracts_of("mes")]
    run(workspace, monkeypatch, {name: held("missing_column") for name in names}, dbt)
    assert dbt.count == 0
    run(workspace, monkeypatch, {name: held("missing_column") for name in names[1:]}, dbt)
    assert dbt.count == 1


def test_a_held_file_warns_and_the_run_goes_on(workspace, monkeypatch):
    result = run(workspace, monkeypatch, {"counters": held("missing_column")})
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [check.asset_key.path[-1] for check in failed] == ["counters"]
    assert result.success
    assert ran_after(result)


def test_a_batch_that_doubts_the_data_stops_what_follows_but_not_its_neighbours(workspace, monkeypatch):
    result = run(workspace, monkeypatch, {"counters": held("too_many_quarantined")})
    assert not result.success
    assert not ran_after(result)
    assert raw_tables(result) == {contract.table for contract in workspace.contracts_of("mes")}
    shown = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
    assert "quarantine/mes" in shown  # just then people look at it


@pytest.mark.parametrize("table", ["counters", "machine_states"])
def test_an_error_of_the_lake_fails_the_run_in_its_own_words(workspace, monkeypatch, table):
    error = TableNotFoundError(f"mes__{table}", workspace.settings.raw_path(f"mes__{table}"))
    result = run(workspace, monkeypatch, {table: error})
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert not result.success
    assert "Next step" in failure.step_failure_data.user_failure_data.description


def test_a_system_that_is_away_warns_and_what_landed_before_is_loaded(workspace, monkeypatch):
    def away(source, contracts, plant, settings, progress):
        raise PullError(
            "mes", {"mes__counters": ConnectorError("mes__counters", "host", "no answer.", "start it.")}
        )

    sources = tuple(
        replace(source, connection=Connection("sql")) if source.system == "mes" else source
        for source in workspace.plant.sources
    )
    connected = replace(workspace, plant=replace(workspace.plant, sources=sources))
    monkeypatch.setattr(raw_loads, "pull", away)
    result = run(connected, monkeypatch, {})
    (warning,) = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert warning.asset_key.path[-1] == "counters"
    assert warning.description == "mes__counters: host: no answer. Next step: start it."
    assert result.success
    assert ran_after(result)
    tables = {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}
    assert "counters" in tables
