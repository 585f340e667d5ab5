"""Staging: rows of each day land in their own file in their order, and what goes wrong behind the reader comes out."""

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.lake import stage as staging
from ingestion.lake.stage import PartitionedWriter, Stage

SCHEMA = pa.schema([("n", pa.int64()), ("day", pa.date32())])
DAYS = st.lists(st.integers(20_000, 20_004) | st.none(), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(days=DAYS | DAYS.map(lambda days: sorted(days, key=lambda day: day or 0)))
def test_rows_of_a_day_keep_their_order(days: list[int | None]) -> None:
    batch = pa.record_batch([pa.array(range(len(days))), pa.array(days, pa.date32())], schema=SCHEMA)
    expected: dict[str | None, list[int]] = defaultdict(list)
    for number, day in enumerate(batch.column("day").to_pylist()):
        expected[None if day is None else str(day)].append(number)
    with TemporaryDirectory() as folder:
        writer = PartitionedWriter(Path(folder), SCHEMA, ("day",))
        writer.write(batch)
        found = {
            file.partition["day"]: pq.ParquetFile(file.path).read()["n"].to_pylist()
            for file in writer.close()
        }
    assert found == expected


def test_many_rows_are_written_behind_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_MEMORY_BYTES", 0)
    stage = Stage(tmp_path / "stage", SCHEMA, ("day",))
    file = stage.file()
    for start in range(0, 5000, 100):
        numbers = pa.array(range(start, start + 100))
        file.write(pa.record_batch([numbers, pa.array([20_000] * 100, pa.date32())], schema=SCHEMA))
    file.keep()
    (staged,) = stage.close()
    assert pq.ParquetFile(staged.path).read()["n"].to_pylist() == list(range(5000))


def test_small_batches_share_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_GROUP_ROWS", 250)
    writer = PartitionedWriter(tmp_path, SCHEMA, ("day",))
    for start in range(0, 1000, 100):
        days = pa.array([20_000] * 90 + [20_001] * 10, pa.date32())
        writer.write(pa.record_batch([pa.array(range(start, start + 100)), days], schema=SCHEMA))
    assert {file.partition["day"]: groups(file.path) for file in writer.close()} == {
        "2024-10-04": [270, 270, 270, 90],
        "2024-10-05": [100],
    }


def test_rows_that_wait_for_a_row_group_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_MEMORY_BYTES", 5 * 8 * 100)
    writer = PartitionedWriter(tmp_path, SCHEMA, ("day",))
    for start in range(0, 1000, 100):
        days = pa.array([20_000 + start // 500] * 100, pa.date32())
        writer.write(pa.record_batch([pa.array(range(start, start + 100)), days], schema=SCHEMA))
    assert [groups(file.path) for file in writer.close()] == [[500], [100, 400]]


def test_texts_stay_dictionaries_however_the_batches_encode_them(tmp_path: Path) -> None:
    schema = pa.schema([("tag", pa.dictionary(pa.int32(), pa.string())), ("day", pa.date32())])
    texts = ["a rather long name of a tag", "another long name of a tag"] * 500
    writer = PartitionedWriter(tmp_path, schema, ("day",))
    for encoded in (texts, texts[::-1], [*texts[:999], None]):
        days = pa.array([20_000] * len(encoded), pa.date32())
        writer.write(pa.record_batch([pa.array(encoded).dictionary_encode(), days], schema=schema))
    (file,) = writer.close()
    column = file.metadata.row_group(0).column(0)
    assert column.total_uncompressed_size < 3000 * 2
    assert pq.ParquetFile(file.path).read()["tag"].to_pylist() == [*texts, *texts[::-1], *texts[:999], None]


def groups(path: Path) -> list[int]:
    metadata = pq.read_metadata(path)
    return [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]


@pytest.mark.parametrize("memory", [0, 2**20])
def test_staged_rows_can_be_asked_before_they_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int
) -> None:
    monkeypatch.setattr(staging, "_MEMORY_BYTES", memory)
    stage = Stage(tmp_path / "stage", SCHEMA, ("day",))
    file = stage.file()
    file.write(
        pa.record_batch([pa.array([1, 2, 3]), pa.array([20_000, 20_001, 20_000], pa.date32())], schema=SCHEMA)
    )
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select sum(n), max(day)::varchar from {file.relation(connection)}"
        ).fetchall()
    assert found == [(6, "2024-10-05")]
    file.keep()
    assert sum(staged.metadata.num_rows for staged in stage.close()) == 3


def test_failed_write_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_MEMORY_BYTES", 0)
    file = Stage(tmp_path / "stage", SCHEMA, ()).file()
    file.write(pa.record_batch([pa.array([1]), pa.array([20_000], pa.date32())], schema=SCHEMA))
    file.write(pa.record_batch({"other": pa.array(["x"])}))
    with pytest.raises(ValueError, match="schema"):
        file.keep()
