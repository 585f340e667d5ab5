"""Fetching by kind of connection: unknown kinds, what failed by table, files that need no rest."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from ingestion.connectors import pull as registry
from ingestion.connectors.pull import failures_by_table, is_fetched, pull
from ingestion.errors import ConnectorError, PlantError, PullError
from ingestion.plant import Connection
from tests.unit.ingestion.home import Home, column


def test_a_source_without_connection_has_nothing_to_fetch(home: Home) -> None:
    assert pull(home.source, [], home.plant, home.settings) == []
    assert not is_fetched(home.source)


def test_an_unknown_kind_is_named_with_those_that_exist(home: Home) -> None:
    source = replace(home.source, connection=Connection("carrier_pigeon"))
    with pytest.raises(PlantError, match=r"unknown kind of connection 'carrier_pigeon'.*opcua"):
        pull(source, [], home.plant, home.settings)


def test_live_kinds_are_left_to_their_collector(home: Home) -> None:
    source = replace(home.source, connection=Connection("mqtt"))
    assert pull(source, [], home.plant, home.settings) == []


def test_a_fetched_file_is_loaded_at_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """It appeared by a rename: nobody still writes to it."""

    def land(source, contracts, plant, settings, progress) -> list[Path]:
        progress("fetching")
        path = source.path / "t.csv"
        path.write_text("a\n1\n")
        return [path]

    module = ModuleType("pigeon")
    module.pull = land  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pigeon", module)
    monkeypatch.setattr(registry, "PULLERS", {"pigeon": "pigeon"})
    home.settings = home.settings.model_copy(update={"settle_seconds": 3600})
    home.source = replace(home.source, connection=Connection("pigeon"), path=home.root / "new")
    contract = home.contract([column("a", "BIGINT")])
    heard: list[str] = []
    assert pull(home.source, [contract], home.plant, home.settings, heard.append) == [home.root / "new/t.csv"]
    assert heard == ["fetching"]
    assert is_fetched(home.source)
    assert home.load(contract).rows_committed == 1


def test_an_error_without_table_is_that_of_all_tables(home: Home) -> None:
    contracts = [home.contract([column("a")], table=name) for name in ("t", "u")]
    away = ConnectorError("sys", "server erp", "no answer.", "start it.")
    assert failures_by_table(contracts, away) == {"sys__t": away, "sys__u": away}
    assert failures_by_table(contracts, PullError("sys", {"sys__u": away})) == {"sys__u": away}
