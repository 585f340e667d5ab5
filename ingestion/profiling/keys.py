"""Keys: the smallest sets of up to three columns whose values occur once in a file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

from ingestion.profiling.model import ColumnProfile, Confidence, Guess
from ingestion.profiling.reading import TABLE, Rows, count, first_row

_MOST_COLUMNS = 3
_CANDIDATES = 12
_FIRST_ROWS = 5_000
_LONGEST = 80
_ID_NAME = re.compile(
    r"(^|_)(id|uid|uuid|guid|no|nr|num|number|nummer|code|key|key_?id|kennung|seq|sequence|index|lfd|serial|pos|posnr|step|line|item)(_|$)|(id|nr|no)$"
)
_GUID = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_MEASURE = re.compile(r"DOUBLE|BOOLEAN|DOUBLE\[\]|DECIMAL\(\d+,\s*[1-9]\d*\)")


@dataclass(frozen=True)
class Key:
    """Names of the contract columns of a key (empty: none found), and what says so."""

    columns: tuple[str, ...]
    guess: Guess


def guess_key(rows: Rows, profiles: Sequence[ColumnProfile]) -> Key:
    """The likeliest key. Rows that are wholly equal are counted once: repeats are no other thing."""
    connection = rows.connection
    whole = _distinct_rows(rows)
    repeats = rows.count - whole
    candidates = _candidates(profiles)
    speaking_ids = [one for one in candidates if not _is_random(one)]
    found = _unique_sets(connection, rows, speaking_ids, whole) or _unique_sets(
        connection, rows, candidates, whole
    )
    again = f"; {repeats:,} rows are repeated word for word" if repeats else ""
    if not found:
        words = f"no set of up to {_MOST_COLUMNS} columns is unique in {rows.count:,} rows{again}"
        return Key((), Guess("key", "none", "medium", words))
    best = min(found, key=lambda some: _rank(some, profiles))
    others = [some for some in found if some != best][:3]
    names = tuple(_name(profile) for profile in best)
    words = f"unique and filled in {whole:,} rows{again}"
    if others:
        words += "; also unique: " + "; ".join(", ".join(_name(one) for one in some) for some in others)
    speaking = all(_ID_NAME.search(name) for name in names)
    sure = whole >= 100 and len(names) == 1 and speaking
    confidence: Confidence = "high" if sure else "medium" if whole >= 100 or speaking else "low"
    return Key(names, Guess("key", ", ".join(names), confidence, words))


def _is_random(profile: ColumnProfile) -> bool:
    """True for GUIDs: databases give them to every row, a re-created row gets another one."""
    examples = profile.statistics.examples
    return bool(examples) and all(_GUID.fullmatch(text) for text in examples)


def _name(profile: ColumnProfile) -> str:
    return profile.columns[0].name


def _distinct_rows(rows: Rows) -> int:
    return count(rows.connection, f"SELECT count(*) FROM (SELECT DISTINCT * FROM {TABLE})")


def _candidates(profiles: Sequence[ColumnProfile]) -> list[ColumnProfile]:
    """Columns that may be part of a key: filled, no measurements, no long texts; the likeliest first."""
    possible = [
        profile
        for profile in profiles
        if not profile.statistics.blank
        and profile.statistics.distinct > 1
        and profile.statistics.longest <= _LONGEST
        and not _MEASURE.fullmatch(profile.columns[0].type)
        and not profile.columns[0].unit
    ]
    places = {profile.header: place for place, profile in enumerate(profiles)}
    likely = sorted(
        possible,
        key=lambda one: (not _ID_NAME.search(_name(one)), -one.statistics.distinct, places[one.header]),
    )
    return likely[:_CANDIDATES]


def _unique_sets(
    connection: duckdb.DuckDBPyConnection, rows: Rows, candidates: Sequence[ColumnProfile], whole: int
) -> list[tuple[ColumnProfile, ...]]:
    """Unique sets of the least size; a look at the first rows spares most of the counting."""
    files = max(1, len(rows.samples))
    for size in range(1, _MOST_COLUMNS + 1):
        found = []
        for some in combinations(candidates, size):
            possible = files
            for one in some:
                possible *= one.statistics.distinct
            if (
                possible >= whole
                and _is_unique(connection, rows, some, _FIRST_ROWS)
                and _is_unique(connection, rows, some)
            ):
                found.append(some)
        if found:
            return found
    return []


def _is_unique(
    connection: duckdb.DuckDBPyConnection, rows: Rows, some: Sequence[ColumnProfile], first: int = 0
) -> bool:
    names = ", ".join(rows.column(one.header) for one in some)
    part = f"(SELECT * FROM {TABLE} LIMIT {first})" if first else TABLE
    twice = f"SELECT 1 FROM (SELECT DISTINCT * FROM {part}) GROUP BY f, {names} HAVING count(*) > 1 LIMIT 1"
    return not first_row(connection, twice)


def _rank(some: Sequence[ColumnProfile], profiles: Sequence[ColumnProfile]) -> tuple[float, ...]:
    """Names that speak of ids first, then dates and times last, then the place in the table."""
    places = [next(place for place, one in enumerate(profiles) if one.header == part.header) for part in some]
    plain = sum(not _ID_NAME.search(_name(one)) for one in some)
    times = sum(one.columns[0].type in ("DATE", "TIMESTAMPTZ") for one in some)
    personal = sum(one.is_personal for one in some)
    return (plain, personal, times, *map(float, places))
