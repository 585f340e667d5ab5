"""Commands: help that teaches, exit codes that scripts can use, and a quick start."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib.lock import hold

COMMANDS = [
    ["run"],
    ["doctor"],
    ["parse"],
    ["simulate"],
    ["sql"],
    ["release", "list"],
    ["release", "show"],
    ["release", "rollback"],
    ["quarantine", "list"],
    ["quarantine", "show"],
    ["quarantine", "export"],
    ["quarantine", "replay"],
    ["quarantine", "release"],
    ["quarantine", "discard"],
    ["quarantine", "log"],
    ["source", "list"],
    ["source", "diff"],
    ["source", "accept"],
    ["template", "check"],
    ["maintain"],
    ["profile"],
    ["new-source"],
    ["ui"],
]
TUNDISH = str(Path(sys.executable).with_name("tundish"))


def invoke(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_takes_home_and_plant_and_teaches_by_example(command: list[str]):
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    for part in ("--home", "--plant", "Example", f"tundish {' '.join(command)}", "Exit codes"):
        assert part in result.output


def test_help_answers_at_once():
    """Half a second on an idle machine: processor time, so that a busy one does not fail it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([TUNDISH, "--help"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_help_imports_nothing_heavy():
    code = "import sys, orchestration.cli; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"dagster", "dbt", "duckdb", "pyarrow", "pandas", "great_expectations", "deltalake"}
    assert not heavy & set(done.stdout.split())


def test_a_plant_that_is_not_there_is_a_set_up_error(tmp_path: Path):
    result = invoke("run", "--plant", str(tmp_path / "none"), "--home", str(tmp_path))
    assert result.exit_code == 2
    assert "plant.yml" in result.stderr
    assert "Next step" in result.stderr


def test_a_query_without_a_release_is_a_set_up_error(tmp_path: Path):
    result = invoke("sql", "--home", str(tmp_path), "select 1")
    assert result.exit_code == 2
    assert "tundish run" in result.stderr


def test_an_unknown_option_is_a_usage_error():
    assert invoke("run", "--nonsense").exit_code == 2


def test_an_unknown_release_is_a_set_up_error(tmp_path: Path):
    result = invoke("release", "rollback", "no-such", "--home", str(tmp_path))
    assert result.exit_code == 2
    assert "no-such" in result.stderr


def test_a_home_at_work_is_left_alone(tmp_path: Path, workspace):
    settings = workspace.settings
    with hold(workspace.lock_path, "tundish run"):
        done = subprocess.run(
            [TUNDISH, "run", "--home", str(settings.home), "--plant", str(settings.plant)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert "another run works on this home" in done.stderr


def test_the_doctor_names_what_is_wrong_and_the_next_step(workspace):
    settings = workspace.settings
    result = invoke("doctor", "--home", str(settings.home), "--plant", str(settings.plant))
    assert result.exit_code == 2
    assert "mes: there is no folder" in result.output
    assert "next step" in result.output


def test_the_doctor_looks_for_the_secrets_of_connections(workspace, monkeypatch):
    settings = workspace.settings
    plant = settings.plant / "plant.yml"
    entry = "  mes: {connection: {kind: sql, url: {env: MES_URL}}}"
    plant.write_text(plant.read_text().replace("  mes: {}", entry))
    monkeypatch.delenv("MES_URL", raising=False)
    asked = ("doctor", "--home", str(settings.home), "--plant", str(settings.plant))
    assert "environment variable MES_URL is not set" in " ".join(invoke(*asked).output.split())
    monkeypatch.setenv("MES_URL", "sqlite:///mes.db")
    assert "mes: connection of kind sql, 0 files landed" in " ".join(invoke(*asked).output.split())


def test_the_doctor_goes_on_without_a_plant(tmp_path: Path):
    result = invoke("doctor", "--home", str(tmp_path), "--plant", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "packages" in result.output
    assert "plant.yml" in result.output


def test_a_table_without_contract_is_named_with_those_that_have_one():
    result = invoke("quarantine", "show", "mes__nonsense")
    assert result.exit_code == 2
    assert "mes__counters" in result.stderr
