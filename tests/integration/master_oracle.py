"""Which records are one thing, by the rules of docs/how-to/master-data.md, told again in plain Python.

Here: an oracle for small sets of materials; it shares nothing with the models. Not here: the warehouse (the test's).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

SYSTEMS = ("alpha", "beta", "gamma")  # as system_priority lists them
MATCH_FROM, DOUBT_FROM = 0.95, 0.7
Id = tuple[int, str]  # rank of the system, key: sorts by priority


@dataclass(frozen=True)
class Record:
    """One material of a system."""

    id: Id
    words: tuple[str, ...]
    gtin: str | None

    @property
    def system(self) -> str:
        return SYSTEMS[self.id[0]]


@dataclass(frozen=True)
class Decision:
    """A steward's word on two records."""

    action: str
    one: Id
    other: Id


def golden(records: list[Record], decisions: list[Decision]) -> dict[Id, Id]:
    """The record that names its thing, for each record."""
    decided = {frozenset((d.one, d.other)): d.action for d in decisions}
    steward = [pair for pair, action in decided.items() if action == "match"]
    apart = [pair for pair, action in decided.items() if action == "apart"]
    ruled = components([r.id for r in records], steward)
    joined = components([r.id for r in records], [*steward, *accepted(records, decided)])
    members = defaultdict(list)
    for record in records:
        members[joined[record.id]].append(record.id)
    return {
        record.id: (ruled if refused(members[joined[record.id]], ruled, apart) else joined)[record.id]
        for record in records
    }


def refused(ids: list[Id], ruled: dict[Id, Id], apart: list[frozenset[Id]]) -> bool:
    """Whether several things of one system met, or what is to be kept apart."""
    of_system = defaultdict(set)
    for each in ids:
        of_system[each[0]].add(ruled[each])
    return any(len(things) > 1 for things in of_system.values()) or any(pair <= set(ids) for pair in apart)


def accepted(records: list[Record], decided: dict[frozenset[Id], str]) -> list[frozenset[Id]]:
    """Pairs that are the best for both, and no other is as good."""
    bound = {
        (one, other[0])
        for pair, action in decided.items() if action == "match"
        for one, other in (tuple(pair), tuple(pair)[::-1])
    }  # fmt: skip
    strengths = {}
    for one, other in combinations(records, 2):
        strength = likeness(one, other)
        settled = (one.id, other.id[0]) in bound or (other.id, one.id[0]) in bound
        if strength is not None and not settled and frozenset((one.id, other.id)) not in decided:
            strengths[one.id, other.id] = strength
    return [frozenset(pair) for pair, strength in strengths.items() if not rivals(pair, strength, strengths)]


def rivals(pair: tuple[Id, Id], strength: float, strengths: dict[tuple[Id, Id], float]) -> bool:
    sides = ((pair[0], pair[1][0]), (pair[1], pair[0][0]))
    return any(
        each != pair and rival >= strength and mine in each and any(end[0] == system for end in each if end != mine)
        for each, rival in strengths.items() for mine, system in sides
    )  # fmt: skip


def likeness(one: Record, other: Record) -> float | None:
    """What speaks for the pair, where nothing speaks against it; an identifier is worth more than a name."""
    if one.system == other.system or (one.gtin and other.gtin and one.gtin != other.gtin):
        return None
    if one.gtin and one.gtin == other.gtin:
        return 9.0
    first, second = plain(one), plain(other)
    if sizes(one) != sizes(other) or not first & second:
        return None
    letters = (" ".join(sorted(first)), " ".join(sorted(second)))
    alike = max(
        2 * len(first & second) / (len(first) + len(second)), 1 - distance(*letters) / max(map(len, letters))
    )
    return alike if alike >= MATCH_FROM else None


def sizes(record: Record) -> set[str]:
    return {word for word in record.words if any(letter.isdigit() for letter in word)}


def plain(record: Record) -> set[str]:
    return set(record.words) - sizes(record)


def distance(first: str, second: str) -> int:
    """Levenshtein's distance, row by row."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        row, above = [i], row
        for j, b in enumerate(second, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
    return row[-1]


def components(ids: list[Id], pairs: list[frozenset[Id]]) -> dict[Id, Id]:
    """The least of the connected ids, for each."""
    label = {each: each for each in ids}
    changed = True
    while changed:
        changed = False
        for pair in pairs:
            least = min(label[each] for each in pair)
            for each in pair:
                changed |= label[each] != least
                label[each] = least
    return label
