"""What plant.yml says about a folder of documents, checked.

Options of a connection of kind documents:

    folder       the documents' folder, absolute or relative to the plant's folder
    include      glob patterns below it, ["**/*"] if absent
    exclude      glob patterns that are left out; hidden files always are
    patterns     regular expressions on the path below the folder (with /): every named group of those that match is a
                 link of the document, e.g. (?P<equipment>[A-Z]{2}[0-9]{3})/.*_(?P<order_no>[0-9]{7})
    allow_empty  true: an empty folder means that all documents are gone; else it is taken for a share that is not there
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ingestion.errors import PlantError
from ingestion.plant import Plant, Source

_OPTIONS = {"folder", "include", "exclude", "patterns", "allow_empty"}


@dataclass(frozen=True)
class Options:
    """Where documents lie, which count, and how their paths tell what they are about."""

    folder: Path
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    allow_empty: bool

    def wanted(self, path: str) -> bool:
        """True for a path below the folder that is included and not excluded."""
        if any(part.startswith(".") for part in path.split("/")):
            return False
        return _matches(path, self.include) and not _matches(path, self.exclude)

    def links(self, path: str) -> dict[str, str]:
        """Named groups of the patterns that match; of two patterns the first one counts."""
        found: dict[str, str] = {}
        for pattern in self.patterns:
            match = pattern.search(path)
            for name, value in (match.groupdict() if match else {}).items():
                if value:
                    found.setdefault(name, value)
        return found


def options_of(source: Source, plant: Plant) -> Options:
    """Read and check the options; PlantError names what is wrong."""
    raw: Mapping[str, Any] = source.connection.options if source.connection is not None else {}
    file, where = plant.folder / "plant.yml", f"source {source.system}: connection"
    if unknown := sorted(set(raw) - _OPTIONS):
        raise PlantError(
            file, f"{where} has unknown options {unknown}.", f"use {', '.join(sorted(_OPTIONS))}."
        )
    if not raw.get("folder"):
        raise PlantError(file, f"{where} names no folder.", "write folder: <path of the documents>.")
    try:
        patterns = tuple(re.compile(str(text)) for text in raw.get("patterns") or [])
    except re.error as error:
        problem = f"{where}.patterns: {error.pattern!r} is no regular expression ({error.msg})."
        raise PlantError(
            file, problem, "mend the pattern; links are named groups (?P<order_no>...)."
        ) from error
    return Options(
        folder=(plant.folder / Path(str(raw["folder"])).expanduser()).resolve(),
        include=tuple(str(item) for item in raw.get("include") or ["**/*"]),
        exclude=tuple(str(item) for item in raw.get("exclude") or []),
        patterns=patterns,
        allow_empty=bool(raw.get("allow_empty", False)),
    )


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Glob patterns of whole paths; **/ also matches no folder at all."""
    return any(
        fnmatch(path, pattern) or (pattern.startswith("**/") and fnmatch(path, pattern[3:]))
        for pattern in patterns
    )
