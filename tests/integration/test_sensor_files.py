"""Recordings that nobody here wrote, through the contracts of sensor_files, compared with what other readers say."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from asammdf import MDF
from nptdms import TdmsFile

from ingestion.contracts import load_contracts
from tests.unit.ingestion.home import Home

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TDMS = sorted((DATA / "fmt_tdms").glob("*.tdms"))
MDF4 = sorted((DATA / "fmt_mdf4").glob("*.mf4"))

pytestmark = pytest.mark.skipif(
    not (TDMS and MDF4), reason="the samples fmt_tdms and fmt_mdf4 are not on this machine"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("home"))
    for path in [*TDMS, *MDF4]:
        folder = made.inbox / path.suffix[1:]
        folder.mkdir(exist_ok=True)
        shutil.copy(path, folder)
    for contract in load_contracts(["sensor_files"]):
        for batch in made.load(contract).batches:
            assert (batch.status, batch.rows_quarantined) == ("committed", 0), batch.message
    return made


def waves(home: Home, file: str) -> dict[int, np.ndarray]:
    """Samples by place of the channel in the file."""
    chunks = next(one for one in load_contracts(["sensor_files"]) if one.table == "sample_chunks")
    parts: dict[int, list[list[float]]] = {}
    columns = "snapshot_id, samples, file_name"
    for snapshot_id, samples, name in home.rows(chunks, columns, order="snapshot_id, chunk_number"):
        if name == file:
            parts.setdefault(int(snapshot_id.rsplit("-", 1)[1]), []).append(samples)
    return {number: np.concatenate(found) for number, found in parts.items()}


@pytest.mark.parametrize("path", TDMS, ids=lambda path: path.stem)
def test_tdms_as_the_library_reads_it_in_one_piece(home: Home, path: Path) -> None:
    found = waves(home, f"tdms/{path.name}")
    channels = [channel for group in TdmsFile.read(path).groups() for channel in group.channels()]
    assert len(found) == len(channels)
    for number, channel in enumerate(channels, start=1):
        assert np.array_equal(found[number], channel[:].astype(float))


@pytest.mark.parametrize("path", MDF4, ids=lambda path: path.stem)
def test_mdf4_as_the_library_reads_it_in_one_piece(home: Home, path: Path) -> None:
    found = waves(home, f"mf4/{path.name}")
    number = 0
    with MDF(path) as mdf:
        for index, group in enumerate(mdf.groups):
            for place, _ in enumerate(group.channels):
                if place == mdf.masters_db.get(index) or group.channel_dependencies[place]:
                    continue
                samples = mdf.get(group=index, index=place, ignore_invalidation_bits=True).samples
                if samples.dtype.kind not in "fiub":
                    samples = mdf.get(group=index, index=place, raw=True).samples
                if samples.dtype.kind not in "fiub" or samples.ndim != 1:
                    continue
                number += 1
                assert np.array_equal(found[number], samples.astype(float)), group.channels[place].name
    assert number == len(found)


def test_known_facts_of_the_samples(home: Home) -> None:
    snapshots = next(one for one in load_contracts(["sensor_files"]) if one.table == "snapshots")
    rows = home.rows(snapshots, "file_name, sample_count, sample_rate_hz, unit", order="file_name")
    facts = {name: (count, rate, unit) for name, count, rate, unit in rows}
    assert facts["tdms/raw1.tdms"] == (2000, 50_000.0, "Volts")
    assert facts["tdms/big_endian.tdms"][:2] == (3500, 1000.0)
    assert facts["tdms/raw_timestamps.tdms"][:2] == (128, 1000.0)
    assert facts["mf4/test_batch.mf4"][:2] == (1051, 100.0)
