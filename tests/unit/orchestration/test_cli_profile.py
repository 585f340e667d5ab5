"""``tundish profile`` and ``tundish new-source``: what they write and say, and refusals with a next step."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib import generate
from orchestration.lib.scaffold import source

CSV = "id;at;value\n" + "".join(f"{n};{n % 28 + 1:02d}.06.2025 06:00;{n},5\n" for n in range(1, 200))


def invoke(*arguments: object):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "t.csv").write_text(CSV)
    (inbox / "notes.bin").write_bytes(bytes(range(256)) * 20)
    return inbox


def profiled(tmp_path: Path, folder: Path, *more: object):
    return invoke(
        "profile",
        folder,
        "--system",
        "press",
        "--out",
        tmp_path / "drafts",
        "--home",
        tmp_path / "home",
        *more,
    )


def test_profile_writes_drafts_and_page_and_tells_what_it_left_out(tmp_path: Path, folder: Path):
    done = profiled(tmp_path, folder, "--timezone", "Europe/Rome")
    assert done.exit_code == 0, done.output
    drafts = tmp_path / "drafts" / "press"
    assert sorted(path.name for path in drafts.iterdir()) == ["profile.html", "source.yml", "t.contract.yml"]
    assert (
        "t: 3 columns, key id, upsert, files t.csv; 199 of 199 sampled rows load through the draft"
        in done.stdout
    )
    assert "no draft of notes.bin: binary data" in done.stdout
    facts = yaml.safe_load((drafts / "source.yml").read_text())
    assert (facts["path"], facts["timezone"]) == (str(folder), "Europe/Rome")


def test_the_zone_of_the_plant_is_assumed_where_one_is_named(tmp_path: Path, folder: Path):
    plant = generate.REPOSITORY / "data" / "plants" / "adventureworks"
    done = profiled(tmp_path, folder, "--plant", plant)
    assert "America/Los_Angeles (low confidence): the zone of the plant's first site, Bothell" in done.stdout


@pytest.mark.parametrize("name", ["Press", "press-5", "5press", "press__x", ""])
def test_a_system_needs_a_plain_name(tmp_path: Path, folder: Path, name: str):
    done = invoke("profile", folder, "--system", name, "--out", tmp_path, "--home", tmp_path / "home")
    assert done.exit_code == 2
    assert "small letters, digits and single underscores" in done.stderr


def test_samples_that_make_no_draft_are_a_set_up_error(tmp_path: Path, folder: Path):
    (folder / "t.csv").unlink()
    done = profiled(tmp_path, folder)
    assert done.exit_code == 2
    assert "notes.bin: binary data" in done.stdout
    assert "Next step" in done.stderr


def test_new_source_shows_the_lines_for_the_plant_file(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    profiled(tmp_path, folder)
    asked: list[source.NewSource] = []
    monkeypatch.setattr("orchestration.cli.new_source.add_source", lambda one: asked.append(one) or [])
    plant = tmp_path / "plant"
    shown = invoke("new-source", tmp_path / "drafts/press", "--release", "all", "--plant", plant)
    assert shown.exit_code == 0, shown.output
    assert f'  press:\n    path: "{folder}"\n' in shown.stdout
    assert "released as fct_press__t" in shown.stdout
    assert not plant.exists()
    added = invoke("new-source", tmp_path / "drafts/press", "--plant", plant, "--add-to-plant")
    assert added.exit_code == 0, added.output
    assert yaml.safe_load((plant / "plant.yml").read_text())["sources"]["press"]["path"] == str(folder)
    assert [list(one.released) for one in asked] == [["t"], []]


def test_new_source_refuses_what_it_cannot_do(tmp_path: Path, folder: Path):
    profiled(tmp_path, folder)
    drafts = tmp_path / "drafts" / "press"
    refused = {
        "which plant": ["--add-to-plant"],
        "no draft of a table 'x'": ["--release", "x"],
        "names no entity": ["--adapter", "t"],
    }
    for words, options in refused.items():
        done = invoke("new-source", drafts, *options)
        assert (done.exit_code, words in done.stderr) == (2, True), done.stderr
    assert invoke("new-source", tmp_path / "nothing").exit_code == 2
    assert not (generate.REPOSITORY / "ingestion" / "sources" / "press").exists()
