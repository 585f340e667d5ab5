"""The rules of the house that no single unit test would notice: who may import, read and write what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("ingestion", "quality", "serving", "orchestration", "data/simulator")


def python_files(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def names_used(path: Path) -> set[str]:
    """Every imported module and every dotted name of a file, as written."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute):
            names.add(ast.unparse(node))
    return names


def users_of(pattern: str) -> set[str]:
    return {
        relative(path)
        for path in python_files(*ROOMS)
        if any(re.fullmatch(pattern, name) for name in names_used(path))
    }


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_environment_is_read_in_settings_only() -> None:
    readers = users_of(r"os\.(environ|getenv|putenv)(\..*)?|pydantic_settings(\..*)?")
    assert readers == {"ingestion/settings.py"}


def test_delta_is_written_in_one_module() -> None:
    assert users_of(r"deltalake(\..*)?\.write_deltalake") == {"ingestion/lake/commit.py"}


def test_great_expectations_is_imported_in_one_module() -> None:
    assert users_of(r"great_expectations(\..*)?") == {"quality/gx_engine.py"}


def test_no_index_address_and_no_machine_path_in_the_tree() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    suspicious = re.compile(rb"--(extra-)?index-url|https?://[^\s\"']+/simple\b|/(home|root|Users)/\w")
    this_file = relative(Path(__file__))
    found = []
    for name in filter(None, tracked.decode().split("\0")):
        path = ROOT / name
        if name == this_file or not path.is_file():
            continue
        if name in ("uv.lock", "pylock.toml") or suspicious.search(path.read_bytes()):
            found.append(name)
    assert not found, f"remove index addresses, index locks and machine paths from {found}"


def test_lock_pins_every_package_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9_.-]+==.*(?:\n    --hash=.*)*", lock, re.MULTILINE)
    assert pins
    assert not [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin]


@pytest.mark.parametrize(
    "room", ["ingestion", "quality", "serving", "orchestration", "dbt_project", "data", "tests"]
)
def test_each_room_says_what_belongs_there(room: str) -> None:
    readme = ROOT / room / "README.md"
    assert readme.is_file(), f"{room}/README.md is missing"
    assert len(readme.read_text(encoding="utf-8").splitlines()) <= 80, (
        f"{relative(readme)}: one screen at most"
    )
