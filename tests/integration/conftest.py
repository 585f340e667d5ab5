"""One demo plant for all tests that only read what a run made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

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
    """Thirty days of the demo plant over the end of summer time, with fewer readings than by default."""
    home = tmp_path_factory.mktemp("demo")
    succeed("simulate", "--days", "30", "--rate", "600", home=home)
    return DemoRun(home, succeed("run", home=home))
