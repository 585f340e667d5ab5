"""Homes for integration tests: a simulated plant run by the same commands that a user types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TUNDISH = str(Path(sys.executable).with_name("tundish"))
DEMO = ROOT / "data" / "plants" / "demo"
PSEUDONYM_KEY = "homes of tests"


def environment() -> dict[str, str]:
    """The caller's environment without settings of ours and without options of the test run.

    Homes share the key of pseudonyms, so that their tables can be compared.
    """
    return {"TUNDISH_PSEUDONYM_KEY": PSEUDONYM_KEY} | {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TUNDISH_", "DAGSTER_", "DBT_", "PYTEST_"))
    }


def tundish(*arguments: str, home: Path, plant: Path = DEMO) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; output is captured, the exit code is the caller's to judge."""
    return subprocess.run(
        [TUNDISH, *arguments, "--home", str(home), "--plant", str(plant)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def succeed(*arguments: str, home: Path, plant: Path = DEMO) -> str:
    """Run one command that has to succeed and return what it printed."""
    done = tundish(*arguments, home=home, plant=plant)
    assert done.returncode == 0, (
        f"tundish {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout
