"""The rows of one delivered file on their way from the typed query to the stage.

Belongs here: numbering rows, local time to UTC, taking bad rows out of the stream, the repeated hour, technical
columns, and the figures of the batch profile. Memory stays bounded: good rows pass through, of bad ones only number
and rule are kept, and rows in a repeated hour wait for the end of the file.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Contract
from ingestion.drift.policy import EXTRA
from ingestion.formats.base import Skipped
from ingestion.lake.commit import UTC_MICROSECONDS
from ingestion.lake.stage import FileStage
from ingestion.typing import folds, series, zones
from ingestion.typing.query import RULE_COLUMN, TypedQuery, repeating_texts
from ingestion.typing.rules import Rule, pattern_rule

_DAY_US = 86_400_000_000
_MAX_KEYED_ROWS = 500_000
_EXTRAS_SHOWN = 100
_REPEATED = pa.dictionary(pa.int32(), pa.string())
Rows = npt.NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Origin:
    """Where the rows come from: the values of the technical columns."""

    file: str
    batch_id: str
    ingested_at: datetime


@dataclass(frozen=True)
class BadRows:
    """Rows that broke a rule, ascending by number, and for each the index into `rules`."""

    rows: Rows
    codes: npt.NDArray[np.int64]
    rules: tuple[Rule, ...]

    def counts(self) -> list[tuple[int, int]]:
        """(index into rules, rows) of each rule that was broken, most rows first."""
        return Counter(self.codes.tolist()).most_common()


def staged_schema(contract: Contract) -> pa.Schema:
    """The raw table's schema, where repeating text is a dictionary: Parquet writes that at once."""
    schema = contract.arrow_schema
    for name in ("_source_file", "_batch_id", *(column.name for column in repeating_texts(contract))):
        position = schema.get_field_index(name)
        schema = schema.set(position, schema.field(name).with_type(_REPEATED))
    return schema


class FileRows:
    """Takes typed batches of one file, in file order; finish() gives what was put aside."""

    def __init__(
        self,
        contract: Contract,
        zone: str,
        query: TypedQuery,
        *,
        origin: Origin,
        skipped: Skipped,
        stage: FileStage,
    ) -> None:
        self.rows_good = 0
        self.null_counts: Counter[str] = Counter()
        self.extras: list[str] = []  # the first texts kept in _extra
        self._contract = contract
        self._schema = staged_schema(contract)
        self._zone = zone
        self._query = query
        self._origin = origin
        self._skipped = skipped
        self._stage = stage
        self._delivered = 0
        self._rules = [*query.rules, *self._local_rules(query.local_columns), *_skip_rules(skipped)]
        self._rules += [pattern_rule(column) for column in query.patterns_apart]
        self._codes = {rule.id: code for code, rule in enumerate(self._rules)}
        self._bad: list[tuple[Rows, npt.NDArray[np.int64]]] = []
        self._folded: list[pa.RecordBatch] = []
        self._keys: list[pa.RecordBatch] | None = (
            [] if contract.load_mode != "append" and contract.key else None
        )
        self._range_us: tuple[int, int] | None = None
        self._first_timestamp = next(
            (column.name for column in contract.columns if column.type == "TIMESTAMPTZ"), None
        )
        self._dates = {
            column.name: column.sources[0] for column in contract.columns if column.parse == "utc_date_of"
        }
        self._before = skipped.rows - np.arange(len(skipped.rows)) - 1

    @property
    def rows_read(self) -> int:
        """All records of the file so far, with the skipped ones."""
        return self._delivered + len(self._skipped.rows)

    def add(self, batch: pa.RecordBatch) -> None:
        """One batch of the typed query: the contract's columns and the verdict."""
        rows = self._numbers(batch.num_rows)
        verdict = np.asarray(batch.column(RULE_COLUMN)).astype(np.int64) - 1
        columns = {name: batch.column(name) for name in batch.schema.names if name != RULE_COLUMN}
        folded = self._to_utc(columns, verdict)
        self._check_patterns(columns, verdict)
        complete = self._complete(columns, rows)
        bad = verdict >= 0
        if bad.any():
            self._bad.append((rows[bad], verdict[bad]))
        waiting = folded & ~bad
        if waiting.any():
            self._folded.append(complete.filter(pa.array(waiting)))
        good = ~(bad | waiting)
        self._pass_on(complete if good.all() else complete.filter(pa.array(good)))

    def finish(self) -> BadRows:
        """Resolve the repeated hour, then give all bad rows of the file, skipped ones included."""
        self._resolve_folds()
        skipped = np.array([self._codes[rule] for rule in self._skipped.rules], dtype=np.int64)
        parts = [*self._bad, (self._skipped.rows, skipped)]
        rows = np.concatenate([part[0] for part in parts])
        codes = np.concatenate([part[1] for part in parts])
        order = np.argsort(rows, kind="stable")
        return BadRows(rows[order], codes[order], tuple(self._rules))

    def duplicate_keys(self) -> int | None:
        """Good rows whose key occurred before in this file; None where that was not counted."""
        if self._keys is None or not self._keys:
            return None if self._keys is None else 0
        keys = pa.Table.from_batches(self._keys)
        return int(keys.num_rows - keys.group_by(list(self._contract.key)).aggregate([]).num_rows)

    def range_at(self) -> tuple[datetime, datetime] | None:
        """First and last value of the contract's first timestamp column."""
        if self._range_us is None:
            return None
        first, last = self._range_us
        return _EPOCH + timedelta(microseconds=first), _EPOCH + timedelta(microseconds=last)

    def _numbers(self, count: int) -> Rows:
        """Record numbers of the next `count` delivered rows: skipped records count too."""
        positions = np.arange(self._delivered, self._delivered + count, dtype=np.int64)
        self._delivered += count
        if len(self._before) == 0:
            return positions + 1
        return positions + 1 + np.searchsorted(self._before, positions, side="right")

    def _to_utc(self, columns: dict[str, pa.Array], verdict: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Replace local times by UTC; mark rows in a gap as bad, return which lie in a repeated hour."""
        folded = np.zeros(len(verdict), dtype=bool)
        for name in self._query.local_columns:
            local, valid = _micros(columns[name])
            utc, kinds = zones.to_utc(local, self._zone)
            columns[name] = _timestamps(utc, valid)
            if kinds.any():
                there = kinds != zones.NORMAL if valid is None else (kinds != zones.NORMAL) & valid
                gap = there & (kinds == zones.GAP) & (verdict < 0)
                verdict[gap] = self._codes[f"nonexistent_local_time:{name}"]
                folded |= there & (kinds == zones.FOLD)
        return folded

    def _check_patterns(self, columns: dict[str, pa.Array], verdict: npt.NDArray[np.int64]) -> None:
        """Encode repeating texts, and ask their pattern once per distinct text."""
        for column in repeating_texts(self._contract):
            columns[column.name] = columns[column.name].dictionary_encode()
            if column.parse_format == series.FORMAT:
                columns[column.name] = series.spelled(columns[column.name])
        for column in self._query.patterns_apart:
            encoded = columns[column.name]
            fits = pc.match_substring_regex(encoded.dictionary, column.pattern)
            if not pc.all(fits).as_py():
                wrong = ~np.asarray(fits)[np.asarray(encoded.indices.fill_null(0))] & np.asarray(
                    encoded.is_valid()
                )
                verdict[wrong & (verdict < 0)] = self._codes[f"pattern:{column.name}"]

    def _complete(self, columns: dict[str, pa.Array], rows: Rows) -> pa.RecordBatch:
        """Add dates and technical columns; the result has the staged schema."""
        for name, source in self._dates.items():
            columns[name] = _dates(columns[source])
        count = len(rows)
        if EXTRA not in columns:
            columns[EXTRA] = pa.nulls(count, pa.string())
        elif len(self.extras) < _EXTRAS_SHOWN:
            self.extras += pc.drop_null(columns[EXTRA])[:_EXTRAS_SHOWN].to_pylist()
        columns["_source_file"] = _repeated(self._origin.file, count)
        columns["_source_row"] = pa.array(rows)
        columns["_batch_id"] = _repeated(self._origin.batch_id, count)
        columns["_ingested_at"] = pa.repeat(pa.scalar(self._origin.ingested_at, UTC_MICROSECONDS), count)
        arrays = [_as_type(columns[field.name], field.type) for field in self._schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _pass_on(self, batch: pa.RecordBatch) -> None:
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
        if self._first_timestamp is None:
            return
        micros, valid = _micros(batch.column(self._first_timestamp))
        if valid is None or valid.any():
            first, last = int(micros.min()), int(micros.max())
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
        for name in self._query.local_columns:
            columns[name] = self._resolved(name, columns[name], sequence, verdict)
        for name, source in self._dates.items():
            columns[name] = _dates(columns[source])
        bad = verdict >= 0
        if bad.any():
            self._bad.append((rows[bad], verdict[bad]))
        whole = pa.RecordBatch.from_arrays(list(columns.values()), schema=table.schema)
        self._pass_on(whole.filter(pa.array(~bad)))

    def _resolved(
        self, name: str, column: pa.Array, sequence: Rows, verdict: npt.NDArray[np.int64]
    ) -> pa.Array:
        utc, valid = _micros(column)
        local = zones.first_local(utc, self._zone)
        inside = folds.distances(local, self._zone) > 0
        if valid is not None:
            inside &= valid
        tolerance_us = int(self._contract.local_time.disorder_tolerance_s * 1e6)
        order = np.flatnonzero(inside)
        order = order[np.argsort(sequence[1][order], kind="stable")]
        chosen = folds.occurrences(local[order], sequence[0][order], tolerance_us, self._zone)
        utc = utc.copy()
        utc[order[chosen == 1]] += folds.distances(local[order[chosen == 1]], self._zone)
        unknown = order[chosen == folds.UNKNOWN]
        unknown = unknown[verdict[unknown] < 0]
        verdict[unknown] = self._codes[f"ambiguous_local_time:{name}"]
        return _timestamps(utc, valid)

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

    @staticmethod
    def _local_rules(columns: tuple[str, ...]) -> list[Rule]:
        gaps = [
            Rule(f"nonexistent_local_time:{name}", name, "a local time that exists (the clock skips it)")
            for name in columns
        ]
        doubts = [
            Rule(
                f"ambiguous_local_time:{name}",
                name,
                "an order of rows that tells the repeated hour's occurrences",
            )
            for name in columns
        ]
        return gaps + doubts


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


def _repeated(text: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), pa.array([text]))


def _micros(column: pa.Array) -> tuple[zones.Micros, npt.NDArray[np.bool_] | None]:
    """Microseconds of a timestamp array and which are valid (None: all); nulls get the value of a valid neighbour."""
    numbers = column.view(pa.int64())
    if numbers.null_count == 0:
        return np.asarray(numbers), None
    valid = np.asarray(numbers.is_valid())
    some = pc.min(numbers).as_py() or 0
    return np.asarray(numbers.fill_null(some)), valid


def _timestamps(micros: zones.Micros, valid: npt.NDArray[np.bool_] | None) -> pa.Array:
    mask = None if valid is None else ~valid
    return pa.array(micros, type=pa.int64(), mask=mask).view(UTC_MICROSECONDS)


def _dates(timestamps: pa.Array) -> pa.Array:
    micros, valid = _micros(timestamps)
    days = (micros // _DAY_US).astype(np.int32)
    return pa.array(days, type=pa.int32(), mask=None if valid is None else ~valid).view(pa.date32())


def _as_type(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    return column if column.type == wanted else column.cast(wanted)
