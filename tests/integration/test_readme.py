"""README's sample of a run is what a run prints."""

from __future__ import annotations

import re

from ingestion.settings import REPOSITORY
from tests.integration.conftest import DemoRun

READINGS = ("opcua", "pi_historian")  # the tests' demo has fewer readings than the default one


def words(line: str) -> str:
    return " ".join(line.split())


def test_the_sample_of_a_run_is_what_a_run_prints(demo: DemoRun) -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    (sample,) = re.findall(
        r"```\n(Rows of this run\n.*?)released [0-9TZ]+-[0-9a-f]{8}\n```", readme, re.DOTALL
    )
    shown = [words(line) for line in sample.splitlines() if line.strip() and line.strip() != "..."]
    printed = {words(line) for line in demo.output.splitlines()}
    assert len(shown) > 12
    assert [line for line in shown if line not in printed and not line.startswith(READINGS)] == []
