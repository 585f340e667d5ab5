"""The dbt process of a run: real dbt on the project of the demo plant, whatever its end."""

from __future__ import annotations

import json
import shutil
from contextlib import closing

import pytest

from ingestion.settings import REPOSITORY, Settings
from orchestration.lib import dbt_project
from orchestration.lib.warm_dbt import WarmDbt
from orchestration.lib.workspace import Workspace, workspace_of

LIST = ["ls", "--select", "dim_date", "--output", "name"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    plant = REPOSITORY / "data" / "plants" / "demo"
    return workspace_of(Settings(home=tmp_path_factory.mktemp("home"), plant=plant))


def events(process) -> list[dict]:
    with process.stdout as printed:
        told = [json.loads(line) for line in printed]
    process.wait(timeout=300)
    return told


def test_a_command_runs_on_the_project_that_was_read_before(demo: Workspace):
    with closing(WarmDbt(demo)) as dbt:
        waiting = dbt.warm_up()
        assert dbt.warm_up() is waiting
        process = dbt.build(LIST)
        assert process is waiting
        told = events(process)
    assert process.returncode == 0
    assert "dim_date" in {event["info"]["msg"] for event in told}
    assert not [event for event in told if event["info"]["name"] == "PartialParsingNotEnabled"]
    assert not (demo.settings.dbt_target / "manifest.json").exists()


def test_an_unused_process_ends_with_its_owner(demo: Workspace):
    with closing(WarmDbt(demo)) as dbt:
        process = dbt.warm_up()
        assert process.poll() is None
    assert process.returncode


def test_a_process_whose_owner_died_ends_without_a_build(demo: Workspace):
    process = WarmDbt(demo).warm_up()
    process.stdin.close()  # as the system does for a killed owner
    assert events(process) == []
    assert process.returncode == 0


def test_a_project_that_cannot_be_read_says_so_instead_of_building(demo: Workspace, tmp_path, monkeypatch):
    broken = tmp_path / "dbt_project"
    shutil.copytree(REPOSITORY / "dbt_project", broken, ignore=shutil.ignore_patterns("target", "logs"))
    (broken / "models" / "core" / "dim_date.sql").write_text("select {{ ref('no_such_model') }}")
    monkeypatch.setattr(dbt_project, "DBT_PROJECT", broken)
    with closing(WarmDbt(demo)) as dbt:
        process = dbt.build(LIST)
        told = events(process)
    assert process.returncode == 1
    assert any("no_such_model" in event["info"]["msg"] for event in told if event["info"]["level"] == "error")
