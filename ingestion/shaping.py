"""Typed batches become rows of the raw table: what is done at once, however many files the rows are of.

Belongs here: local time to UTC, patterns of repeating text, dates, scales of units, technical columns, and the rules that all files of a
query share. What happens to the rows of one file stands in rows.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Contract
from ingestion.drift.policy import EXTRA
from ingestion.lake.commit import UTC_MICROSECONDS
from ingestion.typing import series, zones
from ingestion.typing.query import RULE_COLUMN, TypedQuery, repeating_texts
from ingestion.typing.readings import constants
from ingestion.typing.rules import Rule, pattern_rule
from ingestion.typing.units import derived, unit_columns, unit_rule

Rows: TypeAlias = npt.NDArray[np.int64]
_DAY_US = 86_400_000_000
_REPEATED = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Origin:
    """Where the rows come from: the values of the technical columns."""

    file: str
    batch_id: str
    ingested_at: datetime


@dataclass(frozen=True)
class Shaped:
    """Rows in the staged schema; `verdict` is -1 or the index of the rule that a row breaks, `folded` rows lie in a
    repeated hour and have the first of their two times.
    """

    rows: pa.RecordBatch
    verdict: Rows
    folded: npt.NDArray[np.bool_]


def staged_schema(contract: Contract) -> pa.Schema:
    """The raw table's schema, where repeating text is a dictionary: Parquet writes that at once."""
    schema = contract.arrow_schema
    fixed = [name for name, value in constants(contract, contract.headers).items() if isinstance(value, str)]
    for name in ("_source_file", "_batch_id", *fixed, *(column.name for column in repeating_texts(contract))):
        position = schema.get_field_index(name)
        schema = schema.set(position, schema.field(name).with_type(_REPEATED))
    return schema


class Shape:
    """How the batches of one query are shaped; `rules` are those of the query and those that are asked here."""

    def __init__(self, contract: Contract, zone: str, query: TypedQuery) -> None:
        self.contract = contract
        self.zone = zone
        self.local_columns = query.local_columns
        self.rules = [*query.rules, *_local_rules(query.local_columns)]
        self.rules += [pattern_rule(column) for column in query.patterns_apart]
        self.rules += [unit_rule(source) for source in unit_columns(contract)]
        self.codes = {rule.id: code for code, rule in enumerate(self.rules)}
        self.first_timestamp = next(
            (column.name for column in contract.columns if column.type == "TIMESTAMPTZ"), None
        )
        self.dates = {
            column.name: column.sources[0] for column in contract.columns if column.parse == "utc_date_of"
        }
        self._units = unit_columns(contract)
        self._schema = staged_schema(contract)
        self._repeating = repeating_texts(contract)
        self._patterns_apart = query.patterns_apart
        self._constants = query.constants
        self._usual = query.usual

    def shaped(self, batch: pa.RecordBatch, origins: Sequence[tuple[Origin, Rows]]) -> Shaped:
        """One batch of the typed query; `origins` tell its rows in their order: whence, and their record numbers."""
        verdict = np.asarray(batch.column(RULE_COLUMN)).astype(np.int64) - 1
        columns = {name: batch.column(name) for name in batch.schema.names if name != RULE_COLUMN}
        folded = self._to_utc(columns, verdict)
        self._check_patterns(columns, verdict)
        for source, wanted in self._units.items():
            scales = derived(columns[source], wanted)
            verdict[scales.unknown & (verdict < 0)] = self.codes[f"unit:{source}"]
            columns |= scales.columns
        for name, source in self.dates.items():
            columns[name] = dates(columns[source])
        for name, value in self._constants.items():
            columns[name] = _constant(value, batch.num_rows, self._schema.field(name).type)
        columns.setdefault(EXTRA, pa.nulls(batch.num_rows, pa.string()))
        columns |= _technical(origins)
        arrays = [_as_type(columns[field.name], field.type) for field in self._schema]
        return Shaped(pa.RecordBatch.from_arrays(arrays, schema=self._schema), verdict, folded)

    def _to_utc(self, columns: dict[str, pa.Array], verdict: Rows) -> npt.NDArray[np.bool_]:
        """Replace local times by UTC; mark rows in a gap as bad, return which lie in a repeated hour."""
        folded = np.zeros(len(verdict), dtype=bool)
        for name in self.local_columns:
            local, valid = micros(columns[name])
            utc, kinds = zones.to_utc(local, self.zone)
            columns[name] = timestamps(utc, valid)
            if kinds.any():
                there = kinds != zones.NORMAL if valid is None else (kinds != zones.NORMAL) & valid
                gap = there & (kinds == zones.GAP) & (verdict < 0)
                verdict[gap] = self.codes[f"nonexistent_local_time:{name}"]
                folded |= there & (kinds == zones.FOLD)
        return folded

    def _check_patterns(self, columns: dict[str, pa.Array], verdict: Rows) -> None:
        """Encode repeating texts, and ask their pattern once per distinct text."""
        for column in self._repeating:
            columns[column.name] = columns[column.name].dictionary_encode()
            if column.parse_format == series.FORMAT:
                columns[column.name] = series.spelled(columns[column.name], self._usual.get(column.name, ""))
        for column in self._patterns_apart:
            encoded = columns[column.name]
            fits = pc.match_substring_regex(encoded.dictionary, column.pattern)
            if not pc.all(fits).as_py():
                wrong = ~np.asarray(fits)[np.asarray(encoded.indices.fill_null(0))] & np.asarray(
                    encoded.is_valid()
                )
                verdict[wrong & (verdict < 0)] = self.codes[f"pattern:{column.name}"]


def _technical(origins: Sequence[tuple[Origin, Rows]]) -> dict[str, pa.Array]:
    counts = [len(rows) for _, rows in origins]
    which = pa.array(np.repeat(np.arange(len(origins), dtype=np.int32), counts))
    times = pa.array([origin.ingested_at for origin, _ in origins], UTC_MICROSECONDS)
    return {
        "_source_file": _repeated(which, [origin.file for origin, _ in origins]),
        "_source_row": pa.array(np.concatenate([rows for _, rows in origins])),
        "_batch_id": _repeated(which, [origin.batch_id for origin, _ in origins]),
        "_ingested_at": timestamps(np.repeat(np.asarray(times.view(pa.int64())), counts), None),
    }


def _constant(value: str | bool | None, count: int, kind: pa.DataType) -> pa.Array:
    if value is None:
        return pa.nulls(count, kind)
    if isinstance(value, str):
        return _repeated(pa.array(np.zeros(count, dtype=np.int32)), [value])
    return pa.repeat(pa.scalar(value, kind), count)


def _repeated(which: pa.Array, texts: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(which, pa.array(texts, pa.string()))


def _local_rules(columns: tuple[str, ...]) -> list[Rule]:
    gap, doubt = (
        "a local time that exists (the clock skips it)",
        "an order of rows that tells the repeated hour's occurrences",
    )
    return [
        *(Rule(f"nonexistent_local_time:{name}", name, gap) for name in columns),
        *(Rule(f"ambiguous_local_time:{name}", name, doubt) for name in columns),
    ]


def micros(column: pa.Array) -> tuple[zones.Micros, npt.NDArray[np.bool_] | None]:
    """Microseconds of a timestamp array and which are valid (None: all); nulls get the value of a valid neighbour."""
    numbers = column.view(pa.int64())
    if numbers.null_count == 0:
        return np.asarray(numbers), None
    valid = np.asarray(numbers.is_valid())
    some = pc.min(numbers).as_py() or 0
    return np.asarray(numbers.fill_null(some)), valid


def timestamps(utc_us: zones.Micros, valid: npt.NDArray[np.bool_] | None) -> pa.Array:
    """A UTC timestamp array of microseconds; null where not valid."""
    mask = None if valid is None else ~valid
    return pa.array(utc_us, type=pa.int64(), mask=mask).view(UTC_MICROSECONDS)


def dates(utc: pa.Array) -> pa.Array:
    """The UTC dates of a timestamp array."""
    utc_us, valid = micros(utc)
    days = (utc_us // _DAY_US).astype(np.int32)
    return pa.array(days, type=pa.int32(), mask=None if valid is None else ~valid).view(pa.date32())


def _as_type(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    return column if column.type == wanted else column.cast(wanted)
