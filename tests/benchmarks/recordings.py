"""Recordings of 16 channels as chunks of samples, against the libraries that read them best. A row is a sample here.

The others read all samples and write them to Parquet as the same lists: no hash, no check, no exactly-once commit.
"""

# ruff: noqa: PLC0415 - engines are imported before the clock starts, not when benchmarks are listed

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.subject import loading, register_beside, shipped
from tests.benchmarks.table import Contender, Start, Work, at_most, under_mib

SAMPLES = 2_000_000  # of each channel
_CHANNELS = 16
_CHUNK = 65_536


def _waves(scale: float) -> Iterator[tuple[str, Any]]:
    chance = np.random.default_rng(1)
    for number in range(_CHANNELS):
        yield f"x{number}", chance.normal(size=int(SAMPLES * scale)).astype(np.float32)


def prepare_tdms(folder: Path, scale: float) -> Work:
    """One TDMS file, all channels of one group."""
    from nptdms import ChannelObject, TdmsWriter

    path = folder / "bench.tdms"
    with TdmsWriter(path) as writer:
        for name, wave in _waves(scale):
            writer.write_segment([ChannelObject("g", name, wave, {"wf_increment": 0.0001})])
    return Work(int(SAMPLES * scale) * _CHANNELS, path.stat().st_size)


def prepare_mdf(folder: Path, scale: float) -> Work:
    """One MDF4 file, all channels in one group with a time channel."""
    from asammdf import MDF, Signal

    path = folder / "bench.mf4"
    times = np.arange(int(SAMPLES * scale)) * 0.0001
    with MDF(version="4.10") as made:
        made.append([Signal(wave, times, name=name) for name, wave in _waves(scale)])
        made.save(path, overwrite=True)
    return Work(len(times) * _CHANNELS, path.stat().st_size)


def prepare_hdf5(folder: Path, scale: float) -> Work:
    """One HDF5 file, a dataset per channel with its rate."""
    import h5py

    path = folder / "bench.h5"
    with h5py.File(path, "w") as made:
        for name, wave in _waves(scale):
            made.create_dataset(f"g/{name}", data=wave).attrs["sample_rate"] = 10_000.0
    return Work(int(SAMPLES * scale) * _CHANNELS, path.stat().st_size)


def prepare_matlab(folder: Path, scale: float) -> Work:
    """One MAT-file of version 5, a variable per channel."""
    from scipy.io import savemat

    path = folder / "bench.mat"
    savemat(path, dict(_waves(scale)))
    return Work(int(SAMPLES * scale) * _CHANNELS, path.stat().st_size)


def prepare_wav(folder: Path, scale: float) -> Work:
    """One WAV file of 32-bit floats, channels interleaved."""
    from scipy.io import wavfile

    path = folder / "bench.wav"
    wavfile.write(path, 10_000, np.stack([wave for _, wave in _waves(scale)], axis=1))
    return Work(int(SAMPLES * scale) * _CHANNELS, path.stat().st_size)


def tundish(name: str) -> Start:
    """Contract sample_chunks of sensor_files; counts the samples that lie in the table."""
    load = loading(shipped("sensor_files", "sample_chunks"), name)

    def start(data: Path, target: Path) -> Callable[[], int]:
        run = load(data, target)

        def count() -> int:
            run()
            return _samples(target)

        return count

    return start


def _samples(target: Path) -> int:
    import duckdb

    files = target.rglob("*sample_chunks/**/*.parquet")
    listed = ", ".join(f"'{path}'" for path in files)
    found = duckdb.sql(f"SELECT sum(sample_count) FROM read_parquet([{listed}])").fetchall()
    return int(found[0][0])


def _written(target: Path, waves: Iterator[tuple[str, Any]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("channel", pa.string()), ("samples", pa.list_(pa.float64()))])
    count = 0
    with pq.ParquetWriter(target / "out.parquet", schema, compression="zstd") as writer:
        for name, wave in waves:
            parts = [wave[at : at + _CHUNK].astype(np.float64) for at in range(0, len(wave), _CHUNK)]
            writer.write_table(pa.table([[name] * len(parts), parts], schema=schema))
            count += len(wave)
    return count


def nptdms(data: Path, target: Path) -> Callable[[], int]:
    """npTDMS, channel by channel."""
    from nptdms import TdmsFile

    def run() -> int:
        with TdmsFile.open(data / "bench.tdms") as tdms:
            return _written(target, ((channel.name, channel[:]) for channel in tdms["g"].channels()))

    return run


def asammdf(data: Path, target: Path) -> Callable[[], int]:
    """asammdf, all signals of the group in one piece."""
    from asammdf import MDF

    def run() -> int:
        with MDF(data / "bench.mf4") as mdf:
            signals = mdf.select([(f"x{number}", 0) for number in range(_CHANNELS)])
            return _written(target, ((signal.name, signal.samples) for signal in signals))

    return run


def h5(data: Path, target: Path) -> Callable[[], int]:
    """h5py, dataset by dataset."""
    import h5py

    def run() -> int:
        with h5py.File(data / "bench.h5") as opened:
            return _written(target, ((name, dataset[:]) for name, dataset in opened["g"].items()))

    return run


def scipy_mat(data: Path, target: Path) -> Callable[[], int]:
    """scipy.io.loadmat."""
    from scipy.io import loadmat

    def run() -> int:
        found = loadmat(data / "bench.mat", squeeze_me=True)
        return _written(target, ((name, found[name]) for name in found if not name.startswith("__")))

    return run


def scipy_wav(data: Path, target: Path) -> Callable[[], int]:
    """scipy.io.wavfile."""
    from scipy.io import wavfile

    def run() -> int:
        _, found = wavfile.read(data / "bench.wav")
        return _written(target, ((f"x{number}", found[:, number]) for number in range(found.shape[1])))

    return run


for kind, suffix, prepare, plain, label in (
    ("tdms", "tdms", prepare_tdms, nptdms, "npTDMS"),
    ("mdf4", "mf4", prepare_mdf, asammdf, "asammdf"),
    ("hdf5", "h5", prepare_hdf5, h5, "h5py"),
    ("matlab", "mat", prepare_matlab, scipy_mat, "scipy"),
    ("wav", "wav", prepare_wav, scipy_wav, "scipy"),
):
    register_beside(
        kind, f"{kind.upper()} to chunks of samples (rows are samples)", prepare, tundish(f"bench.{suffix}"),
        Contender(f"{label} to Parquet", plain), module=__name__, goals=(at_most(2.0, "plain"), under_mib(2048)),
    )  # fmt: skip
