"""The grammar of paths in the unified namespace: the levels of ISA-95 from the enterprise down, then the signal.

    enterprise/site/area/line/unit/equipment/signal

A path has the levels down to what carries the sensor, so three to seven parts: a signal of the site itself is
enterprise/site/signal, one of a machine (work unit) enterprise/site/area/line/unit/signal. A part is letters, digits, `_`, `-`,
`.` and `:` and begins with a letter or digit, which every MQTT broker takes as a topic. The contracts hold the same as a
pattern; here the error says which level is wrong.
"""

import re
from dataclasses import dataclass

LEVELS = ("enterprise", "site", "area", "line", "unit", "equipment")
PART = "[A-Za-z0-9][A-Za-z0-9_.:-]*"
_PART = re.compile(PART)


class PathError(ValueError):
    """A text that is no path; says which level is wrong."""


@dataclass(frozen=True)
class UnsPath:
    """A path; levels below what carries the sensor are empty."""

    enterprise: str
    site: str
    signal: str
    area: str = ""
    line: str = ""
    unit: str = ""
    equipment: str = ""


def parse_path(text: str) -> UnsPath:
    """The levels of a path. Raises PathError naming the level that is missing, superfluous or misspelt."""
    parts = text.split("/")
    if not 3 <= len(parts) <= len(LEVELS) + 1:
        raise PathError(
            f"has {len(parts)} levels; write 3 to 7: {'/'.join(LEVELS)}/signal, down to what carries the sensor."
        )
    names = (*LEVELS[: len(parts) - 1], "signal")
    for name, part in zip(names, parts, strict=True):
        if not _PART.fullmatch(part):
            raise PathError(
                f"level {name} is {part!r}; write letters, digits, _ - . : without blanks, beginning with a letter or digit."
            )
    return UnsPath(**dict(zip(names, parts, strict=True)))
