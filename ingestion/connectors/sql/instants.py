"""Rows that were read again, made comparable with raw: local times as the instants that they may mean.

Belongs here: typed rows only. Which of them raw holds is asked in held.py.
"""

from dataclasses import dataclass
from itertools import product
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.typing import zones
from ingestion.typing.folds import distances


def comparable(typed: pa.Table, local_columns: tuple[str, ...], zone: str, first: int) -> pa.Table:
    """Typed rows with local times as UTC, and the columns file_row and comparable (False for bad rows).

    A row in a repeated hour comes once for each instant that it may mean: which one raw holds is told by the order of
    a file that was read before, not by this one.
    """
    rows = np.arange(first, first + typed.num_rows, dtype=np.int64)
    good = np.asarray(typed.column("__rule")) == 0
    typed = typed.append_column("file_row", pa.array(rows))
    instants = {name: _Instants.of(typed.column(name), zone) for name in local_columns}
    for moments in instants.values():
        good &= moments.kinds != zones.GAP
    typed = typed.append_column("comparable", pa.array(good))
    tables = []
    for choice in product((False, True), repeat=len(local_columns)):
        second = [instants[name] for name, later in zip(local_columns, choice, strict=True) if later]
        fits = np.logical_and.reduce([np.ones(len(rows), dtype=bool), *(item.folded for item in second)])
        if fits.any() or not second:
            table = typed
            for name, later in zip(local_columns, choice, strict=True):
                table = table.set_column(
                    table.schema.get_field_index(name), name, instants[name].array(later)
                )
            tables.append(table.filter(pa.array(fits)))
    return pa.concat_tables(tables)


@dataclass(frozen=True)
class _Instants:
    """What local times of one column mean in UTC: their first occurrence, and how much later a second one is."""

    utc: zones.Micros
    kinds: npt.NDArray[np.int8]
    distance: zones.Micros
    valid: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, column: pa.ChunkedArray, zone: str) -> Self:
        """Ask the zone; null is normal."""
        local = column.combine_chunks()
        valid = np.asarray(local.is_valid())
        micros = np.asarray(local.cast(pa.timestamp("us")).view(pa.int64()).fill_null(0))
        utc, kinds = zones.to_utc(micros, zone)
        return cls(utc, np.where(valid, kinds, zones.NORMAL), distances(micros, zone), valid)

    @property
    def folded(self) -> npt.NDArray[np.bool_]:
        """Rows that may mean two instants."""
        found: npt.NDArray[np.bool_] = self.kinds == zones.FOLD
        return found

    def array(self, later: bool) -> pa.Array:
        """The first occurrences, or the second ones."""
        utc = self.utc + self.distance if later else self.utc
        return pa.array(utc, mask=~self.valid).view(pa.timestamp("us", tz="UTC"))
