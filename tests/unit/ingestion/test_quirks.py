"""Every quirk of real exports (quirks.py) has its outcome; nothing is lost, and the named warehouse tests exist."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ingestion.batch import TableLoad
from tests.unit.ingestion.home import Home
from tests.unit.ingestion.quirks import BERLIN, QUIRKS, Quirk

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_quirk(tmp_path: Path, quirk: Quirk) -> None:
    home = Home(tmp_path, BERLIN)
    if quirk.growing:
        home.settings = home.settings.model_copy(update={"settle_seconds": 3600})
    extras = {"files": "*.csv", "maxQuarantinedPct": 50, **quirk.extras}
    contract = home.contract(quirk.columns, **extras)
    loads: list[TableLoad] = []
    for number, (name, content, *at) in enumerate(quirk.files, start=1):
        path = home.deliver(name, content, *at)
        if quirk.growing:
            path.touch()
        if number in quirk.loads or number == len(quirk.files):
            loads.append(home.load(contract))
    assert [batch.status for batch in loads[-1].batches] == list(quirk.statuses)
    if quirk.rows or "committed" in quirk.statuses:
        timed = any(column["name"] == "at" for column in quirk.columns)
        order = '"at", _source_row' if timed else "_ingested_at, _source_row"
        assert home.rows(contract, quirk.select, order=order) == list(quirk.rows)
    assert Counter(row.rule for row in home.quarantine(contract)) == quirk.rules
    remarks = [finding.rule for batch in loads[-1].batches for finding in batch.findings]
    assert [rule for rule in remarks if rule not in {*quirk.rules, "still_written"}] == list(quirk.remarks)
    batches = [batch for load in loads for batch in load.with_status("committed")]
    assert sum(batch.rows_read for batch in batches) == sum(
        batch.rows_committed + batch.rows_quarantined for batch in batches
    )
    times = [batch.ingested_at for batch in batches if batch.ingested_at is not None]
    assert times == sorted(set(times))


def test_quirks_have_names_of_their_own_and_the_tests_that_they_name_exist() -> None:
    names = [quirk.name for quirk in QUIRKS]
    assert len(set(names)) == len(names)
    text = "".join(path.read_text() for path in (ROOT / "dbt_project" / "models").glob("**/*.yml"))
    text += "".join(path.read_text() for path in (ROOT / "tests" / "integration").glob("*.py"))
    known = set(re.findall(r"- name: (\w+)|def (test_\w+)", text))
    flat = {name for pair in known for name in pair}
    assert {quirk.warehouse for quirk in QUIRKS if quirk.warehouse} <= flat
