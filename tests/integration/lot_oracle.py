"""The ways between lots, walked breadth first: an oracle for traces of genealogy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def steps_between(links: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Links on the shortest way for each pair (ancestor, lot) of direct (parent, child) links; loops are allowed."""
    children: dict[str, set[str]] = defaultdict(set)
    for parent, child in links:
        children[parent].add(child)
    steps: dict[tuple[str, str], int] = {}
    for lot in list(children):
        reached, front, distance = set[str](), children[lot], 1
        while front:
            steps |= {(lot, other): distance for other in front}
            reached |= front
            front = {child for other in front for child in children.get(other, ())} - reached
            distance += 1
    return steps
