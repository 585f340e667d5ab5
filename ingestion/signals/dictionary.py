"""Checks of a plant's signal files before anything is taken in: signals.csv, signal_changes.csv, against equipment.csv.

Belongs here: what a row must be among the others, told with file, line, column and value. The form of single columns stands
in the contracts of the system `plant`, what SQL makes of the rows in dbt_project (dim_signal_period).
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingestion.errors import ConfigurationError
from ingestion.signals.paths import PathError, parse_path
from ingestion.signals.units import UnitError, conversion

SIGNALS, CHANGES, EQUIPMENT = "signals.csv", "signal_changes.csv", "equipment.csv"
_CHANGED = ("source_tag", "source_unit", "machine", "uns_path")
Key = tuple[str, str]
Row = Mapping[str, str]


class SignalFileError(ConfigurationError):
    """A row of a plant's signal files cannot be used."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell; `line` is 1-based and counts the header."""

    file: Path
    line: int
    column: str
    value: str
    wrong: str

    def __str__(self) -> str:
        """One line, without the file."""
        return f"line {self.line}, {self.column} {self.value!r}: {self.wrong}"


@dataclass(frozen=True)
class _Plant:
    """The rows of the three files: signals by site and tag, placements (area, line) by site and machine."""

    folder: Path
    signals: Mapping[Key, Row]
    placements: Mapping[Key, set[Key]]


def require_dictionary(folder: Path) -> None:
    """Raise SignalFileError with the first problem of the signal files in `folder`; files that are absent have none."""
    problems = list(dictionary_problems(folder))
    if problems:
        first, more = problems[0], len(problems) - 1
        rest = f" {more} more like it: tundish doctor lists them." if more else ""
        raise SignalFileError(first.file, f"{first}", f"mend the line.{rest}")


def dictionary_problems(folder: Path) -> Iterator[Problem]:
    """All problems of the signal files in `folder`, signals first, in the order of lines."""
    placements: dict[Key, set[Key]] = {}
    for _, row in _rows(folder / EQUIPMENT):
        placements.setdefault(_key(row, "machine"), set()).add((row["area_code"], row["line_code"]))
    signals: dict[Key, Row] = {}
    plant = _Plant(folder, signals, placements)
    tags: dict[str, int] = {}
    paths: dict[str, int] = {}
    for line, row in _rows(folder / SIGNALS):
        signals[_key(row, "tag")] = row
        file = folder / SIGNALS
        for seen, column in ((tags, "tag"), (paths, "uns_path")):
            value = row.get(column, "")
            if value and seen.setdefault(value, line) != line:
                yield Problem(
                    file, line, column, value, f"line {seen[value]} has it too; give each signal its own."
                )
        yield from _unit_problems(file, line, row, row.get("source_unit", "") or row["unit"], row["unit"])
        yield from _place_problems(plant, file, line, row, row["machine"])
    for line, row in _rows(folder / CHANGES):
        yield from _change_problems(plant, folder / CHANGES, line, row)


def _change_problems(plant: _Plant, file: Path, line: int, row: Row) -> Iterator[Problem]:
    try:
        zoned = datetime.fromisoformat(row["valid_from"]).tzinfo is not None
    except ValueError:
        zoned = False
    if not zoned:
        wrong = "no instant; write ISO 8601 with an offset, e.g. 2025-10-20T06:00:00+02:00."
        yield Problem(file, line, "valid_from", row["valid_from"], wrong)
    if not any(row.get(column) for column in _CHANGED):
        yield Problem(file, line, "tag", row["tag"], f"nothing changes; fill one of {', '.join(_CHANGED)}.")
    signal = plant.signals.get(_key(row, "tag"))
    if signal is None:
        if plant.signals:
            wrong = f"no signal of site {row['site_code']} in {SIGNALS}; use the tag that it has there."
            yield Problem(file, line, "tag", row["tag"], wrong)
        return
    if row["source_unit"]:
        yield from _unit_problems(file, line, row, row["source_unit"], signal["unit"])
    if row["machine"] and signal.get("uns_path") and not row["uns_path"]:
        wrong = "the sensor moves and its path does not; give the path from then on."
        yield Problem(file, line, "uns_path", "", wrong)
    yield from _place_problems(plant, file, line, row, row["machine"])


def _unit_problems(file: Path, line: int, row: Row, source: str, target: str) -> Iterator[Problem]:
    column = "source_unit" if row.get("source_unit") else "unit"
    try:
        conversion(source, target)
    except UnitError as error:
        yield Problem(file, line, column, source, str(error))


def _place_problems(plant: _Plant, file: Path, line: int, row: Row, machine: str) -> Iterator[Problem]:
    site, text = row["site_code"], row.get("uns_path", "")
    places = plant.placements.get((site, machine))
    if machine and plant.placements and places is None:
        yield Problem(
            file, line, "machine", machine, f"no machine of site {site} in {EQUIPMENT}; add it there."
        )
    if not text:
        return
    try:
        path = parse_path(text)
    except PathError as error:
        yield Problem(file, line, "uns_path", text, str(error))
        return
    if path.site != site:
        yield Problem(file, line, "uns_path", text, f"level site is {path.site!r}; the row is of {site!r}.")
    elif machine and path.unit != machine:
        wrong = f"level unit is {path.unit!r}; the row's machine is {machine!r}."
        yield Problem(file, line, "uns_path", text, wrong)
    elif places and (path.area, path.line) not in places:
        known = " or ".join("/".join(place) for place in sorted(places))
        wrong = f"area/line is {path.area}/{path.line!s}; {EQUIPMENT} has {machine} in {known}."
        yield Problem(file, line, "uns_path", text, wrong)


def _key(row: Row, column: str) -> Key:
    return row["site_code"], row[column]


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Rows with the line where they end; nothing of a file that is absent or lacks a column (its contract tells)."""
    needed = {
        SIGNALS: ("site_code", "tag", "machine", "unit"),
        CHANGES: ("site_code", "tag", "valid_from", *_CHANGED),
    }
    columns = needed.get(path.name, ("site_code", "machine", "area_code", "line_code"))
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        reader = csv.DictReader(handle, restval="")
        if not set(columns) <= set(reader.fieldnames or ()):
            return
        for row in reader:
            yield reader.line_num, {name: (value or "").strip() for name, value in row.items() if name}
