"""What happens to the tags themselves: one is renamed, one changes its unit, and the second plant delivers US units.

Belongs here: when a tag changes, and which unit the plants' dictionary keeps for it. Does not belong here: values over
time (signals.py), the files (exporters/).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from data.simulator.signal_model import Signal
from data.simulator.signals import Series

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """From `at` on the tag of the dictionary comes as `source_tag` and in `source_unit`; empty if that stays."""

    site_code: str
    tag: str
    at: datetime
    source_tag: str = ""
    source_unit: str = ""

    @property
    def at_s(self) -> int:
        """The instant in seconds since 1970."""
        return int(self.at.timestamp())


CHANGES = (
    Change("1000", "L1.M03.SPN_CUR", datetime(2025, 10, 15, 13, 20, tzinfo=UTC), source_tag="L1.M03.SPINDLE_CURRENT"),
    Change("2000", "ns=2;s=G2/M05/BearingTemperature", datetime(2025, 10, 20, 16, 0, tzinfo=UTC), source_unit="degC"),
)  # fmt: skip
# Units that sensors send in, with the unit of the dictionary and the way there: both plants are read in the same units.
_COMMON: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "degF": ("degC", lambda value: (value - 32.0) / 1.8),
    "in/s": ("mm/s", lambda value: value * 25.4),
    "psi": ("bar", lambda value: value * 0.0689475729),
    "lbf": ("kN", lambda value: value * 0.00444822162),
}


def common_unit(unit: str) -> str:
    """The unit of the dictionary for a signal whose sensor sends in `unit`."""
    return _COMMON[unit][0] if unit in _COMMON else unit


def in_common_unit(unit: str, values: Floats) -> Floats:
    """Values of a sensor in the unit of the dictionary."""
    return _COMMON[unit][1](values) if unit in _COMMON else values


def change_of(tag: str) -> Change | None:
    """The change of a tag, if it has one."""
    return next((change for change in CHANGES if change.tag == tag), None)


def changed(signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """Those of the signals that change."""
    return tuple(signal for signal in signals if change_of(signal.tag))


def hourly_means(series: Series) -> list[tuple[int, float, int]]:
    """Start (s since 1970), time-weighted mean in the dictionary's unit and readings of each whole hour of a day."""
    at, values = series.at_s, in_common_unit(series.signal.measurement.unit, series.values)
    linear = series.signal.measurement.interpolation == "linear"
    found = []
    for start in range(-(-int(at[0]) // 3600) * 3600, int(at[-1]) // 3600 * 3600, 3600):
        inside = slice(*np.searchsorted(at, (start, start + 3600)))
        times = np.concatenate(([start], at[inside], [start + 3600]))
        if linear:
            shown = np.interp(times, at, values)
            mean = np.sum((shown[1:] + shown[:-1]) / 2 * np.diff(times)) / 3600
        else:
            held = np.searchsorted(at, times[:-1], side="right") - 1
            mean = np.sum(values[held] * np.diff(times)) / 3600
        found.append((start, float(mean), inside.stop - inside.start))
    return found


def names_and_units(series: list[Series]) -> tuple[list[str], list[str], NDArray[np.intp]]:
    """Source tags, source units and, for each reading of all series, the place of its own in them.

    Values of readings in another unit than that of the measurement are converted in place, to two decimals.
    """
    tags = [one.signal.tag for one in series]
    units = [one.signal.measurement.unit for one in series]
    places = np.repeat(np.arange(len(series)), [one.at_s.size for one in series])
    starts = np.cumsum([0, *(one.at_s.size for one in series)])
    for number, one in enumerate(series):
        change = change_of(one.signal.tag)
        if change is None:
            continue
        after = one.at_s >= change.at_s
        if change.source_unit:
            one.values[after] = np.round(in_common_unit(units[number], one.values[after]), 2)
        places[starts[number] : starts[number + 1]][after] = len(tags)
        tags.append(change.source_tag or tags[number])
        units.append(change.source_unit or units[number])
    return tags, units, places
