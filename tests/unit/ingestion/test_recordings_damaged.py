"""Recordings with bytes changed at random or cut anywhere: committed, or held with a reason, but never an exception."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.errors import ContractError
from tests.unit.ingestion.home import Home
from tests.unit.ingestion.recordings import recordings
from tests.unit.ingestion.tdms_bytes import segment
from tests.unit.ingestion.test_hdf5_matlab import hdf5, mat
from tests.unit.ingestion.test_mdf import file_of
from tests.unit.ingestion.test_wav import FRACTIONS, chunk, fmt, pcm, riff

MAKERS: dict[str, Callable[[Path], bytes]] = {
    "tdms": lambda _: segment({"a": [1.0, 2.0], "b": [3.0, 4.0]}) + segment({"a": [1.0], "b": [3.0]}),
    "mdf4": lambda _: file_of(np.arange(20) * 0.1, announced=20),
    "hdf5": lambda folder: hdf5(folder / "w.h5"),
    "matlab": lambda _: mat(only=["fs", "unit", "nested"]),
    "wav": lambda _: riff(fmt(1, 16), chunk(b"data", pcm(FRACTIONS[:20], 16))),
}


@pytest.mark.long
@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.sampled_from([0, 1, 127, 255])), max_size=6),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_damaged_file_is_taken_or_held(
    tmp_path_factory: pytest.TempPathFactory, kind: str, changes: list[tuple[float, int]], kept: float
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(MAKERS[kind](folder))
    for place, value in changes:
        content[int(place * min(len(content), 2000))] = value
    home = Home(folder)
    home.deliver("damaged.bin", bytes(content[: int(kept * len(content))]))
    home.deliver("good.bin", MAKERS[kind](folder))
    contract = recordings(home, kind, "chunk", chunkSamples=16)
    found = {batch.file: batch for batch in home.load(contract).batches}
    assert found["good.bin"].status in ("committed", "known")
    batch = found["damaged.bin"]
    assert batch.status in ("committed", "held")
    if batch.status == "held":
        assert "Next step" in batch.message
    assert batch.rows_read == batch.rows_committed + batch.rows_quarantined


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 something", b"id;x\n1;2\n", struct.pack("<8I", *range(8)), io.BytesIO().getvalue()],
)
def test_foreign_and_empty_files_are_held(home: Home, content: bytes) -> None:
    home.deliver("a.bin", content)
    (batch,) = home.load(recordings(home, "waveform")).batches
    assert batch.status == "held"
    assert batch.findings[0].rule in ("unreadable_file", "empty_file")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"chunkSamples": 0}, "chunkSamples is 0"),
        ({"chanels": []}, "unknown chanels"),
        ({"startInName": "x"}, "belong together"),
        ({"sampleRateHz": -1}, "must be above 0"),
    ],
)
def test_wrong_options_are_named(home: Home, options: dict[str, object], reason: str) -> None:
    home.deliver("a.bin", b"x")
    with pytest.raises(ContractError, match=reason):
        home.load(recordings(home, "tdms", **options))
