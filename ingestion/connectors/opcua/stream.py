"""Readings of one connection on their way into the spool: which are new, which must wait, how far each signal is known.

A mark is the latest time up to which all values of a signal lie in the spool. After a gap a signal is held: its live
values wait in memory until history has filled the gap, for only then may its mark move on; a kill in between loses
nothing, because the gap starts at the mark again. Values that history and subscription both deliver are kept once.
Does not belong here: asking for history (filling.py), when to connect (collector.py).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from asyncua import ua

from ingestion.connectors.opcua.readings import Reading, Signal, overflowed, reading_of, to_batch
from ingestion.connectors.spool import Spool

_MOST = 20_000  # readings in one batch: a long history must fit into what room there is


class Marks:
    """How far each signal is known, by name, and the server's time up to which all signals were listened to."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.by_name = {name: datetime.fromisoformat(at) for name, at in (state.get("marks") or {}).items()}
        self.alive = datetime.fromisoformat(state["alive"]) if state.get("alive") else None

    def advance(self, name: str, at: datetime) -> None:
        """Move a mark; never back."""
        known = self.by_name.get(name)
        if known is None or at > known:
            self.by_name[name] = at

    def state(self) -> dict[str, Any]:
        """As JSON holds it."""
        alive = self.alive
        marks = {name: at.isoformat() for name, at in self.by_name.copy().items()}
        return {"marks": marks, "alive": alive.isoformat() if alive else None}


def restore_marks(spool: Spool) -> Marks:
    """Marks as saved, moved on by what was spooled since."""
    marks = Marks(spool.load_state())
    for batch in spool.replay(["signal", "reading_at"]):
        latest = pa.Table.from_batches([batch]).group_by("signal").aggregate([("reading_at", "max")])
        for row in latest.to_pylist():
            marks.advance(row["signal"], row["reading_at_max"])
    return marks


class Stream:
    """Takes notifications and history of one session's signals; everything new goes to the spool at once."""

    def __init__(
        self, spool: Spool, marks: Marks, signals: Sequence[Signal], *, can_fill: bool = True
    ) -> None:
        self.signals = signals
        self._can_fill = can_fill
        self.marks = marks
        self.counts: Counter[str] = Counter()
        self.held: dict[int, list[Reading]] = {}
        self.lossy: dict[int, tuple[datetime, datetime]] = {}
        self._spool = spool
        self._initial: set[int] = set()
        self._filled: dict[int, tuple[set[datetime], datetime]] = {}

    def mark(self, index: int) -> datetime | None:
        """How far a signal is known."""
        return self.marks.by_name.get(self.signals[index].name)

    def expect(self, indices: Iterable[int]) -> None:
        """Signals that are about to be subscribed: the first value of each may be known already."""
        self._initial.update(indices)

    def hold(self, indices: Iterable[int]) -> None:
        """Let live values of these signals wait from now on."""
        for index in indices:
            self.held.setdefault(index, [])

    def live(self, items: Sequence[ua.MonitoredItemNotification], at: datetime | None) -> None:
        """One notification; `at` is the server's time when it was published. SpoolFullError if there is no room."""
        readings = [reading_of(item.ClientHandle, item.Value) for item in items]
        self.counts["received"] += len(readings)
        if self.held or self._initial or self._filled or any(overflowed(item.Value) for item in items):
            readings = [reading for reading in readings if self._is_due(reading)]
        self.write(readings, historical=False)
        self.alive(at)

    def alive(self, at: datetime | None) -> None:
        """The server is there and has nothing that we lack, unless a gap is still open."""
        if not self.held:
            self.marks.alive = at or datetime.now(UTC)

    def write(self, readings: Sequence[Reading], *, historical: bool) -> None:
        """Into the spool; then, and only then, marks move."""
        for start in range(0, len(readings), _MOST):
            self._write(readings[start : start + _MOST], historical=historical)

    def _write(self, readings: Sequence[Reading], *, historical: bool) -> None:
        self._spool.append(to_batch(self.signals, readings, historical=historical))
        self.counts["historical" if historical else "live"] += len(readings)
        marks, signals = self.marks.by_name, self.signals
        for reading in readings:
            name = signals[reading.signal].name
            known = marks.get(name)
            if known is None or reading.at > known:
                marks[name] = reading.at

    def fill(self, index: int, readings: Sequence[Reading]) -> None:
        """History of a signal's gap, already without what was known before."""
        self.write(readings, historical=True)
        if index in self.held and readings:
            times, latest = self._filled.get(index, (set(), readings[0].at))
            times |= {reading.at for reading in readings}
            self._filled[index] = (times, max(latest, *(reading.at for reading in readings)))

    def release(self, indices: Iterable[int]) -> int:
        """The gap of these signals is filled or cannot be: let their live values through; how many came by both ways."""
        waiting = [(index, self.held.pop(index, [])) for index in indices]
        readings = [reading for _, held in waiting for reading in held]
        due = [reading for reading in readings if not self._came_by_history(reading)]
        self.write(due, historical=False)
        return len(readings) - len(due)

    def _is_due(self, reading: Reading) -> bool:
        """True if a live value is new and need not wait."""
        index = reading.signal
        if index in self._initial:
            self._initial.discard(index)
            known = self.mark(index)
            if known is not None and reading.at <= known:
                self.counts["repeated"] += 1
                return False
        if overflowed(reading.value):
            self._note_overflow(reading)
        if index in self.held:
            self.held[index].append(reading)
            return False
        return not self._came_by_history(reading)

    def _note_overflow(self, reading: Reading) -> None:
        """The server's queue was full: values between the last known one and this one are missing."""
        index = reading.signal
        self.counts["overflows"] += 1
        since = self.lossy.get(index, (self.mark(index) or reading.at, reading.at))[0]
        if index not in self.held:
            self.lossy[index] = (since, reading.at)
            if self._can_fill:
                self.hold([index])

    def _came_by_history(self, reading: Reading) -> bool:
        """True for a value that filling a gap delivered first; forgets about it once the stream is past the gap."""
        filled = self._filled.get(reading.signal)
        if filled is None:
            return False
        times, latest = filled
        if reading.at in times:
            self.counts["repeated"] += 1
            return True
        if reading.at > latest:
            del self._filled[reading.signal]
        return False
