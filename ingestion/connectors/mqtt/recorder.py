"""From messages to landed files, exactly once: journal, fold, spool.

    record: journal (synced) -> the caller may acknowledge -> fold -> rows in memory
    hand over: rows -> spool (one append) -> state with the journal's number (synced) -> the journal's file goes

A kill anywhere leaves the journal, the spool and the state; opening again folds what the state does not cover. The
fold is deterministic, so the rows of a file that had reached the spool, but not the state, are known again by their
content and not appended twice. Rows that equal the former ones in every column would be one reading anyway.
Does not belong here: the network (client.py), when to land (collector.py).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from ingestion.connectors.mqtt.journal import Journal, is_tick, tick_at
from ingestion.connectors.mqtt.readings import SCHEMA, Arrival, Output, Row, record_batch
from ingestion.connectors.mqtt.topics import NodeId
from ingestion.connectors.spool import Spool
from ingestion.errors import SpoolError


class Fold(Protocol):
    """What turns messages into rows and remembers what it needs: Sessions or JsonTopics."""

    def take(self, arrival: Arrival, out: Output) -> None:
        """Take in one message."""

    def tick(self, now_us: int, out: Output) -> None:
        """Let time pass."""

    def due(self, now_us: int) -> bool:
        """True if tick() would do something."""

    def rebirths(self, now_us: int) -> list[NodeId]:
        """Edge nodes to ask for a rebirth now."""

    def distrust(self) -> None:
        """Messages may be missing."""

    def state(self) -> dict[str, Any]:
        """As JSON."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""


class Recorder:
    """One source's messages on their way to its landing folder. Opening it finishes what a killed process left."""

    def __init__(self, folder: Path, spool: Spool, fold: Fold) -> None:
        self._folder = folder
        self._spool = spool
        self._fold = fold
        self._journal = Journal(folder / "journal")
        self._rows: list[Row] = []
        self._unsettled: int | None = None
        self.counts: Counter[str] = Counter()
        self._recover()

    @property
    def waiting(self) -> int:
        """Rows that were not handed to the spool yet."""
        return len(self._rows)

    def record(self, arrivals: Sequence[Arrival]) -> None:
        """Write messages down and take them in; when this returns they may be acknowledged. SpoolError: neither."""
        try:
            self._journal.append(arrivals)
        except OSError as error:
            raise SpoolError(self._folder, f"cannot write: {error}.", "free space on this disk.") from error
        self._take(arrivals)

    def tick(self, now_us: int) -> None:
        """Let time pass."""
        if self._fold.due(now_us):
            self.record([tick_at(now_us)])

    def rebirths(self, now_us: int) -> list[NodeId]:
        """Edge nodes to ask for a rebirth now."""
        return self._fold.rebirths(now_us)

    def distrust(self) -> None:
        """Messages may be missing: ask for rebirths where that helps."""
        self._fold.distrust()

    @property
    def is_unsettled(self) -> bool:
        """True while the spool has rows that its state does not cover: then nothing may leave the spool."""
        return self._unsettled is not None

    def hand_over(self) -> None:
        """Give all rows to the spool. SpoolFullError or SpoolError: try again later; nothing is given twice."""
        if self._unsettled is not None:
            self._settle(self._unsettled)
        if self._rows:
            self._spool.append(record_batch(self._rows))
            self._rows.clear()
        if self._journal.size:
            self._settle(self._journal.roll())

    def close(self) -> None:
        """End the journal; what was not handed over is found there again."""
        self._journal.close()

    def _take(self, arrivals: Iterable[Arrival]) -> None:
        out = Output(self._rows, self.counts)
        for arrival in arrivals:
            if is_tick(arrival):
                self._fold.tick(arrival.received_us, out)
            else:
                self._fold.take(arrival, out)

    def _settle(self, number: int) -> None:
        self._unsettled = number
        try:
            self._spool.save_state({"journal": number, "fold": self._fold.state()})
        except OSError as error:
            raise SpoolError(self._folder, f"cannot write: {error}.", "free space on this disk.") from error
        self._unsettled = None
        self._journal.forget(number)

    def _recover(self) -> None:
        state = self._spool.load_state()
        done = int(state.get("journal", 0))
        if "fold" in state:
            self._fold.restore(state["fold"])
        self._journal.forget(done)
        for position, (number, arrivals) in enumerate(self._journal.left()):
            self._take(arrivals)
            if self._rows:
                rows, self._rows = record_batch(self._rows), []
                if position or not self._ends_with(rows):  # only the first file may have reached the spool
                    self._spool.append(rows)
            self._settle(number)

    def _ends_with(self, rows: pa.RecordBatch) -> bool:
        """True if the last rows of the spool are these."""
        tail = SCHEMA.empty_table()
        for batch in self._spool.replay():
            joined = pa.concat_tables([tail, pa.Table.from_batches([batch], SCHEMA)])
            tail = joined.slice(max(0, joined.num_rows - rows.num_rows))
        return bool(tail.combine_chunks().equals(pa.Table.from_batches([rows]).combine_chunks()))
