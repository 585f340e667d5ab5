"""``tundish quarantine`` as a person types it: rows of a real contract, their decisions, what Dagster and the doctor say."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import AssetKey
from test_cli import invoke

from ingestion.load import load_table
from ingestion.quarantine_policy import QuarantinePolicy
from orchestration.lib.instance import open_instance
from orchestration.lib.progress import Silence
from orchestration.lib.raw_loads import RawLoads
from orchestration.lib.workspace import Workspace

GOOD = {
    "machine": "M03", "ts": "2025-10-06T00:00:00Z", "order_no": "1", "operation_no": "0030", "material_no": "2",
    "total_count": 152, "scrap_count": 3, "rework_count": 1,
}  # fmt: skip
BAD = [{"ts": "2025-10-99T00:00:00Z"}, {"total_count": "12a4"}]
TABLE = "mes__counters"
WHO = ("--by", "A. Person", "--reason", "seen at the machine")


@pytest.fixture
def place(workspace: Workspace) -> list[str]:
    """A home whose MES delivered two bad rows among thirty."""
    records = [GOOD | {"ts": f"2025-10-06T00:{minute:02}:00Z"} for minute in range(30)]
    records[10:12] = [GOOD | change for change in BAD]
    (contract,) = [one for one in workspace.contracts if one.raw_name == TABLE]
    source = workspace.plant.source("mes")
    source.path.mkdir(parents=True)
    file = source.path / "counters_20251006.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    load = load_table(contract, source, workspace.plant, workspace.settings)
    assert load.rows_quarantined == 2
    return ["--home", str(workspace.settings.home), "--plant", str(workspace.settings.plant)]


def asked(place: list[str], *arguments: str) -> list[dict[str, object]]:
    result = invoke("quarantine", *arguments, "-f", "json", *place)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def done(place: list[str], *arguments: str) -> str:
    result = invoke("quarantine", *arguments, *place)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_rows_are_counted_by_rule_and_shown_with_their_text(place: list[str]) -> None:
    assert {(row["rule"], row["rows"], row["value"]) for row in asked(place, "list")} == {
        ("type:counted_at", 1, "2025-10-99T00:00:00Z"),
        ("type:total_count", 1, "12a4"),
    }
    (row,) = asked(place, "show", "mes.counters", "--rule", "type:total_count")
    assert json.loads(str(row["raw_text"]))["total_count"] == "12a4"
    assert row["line"] == 12


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_an_export_holds_the_selected_rows(place: list[str], tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out.{suffix}"
    assert "2 rows" in done(place, "export", TABLE, "--to", str(target))
    assert b"12a4" in target.read_bytes()
    assert invoke("quarantine", "export", TABLE, "--to", "out.doc", *place).exit_code == 2


def test_decisions_want_a_name_a_reason_and_rows(place: list[str]) -> None:
    for missing in (("--all", "--by", "A. Person"), ("--all", "--reason", "why"), WHO):
        result = invoke("quarantine", "discard", TABLE, *missing, *place)
        assert result.exit_code == 2
        assert "Next step" in result.stderr
    assert len(asked(place, "show", TABLE)) == 2


def test_release_and_discard_are_seen_by_the_log_the_doctor_and_dagster(
    place: list[str], workspace: Workspace
) -> None:
    assert "0 rows would become raw, 2 stay" in done(place, "replay", TABLE, "--dry-run")
    assert "1 rows became raw" in done(place, "release", TABLE, "--rule", "type:total_count", *WHO)
    assert "1 rows discarded" in done(place, "discard", TABLE, "--all", *WHO)
    log = asked(place, "log")
    assert [(row["action"], row["decided_by"], row["rows"]) for row in log] == [
        ("release", "A. Person", 1),
        ("discard", "A. Person", 1),
    ]
    doctor = " ".join(invoke("doctor", *place).output.split())
    assert "30 read = 29 committed + 0 quarantined + 1 discarded" in doctor
    with open_instance(workspace.settings) as instance:
        events = instance.fetch_materializations(AssetKey(["quarantine", "mes"]), limit=10).records
    counts = [
        {name: event.asset_materialization.metadata[name].value for name in ("rows_open", "rows_released")}
        for event in reversed(events)
        if event.asset_materialization
    ]
    assert counts == [{"rows_open": 1, "rows_released": 1}, {"rows_open": 0, "rows_released": 1}]


def test_a_decision_waits_for_no_run(place: list[str], workspace: Workspace) -> None:
    with workspace.lock_path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        result = invoke("quarantine", "discard", TABLE, "--all", *WHO, *place)
    assert result.exit_code == 3
    assert len(asked(place, "show", TABLE)) == 2


def test_a_load_gives_up_what_waited_longer_than_the_policy_says(
    place: list[str], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ago = [datetime.now(UTC) - timedelta(days=31)]
    monkeypatch.setattr("ingestion.load.ingestion_times", lambda _lake, count: ago * count)
    folder = workspace.plant.source("mes").path
    (folder / "counters_20251007.jsonl").write_text(
        "".join(
            json.dumps(GOOD | {"ts": f"2025-10-07T00:{n:02}:00Z", "total_count": "1x" if n == 0 else 152 + n})
            + "\n"
            for n in range(30)
        )
    )
    os.utime(folder / "counters_20251007.jsonl", (1_700_000_001, 1_700_000_001))
    policy = QuarantinePolicy(30, "A. Person")
    strict = replace(workspace, plant=replace(workspace.plant, quarantine=policy))
    contract = next(one for one in workspace.contracts if one.raw_name == TABLE)
    with closing(RawLoads(strict, Silence())) as loads:
        (loaded,) = loads.tables("mes", {"mes": [contract]})
    assert (loaded.load.rows_quarantined, loaded.expired) == (1, 1)
    (row,) = asked(place, "show", TABLE, "--state", "expired")
    assert row["file"] == "counters_20251007.jsonl"
    assert len(asked(place, "show", TABLE)) == 2
