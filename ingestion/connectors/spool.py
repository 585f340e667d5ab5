"""The spool of a live source: rows lie on disk before anything else happens to them, then become landed files.

    append -> <seq>_<time>.log -> <seq>_<time>.parquet -> <landing>/<name>_<time>_<seq>.parquet -> committed: deleted
              framed, checksummed   built, synced, renamed  linked or copied, atomically

Every step can be killed: opening the folder again cuts a torn tail, goes on from the files that are there and lands
the same bytes. A landed file is a hard link of the spool's own (a copy between file systems), so its content hash is
known, and a segment goes only when that hash stands in the raw table (`acknowledge`). Parquet, because it is written
more than ten times faster than JSON lines, is a fifth of the size and keeps types.

When `limit_bytes` is reached: `block` refuses rows (SpoolFullError: the source must stop reading, nothing is lost
here), `drop_oldest` deletes the oldest segments; rows whose landed file still exists are only released, the others
are lost: both are counted in the status and written to losses.jsonl. One process per spool (SpoolInUseError).
Does not belong here: what rows mean, when a source is read again (the connectors), loading (load.py).
"""

import fcntl
import json
import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.connectors.frames import FrameWriter, cut_torn_tail, sync_file
from ingestion.connectors.segments import Segment, deliver, read_log, segment_of, sync_folder, write_parquet
from ingestion.errors import SpoolError, SpoolFullError, SpoolInUseError

WhenFull = Literal["block", "drop_oldest"]


@dataclass(frozen=True)
class SpoolOptions:
    """How much a spool may hold and what it does then; sizes in bytes. `segment_bytes` ends a segment early."""

    limit_bytes: int = 4 * 2**30
    when_full: WhenFull = "block"
    segment_bytes: int = 64 * 2**20


@dataclass(frozen=True)
class SpoolStatus:
    """Counts since the spool was opened, except `bytes_held` and `rows_waiting`, which are what lies there now."""

    bytes_held: int = 0
    rows_waiting: int = 0
    rows_appended: int = 0
    rows_landed: int = 0
    rows_acknowledged: int = 0
    rows_released: int = 0
    rows_lost: int = 0
    bytes_cut: int = 0


@dataclass
class _Open:
    """The segment that is written now."""

    writer: FrameWriter
    rows: int = 0


@dataclass
class _Counts:
    status: SpoolStatus = field(default_factory=SpoolStatus)

    def add(self, **more: int) -> None:
        known = {name: getattr(self.status, name) + count for name, count in more.items()}
        self.status = replace(self.status, **known)


class Spool:
    """Append-only, crash-safe store of record batches of one schema between a live source and its landing folder.

    append() may be called while land() runs in another thread. Call close(), or use
    contextlib.closing.
    """

    def __init__(
        self,
        folder: Path,
        landing: Path,
        schema: pa.Schema,
        *,
        name: str = "readings",
        options: SpoolOptions | None = None,
    ) -> None:
        self._folder = folder
        self._landing = landing
        self._schema = schema
        self._name = name
        self._options = options or SpoolOptions()
        self._counts = _Counts()
        self._open: _Open | None = None
        self._sealed: list[Path] = []
        self._sealed_bytes = 0
        self._segments: list[Segment] = []
        self._appending = threading.Lock()
        self._landing_now = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder)
        self._recover()

    # writing

    def append(self, rows: pa.RecordBatch) -> None:
        """Write rows down; when this returns they survive a kill of the process (a power cut: after sync()).

        SpoolFullError if there is no room and the policy is `block`, SpoolError if the disk refuses or the schema is
        another one: then nothing was written.
        """
        if not rows.num_rows:
            return
        if not rows.schema.equals(self._schema):
            raise SpoolError(self._folder, "rows of another schema.", "build them with the spool's schema.")
        payload = memoryview(rows.serialize())
        with self._appending:
            self._make_room(len(payload))
            current = self._current()
            try:
                current.writer.append(payload)
            except OSError as error:
                raise SpoolError(
                    self._folder, f"cannot write: {error}.", "free space on this disk."
                ) from error
            current.rows += rows.num_rows
            self._counts.add(rows_appended=rows.num_rows)
            if current.writer.size >= self._options.segment_bytes:
                self._seal()

    def sync(self) -> None:
        """Wait until all appended rows lie on the disk. Rows can be appended meanwhile: a slow disk stops no source."""
        with self._appending:
            logs = [*self._sealed, *([self._open.writer.path] if self._open is not None else [])]
        for log in logs:
            with suppress(FileNotFoundError):  # it became Parquet meanwhile, which is synced
                sync_file(log)

    def has_room(self, size: int = 0) -> bool:
        """True if that many more bytes can be appended without dropping anything."""
        return self._held_bytes() + size <= self._options.limit_bytes

    # landing and acknowledgement

    def land(self) -> list[Path]:
        """End the current segment and put every finished one that is not there yet into the landing folder."""
        with self._landing_now:
            with self._appending:
                self._seal()
                waiting = list(self._sealed)
            for log in waiting:
                self._finish(log)
            landed = [self._deliver(one) for one in list(self._segments) if one.landed is None]
            return [path for path in landed if path is not None]

    def acknowledge(self, committed: Collection[str]) -> int:
        """Delete the segments whose content hash the raw table holds (lake.transactions.committed_hashes); their rows."""
        done = 0
        with self._landing_now, self._appending:
            for segment in [one for one in self._segments if one.sha256 in committed]:
                self._remove(segment)
                done += segment.rows
        self._counts.add(rows_acknowledged=done)
        return done

    @property
    def status(self) -> SpoolStatus:
        """What it holds and what went through."""
        with self._appending:
            unlanded = sum(segment.rows for segment in self._segments)
            open_rows = self._open.rows if self._open is not None else 0
            return replace(
                self._counts.status, bytes_held=self._held_bytes(), rows_waiting=unlanded + open_rows
            )

    # a connector's own memory

    def save_state(self, state: Mapping[str, Any]) -> None:
        """Write a JSON mapping atomically, after syncing all rows that it may speak of."""
        self.sync()
        target = self._folder / "state.json"
        fresh = target.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as handle:
            json.dump(state, handle)
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(target)
        sync_folder(self._folder)

    def load_state(self) -> dict[str, Any]:
        """The mapping saved last; empty if there is none. Rows appended since are in replay()."""
        try:
            return dict(json.loads((self._folder / "state.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise SpoolError(
                self._folder / "state.json", f"no JSON: {error}.", "restore or remove that file."
            ) from error

    def replay(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of finished segments that are not acknowledged, in the order of appending.

        Right after opening that is all that a killed connector had written and the raw table does not hold.
        """
        for segment in list(self._segments):
            with pq.ParquetFile(segment.path) as parquet:
                yield from parquet.iter_batches(columns=list(columns) if columns is not None else None)

    def close(self) -> None:
        """Land what is there and give up the lock."""
        if self._lock.closed:
            return
        try:
            self.land()
        finally:
            self._lock.close()

    # inside

    def _current(self) -> _Open:
        if self._open is None:
            self._sequence += 1
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
            self._open = _Open(FrameWriter(self._folder / f"{self._sequence:010d}_{stamp}.log"))
            # The schema goes first: a later version reads what an earlier one wrote.
            self._open.writer.append(memoryview(self._schema.serialize()))
        return self._open

    def _seal(self) -> None:
        if self._open is not None:
            current, self._open = self._open, None
            current.writer.close()
            self._sealed.append(current.writer.path)
            self._sealed_bytes += current.writer.size

    def _finish(self, log: Path) -> None:
        """A log becomes Parquet; the log goes when that is safe on disk. Nothing if it was dropped meanwhile."""
        try:
            size = log.stat().st_size
            table = read_log(log)
        except FileNotFoundError:
            return
        target = log.with_suffix(".parquet")
        segment = None
        if table is not None:
            if not target.exists():
                write_parquet(table, target)
            segment = segment_of(target)
        with self._appending:
            if log not in self._sealed:
                target.unlink(missing_ok=True)
                return
            if segment is not None:
                self._segments.append(segment)
            self._sealed.remove(log)
            self._sealed_bytes -= size
            log.unlink()

    def _deliver(self, segment: Segment) -> Path | None:
        """Into the landing folder; None if it was dropped meanwhile."""
        target = self._landing / self._landed_name(segment)
        try:
            fresh = deliver(segment.path, target)
        except FileNotFoundError:
            if segment in self._segments:
                raise
            return None
        segment.landed = target
        self._counts.add(rows_landed=segment.rows if fresh else 0)
        return target

    def _landed_name(self, segment: Segment) -> str:
        sequence, _, stamp = segment.path.stem.partition("_")
        return f"{self._name}_{stamp}_{sequence}.parquet"

    def _recover(self) -> None:
        """Go on from the files of an earlier process."""
        for stale in self._folder.glob("*.new"):
            stale.unlink()
        logs = sorted(self._folder.glob("*.log"))
        finished = sorted(self._folder.glob("*.parquet"))
        self._sequence = max([int(path.name.partition("_")[0]) for path in (*logs, *finished)], default=0)
        with_log = {log.stem for log in logs}
        for path in finished:
            if path.stem not in with_log:
                segment = segment_of(path)
                landed = self._landing / self._landed_name(segment)
                self._segments.append(replace(segment, landed=landed if landed.exists() else None))
        for log in logs:
            self._counts.add(bytes_cut=cut_torn_tail(log))
            self._sealed.append(log)
            self._sealed_bytes += log.stat().st_size
            self._finish(log)

    def _held_bytes(self) -> int:
        current = self._open.writer.size if self._open is not None else 0
        return current + self._sealed_bytes + sum(segment.bytes for segment in self._segments)

    def _make_room(self, size: int) -> None:
        limit = self._options.limit_bytes
        while self._held_bytes() + size > limit:
            if self._options.when_full == "block":
                raise SpoolFullError(self._folder, self._held_bytes(), limit)
            if not self._segments:
                if self._open is None and not self._sealed:
                    return  # nothing left to drop: one batch larger than the limit
                self._drop_logs()
                continue
            self._drop(self._segments[0])

    def _drop(self, segment: Segment) -> None:
        released = segment.landed is not None and segment.landed.exists()
        self._remove(segment)
        self._note_loss(segment.path.name, segment.rows, lost=not released)

    def _drop_logs(self) -> None:
        """Not even landed: the landing folder cannot keep up or refuses."""
        self._seal()
        for log in self._sealed:
            table = read_log(log)
            self._note_loss(log.name, table.num_rows if table is not None else 0, lost=True)
            log.unlink()
        self._sealed, self._sealed_bytes = [], 0

    def _note_loss(self, name: str, rows: int, *, lost: bool) -> None:
        self._counts.add(**{"rows_lost" if lost else "rows_released": rows})
        note = {"at": datetime.now(UTC).isoformat(), "segment": name, "rows": rows, "lost": lost}
        with (self._folder / "losses.jsonl").open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(note) + "\n")

    def _remove(self, segment: Segment) -> None:
        segment.path.unlink()
        self._segments.remove(segment)


def _locked(folder: Path) -> TextIO:
    handle = (folder / "spool.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise SpoolInUseError(folder) from error
    return handle
