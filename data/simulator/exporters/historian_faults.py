"""Faults of historian rows: states in place of values, sentinels, copies, late and spoilt rows.

Belongs here: which rows of a day's frame become faulty, and their labels.
Does not belong here: the frame's values and the file (historian.py).
"""

import numpy as np
import polars as pl

from data.simulator.duisburg import repeated_hour
from data.simulator.events import DayLog
from data.simulator.faults import CORRECTED, QUARANTINED, SMALLEST_FILE, Fault, Mark

STATES = ("I/O Timeout", "Bad Input", "Scan Off", "Comm Fail", "No Data", "Over Range")
PI_STATE = Mark("pi_state", CORRECTED, "value_state", "a system state in place of a value")
SENTINEL = Mark("sentinel", CORRECTED, "nullValues", "-9999 in place of a value")
DUPLICATE = Mark("exact_duplicate", CORRECTED, "key", "the same record twice in a file")
LATE = Mark("late_row", CORRECTED, "append", "delivered with the next day")
ORDER = Mark("out_of_order", CORRECTED, "order", "stands behind later records")
SPOILT: tuple[tuple[str, str, Mark], ...] = (
    ("Value", "#!?", Mark("garbage_number", QUARANTINED, "set:value_state", "#!?")),
    ("Value", "12.3.4", Mark("garbage_number", QUARANTINED, "set:value_state", "12.3.4")),
    ("Value", "Sensor defekt", Mark("unknown_state_text", QUARANTINED, "set:value_state", "Sensor defekt")),
    ("Value", "1000000000000.0", Mark("out_of_range", QUARANTINED, "range:value", "1e12")),
    ("Timestamp", "32-Oct-25 10:00:00", Mark("impossible_timestamp", QUARANTINED, "type:reading_at", "32-Oct-25 10:00:00")),
    ("Tag", "", Mark("missing_key", QUARANTINED, "required:tag")),
    ("UOM", "kW,17", Mark("malformed_row", QUARANTINED, "malformed_row", "one field too many")),
)  # fmt: skip
MARKS = (PI_STATE, SENTINEL, DUPLICATE, LATE, ORDER, *(mark for _, _, mark in SPOILT))


class ReadingFaults:
    """Spoils one day of readings. Nothing that changes the order of the file touches a day with a repeated hour."""

    def __init__(self, frame: pl.DataFrame, rng: np.random.Generator, log: DayLog) -> None:
        self.frame, self.rng = frame, rng
        self.in_order = repeated_hour(log.day) is None
        self.first_s = log.start // 1000
        self.free = rng.permutation(frame.height)
        self.extra: list[pl.DataFrame] = []

    def apply(self, held: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the faulty frame, with the rows held back the day before, and the rows held back now."""
        if self.frame.height < 50 * SMALLEST_FILE:
            return self.frame, pl.DataFrame()
        for _ in range(8):
            self._burst(STATES[int(self.rng.integers(len(STATES)))])
        self._replace(self._take(12), "Value", "-9999", SENTINEL)
        for column, text, mark in SPOILT:
            self._insert(column, text, mark)
        late = self.frame[[]]
        if self.in_order:
            self._copy(self._take(10))
            self._delay(self._take(6))
            late = self._hold_back(self._take(5))
        back = [held.with_columns(key=pl.lit(self.first_s - 1, pl.Int64))] if held.height else []
        return pl.concat([*back, self.frame, *self.extra]), late

    def labels(self, frame: pl.DataFrame, file: str) -> list[Fault]:
        """Labels of the marked rows of the sorted frame."""
        marked = (
            frame.with_row_index("row", offset=1)
            .filter(pl.col("mark").is_not_null())
            .select("row", "mark", "Tag")
        )
        return [
            Fault(MARKS[n].kind, "pi_historian__readings", file, row, MARKS[n].expected, MARKS[n].rule, MARKS[n].detail or tag)
            for row, n, tag in marked.iter_rows()
        ]  # fmt: skip

    def _take(self, count: int) -> np.ndarray:
        taken, self.free = self.free[:count], self.free[count:]
        return np.sort(taken)

    def _burst(self, state: str) -> None:
        first = int(self._take(1)[0])
        tags = self.frame["Tag"]
        end = min(first + int(self.rng.integers(3, 25)), self.frame.height)
        rows = np.array([n for n in range(first, end) if tags[n] == tags[first]])
        self.free = self.free[~np.isin(self.free, rows)]
        self._replace(rows, "Value", state, PI_STATE)

    def _replace(self, rows: np.ndarray, column: str, text: str, mark: Mark) -> None:
        changed = self.frame[column].scatter(rows, text)
        marks = self.frame["mark"].scatter(rows, MARKS.index(mark))
        self.frame = self.frame.with_columns(changed.alias(column), marks.alias("mark"))

    def _insert(self, column: str, text: str, mark: Mark) -> None:
        row = self.frame[self._take(1).tolist()]
        code = pl.lit(MARKS.index(mark), pl.Int32)
        self.extra.append(row.with_columns(pl.lit(text).alias(column), mark=code))

    def _copy(self, rows: np.ndarray) -> None:
        self.extra.append(
            self.frame[rows.tolist()].with_columns(mark=pl.lit(MARKS.index(DUPLICATE), pl.Int32))
        )

    def _delay(self, rows: np.ndarray) -> None:
        moved = self.frame["key"].scatter(rows, self.frame["key"].gather(rows) + 40)
        marks = self.frame["mark"].scatter(rows, MARKS.index(ORDER))
        self.frame = self.frame.with_columns(moved.alias("key"), marks.alias("mark"))

    def _hold_back(self, rows: np.ndarray) -> pl.DataFrame:
        late: pl.DataFrame = self.frame[rows.tolist()].with_columns(mark=pl.lit(MARKS.index(LATE), pl.Int32))
        keep = np.ones(self.frame.height, dtype=bool)
        keep[rows] = False
        self.frame = self.frame.filter(pl.Series(keep))
        return late
