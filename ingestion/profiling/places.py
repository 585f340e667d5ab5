"""Text in columns of fixed width: where its fields lie, guessed from the places that are blank in every line.

Fields that touch each other in all lines cannot be told apart: the draft says so, a person cuts them.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from ingestion.profiling.model import Guess, Recognised

_LINES = 400
_FEWEST = 5
_ALIKE = 0.95
_MARKS = re.compile(r"[;\t|]|,(?![0-9])|(?<![0-9]),")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*-?")


def fixed_width(text: str, encoding: Guess, *, whole: bool) -> Recognised | None:
    """The layout; None if lines differ in length, hold marks of delimited text, or nothing is padded."""
    lines = text.replace("\r\n", "\n").split("\n")
    lines = [line for line in (lines if whole else lines[:-1]) if line.strip()][:_LINES]
    if len(lines) < _FEWEST or any(_MARKS.search(line) for line in lines):
        return None
    longest = max(map(len, lines))
    same = sum(len(line) == longest for line in lines)
    padded = sum("  " in line for line in lines)
    if same < _ALIKE * len(lines) or padded < len(lines) / 2:
        return None
    runs = _runs(lines, longest)
    if len(runs) < 2:
        return None
    named = _names_columns(lines, runs)
    fields = _fields(lines[named:], runs, longest)
    names = _names(lines[0], fields) if named else [f"column_{place}" for place in range(1, len(fields) + 1)]
    options: dict[str, object] = {
        "fields": {name: [start + 1, end - start] for name, (start, end) in zip(names, fields, strict=True)},
        "encoding": encoding.value,
    }
    if named:
        options["skipLines"] = 1
    if same < len(lines):
        options["shortLines"] = "blank"
    words = (
        f"{same} of the first {len(lines)} lines have {longest} characters, and {len(fields) - 1} places are blank in all; "
        "fields that touch each other count as one: cut them by hand"
    )
    header = Guess(
        "header",
        "yes" if named else "no",
        "medium",
        "the first line holds words only" if named else "the first line holds numbers",
    )
    return Recognised(
        "fixed_width",
        options,
        tuple(names),
        (Guess("format", "fixed_width", "medium", words), encoding, header),
    )


def _runs(lines: Sequence[str], longest: int) -> list[tuple[int, int]]:
    """Stretches (from, to) in which some line is not blank."""
    filled = [any(line[place : place + 1].strip() for line in lines) for place in range(longest)]
    shape = "".join("x" if one else " " for one in filled)
    return [found.span() for found in re.finditer("x+", shape)]


def _names_columns(lines: Sequence[str], runs: Sequence[tuple[int, int]]) -> bool:
    """True if the first line is words, and below it numbers stand where it has some."""
    first = [lines[0][start:end].strip() for start, end in runs]
    if not all(first) or any(cell[0].isdigit() for cell in first) or len(set(first)) < len(first):
        return False
    return any(_NUMBER.fullmatch(line[start:end].strip()) for line in lines[1:] for start, end in runs)


def _fields(lines: Sequence[str], runs: Sequence[tuple[int, int]], longest: int) -> list[tuple[int, int]]:
    """The stretches with the blanks between them: they belong to the right one where its values end alike."""
    cuts = [0]
    for (_, end), (start, stop) in pairwise(runs):
        cells = [line[start:stop] for line in lines if line[start:stop].strip()]
        right = all(cell[-1:].strip() for cell in cells) and any(not cell[:1].strip() for cell in cells)
        cuts.append(end if right else start)
    return list(zip(cuts, [*cuts[1:], longest], strict=True))


def _names(line: str, fields: Sequence[tuple[int, int]]) -> list[str]:
    return [line[start:end].strip() for start, end in fields]
