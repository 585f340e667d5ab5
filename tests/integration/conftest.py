"""One demo plant for all tests that only read what a run made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.lib.lock import hold
from tests.integration.homes import succeed


@dataclass(frozen=True)
class DemoRun:
    """A finished run: its home and what the command printed."""

    home: Path
    output: str

    @property
    def truth(self) -> Path:
        return self.home / "truth"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Thirty days of the demo plant over the end of summer time, with fewer readings than by default.

    Run once for all workers of a parallel test run: the folder above theirs is common.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    home, printed = root / "demo", root / "demo-output.txt"
    with hold(root / "demo.lock", "the demo run of the tests", wait=True):
        if not printed.exists():
            succeed("simulate", "--days", "30", "--rate", "600", home=home)
            printed.write_text(succeed("run", home=home), encoding="utf-8")
    return DemoRun(home, printed.read_text(encoding="utf-8"))
