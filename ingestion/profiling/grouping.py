"""Which files are deliveries of one table: same folder, same name but for numbers and months, nearly the same columns.

A table's glob must not catch files of another table; where it would, numbers are asked for, and then names are listed.
"""

import fnmatch
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingestion.packed import ARCHIVE
from ingestion.profiling.model import Group, Guess, Recognised, Sample
from ingestion.profiling.names import distinct, snake
from ingestion.profiling.samples import spread
from ingestion.typing.months import ENGLISH, NAMES

_MONTHS = sorted(
    {word for names in (*NAMES.values(), ENGLISH) for name in names for word in name.lower().split("|")},
    key=len,
    reverse=True,
)
_NUMBER = r"[0-9]+([-_.T:]?[0-9]+)*Z?"
_VARIABLE = re.compile(
    rf"(?<![^\W_]){_NUMBER}|[0-9]{{6,}}([-_.T:]?[0-9]+)*Z?|(?<![^\W\d_])({'|'.join(_MONTHS)})(?![^\W\d_])",
    re.IGNORECASE,
)
_ANY_NUMBER = re.compile(_NUMBER)
_ALIKE = 0.6
_LISTED = 12


@dataclass(frozen=True)
class _Found:
    sample: Sample
    recognised: Recognised
    pattern: str


def grouped(found: Iterable[tuple[Sample, Recognised]]) -> list[Group]:
    """Tables, in the order of their names, their files in delivery order."""
    alike: dict[tuple[str, str, str], list[list[_Found]]] = {}
    ordered = sorted(found, key=lambda pair: (pair[0].file.mtime_ns, pair[0].file.name))
    patterns = _patterns([sample.file.name for sample, _ in ordered])
    for sample, recognised in ordered:
        one = _Found(sample, recognised, patterns[sample.file.name])
        lists = alike.setdefault((one.pattern, recognised.format, recognised.part), [])
        fitting = next((members for members in lists if _fits(members[0].recognised, recognised)), None)
        if fitting is None:
            lists.append([one])
        else:
            fitting.append(one)
    tables = sorted((members for lists in alike.values() for members in lists), key=_stem)
    names = distinct(_stem(members) for members in tables)
    globs = _globs(tables)
    return [_group(name, glob, members) for name, glob, members in zip(names, globs, tables, strict=True)]


def thinned(names: Sequence[str], most: int) -> tuple[set[str], list[str]]:
    """Of files with like names at most `most`, the first, the last and evenly those between; and that in words."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(_pattern(name, _ANY_NUMBER), []).append(name)
    kept: set[str] = set()
    notes = []
    for pattern, members in alike.items():
        if len(members) > most:
            notes.append(
                f"of {len(members):,} files {pattern} {most} were looked at, from the first to the last"
            )
        kept.update(spread(members, most))
    return kept, notes


def _fits(one: Recognised, other: Recognised) -> bool:
    """True if both have most columns in common and are cut alike."""
    cut = ("delimiter", "quote", "header", "rowEnd", "records", "sheet", "lines")
    if any(one.options.get(name) != other.options.get(name) for name in cut):
        return False
    mine, theirs = set(one.headers), set(other.headers)
    return len(mine & theirs) >= _ALIKE * len(mine | theirs)


def _patterns(names: Iterable[str]) -> dict[str, str]:
    """By name of a file its pattern: numbers within words, as in Line1, vary only where several files differ by them."""
    names = list(names)
    loose = Counter(_pattern(name, _ANY_NUMBER) for name in set(names))
    return {
        name: wide if loose[wide := _pattern(name, _ANY_NUMBER)] > 1 else _pattern(name, _VARIABLE)
        for name in names
    }


def _pattern(name: str, variable: re.Pattern[str]) -> str:
    """The place of a file with `*` for what varies; members of an archive count as lying beside it."""
    path = PurePosixPath(name)
    folders = [variable.sub("*", part) for part in path.parent.parts if not part.lower().endswith(ARCHIVE)]
    return "/".join([*folders, f"{variable.sub('*', path.stem)}{path.suffix}"])


def _stem(members: Sequence[_Found]) -> str:
    """The name of the table: what does not vary in the name of the file, or the sheet."""
    first = members[0]
    if first.recognised.part:
        return snake(first.recognised.part)
    path = PurePosixPath(first.pattern)
    name = re.sub(r"\*", "", path.name.removesuffix(path.suffix)).strip("-_. ")
    return snake(name or path.parent.name.replace("*", "") or "table")


def _globs(tables: Sequence[Sequence[_Found]]) -> list[str]:
    names = [[one.sample.file.name for one in members] for members in tables]
    globs = []
    for place, members in enumerate(tables):
        own = set(names[place])
        others = [name for other in names for name in other if name not in own]
        globs.append(_glob(members[0].pattern, sorted(own), others))
    return globs


def _glob(pattern: str, own: Sequence[str], others: Sequence[str]) -> str:
    """The widest of: with `*`, with numbers asked for, the names themselves; that catches no other table's file."""
    tries = [pattern, pattern.replace("*", "[0-9]*")]
    for one in tries:
        if all(_caught(one, name) for name in own) and not any(_caught(one, name) for name in others):
            return one
    folder, plain = PurePosixPath(own[0]).parent, [PurePosixPath(name) for name in own[:_LISTED]]
    suffix = plain[0].suffix
    stems = ",".join(name.name.removesuffix(suffix) for name in plain)
    listed = f"{{{stems}}}{suffix}" if len(plain) > 1 else plain[0].name
    return listed if str(folder) == "." else f"{folder}/{listed}"


def _caught(pattern: str, name: str) -> bool:
    """As delivery.discover looks for files: folder by folder."""
    path = PurePosixPath(name)
    folders = [part for part in path.parent.parts if not part.lower().endswith(ARCHIVE)]
    given = [*folders, path.name]
    wanted = pattern.split("/")
    return len(given) == len(wanted) and all(map(fnmatch.fnmatch, given, wanted))


def _group(name: str, glob: str, members: Sequence[_Found]) -> Group:
    newest = members[-1].recognised
    headers = dict.fromkeys(newest.headers)
    for one in members:
        headers |= dict.fromkeys(one.recognised.headers)
    optional = frozenset(
        header for header in headers if any(header not in one.recognised.headers for one in members)
    )
    guesses = [*newest.guesses, _files(glob, members)]
    if optional:
        words = f"not in every file: {', '.join(sorted(optional))}"
        guesses.append(Guess("optional columns", ", ".join(sorted(optional)), "medium", words))
    options, encoding = _options(members)
    return Group(
        name=name,
        files=glob,
        format=newest.format,
        options=options,
        headers=tuple(headers),
        optional=optional,
        samples=tuple(one.sample for one in members),
        guesses=(*guesses, *encoding),
        part=newest.part,
        archives=_archives(members),
    )


def _archives(members: Sequence[_Found]) -> str:
    """The glob of the archives that hold the files; empty if files lie open."""
    names = {name for one in members if (name := _archive_of(one.sample.origin))}
    if not names:
        return ""
    patterns = {_pattern(name, _ANY_NUMBER) for name in names}
    if len(names) == 1:
        return _pattern(names.pop(), _VARIABLE)
    return patterns.pop() if len(patterns) == 1 else f"*{ARCHIVE}"


def _archive_of(origin: str) -> str:
    found = re.search(rf"(?i)^.*?{re.escape(ARCHIVE)}(?=/)", origin)
    return found[0] if found else ""


def _files(glob: str, members: Sequence[_Found]) -> Guess:
    count = len(members)
    evidence = (
        f"{count:,} files with like names and columns"
        if count > 1
        else f"one file, {members[0].sample.origin}"
    )
    return Guess("files", glob, "high" if count > 1 else "medium", evidence)


def _options(members: Sequence[_Found]) -> tuple[Mapping[str, object], tuple[Guess, ...]]:
    """The options of the newest file; encodings of all files together: any letter beyond ASCII decides."""
    newest = members[-1].recognised
    encodings = {
        one.recognised.options.get("encoding"): one
        for one in members
        for guess in one.recognised.guesses
        if guess.about == "encoding" and "plain ASCII" not in guess.evidence
    }
    found = [name for name in encodings if isinstance(name, str)]
    if not found or found == [newest.options.get("encoding")]:
        return newest.options, ()
    chosen: object = found[0] if len(found) == 1 else found
    guess = Guess(
        "encoding",
        str(chosen),
        "medium",
        f"seen in {', '.join(one.sample.origin for one in encodings.values())}",
    )
    return {**newest.options, "encoding": chosen}, (guess,)
