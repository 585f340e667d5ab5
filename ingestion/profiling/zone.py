"""The time zone of local times, from what clock changes and file times leave behind.

A zone whose skipped hour is empty while its neighbours are not, or whose repeated hour holds twice as many rows, is
supported; one whose skipped hour holds rows is ruled out. The newest time in a file is not later than the file and,
where files are written as values come, a little earlier. Zones with the same rules are one candidate.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ingestion.profiling.model import Confidence, Guess
from ingestion.typing.zones import FOLD, GAP, Micros, to_utc, zone_segments

CANDIDATES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Athens", "Europe/Moscow", "Europe/Istanbul", "America/New_York",
    "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata",
    "Asia/Shanghai", "Asia/Tokyo", "Asia/Dubai", "Australia/Sydney", "Australia/Brisbane",
)  # fmt: skip
_HOUR = 3_600_000_000
_NEAR, _FUTURE = 15 * 60 * 1_000_000, 2 * 60 * 1_000_000
_FEWEST_IN_GAP, _FEWEST_IN_FOLD = 3, 10
_DOUBLED, _SINGLE = 1.6, 1.3


@dataclass(frozen=True)
class Observed:
    """Local times of one column, in microseconds since 1970 local, and per file the newest with the file's time (UTC)."""

    name: str
    local_us: Micros
    newest: Sequence[tuple[int, int]] = ()


@dataclass
class Verdict:
    """What speaks for and against a zone, in words."""

    zone: str
    clock: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, int, int]:
        """Greater is likelier."""
        return (-len(self.against), len(self.clock), len(self.files))


def guess_zone(observed: Sequence[Observed], assumed: str, why: str) -> Guess:
    """The zone that speaks for itself, else the `assumed` one (`why` says where that comes from)."""
    if not observed:
        return Guess("timezone", assumed, "low", f"no local times in the sample; {why}")
    zones = dict.fromkeys((assumed, *CANDIDATES))
    verdicts = [_judged(zone, observed) for zone in zones]
    best = max(verdicts, key=lambda verdict: verdict.rank)
    mine = verdicts[0]
    if not best.clock and not best.files:
        return _without_evidence(mine, verdicts, why)
    alike = [verdict.zone for verdict in verdicts if verdict.rank == best.rank]
    if mine.rank == best.rank:
        best = mine
    words = "; ".join([*best.clock[:3], *best.files[:2], *best.against[:2]])
    confidence: Confidence = "high" if best.clock and len(alike) == 1 and not best.against else "medium"
    others = [zone for zone in alike if zone != best.zone]
    if others:
        words += f"; {', '.join(others[:4])} fit as well"
    return Guess("timezone", best.zone, confidence, words)


def _without_evidence(mine: Verdict, verdicts: Sequence[Verdict], why: str) -> Guess:
    if mine.against:
        free = next((verdict for verdict in verdicts if not verdict.against), mine)
        words = f"{mine.zone} is ruled out: {mine.against[0]}; {free.zone} is the first that is not"
        return Guess("timezone", free.zone, "low", words)
    words = "no clock change lies in the sample where rows are dense, and file times are no help"
    return Guess("timezone", mine.zone, "low", f"{why}; {words}")


def _judged(zone: str, observed: Sequence[Observed]) -> Verdict:
    verdict = Verdict(zone)
    for one in observed:
        if len(one.local_us):
            _clock_changes(verdict, one)
            _file_times(verdict, one)
    return verdict


def _clock_changes(verdict: Verdict, one: Observed) -> None:
    low, high = int(one.local_us.min()), int(one.local_us.max())
    hours = _per_hour(one.local_us)
    for start, end, kind in _changes(verdict.zone, low, high):
        inside = int(np.count_nonzero((one.local_us >= start) & (one.local_us < end)))
        before, after = hours.get(start // _HOUR - 1, 0), hours.get(end // _HOUR, 0)
        day = str(np.datetime64(start, "us"))[:16]
        if kind == GAP:
            _gap(verdict, one.name, day, inside, min(before, after))
        elif kind == FOLD and min(before, after) >= _FEWEST_IN_FOLD:
            ratio = inside / ((before + after) / 2)
            words = f"{one.name}: the hour of {day} holds {ratio:.1f} times the rows of its neighbours"
            if ratio >= _DOUBLED:
                verdict.clock.append(f"{words}, as where {verdict.zone} repeats it")
            elif ratio <= _SINGLE:
                verdict.against.append(f"{words}, though {verdict.zone} repeats it")


def _gap(verdict: Verdict, name: str, day: str, inside: int, beside: int) -> None:
    if inside:
        verdict.against.append(f"{name}: {inside:,} rows in the hour of {day}, which {verdict.zone} skips")
    elif beside >= _FEWEST_IN_GAP:
        verdict.clock.append(
            f"{name}: no row in the hour of {day}, which {verdict.zone} skips, {beside:,} or more in the hours beside it"
        )


def _changes(zone: str, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """(first microsecond, first one after, kind) of skipped and repeated hours within the data."""
    for here, after in pairwise(zone_segments(zone)):
        if here.kind != 0 and low < here.start_us and after.start_us < high:
            yield here.start_us, after.start_us, here.kind


def _per_hour(local_us: npt.NDArray[np.int64]) -> Mapping[int, int]:
    hours, counts = np.unique(local_us // _HOUR, return_counts=True)
    return dict(zip(hours.tolist(), counts.tolist(), strict=True))


def _file_times(verdict: Verdict, one: Observed) -> None:
    """Delay of each file's time behind the newest value that it holds, were the value of this zone."""
    if not one.newest:
        return
    newest = np.array([local for local, _ in one.newest], dtype=np.int64)
    written = np.array([at for _, at in one.newest], dtype=np.int64)
    delay = written - to_utc(newest, verdict.zone)[0]
    if future := int(np.count_nonzero(delay < -_FUTURE)):
        words = f"{one.name}: {future} of {len(delay)} files would hold times later than the file itself"
        verdict.against.append(f"{words} in {verdict.zone}")
    near = int(np.count_nonzero((delay >= -_FUTURE) & (delay <= _NEAR)))
    if near == len(delay):
        minutes = float(np.median(delay)) / 60e6
        words = f"{one.name}: each of {len(delay)} files was written {minutes:.0f} min (median) after its newest time"
        verdict.files.append(f"{words} in {verdict.zone}")
