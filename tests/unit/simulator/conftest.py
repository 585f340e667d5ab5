"""One short simulated period over the end of daylight saving, shared by all tests of the simulator."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from data.simulator import SimulationSummary, simulate

START = date(2025, 10, 24)


@dataclass(frozen=True)
class Simulated:
    landing: Path
    truth: Path
    summary: SimulationSummary

    def rows(self, query: str) -> list[tuple]:
        """Rows of a query in which {landing} and {truth} stand for the folders."""
        with duckdb.connect() as con:
            con.execute("set timezone = 'UTC'")
            return con.execute(query.format(landing=self.landing, truth=self.truth)).fetchall()


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    home = tmp_path_factory.mktemp("simulated")
    summary = simulate(home / "landing", home / "truth", days=4, tags=36, start=START)
    return Simulated(home / "landing", home / "truth", summary)
