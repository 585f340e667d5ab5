"""The page about a run: what it says, that it needs no other file, and that a browser shows it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.lake.ledger import SCHEMA as LEDGER
from quality.trust.report import Subject, newest_run, render_report
from quality.trust.rows import QualityResult, table_of
from tests.unit.quality.trust_rows import DAY, NOW, committed, result_row

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = "<script src='https://example.org/x.js'></script>"


def history() -> list[QualityResult]:
    """A rule that broke twice, was whole again, and is broken since Thursday; a rule that blocks; one that holds."""
    bad = [0, 4, 4, 0, 0, 0, 0, 0, 0, 0, 3, 2]
    rows = [
        replace(
            result_row(
                "mes__counters",
                DAY + timedelta(days=number),
                f"run-{number}",
                "type:counted_at",
                100,
                bad=count,
            ),
            judged_at=NOW + timedelta(days=number),
            sample_text=f"counters.jsonl line 4: {HOSTILE}" if count else "",
        )
        for number, count in enumerate(bad)
    ]
    last = replace(
        rows[-1],
        rule_name="range:total_count",
        column_name="total_count",
        unexpected_count=0,
        is_passed=True,
        outcome="passed",
        sample_text="",
    )
    blocked = replace(
        rows[-1],
        gate="release",
        dataset="mart_oee__line",
        rule_name="expect_column_values_to_be_between",
        column_name="oee",
        outcome="blocked",
        sample_text="line=L1",
    )
    return [*rows, last, blocked]  # fmt: skip


def lacking() -> pa.Table:
    """Four weeks of files in which the last one has no orders."""
    files = [committed(number, 100, {"order_no": 100 if number == 27 else 2}) for number in range(28)]
    return pa.Table.from_pylist(files, LEDGER)


class Page(HTMLParser):
    """Texts of a page by their element, and every address that an element names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "data", "action", "srcset"}
        ]

    def handle_data(self, data: str) -> None:
        self.texts.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def page() -> str:
    with duckdb.connect() as connection:
        connection.register("results", table_of(history()))
        connection.register("ledger", lacking())
        found = newest_run(connection)
        assert found == ("run-11", NOW + timedelta(days=11))
        return render_report(connection, Subject("Demo Drives", *found, verdict="Nothing was released."))


def test_it_says_what_failed_where_since_when_and_what_to_do(page: str) -> None:
    cards = re.findall(r'<section class="card">.*?</section>', page, re.DOTALL)
    words = [" ".join(Page(card).texts) for card in cards]
    assert len(words) == 2
    assert "blocked" in words[0]
    assert "mart_oee__line" in words[0]
    assert "line=L1" in words[0]
    for part in (
        "put aside",
        "2 of 100 (2 %)",
        "2025-10-16",
        "last 2025-10-17",
        "tundish quarantine show mes__counters --rule type:counted_at",
    ):
        assert part in words[1], words[1]


def test_it_names_columns_that_lack_values(page: str) -> None:
    (table,) = re.findall(r'id="lacking">.*?<table>(.*?)</table>', page, re.DOTALL)
    cells = [text for text in Page(table.split("</tr>", 1)[1]).texts if text]
    assert cells == ["mes__counters", "order_no", "2025-09-28", "100", "2"]
    assert "No column stands out." not in page


def test_values_of_files_are_text(page: str) -> None:
    assert "script" not in Page(page).tags
    assert HOSTILE in " ".join(Page(page).texts)


def test_it_names_no_other_file_and_no_address(page: str) -> None:
    assert Page(page).addresses == []
    assert not re.search(r"url\(|@import|https?://", page.replace(HOSTILE.split("'")[1], ""))


def test_another_run_is_another_page() -> None:
    with duckdb.connect() as connection:
        connection.register("results", table_of(history()))
        connection.register("ledger", LEDGER.empty_table())
        assert newest_run(connection, "none") is None
        found = newest_run(connection, "run-4")
        assert found is not None
        assert "every rule holds" in render_report(connection, Subject("Demo Drives", *found))


@pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: the page is checked by the parser alone"
)
def test_a_browser_shows_it_and_asks_for_nothing(page: str, tmp_path: Path) -> None:
    path, log = tmp_path / "quality.html", tmp_path / "net.json"
    path.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", "--dump-dom", path.as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    shown = Page(done.stdout)
    assert shown.tags.count("section") == 2
    assert "Quality of Demo Drives" in shown.texts
    assert shown.tags.count("rect") > 12
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [event["params"] for event in events if "url" in event.get("params", {})]
    of_page = [one["url"] for one in asked if str(one.get("initiator", "not an origin")) != "not an origin"]
    assert of_page == []
