"""A source in a plant's plant.yml: the exact lines, and putting them in so that the rest of the file stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ingestion.errors import PlantError


@dataclass(frozen=True)
class SourceLines:
    """What plant.yml says about a source: folder of its files, and the time zone of their local times with its evidence."""

    system: str
    path: str
    timezone: str
    evidence: str

    def text(self, indent: int = 2) -> str:
        """The lines, to stand below `sources:`."""
        blank = " " * indent
        why = " ".join(self.evidence.split())
        return (
            f"{blank}{self.system}:\n"
            f"{blank * 2}path: {yaml.safe_dump(self.path, default_style=chr(34), width=10_000).strip()}\n"
            f"{blank * 2}# {why[:150]}\n"
            f"{blank * 2}timezone: {self.timezone}\n"
        )


def new_plant(name: str, source: SourceLines) -> str:
    """The smallest plant.yml: one site, one source."""
    return (
        f"name: {name}\n"
        f"title: {name.replace('_', ' ').capitalize()}\n"
        "sites:\n"
        f'  - {{site_code: "1000", name: {name}, timezone: {source.timezone}, currency: EUR, country: DE}}\n'
        f"sources:\n{source.text()}"
    )


def with_source(folder: Path, source: SourceLines) -> str:
    """The text of plant.yml with the source; of a new one if there is none. PlantError if it cannot be added."""
    path = folder / "plant.yml"
    if not path.is_file():
        return new_plant(folder.name, source)
    return _added(path, path.read_text(encoding="utf-8"), source)


def _added(path: Path, text: str, source: SourceLines) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    entries = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    sources = entries.get("sources")
    if sources is None:
        return f"{text.rstrip()}\nsources:\n{source.text()}"
    if not isinstance(sources, yaml.MappingNode) or sources.flow_style:
        raise PlantError(path, "sources stand on one line.", f"add by hand:\n{source.text()}")
    if source.system in {key.value for key, _ in sources.value}:
        raise PlantError(path, f"source {source.system} is there already.", "change it by hand.")
    indent = sources.value[0][0].start_mark.column
    head = text[: sources.end_mark.index].rstrip()
    rest = text[len(head) :].lstrip("\n")
    return f"{head}\n{source.text(indent)}{rest}"
