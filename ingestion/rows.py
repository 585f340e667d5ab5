"""The rows of one delivered file on their way from the typed query to the stage.

Belongs here: numbering rows, taking bad rows out of the stream, the repeated hour, and the figures of the batch
profile. Memory stays bounded: good rows pass through, of bad ones only number and rule are kept, and rows in a repeated
hour wait for the end of the file. What is done to whole batches stands in shaping.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.chosen import Chosen
from ingestion.drift.policy import EXTRA
from ingestion.formats.base import Skipped
from ingestion.lake.stage import FileStage
from ingestion.shaping import Origin, Rows, Shape, Shaped, dates, micros, timestamps
from ingestion.typing import folds, zones
from ingestion.typing.pairs import judged, pair_rules
from ingestion.typing.rules import Rule

_MAX_KEYED_ROWS = 500_000
_EXTRAS_SHOWN = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class BadRows:
    """Rows that broke a rule, ascending by number, and for each the index into `rules`."""

    rows: Rows
    codes: npt.NDArray[np.int64]
    rules: tuple[Rule, ...]

    def counts(self) -> list[tuple[int, int]]:
        """(index into rules, rows) of each rule that was broken, most rows first."""
        return Counter(self.codes.tolist()).most_common()


class FileRows:
    """Takes the rows of one file, in file order; finish() gives what was put aside.

    `chosen`: of a file that was taken in before only these rows count, read and bad ones too.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        origin: Origin,
        skipped: Skipped,
        stage: FileStage,
        chosen: Chosen | None = None,
    ) -> None:
        self.rows_good = 0
        self.null_counts: Counter[str] = Counter()
        self.extras: list[str] = []  # the first texts kept in _extra
        self.origin = origin
        self._shape = shape
        self._contract = shape.contract
        self._skipped = skipped
        self._stage = stage
        self._chosen = chosen
        self._delivered = 0
        self._pairs = pair_rules(self._contract)
        self._rules = [*shape.rules, *_skip_rules(skipped), *(pair.rule for pair in self._pairs)]
        self._codes = {rule.id: code for code, rule in enumerate(self._rules)}
        self._bad: list[tuple[Rows, npt.NDArray[np.int64]]] = []
        self._folded: list[pa.RecordBatch] = []
        self._keys: list[pa.RecordBatch] | None = (
            [] if self._contract.load_mode != "append" and self._contract.key else None
        )
        self._range_us: tuple[int, int] | None = None
        self._before = skipped.rows - np.arange(len(skipped.rows)) - 1

    @property
    def records(self) -> int:
        """All records of the file so far, with the skipped ones."""
        return self._delivered + len(self._skipped.rows)

    @property
    def rows_read(self) -> int:
        """The records that count."""
        return self.records if self._chosen is None else self._chosen.among(self.records)

    def numbers(self, count: int) -> Rows:
        """Record numbers of the next `count` delivered rows: skipped records count too."""
        positions = np.arange(self._delivered, self._delivered + count, dtype=np.int64)
        self._delivered += count
        if len(self._before) == 0:
            return positions + 1
        return positions + 1 + np.searchsorted(self._before, positions, side="right")

    def add(self, shaped: Shaped) -> None:
        """The rows of this file in one batch."""
        if self._pairs:
            verdict = self._compared(shaped.rows, shaped.verdict, ~shaped.folded)
            shaped = Shaped(shaped.rows, verdict, shaped.folded)
        if self._chosen is not None:
            shaped = self._chosen.let_in(shaped, self._rules)
        rows, bad = shaped.rows, shaped.verdict >= 0
        extras = rows.column(EXTRA)
        if extras.null_count < len(extras) and len(self.extras) < _EXTRAS_SHOWN:
            self.extras += extras.drop_null()[:_EXTRAS_SHOWN].to_pylist()
        waiting = shaped.folded & ~bad
        if bad.any():
            self._bad.append((np.asarray(rows.column("_source_row"))[bad], shaped.verdict[bad]))
        if waiting.any():
            self._folded.append(rows.filter(pa.array(waiting)))
        good = ~(bad | waiting)
        self._pass_on(rows if good.all() else rows.filter(pa.array(good)))

    def finish(self) -> BadRows:
        """Resolve the repeated hour, then give all bad rows of the file, skipped ones included."""
        self._resolve_folds()
        skipped = np.array([self._codes[rule] for rule in self._skipped.rules], dtype=np.int64)
        parts = [*self._bad, (self._skipped.rows, skipped)]
        rows = np.concatenate([part[0] for part in parts])
        codes = np.concatenate([part[1] for part in parts])
        if self._chosen is not None:
            counts = self._chosen.has(rows)
            rows, codes = rows[counts], codes[counts]
        order = np.argsort(rows, kind="stable")
        return BadRows(rows[order], codes[order], tuple(self._rules))

    def duplicate_keys(self) -> int | None:
        """Good rows whose key occurred before in this file; None where that was not counted."""
        if self._keys is None or self.rows_good < 2:
            return None if self._keys is None else 0
        keys = pa.Table.from_batches(self._keys)
        return int(keys.num_rows - keys.group_by(list(self._contract.key)).aggregate([]).num_rows)

    def ranges(self) -> dict[str, tuple[datetime, datetime]]:
        """First and last value of the contract's first timestamp column, if it has values."""
        name = self._shape.first_timestamp
        if name is None or self._range_us is None:
            return {}
        first, last = self._range_us
        return {name: (_EPOCH + timedelta(microseconds=first), _EPOCH + timedelta(microseconds=last))}

    def _pass_on(self, batch: pa.RecordBatch) -> None:
        if self._chosen is not None:
            batch = batch.filter(pa.array(self._chosen.has(np.asarray(batch.column("_source_row")))))
        if batch.num_rows == 0:
            return
        self.rows_good += batch.num_rows
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if column.null_count:
                self.null_counts[name] += column.null_count
        self._note_range(batch)
        if self._keys is not None:
            self._keys.append(batch.select(list(self._contract.key)))
            if self.rows_good > _MAX_KEYED_ROWS:
                self._keys = None
        self._stage.write(batch)

    def _note_range(self, batch: pa.RecordBatch) -> None:
        if self._shape.first_timestamp is None:
            return
        utc_us, valid = micros(batch.column(self._shape.first_timestamp))
        if valid is None or valid.any():
            first, last = int(utc_us.min()), int(utc_us.max())
            low, high = self._range_us or (first, last)
            self._range_us = min(low, first), max(high, last)

    def _resolve_folds(self) -> None:
        """Give waiting rows their occurrence of the repeated hour, or put them aside as ambiguous."""
        if not self._folded:
            return
        table = pa.Table.from_batches(self._folded).combine_chunks().sort_by("_source_row")
        self._folded = []
        rows = np.asarray(table.column("_source_row"))
        verdict = np.full(len(rows), -1, dtype=np.int64)
        columns = {name: table.column(name).combine_chunks() for name in table.schema.names}
        sequence = self._sequence(table)
        for name in self._shape.local_columns:
            columns[name] = self._resolved(name, columns[name], sequence, verdict)
        for name, source in self._shape.dates.items():
            columns[name] = dates(columns[source])
        whole = pa.RecordBatch.from_arrays(list(columns.values()), schema=table.schema)
        verdict = self._compared(whole, verdict, np.ones(len(verdict), dtype=np.bool_))
        if self._chosen is not None:
            shaped = self._chosen.let_in(Shaped(whole, verdict, verdict < 0), self._rules)
            whole, verdict = shaped.rows, shaped.verdict
        bad = verdict >= 0
        if bad.any():
            self._bad.append((rows[bad], verdict[bad]))
        self._pass_on(whole.filter(pa.array(~bad)))

    def _compared(self, rows: pa.RecordBatch, verdict: Rows, settled: npt.NDArray[np.bool_]) -> Rows:
        """The verdict with rules about two columns of a row, for rows whose times are settled."""
        return judged(self._pairs, len(self._rules) - len(self._pairs), rows, verdict, settled)

    def _resolved(
        self, name: str, column: pa.Array, sequence: Rows, verdict: npt.NDArray[np.int64]
    ) -> pa.Array:
        utc, valid = micros(column)
        local = zones.first_local(utc, self._shape.zone)
        inside = folds.distances(local, self._shape.zone) > 0
        if valid is not None:
            inside &= valid
        tolerance_us = int(self._contract.local_time.disorder_tolerance_s * 1e6)
        order = np.flatnonzero(inside)
        order = order[np.argsort(sequence[1][order], kind="stable")]
        chosen = folds.occurrences(local[order], sequence[0][order], tolerance_us, self._shape.zone)
        utc = utc.copy()
        utc[order[chosen == 1]] += folds.distances(local[order[chosen == 1]], self._shape.zone)
        unknown = order[chosen == folds.UNKNOWN]
        unknown = unknown[verdict[unknown] < 0]
        verdict[unknown] = self._codes[f"ambiguous_local_time:{name}"]
        return timestamps(utc, valid)

    def _sequence(self, table: pa.Table) -> Rows:
        """Two rows of numbers: which sequence a row belongs to, and its rank in the order of all rows."""
        count = table.num_rows
        order = self._contract.local_time.order
        groups, ranks = np.zeros(count, dtype=np.int64), np.arange(count, dtype=np.int64)
        if order:
            by = pa.table({name: table.column(name) for name in order}).append_column("row", pa.array(ranks))
            sorted_rows = np.asarray(
                by.sort_by([(name, "ascending") for name in (*order, "row")]).column("row")
            )
            ranks = np.empty(count, dtype=np.int64)
            ranks[sorted_rows] = np.arange(count)
            for name in order[:-1]:
                codes = table.column(name).combine_chunks().dictionary_encode().indices.fill_null(-1)
                groups = groups * (count + 1) + np.asarray(codes)
        return np.stack([groups, ranks])


def _skip_rules(skipped: Skipped) -> list[Rule]:
    expects = {
        "malformed_row": "as many fields as the header, in the format's grammar",
        "truncated_row": "a complete last line",
        "line_too_long": "a line within the length limit",
        "error_cell": "values; Excel shows an error (#REF!, #N/A ...) there: mend the formula and export again",
        "lost_leading_zeros": "text with leading zeros; Excel dropped them when the file was opened: "
        "format the column as text, or set formatOptions.padZeros of the contract",
        "truncated_recording": "all samples that the file announces",
    }
    return [Rule(rule, None, expects[rule]) for rule in dict.fromkeys(skipped.rules)]


def pass_on(shape: Shape, batch: pa.RecordBatch, parts: Sequence[tuple[FileRows, int]]) -> None:
    """A batch of the typed query to the files that its rows are of; `parts` tell how many are whose, in their order."""
    shaped = shape.shaped(batch, [(rows.origin, rows.numbers(count)) for rows, count in parts])
    start = 0
    for rows, count in parts:
        within = slice(start, start + count)
        rows.add(Shaped(shaped.rows.slice(start, count), shaped.verdict[within], shaped.folded[within]))
        start += count
