"""Whether files of a table are full exports or increments: how the keys of one file occur in the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingestion.profiling.model import ColumnProfile, Confidence, Guess
from ingestion.profiling.reading import TABLE, Rows, count

_FULL = 0.8
_FEW = 0.02


@dataclass(frozen=True)
class Overlap:
    """Of two files that follow each other: keys of both, and the share of the earlier one's that the later one has."""

    earlier: int
    later: int
    share: float


def guess_load_mode(rows: Rows, key: Sequence[ColumnProfile]) -> Guess:
    """append, upsert or snapshot."""
    if not key:
        words = "no key is known: rows are added as they come; name a key if files overlap"
        return Guess("loadMode", "append", "low", words)
    found = [overlap for overlap in _overlaps(rows, key) if overlap.earlier and overlap.later]
    if not found:
        words = "one file does not tell full exports from increments; by its key a row is replaced when it comes again"
        return Guess("loadMode", "upsert", "low", words)
    shares = [overlap.share for overlap in found]
    told = f"of the keys of a file the next one has {min(shares):.0%} to {max(shares):.0%}"
    if rows.cut or any(sample.share for sample in rows.samples):
        words = f"{told}, but only the first rows of each file were read"
        return Guess("loadMode", "upsert", "low", words)
    if min(shares) >= _FULL:
        gone = any(overlap.share < 1 for overlap in found)
        words = f"{told}: full exports" + (", rows that are gone were deleted at the source" if gone else "")
        return Guess("loadMode", "snapshot", "high" if len(found) > 1 else "medium", words)
    kind = "increments" if max(shares) <= _FEW else "exports that overlap"
    confidence: Confidence = "high" if len(found) > 1 and kind == "increments" else "medium"
    return Guess("loadMode", "upsert", confidence, f"{told}: {kind}")


def _overlaps(rows: Rows, key: Sequence[ColumnProfile]) -> list[Overlap]:
    names = ", ".join(rows.column(one.header) for one in key)
    found = []
    for earlier, later in pairwise(range(len(rows.samples))):
        sql = f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM {TABLE} WHERE f = {{}})"
        both = (
            f"SELECT count(*) FROM (SELECT {names} FROM {TABLE} WHERE f = {earlier} INTERSECT "
            f"SELECT {names} FROM {TABLE} WHERE f = {later})"
        )
        counts = [count(rows.connection, text) for text in (sql.format(earlier), sql.format(later), both)]
        found.append(Overlap(counts[0], counts[1], counts[2] / counts[0] if counts[0] else 0.0))
    return found
