"""TDMS files against bytes written by hand: order of bytes, interleaving, segments, and files that end too early."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nptdms import ChannelObject, RootObject, TdmsWriter

from tests.unit.ingestion.home import Home
from tests.unit.ingestion.recordings import recordings, samples_of
from tests.unit.ingestion.tdms_bytes import INT16, daqmx, segment

START_US = 1_752_000_000_123_456
WAVE = {"wf_start_time": (START_US,), "wf_increment": 0.0005, "unit_string": "g"}
RNG = np.random.default_rng(4)
A, B = RNG.normal(size=600), RNG.normal(size=600)


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("chunks", [1, 3])
def test_samples_and_figures(home: Home, big_endian: bool, interleaved: bool, chunks: int) -> None:
    content = segment(
        {"a": A, "b": B},
        properties={"/": {"operator": "line 3"}, "a": WAVE, "b": WAVE},
        big_endian=big_endian,
        interleaved=interleaved,
        chunks=chunks,
    )
    home.deliver("run.tdms", content)
    waves = recordings(home, "tdms", "chunk", chunkSamples=256)
    (batch,) = home.load(waves).batches
    assert (batch.status, batch.rows_committed, batch.findings) == ("committed", 6, ())
    assert samples_of(home, waves) == {("G", "a"): A.tolist(), ("G", "b"): B.tolist()}
    assert home.rows(waves, "chunk_number, sample_count, epoch_us(start_at)", order="channel, chunk_number")[:3] == [
        (1, 256, START_US), (2, 256, START_US + 256 * 500), (3, 88, START_US + 512 * 500),
    ]  # fmt: skip
    snapshots = recordings(home, "tdms")
    home.load(snapshots)
    names = (
        "channel, unit, epoch_us(start_at), start_from, sample_rate_hz, duration_s, sample_count, is_complete"
    )
    assert home.rows(snapshots, names)[0] == (
        "a", "g", START_US, "wf_start_time of the channel", 2000.0, 0.3, 600, True,
    )  # fmt: skip
    low, high, mean, rms = home.rows(snapshots, "minimum, maximum, mean, rms")[1]
    assert (low, high) == (B.min(), B.max())
    assert mean == pytest.approx(B.mean(), rel=1e-12)
    assert rms == pytest.approx(np.sqrt(np.mean(B**2)), rel=1e-12)
    assert json.loads(home.rows(snapshots, "properties")[0][0])["operator"] == "line 3"
    joined = [home.rows(contract, "DISTINCT snapshot_id", order="1") for contract in (waves, snapshots)]
    assert joined[0] == joined[1]


def test_segments_are_one_recording(home: Home) -> None:
    parts = [segment({"a": A[at : at + 100]}, properties={"a": WAVE}) for at in range(0, 600, 100)]
    home.deliver("run.tdms", b"".join(parts))
    waves = recordings(home, "waveform", "chunk", chunkSamples=250)
    home.load(waves)
    assert samples_of(home, waves) == {("G", "a"): A.tolist()}


def missing(home: Home, table: str) -> list[tuple[str | None, str | None, str | None]]:
    contract = recordings(home, "tdms", table, chunkSamples=256)
    found = []
    for row in home.quarantine(contract):
        told = json.loads(row.raw_text)
        assert (row.rule, told["file"]) == ("truncated_recording", "run.tdms")
        found.append((told["channel"], told["expected_samples"], told["found_samples"]))
    return found


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("chunks", [1, 4])
def test_cut_file_gives_what_is_whole_and_says_what_is_missing(
    home: Home, interleaved: bool, chunks: int
) -> None:
    whole = segment({"a": A[:400], "b": B[:400]}, interleaved=interleaved, chunks=chunks)
    home.deliver("run.tdms", whole[: -8 * 150 - 3])  # 150 samples and a part of one are gone
    waves, snapshots = recordings(home, "tdms", "chunk", chunkSamples=256), recordings(home, "tdms")
    home.load(waves)
    (batch,) = home.load(snapshots).batches
    assert (batch.rows_read, batch.rows_committed, batch.rows_quarantined) == (
        2 + batch.rows_quarantined, 2, batch.rows_quarantined,
    )  # fmt: skip
    found = samples_of(home, waves)
    counts = {channel: len(samples) for (_, channel), samples in found.items()}
    assert found["G", "a"] == A[: counts["a"]].tolist()
    assert found["G", "b"] == B[: counts["b"]].tolist()
    assert sum(counts.values()) in (800 - 151, 800 - 152)
    told = [(name, "400", str(count)) for name, count in counts.items() if count < 400]
    assert missing(home, "snapshot") == missing(home, "chunk") == told
    rows = home.rows(snapshots, "channel, sample_count, expected_count, is_complete")
    assert rows == [(name, count, 400, count == 400) for name, count in counts.items()]
    assert "samples are missing" not in batch.message
    assert batch.findings[0].rule == "truncated_recording"


def test_segment_that_was_never_closed_is_read_to_the_end_with_a_remark(home: Home) -> None:
    first = segment({"a": A[:100]})
    home.deliver("run.tdms", first + segment({"a": A[100:200]}, closed=False)[:-80])
    waves = recordings(home, "tdms", "chunk")
    (batch,) = home.load(waves).batches
    assert samples_of(home, waves) == {("G", "a"): A[:190].tolist()}
    assert {finding.rule for finding in batch.findings} == {"truncated_recording", "recording_note"}
    assert missing(home, "chunk") == [("a", "200", "190")]


@pytest.mark.parametrize("kept", [2, 20, 40])
def test_end_inside_the_head_of_a_segment(home: Home, kept: int) -> None:
    home.deliver("run.tdms", segment({"a": A}) + segment({"a": B})[:kept])
    waves = recordings(home, "tdms", "chunk")
    (batch,) = home.load(waves).batches
    assert (batch.rows_committed, batch.rows_quarantined) == (1, 1)
    assert missing(home, "chunk") == [(None, None, None)]
    assert "inside the head of the segment" in home.quarantine(waves)[0].raw_text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cut_loses_nothing_that_is_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """For files of one channel the oracle is arithmetic: whole samples of the bytes that are left."""
    home = Home(tmp_path_factory.mktemp("home"))
    lengths = data.draw(st.lists(st.integers(1, 50), min_size=1, max_size=4))
    parts, ends, at = [], [], 0
    for length in lengths:
        part = segment({"a": A[at : at + length]}, big_endian=data.draw(st.booleans()))
        parts.append(part)
        ends.append((len(part) - 8 * length, length))
        at += length
    content = b"".join(parts)
    cut = data.draw(st.integers(len(parts[0]) - 8 * lengths[0], len(content)))
    left, whole = cut, 0
    for part, (head, length) in zip(parts, ends, strict=True):
        whole += min(length, max(0, left - head) // 8)
        left = max(0, left - len(part))
    home.deliver("run.tdms", content[:cut])
    waves = recordings(home, "tdms", "chunk")
    (batch,) = home.load(waves).batches
    assert batch.status == "committed", batch.message
    assert samples_of(home, waves).get(("G", "a"), []) == A[:whole].tolist()
    at_border = cut in {sum(len(part) for part in parts[:count]) for count in range(1, len(parts) + 1)}
    assert (batch.rows_quarantined == 0) == at_border


def test_scaled_integers_text_and_timestamps(home: Home, tmp_path: Path) -> None:
    """Written by nptdms: texts are no waveform, times become seconds."""
    moments = np.array(["2025-07-01T06:00:00.25", "2025-07-01T06:00:01"], dtype="datetime64[us]")
    with TdmsWriter(tmp_path / "w.tdms") as writer:
        writer.write_segment(
            [
                RootObject({"DateTime": np.datetime64("2025-07-01T06:00:00")}),
                ChannelObject("g", "note", ["a", "b"]),
                ChannelObject("g", "at", moments),
                ChannelObject("g", "raw", np.array([1, -2], dtype=np.int16)),
            ]
        )
    home.deliver("run.tdms", (tmp_path / "w.tdms").read_bytes())
    waves, snapshots = recordings(home, "tdms", "chunk"), recordings(home, "tdms")
    (batch,) = home.load(waves).batches
    home.load(snapshots)
    assert [finding.rule for finding in batch.findings] == ["channel_left_out"]
    assert "g/note is text" in batch.findings[0].message
    assert samples_of(home, waves) == {("g", "at"): [1751349600.25, 1751349601.0], ("g", "raw"): [1.0, -2.0]}
    rows = home.rows(snapshots, "channel, start_from, sample_rate_hz, epoch(start_at)")
    assert rows == [(name, "DateTime of the file", None, 1751349600.0) for name in ("at", "raw")]


def test_counts_of_a_daqmx_card_become_what_they_measure(home: Home) -> None:
    counts = {"a": list(range(-300, 300)), "b": [32_767, -32_768] * 300}
    scales = {"a": (0.25, 1.5), "b": (-0.001, 20.0)}
    home.deliver("run.tdms", daqmx(counts, scales))
    waves = recordings(home, "tdms", "chunk", chunkSamples=256)
    (batch,) = home.load(waves).batches
    assert (batch.status, batch.findings) == ("committed", ())
    for name, samples in samples_of(home, waves).items():
        slope, intercept = scales[name[1]]
        assert samples == pytest.approx([slope * count + intercept for count in counts[name[1]]], rel=1e-12)


def test_index_file_beside_it_is_not_trusted(home: Home) -> None:
    home.deliver("run.tdms_index", b"TDSh" + bytes(100))
    home.deliver("run.tdms", segment({"a": [1, 2, 3]}, kind=INT16))
    waves = recordings(home, "tdms", "chunk")
    found = {batch.file: batch.status for batch in home.load(waves).batches}
    assert found == {"run.tdms": "committed", "run.tdms_index": "held"}
    assert samples_of(home, waves) == {("G", "a"): [1.0, 2.0, 3.0]}


def test_one_row_per_sample_only_if_the_contract_says_so(home: Home) -> None:
    home.deliver("run.tdms", segment({"a": A[:5]}, properties={"a": WAVE}))
    contract = recordings(home, "tdms", "sample", chunkSamples=2)
    home.load(contract)
    assert home.rows(contract, "sample_index, epoch_us(sampled_at), value") == [
        (index, START_US + 500 * index, A[index]) for index in range(5)
    ]


def test_new_content_under_an_old_name_is_a_new_snapshot(home: Home) -> None:
    waves, snapshots = recordings(home, "tdms", "chunk"), recordings(home, "tdms")
    for samples in (A[:10], A[:20]):
        home.deliver("run.tdms", segment({"a": samples}))
        home.load(waves)
        home.load(snapshots)
    home.deliver("copy.tdms", segment({"a": A[:20]}))
    assert {batch.status for batch in home.load(snapshots).batches} == {"known"}
    ids = home.rows(snapshots, "snapshot_id, sample_count")
    assert len({one for one, _ in ids}) == 2
    assert [count for _, count in ids] == [10, 20]
    assert home.rows(waves, "snapshot_id, sample_count") == ids
