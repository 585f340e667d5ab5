"""The spool: nothing acknowledged is lost, whatever is cut, killed or full."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.connectors.frames import MAGIC, FrameWriter, cut_torn_tail, read_frames
from ingestion.connectors.segments import segment_of
from ingestion.connectors.spool import Spool, SpoolOptions
from ingestion.errors import SpoolError, SpoolFullError, SpoolInUseError

SCHEMA = pa.schema([("signal", pa.string()), ("value", pa.int64())])


def rows(*values: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"signal": ["a"] * len(values), "value": list(values)}, SCHEMA)


def opened(root: Path, **options: object) -> Spool:
    return Spool(root / "spool", root / "landing", SCHEMA, options=SpoolOptions(**options))  # type: ignore[arg-type]


def values(paths: list[Path]) -> list[int]:
    return [value for path in paths for value in pq.read_table(path).column("value").to_pylist()]


def landed(root: Path) -> list[int]:
    return values(sorted((root / "landing").glob("readings_*.parquet"), key=lambda path: path.name))


def hashes(root: Path) -> set[str]:
    return {segment_of(path).sha256 for path in (root / "landing").glob("*.parquet")}


@settings(max_examples=60, deadline=None)
@given(
    payloads=st.lists(st.binary(max_size=200), max_size=8),
    cut=st.integers(min_value=0, max_value=400),
    tail=st.sampled_from([b"", b"\0" * 64, b"\xff" * 7, b"\x03\0\0\0garbage"]),
)
def test_torn_tail_is_cut_and_whole_frames_stay(
    tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes], cut: int, tail: bytes
) -> None:
    path = tmp_path_factory.mktemp("frames") / "one.log"
    writer = FrameWriter(path)
    ends = [len(MAGIC)]
    for payload in payloads:
        writer.append(payload)
        ends.append(writer.size)
    writer.close()
    kept = max(ends[-1] - cut, 0)
    os.truncate(path, kept)
    with path.open("ab") as handle:
        handle.write(tail)
    whole = [payload for payload, end in zip(payloads, ends[1:], strict=True) if end <= kept]
    if kept >= len(MAGIC):
        assert list(read_frames(path)) == whole
    else:
        assert list(read_frames(path)) == []
    cut_torn_tail(path)
    assert path.stat().st_size == max([end for end in ends if end <= kept], default=0)
    assert cut_torn_tail(path) == 0


@settings(max_examples=40, deadline=None)
@given(flip=st.integers(min_value=len(MAGIC), max_value=10_000), bit=st.integers(min_value=0, max_value=7))
def test_a_flipped_bit_never_becomes_a_row(
    tmp_path_factory: pytest.TempPathFactory, flip: int, bit: int
) -> None:
    path = tmp_path_factory.mktemp("frames") / "one.log"
    writer = FrameWriter(path)
    payloads = [bytes([index]) * 50 for index in range(10)]
    for payload in payloads:
        writer.append(payload)
    writer.close()
    content = bytearray(path.read_bytes())
    content[len(MAGIC) + (flip - len(MAGIC)) % (len(content) - len(MAGIC))] ^= 1 << bit
    path.write_bytes(bytes(content))
    found = list(read_frames(path))
    assert len(found) < len(payloads)
    assert found == payloads[: len(found)]


def test_rows_land_in_order_once(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as spool:
        spool.append(rows(1, 2))
        spool.append(rows(3))
        (first,) = spool.land()
        assert spool.land() == []
        spool.append(rows(4))
        spool.append(rows())
    assert landed(tmp_path) == [1, 2, 3, 4]
    assert first.name.startswith("readings_2")
    assert pq.read_schema(first).equals(SCHEMA)


def test_a_segment_stays_until_its_hash_is_committed(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as spool:
        spool.append(rows(1, 2))
        (path,) = spool.land()
        assert spool.acknowledge({"0" * 64}) == 0
        path.unlink()
    with closing(opened(tmp_path)) as spool:
        assert values(spool.land()) == [1, 2]  # landed again, the same bytes
        assert [batch.num_rows for batch in spool.replay()] == [2]
        assert spool.acknowledge(hashes(tmp_path)) == 2
        assert spool.status.bytes_held == 0
        assert list(spool.replay(["value"])) == []


def test_the_same_bytes_land_after_any_restart(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as spool:
        spool.append(rows(1))
        (path,) = spool.land()
        before = path.read_bytes()
        path.unlink()
    with closing(opened(tmp_path)) as spool:
        (again,) = spool.land()
    assert (again, again.read_bytes()) == (path, before)


def test_a_long_stream_is_cut_into_segments(tmp_path: Path) -> None:
    with closing(opened(tmp_path, segment_bytes=2_000)) as spool:
        for value in range(40):
            spool.append(rows(value))
        assert len(spool.land()) == 5
    assert landed(tmp_path) == list(range(40))


def test_a_full_spool_refuses_rows_and_goes_on_after_the_commit(tmp_path: Path) -> None:
    with closing(opened(tmp_path, limit_bytes=6_000)) as spool:
        taken = 0
        while spool.has_room(2_500):
            spool.append(rows(*range(taken * 100, taken * 100 + 100)))
            taken += 1
        with pytest.raises(SpoolFullError, match=r"the limit is 6,000.*tundish run"):
            spool.append(rows(*range(300)))
        assert not spool.has_room(2_500)
        spool.land()
        assert spool.acknowledge(hashes(tmp_path)) == 100 * taken
        spool.append(rows(7))
        assert spool.has_room(2_000)
        assert spool.status.rows_lost == 0
    assert len(landed(tmp_path)) == 100 * taken + 1


def test_drop_oldest_counts_what_is_lost_and_what_only_goes_unwatched(tmp_path: Path) -> None:
    with closing(opened(tmp_path, limit_bytes=8_000, when_full="drop_oldest")) as spool:
        spool.append(rows(*range(100)))
        spool.land()
        for start in range(100, 2_000, 100):
            spool.append(rows(*range(start, start + 100)))
        status = spool.status
        spool.land()
    found = landed(tmp_path)
    assert status.rows_released == 100
    assert status.rows_lost > 0
    assert len(found) + status.rows_lost == status.rows_appended == 2_000
    assert found == [*range(100), *range(100 + status.rows_lost, 2_000)]
    notes = [json.loads(line) for line in (tmp_path / "spool" / "losses.jsonl").read_text().splitlines()]
    assert sum(note["rows"] for note in notes if note["lost"]) == status.rows_lost


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with closing(opened(tmp_path)), pytest.raises(SpoolInUseError, match="another collector"):
        opened(tmp_path)
    opened(tmp_path).close()


def test_rows_of_another_schema_are_refused(tmp_path: Path) -> None:
    other = pa.RecordBatch.from_pydict({"signal": ["a"]})
    with closing(opened(tmp_path)) as spool, pytest.raises(SpoolError, match="another schema"):
        spool.append(other)


def test_state_is_kept_and_damage_is_said(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as spool:
        assert spool.load_state() == {}
        spool.save_state({"marks": {"a": 1}})
    with closing(opened(tmp_path)) as spool:
        assert spool.load_state() == {"marks": {"a": 1}}
        (tmp_path / "spool" / "state.json").write_text("{")
        with pytest.raises(SpoolError, match=r"state\.json: no JSON"):
            spool.load_state()


def test_appending_goes_on_while_another_thread_lands(tmp_path: Path) -> None:
    with closing(opened(tmp_path, segment_bytes=5_000)) as spool:
        done = threading.Event()

        def land() -> None:
            while not done.is_set():
                spool.land()

        thread = threading.Thread(target=land)
        thread.start()
        for value in range(1_000):
            spool.append(rows(value))
        done.set()
        thread.join()
    assert landed(tmp_path) == list(range(1_000))


KILLED = """
    import os, sys
    from pathlib import Path
    import pyarrow as pa
    from ingestion.connectors.spool import Spool, SpoolOptions
    root = Path(sys.argv[1])
    schema = pa.schema([("signal", pa.string()), ("value", pa.int64())])
    spool = Spool(root / "spool", root / "landing", schema, options=SpoolOptions(segment_bytes=20_000))
    value = int(sys.argv[2])
    while True:
        spool.append(pa.RecordBatch.from_pydict({"signal": ["a"], "value": [value]}, schema))
        os.write(1, b"%d\\n" % value)
        value += 1
        if value % 40 == 0:
            spool.land()
"""


def test_kill_at_any_moment_keeps_every_row_that_was_acknowledged(tmp_path: Path) -> None:
    last = -1
    for told in (1, 37, 41, 90, 160, 333):
        command = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), str(last + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(told):
                last = int(process.stdout.readline())
            os.kill(process.pid, signal.SIGKILL)
            for line in process.stdout:
                last = int(line) if line.endswith(b"\n") else last
        with closing(opened(tmp_path)) as spool:
            spool.land()
        found = landed(tmp_path)
        # One row more may have been written than could be told.
        assert found in (list(range(last + 1)), list(range(last + 2)))
        last = found[-1]
