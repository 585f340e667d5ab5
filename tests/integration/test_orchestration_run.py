"""The commands on a small simulated plant, in the order in which a plant's days go by."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance, DagsterRunStatus

from ingestion.settings import Settings
from orchestration.cli import run as run_command
from orchestration.cli.frame import Place
from orchestration.lib import candidate
from orchestration.lib.instance import open_instance
from quality.result import ExpectationResult, GateResult, Severity
from tests.integration.homes import DEMO, succeed, tundish

SIZE = ("--machines", "4", "--tags", "20", "--rate", "600")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home after its first run over two days, and what the run printed."""
    home = tmp_path_factory.mktemp("orchestration")
    succeed("simulate", "--days", "2", *SIZE, home=home)
    return home, succeed("run", home=home)


@pytest.fixture
def home(first: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of that home, for a test that changes it."""
    copy = tmp_path / "home"
    shutil.copytree(first[0], copy, copy_function=shutil.copy2)
    return copy


def current(home: Path) -> str:
    return str(json.loads((home / "released" / "bi" / "current.json").read_text())["release_id"])


def query(home: Path, sql: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(succeed("sql", "-f", "csv", sql, home=home))))


def open_run(home: Path) -> DagsterInstance:
    return open_instance(Settings(home=home, plant=DEMO))


def test_the_release_carries_its_documentation_as_one_page(first):
    home, _ = first
    release = home / "released" / "bi" / f"v={current(home)}"
    page = (release / "docs" / "index.html").read_text(encoding="utf-8")
    nodes = json.JSONDecoder().raw_decode(
        page, page.index('{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/catalog')
    )[0]["nodes"]
    columns = {
        row["name"]: row["type"]
        for row in query(
            home,
            "select column_name as name, data_type as type from duckdb_columns() where table_name = 'mart_oee__line' and column_name not like '\\_%' escape '\\'",
        )
    }
    documented = nodes["model.tundish.mart_oee__line"]["columns"]
    assert {
        name: column["type"] for name, column in documented.items() if not name.startswith("_")
    } == columns
    assert json.loads((release / "manifest.json").read_text())["docs"] == "static"


def test_the_closing_table_shows_what_the_release_holds(first):
    home, output = first
    assert f"released {current(home)}" in output
    for heading in ("Rows of this run", "Gates", "OEE by line"):
        assert heading in output
    rows = query(home, "select line, oee from mart_oee__line where oee is not null")
    assert rows
    for row in rows:
        assert f"{float(row['oee']):.4f}" in output


def test_read_is_committed_plus_quarantined(first):
    _, output = first
    (line,) = [line for line in output.splitlines() if line.split()[:1] == ["all"]]
    read, committed, quarantined = (int(text.replace(",", "")) for text in line.split()[-3:])
    assert read == committed + quarantined
    assert committed > quarantined > 0


def test_the_run_is_in_dagster_with_counts_and_checks(first):
    home, _ = first
    with open_run(home) as instance:
        (run,) = instance.get_runs()
        assert run.status == DagsterRunStatus.SUCCESS
        records = instance.fetch_materializations(AssetKey(["raw", "mes", "counters"]), limit=1).records
    metadata = records[0].asset_materialization.metadata
    assert (
        metadata["rows_read"].value == metadata["rows_committed"].value + metadata["rows_quarantined"].value
    )


def test_the_doctor_finds_nothing_wrong(first):
    home, _ = first
    output = succeed("doctor", home=home)
    assert "nothing is wrong" in output
    assert "rows balance" in output


def test_a_second_run_changes_nothing_and_says_so(home: Path):
    before = sorted(path.name for path in (home / "released" / "bi").iterdir())
    output = succeed("run", home=home)
    assert f"nothing new: release {current(home)} is current" in output
    assert sorted(path.name for path in (home / "released" / "bi").iterdir()) == before


@pytest.mark.long
def test_upkeep_makes_no_new_release_and_a_rollback_stays(home: Path):
    older = current(home)
    succeed("simulate", "--days", "3", "--only-after-day", "2", *SIZE, home=home)
    assert "released" in succeed("run", home=home)
    assert current(home) != older
    succeed("maintain", home=home)
    succeed("release", "rollback", older, home=home)
    assert f"nothing new: release {older} is current" in succeed("run", home=home)
    assert succeed("release", "list", home=home).count("complete") == 2


def test_a_batch_full_of_errors_blocks_and_the_former_release_stays(home: Path):
    release = current(home)
    states = sorted((home / "landing" / "mes").glob("states_*.csv"))[0]
    header = states.read_text(encoding="utf-8").splitlines()[0]
    bad = states.with_name("states_20251231.csv")
    bad.write_text("\n".join([header, *["nonsense" + "," * header.count(",")] * 50]) + "\n", encoding="utf-8")
    _age(bad)
    done = tundish("run", home=home)
    assert done.returncode == 1, done.stdout + done.stderr
    for part in ("mes__machine_states", bad.name, "Next step", f"release {release} stays current"):
        assert part in done.stdout
    assert current(home) == release
    assert query(home, "select count(*) as n from mart_oee__line")


def test_a_file_without_its_column_is_held_and_the_others_go_on(home: Path):
    counters = sorted((home / "landing" / "mes").glob("states_*.csv"))[0]
    lines = counters.read_text(encoding="utf-8").splitlines()
    bad = counters.with_name("states_20251230.csv")
    bad.write_text(lines[0].replace("machine", "asset") + "\n" + lines[1] + "\n", encoding="utf-8")
    _age(bad)
    output = succeed("run", home=home)
    assert "missing column" in output
    assert bad.name in output


def test_a_failed_release_gate_names_table_and_rule_and_publishes_nothing(home: Path, monkeypatch, capsys):
    release = current(home)
    broken = ExpectationResult(
        "expect_column_values_to_be_between",
        "oee",
        Severity.CRITICAL,
        passed=False,
        rule="0 to 2",
        observed="7",
    )
    verdict = [GateResult("release", "mart_oee__line", (broken,), rows=3)]
    monkeypatch.setattr(candidate, "evaluate_release", lambda *_, **__: verdict)
    code = run_command.main(Place(home, DEMO), force=True, full_refresh=False)
    output = capsys.readouterr().out
    assert code == 1
    for part in ("mart_oee__line", "expect_column_values_to_be_between(oee)", "observed 7", "Next step"):
        assert part in output
    assert current(home) == release
    assert not list((home / "released" / "bi").glob(".candidate-*"))


def _age(path: Path) -> None:
    """Give a file the time of an export that nobody writes to any more."""
    os.utime(path, (1_761_000_000, 1_761_000_000))
