"""What was found against what was injected: recall, precision and delay of each kind of fault.

A fault counts as found if a flag of its kind lies on its signal between its first hour and a day after its end. A finding
is a stretch of flags of one kind on one signal, less than two days apart; it is right if it lies on such a fault. Out of range
is also right where the sensor did show more or less than a limit allows: mostly the process left it, with a sound sensor. A gap is
also right where a clock that had been set back was set right: nothing carries the times in between.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from data.simulator.sensor_faults import DAY_S, HOUR_S, SOUND_DAYS, SensorFault
from quality.health.flags import Flag
from tests.detection.plant import Case

JOIN_H, AFTER_H = 48, 24
SOUND_H = SOUND_DAYS * 24
DRIFT_SIGMAS, DRIFT_DAYS = 2.0, 3.0
LABELLED = (
    "stuck",
    "spike",
    "silence",
    "unit_jump",
    "duplicate",
    "gap",
    "out_of_range",
    "noise",
    "drift",
    "clock",
)


@dataclass
class Score:
    """Counts of one kind over all cases; `delays` in hours from the start of a fault (a drift: from its second sigma)."""

    injected: int = 0
    found: int = 0
    findings: int = 0
    right: int = 0
    in_time: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the injected faults that were found."""
        return self.found / self.injected if self.injected else float("nan")

    @property
    def precision(self) -> float:
        """Share of the findings that are faults."""
        return self.right / self.findings if self.findings else float("nan")


def add_case(scores: dict[str, Score], case: Case, flags: Iterable[Flag]) -> None:
    """Count one case's faults and findings."""
    names = [signal.index for signal in case.signals]
    by_signal: dict[tuple[int, str], list[Flag]] = defaultdict(list)
    for flag in flags:
        by_signal[names[flag.signal], flag.kind].append(flag)
    origin = case.hours.first_hour
    faults = {fault.signal: fault for fault in case.faults}
    for fault in case.faults:
        _add_fault(scores[fault.kind], fault, by_signal[fault.signal, fault.kind], origin)
    for (signal, kind), found in by_signal.items():
        for first, until in episodes(found):
            scores[kind].findings += 1
            scores[kind].right += _is_right(case, faults.get(signal), kind, range(first, until)) or (
                kind == "out_of_range"
                and any((signal, origin + hour) in case.beyond for hour in range(first, until))
            )


def _is_right(case: Case, fault: SensorFault | None, kind: str, hours: range) -> bool:
    if fault is None or not _on(fault, hours.start, hours.stop, case.hours.first_hour):
        return False
    return fault.kind == kind or (fault.kind == "clock" and kind == "gap")


def _add_fault(score: Score, fault: SensorFault, flags: Sequence[Flag], origin: int) -> None:
    score.injected += 1
    hits = [flag for flag in flags if _on(fault, flag.first, flag.until, origin)]
    if not hits:
        return
    score.found += 1
    start = fault.start_s
    if fault.kind == "drift":
        start += int(DRIFT_SIGMAS / fault.severity * DAY_S)
    delay = (min(flag.first for flag in hits) + 1 + origin) - start / HOUR_S
    if fault.kind == "drift":
        delay += 23  # a day is judged when it is over
    score.delays.append(delay)
    score.in_time += delay <= DRIFT_DAYS * 24


def _on(fault: SensorFault, first: int, until: int, origin: int) -> bool:
    begins = fault.start_s - (fault.severity * HOUR_S if fault.kind == "clock" else 0)  # as its readings tell
    return (origin + until) * HOUR_S > begins and (origin + first) * HOUR_S < fault.end_s + AFTER_H * HOUR_S


def episodes(flags: Sequence[Flag]) -> list[tuple[int, int]]:
    """Stretches of hours of flags that lie close together."""
    found: list[tuple[int, int]] = []
    for flag in sorted(flags, key=lambda flag: flag.first):
        if found and flag.first - found[-1][1] <= JOIN_H:
            found[-1] = (found[-1][0], max(found[-1][1], flag.until))
        else:
            found.append((flag.first, flag.until))
    return found
