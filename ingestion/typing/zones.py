"""Plant-local wall clock to UTC, and plain facts about a zone's clock changes.

DuckDB's own conversion asks ICU row by row and guesses in the repeated hour. Here a zone is a list of segments of
local time; a batch whose times all lie in one segment (nearly every one) costs one subtraction. Which occurrence of
the repeated hour a row belongs to is decided in folds.py.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

NORMAL, GAP, FOLD = 0, 1, 2
Micros: TypeAlias = npt.NDArray[np.int64]
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Segment:
    """Local times from `start_us` (microseconds since 1970-01-01 local) up to the next segment's start.

    `offset_us` is local minus UTC; in a FOLD it is that of the first occurrence and `fold_us` how much later the
    second one is; in a GAP no UTC exists.
    """

    start_us: int
    kind: int
    offset_us: int
    fold_us: int = 0


@lru_cache(maxsize=64)
def zone_segments(zone: str) -> tuple[Segment, ...]:
    """Segments of an IANA zone, ordered, from 1970 to 2100; the first and last reach to infinity."""
    segments = [
        Segment(-(2**62), NORMAL, _offset_us(ZoneInfo(zone), datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)))
    ]
    for instant_us, before, after in _transitions(zone):
        if after > before:
            segments.append(Segment(instant_us + before, GAP, before))
            segments.append(Segment(instant_us + after, NORMAL, after))
        else:
            segments.append(Segment(instant_us + after, FOLD, before, before - after))
            segments.append(Segment(instant_us + before, NORMAL, after))
    return tuple(segments)


def folds(zone: str) -> tuple[tuple[int, int, int], ...]:
    """(first local microsecond, first one after it, distance of the occurrences) of each repeated hour."""
    segments = zone_segments(zone)
    return tuple(
        (here.start_us, after.start_us, here.fold_us)
        for here, after in pairwise(segments)
        if here.kind == FOLD
    )


def to_utc(local_us: Micros, zone: str) -> tuple[Micros, npt.NDArray[np.int8]]:
    """UTC microseconds of local ones, and the kind (NORMAL, GAP, FOLD) of each.

    In a FOLD the first occurrence is returned; in a GAP the value means nothing.
    """
    table = _table(zone)
    if len(local_us) == 0:
        return local_us, np.empty(0, dtype=np.int8)
    low, high = np.searchsorted(table.starts, (local_us.min(), local_us.max()), side="right") - 1
    if low == high:
        return local_us - table.offsets[low], np.full(len(local_us), table.kinds[low], dtype=np.int8)
    at = np.searchsorted(table.starts, local_us, side="right") - 1
    return local_us - table.offsets[at], table.kinds[at]


def first_local(utc_us: Micros, zone: str) -> Micros:
    """The local time that to_utc made `utc_us` of, taking each for the first occurrence if it lies in a FOLD."""
    table = _table(zone)
    starts_utc = table.starts.copy()
    starts_utc[1:] -= table.offsets[1:]
    at = np.searchsorted(starts_utc, utc_us, side="right") - 1
    return utc_us + table.offsets[at]


@dataclass(frozen=True)
class _Table:
    starts: Micros
    offsets: Micros
    kinds: npt.NDArray[np.int8]


@lru_cache(maxsize=64)
def _table(zone: str) -> _Table:
    segments = zone_segments(zone)
    return _Table(
        starts=np.array([segment.start_us for segment in segments], dtype=np.int64),
        offsets=np.array([segment.offset_us for segment in segments], dtype=np.int64),
        kinds=np.array([segment.kind for segment in segments], dtype=np.int8),
    )


def _transitions(zone: str) -> list[tuple[int, int, int]]:
    """(UTC microseconds, offset before, offset after) of each change of the zone's offset."""
    info = ZoneInfo(zone)
    found = []
    at = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
    end = datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
    step = timedelta(days=7)  # no zone changes twice within a week and back
    while at < end:
        later = at + step
        if _offset_us(info, at) != _offset_us(info, later):
            instant = _bisect(info, at, later)
            found.append((_micros(instant), _offset_us(info, at), _offset_us(info, later)))
        at = later
    return found


def _bisect(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second in (low, high] from which the offset of `high` holds."""
    before = _offset_us(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if _offset_us(info, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _offset_us(info: ZoneInfo, instant: datetime) -> int:
    offset = instant.astimezone(info).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
