"""Some rows of a file that was taken in before: those that were put aside and are to be judged again.

Belongs here: which rows of the file count, that they are still the same records, and letting rows in that break a rule
because a person says so. Who asks for it is recover.py, what a row goes through rows.py.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.contracts import Contract
from ingestion.drift.policy import EXTRA, RELEASED
from ingestion.errors import FileError, RecordsChangedError
from ingestion.formats.base import Opened, RawRecord, Reader
from ingestion.shaping import Rows, Shaped
from ingestion.typing.rules import Rule

_CUT = " [cut here:"
_SHOWN = 80


@dataclass(frozen=True)
class PutAsideRow:
    """What the quarantine remembers of a row."""

    line: int
    raw_text: str
    value: str | None


@dataclass(frozen=True)
class Chosen:
    """The rows of one file that count, by record number; `records`: how many the file had when it was taken in, at
    `mtime_ns` of its source.

    `override` names the decision that lets rows in although they break a rule; empty: none comes in so.
    """

    rows: Mapping[int, PutAsideRow]
    records: int
    mtime_ns: int
    key: tuple[str, ...] = ()
    override: str = ""

    def has(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which of these record numbers are chosen."""
        return np.isin(rows, self._numbers)

    def among(self, records: int) -> int:
        """How many chosen rows are among the first `records` of the file."""
        return int((self._numbers <= records).sum())

    def let_in(self, shaped: Shaped, rules: Sequence[Rule]) -> Shaped:
        """With an override, chosen rows that break the rule of a column count as good and carry a mark.

        A row without its key stays out: nobody could tell later which one it is. So does one that no reader could
        place, and one of a time that the clock skipped: there is no value to let in.
        """
        if not self.override:
            return shaped
        of_column = np.array([_is_releasable(rule) for rule in rules], dtype=bool)
        numbers = np.asarray(shaped.rows.column("_source_row"))
        wanted = self.has(numbers) & (shaped.verdict >= 0)
        wanted &= of_column[np.maximum(shaped.verdict, 0)]
        for name in self.key:
            wanted &= np.asarray(shaped.rows.column(name).is_valid())
        if not wanted.any():
            return shaped
        extras = shaped.rows.column(EXTRA).to_pylist()
        for position in np.flatnonzero(wanted).tolist():
            rule = rules[int(shaped.verdict[position])].id
            extras[position] = self._marked(extras[position], int(numbers[position]), rule)
        at = shaped.rows.schema.get_field_index(EXTRA)
        rows = shaped.rows.set_column(at, shaped.rows.schema.field(at), pa.array(extras, pa.string()))
        return Shaped(rows, np.where(wanted, -1, shaped.verdict), shaped.folded)

    def other_records(
        self, contract: Contract, reader: Reader, opened: Opened, records: int
    ) -> FileError | None:
        """Why the chosen numbers no longer mean the rows that were put aside; None if they do."""
        name = opened.file.name
        if records != self.records:
            expected, seen = f"{self.records} records", f"{records} records"
            return RecordsChangedError(contract.raw_name, name, "whole file", expected, seen)
        found = {record.row: record for record in reader.records(opened, sorted(self.rows))}
        for number, remembered in self.rows.items():
            record = found.get(number)
            if record is None or not _same(remembered, record):
                expected = f"line {remembered.line}, {remembered.raw_text[:_SHOWN]!r}"
                seen = (
                    "not to be found" if record is None else f"line {record.line}, {record.text[:_SHOWN]!r}"
                )
                return RecordsChangedError(contract.raw_name, name, f"record {number}", expected, seen)
        return None

    @cached_property
    def _numbers(self) -> Rows:
        return np.array(sorted(self.rows), dtype=np.int64)

    def _marked(self, extra: str | None, row: int, rule: str) -> str:
        mark = {"rule": rule, "value": self.rows[row].value, "decision": self.override}
        return json.dumps({**json.loads(extra or "{}"), RELEASED: mark}, ensure_ascii=False)


def _is_releasable(rule: Rule) -> bool:
    return rule.column is not None and not rule.id.startswith("nonexistent_local_time:")


def _same(remembered: PutAsideRow, record: RawRecord) -> bool:
    """The same place and text. What is not ASCII may differ: the fix may be another encoding. Long texts are cut."""
    if not remembered.raw_text:
        return remembered.line in (0, record.line)
    before, now = (text.partition(_CUT)[0] for text in (remembered.raw_text, record.text))
    length = min(len(before), len(now)) if _CUT in remembered.raw_text + record.text else None
    return remembered.line == record.line and _ascii(before[:length]) == _ascii(now[:length])


def _ascii(text: str) -> bytes:
    return text.encode("ascii", errors="ignore")
