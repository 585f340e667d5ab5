"""HDF5 and MATLAB files: written by h5py and scipy, compared with the numbers that went in; and files that are cut."""

import io
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from tests.unit.ingestion.home import Home
from tests.unit.ingestion.recordings import recordings, samples_of

RNG = np.random.default_rng(23)
A, B = RNG.normal(size=700), RNG.integers(-5000, 5000, (700, 2)).astype("i4")


def hdf5(path: Path) -> bytes:
    with h5py.File(path, "w") as book:
        book.attrs["operator"] = "line 3"
        group = book.create_group("bearing/drive end")
        group.attrs["start_time"] = "2025-07-01T06:00:00+02:00"
        wave = group.create_dataset("acceleration", data=A, chunks=(100,), compression="gzip")
        wave.attrs["sample_rate"] = np.array([25_600.0])
        wave.attrs["unit"] = np.bytes_(b"g")
        table = book.create_dataset("motor/current", data=B.astype(">i4"))
        table.attrs["dt"] = 0.00002
        book.create_dataset("motor/speed_rpm", data=1480.0)
        book.create_dataset("note", data=["a", "b"])
        book.create_dataset("image", data=np.zeros((2, 3, 4)))
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["hdf5", "waveform"])
def test_hdf5_datasets_attributes_and_columns(home: Home, tmp_path: Path, kind: str) -> None:
    home.deliver("run.h5", hdf5(tmp_path / "w.h5"))
    waves, snapshots = recordings(home, kind, "chunk", chunkSamples=300), recordings(home, kind)
    (batch,) = home.load(waves).batches
    home.load(snapshots)
    assert samples_of(home, waves) == {
        ("bearing/drive end", "acceleration"): A.tolist(),
        ("motor", "current_1"): B[:, 0].tolist(),
        ("motor", "current_2"): B[:, 1].tolist(),
    }
    left_out = {finding.message.split("channel ")[1].split(" and")[0] for finding in batch.findings}
    assert left_out == {"/note is no number", "/image is an array of 3 dimensions"}
    rows = home.rows(snapshots, "channel, unit, strftime(start_at, '%H:%M'), sample_rate_hz, rms, properties")
    assert rows[0][:4] == ("acceleration", "g", "04:00", 25_600.0)
    assert rows[0][4] == pytest.approx(np.sqrt(np.mean(A**2)), rel=1e-12)
    assert rows[1][:4] == ("current_1", None, None, 50_000.0)
    assert json.loads(rows[0][5])["operator"] == "line 3"
    assert json.loads(rows[1][5])["speed_rpm"] == 1480.0


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_cut_hdf5_is_held_with_a_reason(home: Home, tmp_path: Path, kept: float) -> None:
    content = hdf5(tmp_path / "w.h5")
    home.deliver("run.h5", content[: int(len(content) * kept)])
    (batch,) = home.load(recordings(home, "hdf5")).batches
    assert (batch.status, batch.findings[0].rule) == ("held", "unreadable_file")
    assert "truncated file" in batch.message


VARIABLES = {
    "X097_DE_time": A.reshape(-1, 1), "RPM": 1796.0, "fs": 12_000,
    "unit": "g", "two": B.astype(float), "nested": {"current": A[:50], "fs": 500.0, "unit": "A"},
}  # fmt: skip


def mat(**options: Any) -> bytes:
    content = io.BytesIO()
    chosen = {name: VARIABLES[name] for name in options.pop("only", VARIABLES)}
    savemat(content, chosen, **options)
    return content.getvalue()


@pytest.mark.parametrize("compressed", [False, True])
def test_matlab_5_vectors_matrices_and_structures(home: Home, compressed: bool) -> None:
    home.deliver("run.mat", mat(do_compression=compressed))
    waves, snapshots = recordings(home, "waveform", "chunk"), recordings(home, "matlab")
    home.load(waves)
    home.load(snapshots)
    assert samples_of(home, waves) == {
        (None, "X097_DE_time"): A.tolist(), (None, "two_1"): B[:, 0].tolist(), (None, "two_2"): B[:, 1].tolist(),
        ("nested", "current"): A[:50].tolist(),
    }  # fmt: skip
    rows = home.rows(snapshots, "channel, unit, sample_rate_hz, rate_from, properties")
    assert rows[0][:4] == ("X097_DE_time", "g", 12_000.0, "fs of the file")
    assert rows[3][:3] == ("current", "A", 500.0)
    assert json.loads(rows[0][4])["RPM"] == 1796.0


def test_matlab_4_and_a_rate_and_start_that_only_the_contract_knows(home: Home) -> None:
    home.deliver("rig_20250701_083000.mat", mat(format="4", only=["X097_DE_time"]))
    snapshots = recordings(
        home, "waveform", sampleRateHz=48_000, startInName=r"_(\d{8}_\d{6})", startFormat="%Y%m%d_%H%M%S"
    )
    (batch,) = home.load(snapshots).batches
    assert batch.status == "committed", batch.message
    assert home.rows(
        snapshots, "sample_count, sample_rate_hz, rate_from, strftime(start_at, '%H:%M'), start_from"
    ) == [
        (
            700,
            48_000.0,
            "sampleRateHz of the contract",
            "06:30",
            "the file's name (local time of Europe/Berlin)",
        )
    ]


def test_cut_matlab_5_gives_whole_variables(home: Home) -> None:
    content = mat(only=["X097_DE_time", "two"])
    home.deliver("run.mat", content[:-100])
    waves = recordings(home, "matlab", "chunk")
    (batch,) = home.load(waves).batches
    assert (batch.rows_committed, batch.rows_quarantined) == (1, 1), batch.message
    assert samples_of(home, waves) == {(None, "X097_DE_time"): A.tolist()}
    assert "100 of its" in home.quarantine(waves)[0].raw_text


def test_matlab_7_3_is_hdf5_behind_its_own_head(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "w.mat"
    with h5py.File(path, "w", userblock_size=512) as book:
        book.create_dataset("x", data=A.reshape(1, -1))  # MATLAB stores the transpose of a column
        book.create_dataset("fs", data=np.array([[100.0]]))
    with path.open("rb+") as handle:
        handle.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124, b" ") + b"\x00\x02IM")
    home.deliver("run.mat", path.read_bytes())
    waves, snapshots = recordings(home, "waveform", "chunk", chunkSamples=128), recordings(home, "matlab")
    home.load(waves)
    home.load(snapshots)
    assert samples_of(home, waves) == {(None, "x"): A.tolist()}
    assert home.rows(snapshots, "sample_rate_hz, format") == [(100.0, "matlab")]
