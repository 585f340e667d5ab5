"""MDF4 files against bytes written by hand: conversions, invalid samples, time channels, cut and unfinished files."""

import json
import struct

import numpy as np
import pytest

from tests.unit.ingestion.home import Home
from tests.unit.ingestion.mdf_bytes import DOUBLE, INT16, START_NS, Mdf, records
from tests.unit.ingestion.recordings import recordings, samples_of

RNG = np.random.default_rng(15)
COUNT = 1000
RAW = RNG.integers(-3000, 3000, COUNT).astype("<i2")
WAVE = RNG.normal(size=COUNT)
EVEN = 0.25 + np.arange(COUNT) * 0.001
START_US = START_NS // 1000


def file_of(times: np.ndarray = EVEN, *, announced: int = COUNT, pieces: int = 1, **given: int) -> bytes:
    """One group: time, speed (16 bits, factor 0.5, offset 10) and acceleration, its data in `pieces` blocks."""
    mdf = Mdf(**given)  # type: ignore[arg-type]
    head = mdf.header()
    channels = [
        mdf.channel("t", DOUBLE, 0, unit="s", master=True),
        mdf.channel("speed", INT16, 8, unit="rpm", conversion=(10.0, 0.5)),
        mdf.channel("acceleration", DOUBLE, 10, unit="m/s2"),
    ]
    group = mdf.group("fast", channels, announced, 18)
    mdf.link(head, 0, group)
    data = records([(times, DOUBLE), (RAW[: len(times)], INT16), (WAVE[: len(times)], DOUBLE)])
    if pieces == 1:
        mdf.link(group, 2, mdf.block(b"##DT", [], data))
    else:
        step = -(-len(times) // pieces) * 18
        parts = [data[at : at + step] for at in range(0, len(data), step)]
        offsets = [step * place for place in range(len(parts))]
        form = struct.pack(f"<B3xI{len(parts)}Q", 0, len(parts), *offsets)
        data_list = mdf.block(b"##DL", [0] * (len(parts) + 1), form)
        mdf.link(group, 2, data_list)
        for place, part in enumerate(parts, start=1):
            mdf.link(data_list, place, mdf.block(b"##DT", [], part))
    return mdf.content()


@pytest.mark.parametrize("pieces", [1, 4])
def test_conversion_units_start_and_rate(home: Home, pieces: int) -> None:
    home.deliver("run.mf4", file_of(pieces=pieces))
    waves, snapshots = recordings(home, "waveform", "chunk", chunkSamples=300), recordings(home, "mdf4")
    home.load(waves)
    (batch,) = home.load(snapshots).batches
    assert (batch.status, batch.findings) == ("committed", ()), batch.message
    assert samples_of(home, waves) == {
        ("fast", "speed"): (RAW * 0.5 + 10).tolist(),
        ("fast", "acceleration"): WAVE.tolist(),
    }
    rows = home.rows(snapshots, "channel, unit, epoch_us(start_at), sample_rate_hz, sample_count, duration_s")
    assert rows == [
        ("speed", "rpm", START_US + 250_000, 1000.0, COUNT, 1.0),
        ("acceleration", "m/s2", START_US + 250_000, 1000.0, COUNT, 1.0),
    ]
    assert home.rows(
        waves, "count(offsets_s), min(epoch_us(start_at)), max(epoch_us(start_at))", order="1"
    ) == [(0, START_US + 250_000, START_US + 250_000 + 900_000)]


def test_steps_that_vary_have_no_rate_but_each_sample_its_offset(home: Home) -> None:
    times = np.cumsum(RNG.uniform(0.001, 0.01, COUNT))
    home.deliver("run.mf4", file_of(times))
    waves, snapshots = recordings(home, "mdf4", "chunk", chunkSamples=400), recordings(home, "mdf4")
    home.load(waves)
    home.load(snapshots)
    rate, origin, duration = home.rows(snapshots, "sample_rate_hz, rate_from, duration_s")[0]
    assert (rate, origin) == (None, "time channel t, steps vary")
    assert duration == pytest.approx(times[-1] - times[0], rel=1e-12)
    offsets = [
        one for (part,) in home.rows(waves, "offsets_s", order="channel, chunk_number") for one in part
    ]
    assert np.allclose(offsets[:COUNT], times - times[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("pieces", [1, 4])
@pytest.mark.parametrize("lost", [1, 18 * 100, 18 * 700 + 5])
def test_cut_file_gives_whole_records_and_says_what_is_missing(home: Home, pieces: int, lost: int) -> None:
    whole = file_of(pieces=pieces)
    home.deliver("run.mf4", whole[:-lost])
    padding = 24 * (pieces - 1) if lost > 18 * 250 * 2 else 0  # heads of the blocks that are gone as well
    waves, snapshots = recordings(home, "mdf4", "chunk"), recordings(home, "mdf4")
    (batch,) = home.load(waves).batches
    home.load(snapshots)
    assert batch.status == "committed", batch.message
    found = samples_of(home, waves)
    count = len(found["fast", "speed"])
    expected = (COUNT * 18 - lost) // 18
    assert expected <= count <= expected + (padding + 64) // 18
    assert found["fast", "acceleration"] == WAVE[:count].tolist()
    assert found["fast", "speed"] == (RAW[:count] * 0.5 + 10).tolist()
    told = [json.loads(row.raw_text) for row in home.quarantine(waves)]
    assert [(one["channel"], one["expected_samples"], one["found_samples"]) for one in told] == [
        ("speed", str(COUNT), str(count)), ("acceleration", str(COUNT), str(count)),
    ]  # fmt: skip
    assert home.rows(snapshots, "sample_count, expected_count, is_complete")[0] == (count, COUNT, False)


def test_cut_inside_the_metadata_is_held(home: Home) -> None:
    home.deliver("run.mf4", file_of()[:900])
    (batch,) = home.load(recordings(home, "mdf4")).batches
    assert batch.status in ("held", "committed")
    if batch.status == "held":
        assert batch.findings[0].rule == "unreadable_file"
    else:
        assert batch.rows_committed == batch.rows_quarantined


def test_unfinished_file_is_read_as_found_with_a_remark(home: Home) -> None:
    content = file_of(announced=0, unfinalized=1)
    home.deliver("run.mf4", content)
    waves = recordings(home, "mdf4", "chunk")
    (batch,) = home.load(waves).batches
    assert batch.status == "committed", batch.message
    assert [finding.rule for finding in batch.findings] == ["recording_note"]
    assert samples_of(home, waves)["fast", "acceleration"] == WAVE.tolist()


def test_invalid_samples_are_void(home: Home) -> None:
    mdf = Mdf()
    head = mdf.header()
    channels = [mdf.channel("t", DOUBLE, 0, master=True), mdf.channel("x", DOUBLE, 8, invalid=0)]
    group = mdf.group("g", channels, 4, 16, invalid_bytes=1)
    mdf.link(head, 0, group)
    values = [1.0, 2.0, float("nan"), 4.0]
    data = b"".join(struct.pack("<ddB", place * 0.1, value, place == 1) for place, value in enumerate(values))
    mdf.link(group, 2, mdf.block(b"##DT", [], data))
    home.deliver("run.mf4", mdf.content())
    waves, snapshots = recordings(home, "mdf4", "chunk"), recordings(home, "mdf4")
    home.load(waves)
    home.load(snapshots)
    found = samples_of(home, waves)["g", "x"]
    assert found[:2] == [1.0, None]
    assert np.isnan(found[2])
    assert found[3] == 4.0
    assert home.rows(snapshots, "minimum, maximum, mean, invalid_count") == [(1.0, 4.0, 2.5, 2)]


def test_start_in_local_time_is_of_the_plants_zone(home: Home) -> None:
    home.deliver("run.mf4", file_of(time_flags=1))
    snapshots = recordings(home, "mdf4")
    home.load(snapshots)
    start, origin = home.rows(snapshots, "epoch_us(start_at), start_from")[0]
    assert start == START_US + 250_000 - 7_200_000_000
    assert origin == "header plus first time (local time of Europe/Berlin)"


def test_bus_logging_is_left_out_with_a_remark(home: Home) -> None:
    mdf = Mdf()
    head = mdf.header()
    channels = [
        mdf.channel("t", DOUBLE, 0, master=True), mdf.channel("CAN_DataFrame", INT16, 8), mdf.channel("x", INT16, 10),
    ]  # fmt: skip
    group = mdf.group("CAN1", channels, 2, 12)
    mdf.link(head, 0, group)
    mdf.link(group, 2, mdf.block(b"##DT", [], struct.pack("<dhhdhh", 0, 1, 5, 1, 2, 6)))
    home.deliver("run.mf4", mdf.content())
    waves = recordings(home, "mdf4", "chunk")
    (batch,) = home.load(waves).batches
    assert samples_of(home, waves) == {("CAN1", "x"): [5.0, 6.0]}
    assert "bus logging is not read" in batch.findings[0].message


def test_chain_that_runs_in_a_circle_is_held_not_followed(home: Home) -> None:
    content = bytearray(file_of())
    group = content.index(b"##DG")
    struct.pack_into("<Q", content, group + 24, group)
    home.deliver("run.mf4", bytes(content))
    (batch,) = home.load(recordings(home, "mdf4")).batches
    assert batch.status == "held"
    assert "linked twice" in batch.message
