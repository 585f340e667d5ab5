"""The repeated hour: which rows of a file are its first, which its second occurrence. Order decides, never a guess.

Rows of one sequence (a file, or e.g. the events of one machine) follow their true time, but for a tolerated
disorder. So one step back of the wall clock separates the occurrences. Without such a step, or with several, the
hour stays ambiguous and the rows are put aside.
"""

from collections.abc import Iterator

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
    """The earliest occurrence of each row that does not step back behind the rows before it."""
    chosen = np.zeros(len(local_us), dtype=np.int8)
    latest = int(local_us[0])
    for position, local in enumerate(local_us.tolist()):
        if local >= latest - tolerance_us:
            true_us = local
        elif local + distance_us >= latest - tolerance_us:
            true_us = local + distance_us
            chosen[position] = 1
        else:
            return np.full(len(local_us), UNKNOWN, dtype=np.int8)
        latest = max(latest, true_us)
    return chosen if chosen.any() else np.full(len(local_us), UNKNOWN, dtype=np.int8)
