"""Recordings of 16 channels as chunks of samples, against the libraries that read them best. A row is a sample here.

The others read all samples and write them to Parquet as the same lists: no hash, no check, no exactly-once commit.
"""

# ruff: noqa: PLC0415 - engines are imported before the clock starts, not when benchmarks are listed

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.table import Benchmark, Contender, Work, at_most, register, under_mib

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


def tundish(data: Path, target: Path) -> Callable[[], int]:
    """Contract sample_chunks of sensor_files, with its gate."""
    from ingestion.contracts import SOURCES, load_contract
    from ingestion.load import load_table
    from ingestion.plant import Plant, Site, Source
    from ingestion.settings import Settings
    from quality.contract_gate import evaluate_batch

    source = Source("sensor_files", data, "1000", "Europe/Berlin")
    plant = Plant("bench", "Bench", target, (Site("1000", "Bench", "Europe/Berlin", "EUR", "DE"),), (source,))
    contract = load_contract(SOURCES / "sensor_files" / "sample_chunks.contract.yml")

    def run() -> int:
        load = load_table(
            contract, source, plant, Settings(home=target, settle_seconds=0), batch_gate=evaluate_batch
        )
        assert not load.with_status("held"), [batch.message for batch in load.batches]
        return _samples(target)

    return run


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


register(
    Benchmark(
        name="tdms",
        title="TDMS to chunks of samples (rows are samples)",
        prepare=prepare_tdms,
        contenders={
            "tundish": Contender("Tundish (gate, exactly once)", tundish),
            "nptdms": Contender("npTDMS to Parquet", nptdms),
        },
        reference="nptdms",
        goals=(at_most(2.0, "nptdms"), under_mib(2048)),
        module=__name__,
    )
)
register(
    Benchmark(
        name="mdf4",
        title="MDF4 to chunks of samples (rows are samples)",
        prepare=prepare_mdf,
        contenders={
            "tundish": Contender("Tundish (gate, exactly once)", tundish),
            "asammdf": Contender("asammdf to Parquet", asammdf),
        },
        reference="asammdf",
        goals=(at_most(2.0, "asammdf"), under_mib(2048)),
        module=__name__,
    )
)
