"""Memory of a load of one nested document: it must not grow with the document, for JSON and for XML."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks import nested
from tests.benchmarks.table import ROOT

pytestmark = pytest.mark.long
SMALL, BIG = 0.03, 0.3


def measured(benchmark: str, folder: Path) -> tuple[int, float]:
    """(rows, peak MiB) of a load in a process of its own."""
    target = folder / "target"
    target.mkdir()
    command = [sys.executable, "-m", "tests.benchmarks.worker", nested.__name__, benchmark, "tundish"]
    done = subprocess.run(
        [*command, str(folder / "in"), str(target)], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["rows"], answer["peak_mib"]


@pytest.mark.parametrize(
    ("benchmark", "prepare"), [("json_document", nested.prepare_json), ("xml_records", nested.prepare_xml)]
)
def test_ten_times_the_document_needs_no_more_memory(
    tmp_path: Path, benchmark: str, prepare: Callable[[Path, float], nested.Work]
) -> None:
    peaks = []
    for scale in (SMALL, BIG):
        folder = tmp_path / str(scale)
        (folder / "in").mkdir(parents=True)
        work = prepare(folder / "in", scale)
        rows, peak = measured(benchmark, folder)
        assert rows == work.rows
        peaks.append(peak)
    small, big = peaks
    assert big < small + 120, (
        f"{small:.0f} MiB for the small document, {big:.0f} MiB for one ten times as big"
    )
