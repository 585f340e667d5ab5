"""Date and time in two columns, as SAP has them (DATS and TIMS): one moment beside them in the draft.

Both columns stay what they are. The pair is local time, read as contracts read it: transformSourceObjects with both.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingestion.contracts import Column
from ingestion.profiling.model import ColumnProfile, Guess

_LIKE = 2  # letters that names of one pair begin with
_DATE_WORD = re.compile(r"_?(date|datum|dat|dt)$")


def with_moments(profiles: Sequence[ColumnProfile]) -> tuple[ColumnProfile, ...]:
    """The columns; those of times have the moment of their pair as a second contract column."""
    taken = {column.name for profile in profiles for column in profile.columns}
    dates: set[int] = set()
    found = []
    for place, profile in enumerate(profiles):
        date = _date_of(profiles, place, dates) if profile.columns[0].parse == "tims" else None
        if date is None:
            found.append(profile)
            continue
        dates.add(date)
        found.append(_with_moment(profiles[date], profile, taken))
    return tuple(found)


def _date_of(profiles: Sequence[ColumnProfile], place: int, used: set[int]) -> int | None:
    """The date that belongs to a time: the column before it, else the nearest whose name begins alike."""
    free = [at for at, one in enumerate(profiles) if one.columns[0].parse == "dats" and at not in used]
    if place - 1 in free:
        return place - 1
    start = profiles[place].columns[0].name[:_LIKE]
    alike = [at for at in free if profiles[at].columns[0].name[:_LIKE] == start]
    return min(alike, key=lambda at: abs(at - place), default=None)


def _with_moment(date: ColumnProfile, time: ColumnProfile, taken: set[str]) -> ColumnProfile:
    own = date.columns[0].name
    stem = _DATE_WORD.sub("", own)
    name = f"{stem}_at" if len(stem) >= _LIKE and f"{stem}_at" not in taken else f"{own}_at"
    taken.add(name)
    moment = Column(name, (date.header, time.header), "TIMESTAMPTZ", "local_timestamp")
    words = (
        f"{date.header} holds dates as SAP writes them and {time.header} times: read together as local time"
    )
    guess = Guess("moment", f"{name} of {date.header} and {time.header}", "medium", words)
    return replace(time, columns=(*time.columns, moment), guesses=(*time.guesses, guess))
