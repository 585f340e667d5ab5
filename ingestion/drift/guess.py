"""Guesses about columns, each with its evidence: was this one renamed, and what type do these texts have.

Belongs here: comparing names, value sets and texts. Where values come from stands in diff.py.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_ENOUGH = 0.5
_WEIGHTS = (0.5, 0.25, 0.25)  # name, readable as the type, values known
_SHAPES = (
    ("BOOLEAN", r"(?i:true|false|yes|no|wahr|falsch|ja|nein)"),
    ("BIGINT", r"[+-]?(0|[1-9][0-9]{0,17})-?"),
    ("DOUBLE", r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?-?"),
    ("DOUBLE with decimal comma", r"[+-]?[0-9.]*,[0-9]+-?"),
    ("DATE", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    ("DATE as %d.%m.%Y", r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}"),
    ("TIMESTAMPTZ as utc_timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]+\s?(Z|[+-][0-9]{2}:?[0-9]{0,2})"),
    ("TIMESTAMPTZ as local_timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]+"),
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """How well a delivered column fits one that is missing; shares from 0 to 1."""

    old: str
    new: str
    name: float
    readable: float
    known: float
    free_text: bool
    evidence: str

    @property
    def score(self) -> float:
        """0 to 1; anything is readable as free text, so that says little."""
        parts = (self.name, self.readable / 2 if self.free_text else self.readable, self.known)
        return sum(weight * part for weight, part in zip(_WEIGHTS, parts, strict=True))


def similar(old: str, new: str) -> float:
    """Likeness of two names, without case and punctuation."""
    plain = [re.sub(r"[\W_]+", "", name.casefold()) for name in (old, new)]
    return difflib.SequenceMatcher(None, plain[0], plain[1]).ratio()


def known_share(held: Iterable[object], seen: Iterable[object]) -> tuple[float, str]:
    """Share of the distinct values seen that are held already, or lie within the range held; and that in words."""
    before, after = set(held), set(seen)
    if not before or not after:
        return 0.0, "nothing held to compare with" if not before else "no values"
    shared = len(before & after)
    found, words = shared / len(after), f"{shared} of {len(after)} distinct values are known"
    numbers = [value for value in after if isinstance(value, int | float)]
    bounds = [value for value in before if isinstance(value, int | float)]
    if numbers and bounds and found < _ENOUGH:
        inside = sum(min(bounds) <= value <= max(bounds) for value in numbers) / len(after)
        found = max(found, 0.6 * inside)
        words += f", {inside:.0%} lie within {min(bounds):g} to {max(bounds):g} as held"
    return found, words


def best_matches(matches: Iterable[Match]) -> Mapping[str, Match]:
    """By missing header the column that it most likely became; each column is taken once."""
    chosen: dict[str, Match] = {}
    taken: set[str] = set()
    for match in sorted(matches, key=lambda match: match.score, reverse=True):
        if match.score >= _ENOUGH and match.old not in chosen and match.new not in taken:
            chosen[match.old] = match
            taken.add(match.new)
    return chosen


def inferred_type(texts: Sequence[str]) -> str:
    """The narrowest type that all texts have."""
    filled = [text.strip() for text in texts if text and text.strip()]
    for name, shape in _SHAPES if filled else ():
        if all(re.fullmatch(shape, text) for text in filled):
            return name
    return "VARCHAR"


def shown(values: Iterable[object], count: int = 3) -> str:
    """A few distinct values in words."""
    distinct = list(dict.fromkeys(str(value) for value in values if value is not None))[:count]
    return ", ".join(repr(value[:40]) for value in distinct)
