"""What lies in the landing folders is a value that changes with every file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration.lib.landing import delivered_files, digest, settled


@pytest.fixture
def folder(workspace) -> Path:
    path = workspace.settings.landing / "mes"
    path.mkdir(parents=True)
    return path


def write(path: Path, text: str, modified_s: float = 1000.0) -> None:
    path.write_text(text)
    os.utime(path, (modified_s, modified_s))


def test_files_of_contracts_are_found_and_others_are_not(workspace, folder):
    write(folder / "counters_20251006.jsonl", "{}")
    write(folder / "notes.txt", "x")
    assert [(file.system, file.table, file.path.name) for file in delivered_files(workspace)] == [
        ("mes", "counters", "counters_20251006.jsonl")
    ]


def test_a_missing_folder_holds_no_file(workspace):
    assert delivered_files(workspace) == []


@pytest.mark.parametrize("change", ["new file", "grown", "touched"])
def test_the_digest_changes_with_every_delivery(workspace, folder, change):
    write(folder / "counters_1.jsonl", "{}")
    before = digest(delivered_files(workspace))
    assert before == digest(delivered_files(workspace))
    if change == "new file":
        write(folder / "counters_2.jsonl", "{}")
    elif change == "grown":
        write(folder / "counters_1.jsonl", "{}{}")
    else:
        write(folder / "counters_1.jsonl", "{}", modified_s=2000.0)
    assert digest(delivered_files(workspace)) != before


def test_a_young_file_is_not_settled(workspace, folder):
    write(folder / "counters_1.jsonl", "{}", modified_s=1000.0)
    files = delivered_files(workspace)
    assert settled(files, now_s=1005.0, settle_seconds=10) == []
    assert settled(files, now_s=1010.0, settle_seconds=10) == files
