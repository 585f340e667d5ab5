"""The profile page: one file, no request, no script, values of files as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from samples import Samples

from ingestion.profiling.page import write_page


class Seen(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page_of(samples: Samples) -> tuple[str, Seen]:
    path = write_page(samples.profile(), samples.root)
    seen = Seen()
    text = path.read_text(encoding="utf-8")
    seen.feed(text)
    return text, seen


def test_the_page_asks_nothing_of_anyone(samples: Samples):
    samples.add("t.csv", "id;value\n" + "".join(f"{n};{n},5\n" for n in range(1, 200)))
    text, seen = page_of(samples)
    assert all(address.startswith("#") for address in seen.addresses)
    assert not seen.tags & {"script", "link", "iframe", "img", "object", "embed"}
    assert not re.search(r"https?:|url\(|@import", text)


def test_values_of_files_are_text_and_never_markup(samples: Samples):
    samples.add(
        "t.csv", "id;<b>head</b>\n" + "".join(f"{n};<script>alert({n})</script>\n" for n in range(1, 9))
    )
    text, seen = page_of(samples)
    assert "script" not in seen.tags
    assert "<b>head" not in text
    assert any("<script>alert(1)</script>" in part for part in seen.text)


def test_the_page_says_each_guess_with_its_confidence_and_what_did_not_load(samples: Samples):
    lines = [f"{n};{n}" for n in range(2_000)]
    lines[1_500] = "1500;broken"
    samples.add("t.csv", "id;value\n" + "\n".join(lines) + "\n")
    samples.add("empty.csv", "")
    profile = samples.profile(rows=1_000)
    words = " ".join(write_page(profile, samples.root).read_text().split())
    for guess in (*profile.tables[0].guesses, *profile.tables[0].columns[1].guesses):
        assert f'<span class="tag {guess.confidence}">' in words
        assert guess.evidence.replace("'", "&#39;") in words
    assert "1 rows break type:value" in words
    assert "1,999 of 2,000 rows" in words
    assert "the file is empty" in words
