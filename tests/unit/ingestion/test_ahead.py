"""Reading ahead changes when a file is read, never what comes of it."""

import gzip
from pathlib import Path

import pytest

from ingestion import ahead
from ingestion.batch import TableLoad
from ingestion.contracts import Contract
from ingestion.lake import archive
from tests.unit.ingestion.home import Home, column

COLUMNS = [column("id", "BIGINT", key=1), column("qty", "DOUBLE")]
GOOD = "id,qty\n" + "".join(f"{number},{number % 7}.5\n" for number in range(5_000))
DELIVERIES = {
    "one": {"a.csv": GOOD},
    "several, the first is begun": {
        "a.csv": GOOD,
        "b.csv": "id,qty\n7000,1\n",
        "c.csv": GOOD.replace(".5", ".25"),
    },
    "a row breaks a rule": {"a.csv": GOOD + "x,1\n"},
    "a line that stops the reader": {"a.csv": GOOD + '8000,"1\n8001,2,3\n8002,2\n'},
    "no such column": {"a.csv": "id,amount\n1,2\n"},
    "nothing": {"a.csv": ""},
    "header only": {"a.csv": "id,qty\n"},
    "packed": {"a.csv.gz": gzip.compress(GOOD.encode())},
    "other encoding": {"a.csv": GOOD.encode("utf-16")},
    "twice the same": {"a.csv": GOOD, "b.csv": GOOD},
}


def outcome(home: Home, load: TableLoad, contract: Contract) -> object:
    batches = [
        (
            batch.file,
            batch.status,
            batch.sha256,
            batch.rows_read,
            batch.rows_committed,
            batch.rows_quarantined,
        )
        for batch in load.batches
    ]
    rows = home.rows(contract, "id, qty, _source_file, _source_row") if load.changed else []
    aside = sorted((row.source_row, row.rule, row.raw_text) for row in home.quarantine(contract))
    return batches, rows, aside


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_what_was_begun_ends_as_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delivery: str
) -> None:
    found, begun, read = [], [], ahead._read
    monkeypatch.setattr(ahead, "_read", lambda *given: begun.append(given) or read(*given))
    monkeypatch.setattr(archive, "_SMALL_FILE", -1)
    for limit in (1 << 40, 0):
        place = Home(tmp_path / str(limit))
        monkeypatch.setattr(ahead, "BIG_FILE", limit)
        contract = place.contract(COLUMNS, files="*.csv")
        for name, content in DELIVERIES[delivery].items():
            place.deliver(name, content)
        first = outcome(place, place.load(contract), contract)
        found.append((first, outcome(place, place.load(contract), contract)))
    assert found[0] == found[1]
    assert len(begun) == (0 if delivery == "packed" else 1)
