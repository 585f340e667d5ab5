"""``tundish source``: what waits, the difference, and a refusal of what nobody confirmed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingestion.contracts import SOURCES, load_contract
from ingestion.load import load_table
from orchestration.cli import app
from orchestration.lib.workspace import open_workspace

CONTRACT = SOURCES / "mes" / "counters.contract.yml"


def invoke(*arguments: str):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["source", *arguments])


@pytest.fixture
def held_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which counters were delivered well, with a new column, and then with a renamed machine."""
    monkeypatch.setenv("TUNDISH_SETTLE_SECONDS", "0")
    inbox = tmp_path / "landing" / "mes"
    inbox.mkdir(parents=True)
    kept = {"machine": "MC01", "ts": "2025-10-01T00:00:00Z", "order_no": "1000", "operation_no": "0010"}
    kept |= {"material_no": "P-1", "total_count": 5, "scrap_count": 0, "rework_count": 0, "shift": "early"}
    contract = load_contract(CONTRACT)
    renamed = {("machine_code" if key == "machine" else key): value for key, value in kept.items()}
    (inbox / "counters_1.jsonl").write_text(json.dumps(kept) + "\n")
    (inbox / "counters_2.jsonl").write_text(json.dumps(renamed) + "\n")
    workspace = open_workspace(home=tmp_path, plant=None)
    load_table(contract, workspace.plant.source("mes"), workspace.plant, workspace.settings)
    return tmp_path


def test_list_and_diff_show_what_waits(held_home: Path):
    listed = invoke("list", "--home", str(held_home), "--format", "json")
    assert listed.exit_code == 0
    found = {entry["file"]: entry["rule"] for entry in json.loads(listed.output)}
    assert found == {"counters_1.jsonl": "unexpected_column", "counters_2.jsonl": "missing_column"}
    diff = invoke("diff", "mes.counters", "--home", str(held_home))
    assert diff.exit_code == 0
    assert "machine -> machine_code" in diff.output
    assert "tundish source accept mes__counters --rename machine=machine_code" in diff.output


def test_accept_takes_no_guess_that_nobody_confirmed(held_home: Path):
    before = CONTRACT.read_bytes()
    refused = invoke("accept", "mes.counters", "--home", str(held_home))
    assert refused.exit_code == 2
    assert "--rename machine=machine_code" in refused.output
    assert invoke("accept", "mes.counters", "--rename", "machine", "--home", str(held_home)).exit_code == 2
    assert invoke("diff", "nowhere.t", "--home", str(held_home)).exit_code == 2
    assert CONTRACT.read_bytes() == before


def test_accept_writes_the_next_version(held_home: Path, monkeypatch: pytest.MonkeyPatch):
    sources = held_home / "sources"
    shutil.copytree(SOURCES, sources)
    monkeypatch.setattr("ingestion.contracts.odcs.SOURCES", sources)
    done = invoke("accept", "mes.counters", "--rename", "machine=machine_code", "--home", str(held_home))
    assert done.exit_code == 0, done.output
    assert "contract 1.2.0 -> 2.0.0" in done.output
    after = load_contract(sources / "mes" / "counters.contract.yml")
    assert after.drift.names_of("machine_code") == ("machine_code", "machine")
    workspace = open_workspace(home=held_home, plant=None)
    load = load_table(after, workspace.plant.source("mes"), workspace.plant, workspace.settings)
    assert [batch.status for batch in load.batches] == ["known", "committed"]
