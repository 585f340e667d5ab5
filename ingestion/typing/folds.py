"""The repeated hour: which rows of a file are its first, which its second occurrence. Order decides, never a guess.

Rows of one sequence (a file, or e.g. the events of one machine) follow their true time, but for a tolerated
disorder. So one step back of the wall clock separates the occurrences. A row whose occurrence the order does not force
(no step back, several of them, or a row within the tolerance that fits both) is ambiguous and put aside.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ingestion.typing.zones import Micros, folds

Occurrences = npt.NDArray[np.int8]
UNKNOWN = -1


def occurrences(
    local_us: Micros, sequence: npt.NDArray[np.int64], tolerance_us: int, zone: str
) -> Occurrences:
    """0 first, 1 second occurrence, -1 unknown, for rows that all lie in repeated hours of `zone`.

    `local_us` and `sequence` are in delivery order; rows with equal `sequence` follow each other in time.
    """
    found = np.full(len(local_us), UNKNOWN, dtype=np.int8)
    for start_us, end_us, distance_us in folds(zone):
        inside = np.flatnonzero((local_us >= start_us) & (local_us < end_us))
        for rows in _by_sequence(inside, sequence):
            found[rows] = _walk(local_us[rows], distance_us, tolerance_us)
    return found


def distances(local_us: Micros, zone: str) -> Micros:
    """How much later (microseconds) the second occurrence of each local time is."""
    found = np.zeros(len(local_us), dtype=np.int64)
    for start_us, end_us, distance_us in folds(zone):
        found[(local_us >= start_us) & (local_us < end_us)] = distance_us
    return found


def _by_sequence(
    rows: npt.NDArray[np.intp], sequence: npt.NDArray[np.int64]
) -> Iterator[npt.NDArray[np.intp]]:
    if len(rows) == 0:
        return
    ordered = rows[np.argsort(sequence[rows], kind="stable")]
    borders = np.flatnonzero(np.diff(sequence[ordered])) + 1
    yield from np.split(ordered, borders)


def _walk(local_us: Micros, distance_us: int, tolerance_us: int) -> Occurrences:
    """The occurrences that the order forces: where the earliest and the latest that fit are the same."""
    earliest = _earliest(local_us.tolist(), distance_us, tolerance_us)
    # the latest that fit are the earliest that fit of time running backwards
    mirrored = _earliest(
        [-(local + distance_us) for local in local_us[::-1].tolist()], distance_us, tolerance_us
    )
    if earliest is None or mirrored is None:
        return np.full(len(local_us), UNKNOWN, dtype=np.int8)
    latest = 1 - mirrored[::-1]
    return np.where(earliest == latest, earliest, UNKNOWN).astype(np.int8)


def _earliest(local_us: Sequence[int], distance_us: int, tolerance_us: int) -> Occurrences | None:
    """For each row the first occurrence that does not step back behind a row before it; None if none fits."""
    chosen = np.zeros(len(local_us), dtype=np.int8)
    latest = local_us[0]
    for position, local in enumerate(local_us):
        if local < latest - tolerance_us:
            chosen[position] = 1
            local += distance_us  # noqa: PLW2901 - the true time of this row from here on
            if local < latest - tolerance_us:
                return None
        latest = max(latest, local)
    return chosen
