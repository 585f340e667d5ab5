"""WAV files written byte by byte: every width of PCM and float, chunks around the data, and recorders that were cut off."""

import json
import struct

import numpy as np
import pytest

from tests.unit.ingestion.home import Home
from tests.unit.ingestion.recordings import recordings, samples_of

RNG = np.random.default_rng(8)
FRACTIONS = np.round(RNG.uniform(-1, 1, size=(500, 2)) * 127) / 128  # exact in every width


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def fmt(tag: int, bits: int, channels: int = 2, rate: int = 48_000) -> bytes:
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits))


def pcm(fractions: np.ndarray, bits: int) -> bytes:
    """Signed little-endian integers; 8 bits are unsigned around 128."""
    whole = np.round(fractions.ravel() * 2 ** (bits - 1)).astype(int)
    if bits == 8:
        return bytes((whole + 128).tolist())
    return b"".join(int(number).to_bytes(bits // 8, "little", signed=True) for number in whole)


CASES = {
    "pcm 8": (1, 8, pcm(FRACTIONS, 8)),
    "pcm 16": (1, 16, pcm(FRACTIONS, 16)),
    "pcm 24": (1, 24, pcm(FRACTIONS, 24)),
    "pcm 32": (1, 32, pcm(FRACTIONS, 32)),
    "float 32": (3, 32, FRACTIONS.astype("<f4").tobytes()),
    "float 64": (3, 64, FRACTIONS.astype("<f8").tobytes()),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["wav", "waveform"])
def test_samples_of_every_width(home: Home, case: str, kind: str) -> None:
    tag, bits, data = CASES[case]
    home.deliver("a.wav", riff(fmt(tag, bits), chunk(b"odd ", b"123"), chunk(b"data", data)))
    waves = recordings(home, kind, "chunk", chunkSamples=200, floats="FLOAT[]")
    (batch,) = home.load(waves).batches
    assert (batch.status, batch.rows_committed) == ("committed", 6), batch.message
    assert samples_of(home, waves) == {
        (None, f"channel_{place + 1}"): FRACTIONS[:, place].tolist() for place in (0, 1)
    }


def test_extensible_format_start_scale_and_texts(home: Home) -> None:
    head = struct.pack("<HHIIHH", 0xFFFE, 1, 25_600, 25_600 * 3, 3, 24) + struct.pack("<HHIH", 22, 24, 0, 1)
    bext = b"spindle 2".ljust(256, b"\0") + b"logger".ljust(64, b"\0") + b"2025-07-0108:30:00" + bytes(264)
    info = b"INFO" + chunk(b"ICMT", b"after repair\0")
    data = pcm(FRACTIONS[:, :1], 24)
    content = riff(
        chunk(b"bext", bext), chunk(b"fmt ", head + bytes(14)), chunk(b"LIST", info), chunk(b"data", data)
    )
    home.deliver("a.wav", content)
    snapshots = recordings(home, "wav", fullScale=50, unit="m/s2")
    (batch,) = home.load(snapshots).batches
    assert batch.status == "committed", batch.message
    ((unit, start, origin, rate, high, texts),) = home.rows(
        snapshots,
        "unit, strftime(start_at, '%Y-%m-%d %H:%M'), start_from, sample_rate_hz, maximum, properties",
    )
    assert (unit, start, rate) == ("m/s2", "2025-07-01 06:30", 25_600.0)
    assert origin == "bext chunk (local time of Europe/Berlin)"
    assert high == pytest.approx(50 * FRACTIONS[:, 0].max(), abs=1e-12)
    assert json.loads(texts) == {
        "description": "spindle 2", "originator": "logger", "comment": "after repair", "bits": 24, "sample_format": "pcm",
    }  # fmt: skip


def test_cut_file_gives_whole_frames_and_says_what_is_missing(home: Home) -> None:
    content = riff(fmt(1, 16), chunk(b"data", pcm(FRACTIONS, 16)))
    home.deliver("a.wav", content[: -4 * 100 - 1])
    waves = recordings(home, "wav", "chunk")
    (batch,) = home.load(waves).batches
    assert (batch.rows_read, batch.rows_committed, batch.rows_quarantined) == (4, 2, 2)
    assert [len(samples) for samples in samples_of(home, waves).values()] == [399, 399]
    told = [json.loads(row.raw_text) for row in home.quarantine(waves)]
    assert [(one["channel"], one["expected_samples"], one["found_samples"]) for one in told] == [
        ("channel_1", "500", "399"), ("channel_2", "500", "399"),
    ]  # fmt: skip


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_recorder_that_never_wrote_the_length(home: Home, length: int) -> None:
    content = riff(fmt(1, 16)) + b"data" + struct.pack("<I", length) + pcm(FRACTIONS, 16)
    home.deliver("a.wav", content)
    waves = recordings(home, "wav", "chunk")
    (batch,) = home.load(waves).batches
    assert [finding.rule for finding in batch.findings] == ["recording_note"]
    assert len(samples_of(home, waves)[None, "channel_2"]) == 500


def test_rf64_takes_the_long_length(home: Home) -> None:
    data = pcm(FRACTIONS, 16)
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(data), 500, 0))
    body = b"WAVE" + ds64 + fmt(1, 16) + b"data" + b"\xff" * 4 + data + chunk(b"LIST", b"INFO")
    home.deliver("a.wav", b"RF64" + b"\xff" * 4 + body)
    waves = recordings(home, "wav", "chunk")
    (batch,) = home.load(waves).batches
    assert (batch.rows_committed, batch.findings) == (2, ())
    assert len(samples_of(home, waves)[None, "channel_1"]) == 500


BROKEN = {
    "no data": (riff(fmt(1, 16)), "no data chunk"),
    "no format": (riff(chunk(b"data", b"12")), "no fmt chunk"),
    "compressed": (riff(fmt(0x55, 16), chunk(b"data", b"12")), "format tag 85"),
    "avi": (b"RIFF\x04\0\0\0AVI LIST", "no RIFF/WAVE head"),
    "text": (b"id;x\n1;2\n", "found"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_wave_is_held_with_a_reason(home: Home, case: str) -> None:
    content, reason = BROKEN[case]
    home.deliver("a.wav", content)
    (batch,) = home.load(recordings(home, "wav")).batches
    assert (batch.status, batch.findings[0].rule) == ("held", "unreadable_file")
    assert reason in batch.message
