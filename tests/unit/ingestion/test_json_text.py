"""Streaming of JSON: the same values at any cut of the text, and every cut of a document is noticed."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.formats import json_text
from ingestion.formats.json_text import BrokenJsonError, JsonText, decoded, shown

TEXTS = st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)


@settings(max_examples=150, deadline=None)
@given(elements=st.lists(VALUES, max_size=6), chunk=st.integers(1, 9), indent=st.sampled_from([None, 1]))
def test_streaming_gives_the_values_of_the_whole_document_at_any_cut(
    elements: list[Any], chunk: int, indent: int | None
) -> None:
    text = json.dumps({"before": elements, "rows": elements}, indent=indent)
    before = json_text._CHUNK
    json_text._CHUNK = chunk
    try:
        source = JsonText(io.StringIO(text), 10**6)
        found = []
        for key in source.members():
            if key == "rows":
                found += [source.value() for _ in source.elements()]
            else:
                source.skip()
        assert source.peek() == ""
    finally:
        json_text._CHUNK = before
    assert [json.loads(shown(value)) for value in found] == elements


@settings(max_examples=150, deadline=None)
@given(value=VALUES, cut=st.data(), chunk=st.integers(1, 9))
def test_every_cut_of_a_document_is_noticed(value: Any, cut: st.DataObject, chunk: int) -> None:
    text = json.dumps({"rows": [value]})
    text = text[: cut.draw(st.integers(0, len(text) - 1))]
    before = json_text._CHUNK
    json_text._CHUNK = chunk
    try:
        source = JsonText(io.StringIO(text), 10**6)
        with pytest.raises(BrokenJsonError):
            source.skip()
    finally:
        json_text._CHUNK = before
    with pytest.raises(BrokenJsonError):
        decoded(text)


def test_a_value_longer_than_allowed_is_refused_without_reading_on(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('["' + "x" * 5_000_000 + '"]')
    with path.open() as handle, pytest.raises(BrokenJsonError, match="more than 1000 characters"):
        JsonText(handle, 1000).skip()
